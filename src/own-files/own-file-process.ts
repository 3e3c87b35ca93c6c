import { createInterface } from 'node:readline';
import { type HelperProcess, startHelperProcess } from '../helper-process.ts';
import { errorOf, type FileReply, type FileRequest, type OwnFiles } from './own-files.ts';

/** Seconds for the start of a helper, for reading, and for writing: a busy disk takes less. */
const LONGEST: Limits = { start: 5, reading: 1, writing: 5 };

/** Seconds after which an idle helper ends: it takes as much memory as another Node. */
const IDLE = 1;

/** If this number of helpers wait for mounts, nothing is asked any more. */
const MOST_STUCK = 3;

interface Limits {
  readonly start: number;
  readonly reading: number;
  readonly writing: number;
}

interface Open {
  readonly limit: keyof Limits;
  resolve(reply: FileReply): void;
}

const writing: ReadonlySet<FileRequest['kind']> = new Set(['replace', 'remove', 'publish']);

const silence: FileReply = { done: false, unsafe: false, code: 'ETIMEDOUT', message: 'there is no answer' };

/**
 * Reads and writes workertop's own files in a helper process, which starts when it is needed. A helper that does not
 * answer is left behind: a process that waits for a dead mount cannot be killed.
 */
export class OwnFileProcess implements OwnFiles {
  readonly #command: readonly string[];
  readonly #limits: Limits;
  #helper: Helper | null = null;
  #stuck = 0;
  #open = 0;
  #idle: (() => void)[] = [];

  /**
   * @param command arguments of Node that start a helper
   * @param limits seconds
   */
  constructor(command: readonly string[], limits = LONGEST) {
    this.#command = command;
    this.#limits = limits;
  }

  async read(path: string): Promise<string | null> {
    return (await this.#ask({ kind: 'read', path, text: '' })).text;
  }

  async replace(path: string, text: string): Promise<void> {
    await this.#ask({ kind: 'replace', path, text });
  }

  async remove(path: string): Promise<void> {
    await this.#ask({ kind: 'remove', path, text: '' });
  }

  async readNamed(path: string): Promise<{ readonly text: string; readonly mode: number }> {
    const { text, mode } = await this.#ask({ kind: 'readNamed', path, text: '' });
    return { text: text ?? '', mode };
  }

  async publish(path: string, text: string): Promise<void> {
    await this.#ask({ kind: 'publish', path, text });
  }

  async probe(path: string): Promise<void> {
    await this.#ask({ kind: 'probe', path, text: '' });
  }

  /** Resolves when everything that was asked is done, or after so many seconds. The helper goes on if it can. */
  async settled(seconds: number): Promise<void> {
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      setTimeout(resolve, seconds * 1000).unref();
    });
  }

  async #ask(request: FileRequest): Promise<FileReply & { done: true }> {
    this.#open += 1;
    const reply = this.#stuck >= MOST_STUCK ? silence : await this.#helperNow().ask(request);
    this.#open -= 1;
    if (this.#open === 0) for (const resolve of this.#idle.splice(0)) resolve();
    if (!reply.done) throw errorOf(reply);
    return reply;
  }

  #helperNow(): Helper {
    this.#helper ??= new Helper(this.#command, this.#limits, {
      left: () => {
        this.#helper = null;
      },
      stuck: () => {
        this.#stuck += 1;
      },
      freed: () => {
        this.#stuck -= 1;
      },
    });
    return this.#helper;
  }
}

interface HelperEvents {
  /** It takes no more requests. */
  left(): void;
  /** It did not answer in time. */
  stuck(): void;
  /** One that was stuck has ended. */
  freed(): void;
}

/** One helper process and its open requests. */
class Helper {
  readonly #child: HelperProcess;
  readonly #limits: Limits;
  readonly #events: HelperEvents;
  readonly #open: Open[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isReady = false;
  #isLeft = false;

  constructor(command: readonly string[], limits: Limits, events: HelperEvents) {
    this.#limits = limits;
    this.#events = events;
    this.#child = startHelperProcess(command);
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', () => this.#leave()).on('exit', () => this.#leave());
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#hear(JSON.parse(line) as FileReply | 'ready'),
    );
  }

  ask(request: FileRequest): Promise<FileReply> {
    return new Promise((resolve) => {
      this.#open.push({ limit: writing.has(request.kind) ? 'writing' : 'reading', resolve });
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
      if (this.#open.length === 1) this.#expect();
    });
  }

  #hear(reply: FileReply | 'ready'): void {
    if (reply === 'ready') this.#isReady = true;
    else this.#open.shift()?.resolve(reply);
    if (this.#open.length > 0) this.#expect();
    else this.#schedule(IDLE, () => this.#leave()).unref();
  }

  #expect(): void {
    const [next] = this.#open;
    this.#schedule(this.#limits[this.#isReady && next ? next.limit : 'start'], () => {
      this.#events.stuck();
      this.#child.once('exit', () => this.#events.freed());
      this.#leave();
      this.#child.kill('SIGKILL');
    });
  }

  #schedule(seconds: number, then: () => void): NodeJS.Timeout {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(then, seconds * 1000);
    return this.#timer;
  }

  /** Whatever is open gets no answer. */
  #leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#events.left();
    this.#child.stdin.end();
    for (const { resolve } of this.#open.splice(0)) resolve(silence);
  }
}
