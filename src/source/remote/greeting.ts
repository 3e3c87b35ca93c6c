import { sectionsOf } from './frames.ts';
import type { Line } from './line.ts';

/** Facts about the server from its first answer. */
export interface Server {
  readonly uid: number;
  /** The pid of our process on the server; null if its /proc belongs to another pid namespace. */
  readonly self: number | null;
  readonly architecture: string;
  readonly hasTimeout: boolean;
  readonly hasPerl: boolean;
  /** The program with which root can take a user's rights. */
  readonly becomes: 'setpriv' | 'chroot' | null;
  /** The bytes that `cat` writes between two files. */
  readonly separator: Buffer;
}

/** Asks the server for its facts. @throws Error if it answers something else */
export async function greet(line: Line): Promise<Server> {
  const sections = sectionsOf(await line.request('h'), line.nonce);
  const of = (tag: string) => sections.find((section) => section.tag === tag)?.content ?? Buffer.alloc(0);
  const [uid = '', shell = '', architecture = '', seen = '', self = '', ...able] = of('i')
    .toString('latin1')
    .split('\n');
  const separator = Buffer.from(of('C'));
  const isOurs = separator.length < 2048 && separator.includes(line.nonce);
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(shell) || !isOurs)
    throw new Error('the server has no shell with cat and /proc');
  return {
    uid: Number(uid),
    self: seen === shell && /^\d+$/.test(self) ? Number(self) : null,
    architecture,
    hasTimeout: able.includes('timeout'),
    hasPerl: able.includes('perl'),
    becomes: able.includes('setpriv') ? 'setpriv' : able.includes('chroot') ? 'chroot' : null,
    separator,
  };
}
