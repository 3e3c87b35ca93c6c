import { Socket } from 'node:net';
import { type HelperProcess, startHelperProcess } from '../../helper-process.ts';
import type { Answer, FileAnswerer, Mount, Question, Viewpoint } from './files.ts';
import { decodeMessage, encode, type Part } from './protocol.ts';

/**
 * Milliseconds that one question may take: on a remote or FUSE file system, on this machine's disks, and while the
 * helper starts.
 */
const REMOTE = 250;
const LOCAL = 2000;
const START = 5000;

/** Milliseconds for which a mount that did not answer is avoided, once the helper that waited for it has ended. */
const PAUSE = 10_000;

/** Milliseconds after which an idle helper ends: it takes as much memory as another Node. */
const IDLE = 10_000;

/** If this number of helpers wait for mounts, only this machine's own disks are read. */
const MOST_STUCK = 3;

/** If this number of helpers wait, nothing is read any more: the disks themselves do not answer. */
const MOST_STUCK_ON_DISKS = 6;

/** If this number of helpers wait for a process's own locks, no more such questions are asked. */
const MOST_STUCK_ON_PROCESSES = 3;

interface Pending {
  readonly viewpoint: Viewpoint;
  readonly question: Question;
  resolve(answer: Answer): void;
}

const noAnswer: Answer = { status: 'unknown', mount: null };

/**
 * Answers with helper processes. A helper that does not answer is left behind: a process that waits for a dead mount
 * cannot be killed. Another helper then answers what is asked meanwhile.
 */
export class HelperFiles implements FileAnswerer {
  readonly silent = new Map<string, string>();
  readonly #command: readonly string[];
  readonly #waiting: Pending[] = [];
  #helper: Helper | null = null;
  #stuck = 0;
  #stuckOnProcesses = 0;
  #scheduled = false;
  #closed = false;

  /** @param command arguments of Node that start a helper */
  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** Starts a helper before the first question: it takes as long to start as workertop does. */
  start(): void {
    if (this.#closed || this.#stuck >= MOST_STUCK_ON_DISKS) return;
    this.#helper ??= new Helper(this.#command, {
      stuck: (helper, mount) => this.#leave(helper, mount),
      ready: () => this.#send(),
      ended: (helper) => {
        if (this.#helper === helper) this.#helper = null;
        this.#send();
      },
    });
  }

  ask(viewpoint: Viewpoint, question: Question): Promise<Answer> {
    if (question.kind === 'epoll' && this.#stuckOnProcesses >= MOST_STUCK_ON_PROCESSES)
      return Promise.resolve(noAnswer);
    return new Promise((resolve) => {
      this.#waiting.push({ viewpoint, question, resolve });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#send();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#helper?.kill();
    this.#helper = null;
    this.#send();
  }

  #send(): void {
    if (this.#waiting.length === 0 || this.#helper?.isBusy) return;
    this.start();
    if (this.#helper === null) {
      for (const { resolve } of this.#waiting.splice(0)) resolve(noAnswer);
      return;
    }
    this.#helper.ask(this.#waiting.splice(0), [...this.silent.keys()], this.#stuck >= MOST_STUCK);
  }

  #leave(helper: Helper, lastMount: Mount | null): void {
    if (this.#helper === helper) this.#helper = null;
    const [first, ...others] = helper.unanswered();
    const isProcess = first?.question.kind === 'epoll';
    const mount = isProcess ? null : lastMount;
    if (isProcess) this.#stuckOnProcesses += 1;
    else this.#stuck += 1;
    if (mount !== null) this.silent.set(mount.device, mount.point);
    helper.onExit(() => {
      if (isProcess) this.#stuckOnProcesses -= 1;
      else this.#stuck -= 1;
      if (mount !== null) setTimeout(() => this.silent.delete(mount.device), PAUSE).unref();
    });
    helper.kill();
    first?.resolve({ status: 'unknown', mount });
    this.#waiting.unshift(...others);
    this.#send();
  }
}

interface HelperEvents {
  /**
   * The helper did not answer in time.
   * @param mount where it waits, if known
   */
  stuck(helper: Helper, mount: Mount | null): void;
  /** The helper has answered everything. */
  ready(): void;
  ended(helper: Helper): void;
}

/** One helper process and its open questions. */
class Helper {
  readonly #child: HelperProcess;
  readonly #events: HelperEvents;
  #open: Pending[] = [];
  #mount: { readonly mount: Mount; readonly remote: boolean } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #text = '';
  #heard = 0;
  #left = false;

  constructor(command: readonly string[], events: HelperEvents) {
    this.#events = events;
    this.#child = startHelperProcess(command);
    this.#child.unref();
    for (const stream of [this.#child.stdin, this.#child.stdout]) if (stream instanceof Socket) stream.unref();
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.on('error', () => this.#end());
    this.#child.on('exit', () => this.#end());
    this.#rest();
  }

  get isBusy(): boolean {
    return this.#open.length > 0;
  }

  ask(requests: readonly Pending[], avoid: readonly string[], localOnly: boolean): void {
    const byViewpoint = new Map<string, Pending[]>();
    for (const request of requests) {
      const { key } = request.viewpoint;
      const same = byViewpoint.get(key);
      if (same === undefined) byViewpoint.set(key, [request]);
      else same.push(request);
    }
    const grouped = [...byViewpoint.values()];
    this.#open = grouped.flat();
    this.#child.stdin.write(encode({ avoid, localOnly, parts: grouped.flatMap(partOf) }));
    this.#expect();
  }

  /** Its open questions, the current one first. */
  unanswered(): readonly Pending[] {
    return this.#open.splice(0);
  }

  onExit(then: () => void): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.once('exit', then);
    else then();
  }

  /** Kills it without waiting: it ends when the kernel returns from the call that it waits in. */
  kill(): void {
    this.#left = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#child.stdout.destroy();
    this.#child.stdin.destroy();
    this.#child.kill('SIGKILL');
  }

  #hear(text: string): void {
    if (this.#left) return;
    this.#heard += 1;
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      const message = decodeMessage(line);
      if (message.type === 'enter') this.#mount = message;
      else this.#open.shift()?.resolve(message.answer);
    }
    if (this.isBusy) {
      this.#expect();
      return;
    }
    this.#rest();
    this.#events.ready();
  }

  #expect(): void {
    const isQuick = this.#mount?.remote || this.#open[0]?.question.kind === 'epoll';
    const limit = this.#heard === 0 ? START : isQuick ? REMOTE : LOCAL;
    this.#schedule(limit, () => {
      const heard = this.#heard;
      // This process may have been late itself: read pending answers first.
      setImmediate(() => {
        if (!this.#left && this.#heard === heard) this.#events.stuck(this, this.#mount?.mount ?? null);
      });
    });
  }

  #rest(): void {
    this.#schedule(IDLE, () => {
      this.#left = true;
      this.#child.stdin.end();
      this.#events.ended(this);
    });
  }

  #schedule(milliseconds: number, then: () => void): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(then, milliseconds).unref();
  }

  /** It ended by itself or could not be started. The question that it was working on is not asked again. */
  #end(): void {
    if (this.#left) return;
    this.#left = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const { resolve } of this.unanswered()) resolve(noAnswer);
    this.#events.ended(this);
  }
}

function partOf(requests: readonly Pending[]): readonly Part[] {
  const [first] = requests;
  return first === undefined
    ? []
    : [{ viewpoint: first.viewpoint, questions: requests.map(({ question }) => question) }];
}
