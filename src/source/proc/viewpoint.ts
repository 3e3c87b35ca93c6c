import type { Owner, Viewpoint } from '../files/files.ts';
import { readLink } from './files.ts';
import { idsOf } from './parsers/status.ts';

/** Who may read next to nothing: for a process that does not tell whose it is. */
const NOBODY = 65534;

/** Groups that count. With some left out less may be read, never more. */
const MOST_GROUPS = 256;

/** Tells from where, and with whose rights, a process's files are looked at. */
export class ViewpointReader {
  readonly #root: string;
  readonly #namespace: string | null;
  readonly #isRoot: boolean;

  constructor(root: string) {
    this.#root = root;
    this.#namespace = readLink(`${root}/self/ns/mnt`);
    this.#isRoot = process.geteuid?.() === 0;
  }

  /** @param status the text of the process's file of that name */
  of(pid: number, status: string): Viewpoint {
    const owner = this.#isRoot ? ownerOf(status) : null;
    const namespace = this.#foreignNamespace(pid);
    const rights = owner === null ? '' : [owner.uid, owner.gid, ...owner.groups].join(' ');
    const process = namespace === null ? null : `${this.#root}/${pid}`;
    return { key: `${namespace ?? ''}:${rights}`, owner, process };
  }

  /** A container's processes have their files elsewhere: seen through them, they are where they say. */
  #foreignNamespace(pid: number): string | null {
    const namespace = readLink(`${this.#root}/${pid}/ns/mnt`);
    return this.#namespace === null || namespace === this.#namespace ? null : namespace;
  }
}

/** Where workertop itself is, with its own rights. */
export const here: Viewpoint = { key: ':', owner: null, process: null };

/** The same place, seen with workertop's own rights: for the files of the system there. */
export function withOwnRights({ key, process }: Viewpoint): Viewpoint {
  return { key: key.slice(0, key.lastIndexOf(':') + 1), owner: null, process };
}

/** Whose rights a process has over files. Of a set-uid program it is the caller: who named the files is not root. */
function ownerOf(status: string): Owner {
  const uids = idsOf(status, 'Uid') ?? [NOBODY];
  const gids = idsOf(status, 'Gid') ?? [NOBODY];
  const index = Math.max(
    0,
    uids.findIndex((uid) => uid !== 0),
  );
  const groups = /^Groups:\t([\d ]*)$/m.exec(status)?.[1]?.trim() ?? '';
  return {
    uid: uids[index] ?? NOBODY,
    gid: gids[index] ?? gids[0] ?? NOBODY,
    groups: groups === '' ? [] : groups.split(/ +/).slice(0, MOST_GROUPS).map(Number),
  };
}
