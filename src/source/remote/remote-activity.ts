import type { AskedActivity, KernelFile } from '../proc/activity/activity-files.ts';
import { buffer } from '../proc/activity/kept-file.ts';
import type { ActivityRequest } from '../source.ts';
import { sectionsOf } from './frames.ts';
import type { Line } from './line.ts';
import { callNumbers } from './workers.ts';

/** Most workers whose activity is read in one reading. That of others is unknown. */
const MOST_WORKERS = 500;

/** Most sockets whose connections are searched in one reading. */
const MOST_SOCKETS = 50;

type Asks = Pick<Line, 'look' | 'nonce'>;

/** A line of the answer: a letter, a pid, the rest. */
const LINE = /^([ceklmnt]) (\d{1,10}) ?(.{0,4096})$/s;

/** Node's names of architectures by the names of uname(1). */
const architectures: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

/** Activity of the workers of another machine at the latest reading, as contents of the files that tell it. */
export class RemoteActivity implements AskedActivity {
  readonly architecture: string;
  readonly #line: Asks;
  readonly #numbers: string;
  readonly #root: string;
  /** What the last reading asked, and what the next one was foreseen to ask. */
  #requests: ReadonlyMap<number, ActivityRequest> = new Map();
  #foretold: { readonly words: ReadonlySet<string>; readonly content: Buffer } | null = null;
  #texts = new Map<string, string>();
  #lists = new Map<string, string[]>();
  /** Sockets whose connections are wanted, and those already searched, by pid. */
  #wanted = new Map<number, Set<number>>();
  #sought = new Map<number, ReadonlySet<number>>();

  private constructor(line: Asks, root: string, architecture: string, numbers: readonly string[]) {
    this.#line = line;
    this.#root = root;
    this.architecture = architecture;
    this.#numbers = numbers.join(' ');
  }

  /** Null if the numbers of the machine's system calls are unknown. @param machine as uname(1) names it */
  static of(line: Asks, root: string, machine: string): RemoteActivity | null {
    const architecture = architectures[machine] ?? machine;
    const numbers = callNumbers(architecture);
    return numbers === null ? null : new RemoteActivity(line, root, architecture, numbers);
  }

  /** Arguments of the program for what the next reading will probably ask; null if the last one asked nothing. */
  foresee(): string | null {
    const requests = this.#requests;
    this.#requests = new Map();
    this.#foretold = null;
    const words = this.#wordsFor(requests, this.#wanted);
    return words.length === 0 ? null : this.#argumentsFor(words);
  }

  /** Takes the answer to what was foreseen. */
  takeForetold(asked: string, content: Buffer): void {
    this.#foretold = { words: new Set(asked.split(' ')), content };
  }

  async ask(requests: ReadonlyMap<number, ActivityRequest>): Promise<void> {
    const wanted = this.#wanted;
    const foretold = this.#foretold;
    this.#requests = requests;
    this.#foretold = null;
    this.#wanted = new Map();
    this.#texts = new Map();
    this.#lists = new Map();
    this.#sought = new Map([...wanted].filter(([pid]) => requests.has(pid)));
    const words = this.#wordsFor(requests, this.#sought);
    if (words.length === 0) return;
    const isForetold = foretold !== null && words.every((word) => foretold.words.has(word));
    const content = isForetold ? foretold.content : await this.#look(words);
    for (const line of content.toString('latin1').split('\n')) this.#take(line);
  }

  async #look(words: readonly string[]): Promise<Buffer> {
    const body = await this.#line.look(this.#argumentsFor(words));
    return sectionsOf(body, this.#line.nonce).find(({ tag }) => tag === 'p')?.content ?? Buffer.alloc(0);
  }

  #argumentsFor(words: readonly string[]): string {
    return `${this.#numbers} ${words.join(' ')}`;
  }

  /** What the program is to look at. @param sockets by process, those whose connections are wanted */
  #wordsFor(
    requests: ReadonlyMap<number, ActivityRequest>,
    sockets: ReadonlyMap<number, ReadonlySet<number>>,
  ): readonly string[] {
    const workers = [...requests].slice(0, MOST_WORKERS);
    const masters = new Set(workers.flatMap(([, { rule, master }]) => (rule.by === 'tasks' ? [master] : [])));
    return [
      ...workers.map(([pid, { rule }]) => `${pid}${rule.by === 'threads' ? 't' : ''}`),
      ...[...masters].map((pid) => `${pid}f`),
      ...[...sockets].flatMap(([pid, inodes]) =>
        requests.has(pid) ? [...inodes].map((inode) => `${pid}s${inode}`) : [],
      ),
    ];
  }

  keep(path: string): KernelFile {
    return { read: (length, position) => this.#read(path, length, position), close: () => {} };
  }

  list(path: string): readonly string[] | null {
    return this.#lists.get(path) ?? null;
  }

  link(path: string): string | null {
    return this.#texts.get(path) ?? null;
  }

  text(path: string): string | null {
    return this.#texts.get(path) ?? null;
  }

  epollTargets(path: string): readonly number[] | null {
    return this.#texts.get(path)?.split(' ').filter(Boolean).map(Number) ?? null;
  }

  mayFind(inode: number, pid: number): boolean {
    if (this.#sought.get(pid)?.has(inode)) return true;
    const count = [...this.#wanted.values()].reduce((sum, { size }) => sum + size, 0);
    if (count < MOST_SOCKETS) this.#wanted.set(pid, (this.#wanted.get(pid) ?? new Set<number>()).add(inode));
    return false;
  }

  table(path: string): string {
    return this.#texts.get(path) ?? '';
  }

  #read(path: string, length = buffer.length, position = 0): ReturnType<KernelFile['read']> {
    const content = this.#texts.get(path.endsWith('/mem') ? `${path} ${position}` : path);
    if (content === undefined || content === '!') return 'denied';
    if (content === '-') return 'missing';
    return buffer.write(content, 0, Math.min(length, buffer.length), 'latin1');
  }

  #take(line: string): void {
    const [, letter, pid, rest = ''] = LINE.exec(line) ?? [];
    const folder = `${this.#root}/${pid}`;
    const [first = '', second = ''] = rest.split(' ', 2);
    const after = rest.slice(first.length + 1);
    switch (letter) {
      case 'c': {
        const isListed = this.#lists.get(`${folder}/task`)?.includes(first);
        const text = after === '' || after === '-' || after === '!' ? after || '-' : `${after}\n`;
        this.#texts.set(isListed ? `${folder}/task/${first}/syscall` : `${folder}/syscall`, text);
        return;
      }
      case 'k':
        this.#add(`${folder}/task`, first);
        this.#texts.set(`${folder}/task/${first}/comm`, Buffer.from(second, 'hex').toString('utf8'));
        return;
      case 'm':
        this.#texts.set(`${folder}/mem ${first}`, Buffer.from(second, 'hex').toString('latin1'));
        return;
      case 'l':
        this.#add(`${folder}/fd`, first);
        this.#texts.set(`${folder}/fd/${first}`, second);
        return;
      case 'e':
        this.#texts.set(`${folder}/fdinfo/${first}`, after);
        return;
      case 'n':
        this.#texts.set(`${folder}/ns/net`, first);
        return;
      case 't': {
        const name = `${folder}/net/${first}`;
        this.#texts.set(name, `${this.#texts.get(name) ?? ''}${after}\n`);
      }
    }
  }

  #add(folder: string, name: string): void {
    const all = this.#lists.get(folder) ?? [];
    if (!all.includes(name)) all.push(name);
    this.#lists.set(folder, all);
  }
}
