import { randomBytes } from 'node:crypto';
import type { Answer, FileAnswerer, Question, Viewpoint } from '../files/files.ts';
import { type Mounts, parseMounts } from '../files/mounts.ts';
import { sectionsOf, splitBy } from './frames.ts';
import type { Server } from './greeting.ts';
import type { Line } from './line.ts';
import { answerHere, parseAnswers, questionScript } from './questions.ts';
import { quoted } from './script.ts';

/** Milliseconds after which a table of mounts is read again. */
const LASTING = 60_000;

/** Seconds after which the shell that looks into files is killed. */
const LONGEST = 5;

/** Most bytes of all answers from one viewpoint. */
const LARGEST = 4 * 1024 * 1024;

interface Asked {
  readonly viewpoint: Viewpoint;
  readonly question: Question;
  resolve(answer: Answer): void;
}

const unknown: Answer = { status: 'unknown', mount: null };

/**
 * Answers questions about files of the server, all questions of one turn in one message. A separate shell reads users'
 * files with their rights, and is killed if it does not answer.
 */
export class RemoteFiles implements FileAnswerer {
  readonly silent: ReadonlyMap<string, string> = new Map();
  readonly #line: Line;
  readonly #server: Server;
  #asked: Asked[] = [];
  readonly #mounts = new Map<string, { readonly at: number; readonly mounts: Promise<Mounts | null> }>();

  constructor(line: Line, server: Server) {
    this.#line = line;
    this.#server = server;
  }

  ask(viewpoint: Viewpoint, question: Question): Promise<Answer> {
    const here = answerHere(question);
    if (here !== null) return Promise.resolve(here);
    return new Promise((resolve) => {
      if (this.#asked.push({ viewpoint, question, resolve }) === 1) queueMicrotask(() => this.#send());
    });
  }

  close(): void {}

  #send(): void {
    const groups = new Map<string, Asked[]>();
    for (const one of this.#asked) groups.set(one.viewpoint.key, [...(groups.get(one.viewpoint.key) ?? []), one]);
    this.#asked = [];
    for (const group of groups.values()) void this.#answer(group);
  }

  async #answer(group: readonly Asked[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    const questions = group.map(({ question }) => question);
    const answers = await this.#answers(first.viewpoint, questions).catch(() => []);
    for (const [index, { resolve }] of group.entries()) resolve(answers[index] ?? unknown);
  }

  async #answers(viewpoint: Viewpoint, questions: readonly Question[]): Promise<readonly Answer[]> {
    const become = this.#become(viewpoint);
    const mounts = become === null ? null : await this.#mountsOf(viewpoint);
    if (become === null || mounts === null) return [];
    const mark = `${randomBytes(16).toString('hex')}:`;
    const script = questionScript(questions, viewpoint, mounts, mark);
    const limit = this.#server.hasTimeout ? `timeout -s KILL ${LONGEST} ` : '';
    // The shell that becomes another user must not learn the number that marks our output.
    const command = `printf '%s' ${quoted(script)} | W= X= PATH="$PATH" ${limit}${become}sh | head -c ${LARGEST}`;
    const body = await this.#line.request(`b q; ${command}`);
    const output = sectionsOf(body, this.#line.nonce).find(({ tag }) => tag === 'q')?.content ?? Buffer.alloc(0);
    return parseAnswers(output, questions, mark);
  }

  /** The command that starts a shell with the rights of this viewpoint; null if the server has none. */
  #become({ owner }: Viewpoint): string | null {
    if (owner === null || owner.uid === 0) return '';
    const { uid, gid } = owner;
    const groups = owner.groups.join(',');
    switch (this.#server.becomes) {
      case 'setpriv':
        return `setpriv --reuid ${uid} --regid ${gid} ${groups === '' ? '--clear-groups' : `--groups ${groups}`} `;
      case 'chroot':
        return `chroot --userspec=+${uid}:+${gid} --groups=${groups} / `;
      case null:
        return null;
    }
  }

  #mountsOf({ process }: Viewpoint): Promise<Mounts | null> {
    const file = `${process ?? '/proc/self'}/mountinfo`;
    const known = this.#mounts.get(file);
    if (known !== undefined && performance.now() - known.at < LASTING) return known.mounts;
    const mounts = this.#readMounts(file);
    this.#mounts.set(file, { at: performance.now(), mounts });
    return mounts;
  }

  async #readMounts(file: string): Promise<Mounts | null> {
    const body = await this.#line.request(`f ${file}`);
    const content = sectionsOf(body, this.#line.nonce).find(({ tag }) => tag === 'f')?.content ?? Buffer.alloc(0);
    const mounts = parseMounts(splitBy(content, this.#server.separator)[0]?.toString('utf8') ?? '');
    return mounts.size === 0 ? null : mounts;
  }
}
