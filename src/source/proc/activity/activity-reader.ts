import { performance } from 'node:perf_hooks';
import type { ActivityRule } from '../../../probes.ts';
import type { Activity, Doing, ProcessState } from '../../../snapshot.ts';
import type { ActivityRequest } from '../../source.ts';
import { list, readText } from '../files.ts';
import { Descriptors, type EpollTargets } from './descriptors.ts';
import { doingAt, sameDoing, waits } from './doing.ts';
import { buffer, KeptFile } from './kept-file.ts';
import { listeningAt } from './listening.ts';
import { Peers } from './peers.ts';
import { polled, selected } from './polled.ts';
import { type Call, callsOf, type Position, parseFutex, parseSyscall } from './syscalls.ts';

/** A process of a server, as the reader of the proc tree has it. */
export interface Worker {
  readonly pid: number;
  /** Its identity. */
  readonly key: string;
  readonly state: ProcessState;
  /** Number of threads. */
  readonly threads: number;
}

/** A new thread may still set its name for this many seconds. */
const NAMING = 5;

interface Thread {
  readonly file: KeptFile;
  readonly isMain: boolean;
  name: string;
  readonly since: number;
}

interface Watched {
  readonly descriptors: Descriptors;
  readonly memory: KeptFile;
  readonly threads: Map<number, Thread>;
  /** How many threads it had when they were listed. */
  counted: number;
  last: Activity | null;
}

/**
 * Finds out whether workers are in use by the system call that they sleep in (/proc/PID/syscall). An idle worker waits
 * for a connection at its listener, or for a task. Reading this needs the rights of a debugger (ptrace(2)): root's, or
 * the owner's unless Yama forbids it.
 */
export class ActivityReader {
  readonly #root: string;
  readonly #epollTargets: EpollTargets;
  readonly #calls: ReadonlyMap<number, Call> | null;
  readonly #peers: Peers;
  readonly #watched = new Map<string, Watched>();
  /** By pid of a master: its descriptors, among them the pipes that it shares with its workers. */
  #masters = new Map<number, Descriptors>();
  #now = 0;
  /** Seconds that the last reading took. */
  cost = 0;

  /** Whether something was unknown in the last reading that may be known in the next. */
  waits = false;

  /** @param architecture Node's name for the machine's */
  constructor(root: string, architecture: string, epollTargets: EpollTargets) {
    this.#root = root;
    this.#epollTargets = epollTargets;
    this.#calls = callsOf(architecture);
    this.#peers = new Peers(root);
  }

  /**
   * What each worker does now, by pid. Empty on an architecture whose system calls are not known here.
   * @param find the process with a pid; undefined if it is gone
   * @param now seconds since boot
   */
  read(
    requests: ReadonlyMap<number, ActivityRequest>,
    find: (pid: number) => Worker | undefined,
    now: number,
  ): ReadonlyMap<number, Activity> {
    const began = performance.now();
    const activities = new Map<number, Activity>();
    if (this.#calls === null) return activities;
    this.#now = now;
    this.waits = false;
    this.#peers.begin(now);
    const seen = new Set<string>();
    const masters = new Map<number, Descriptors>();
    for (const [pid, request] of requests) {
      const worker = find(pid);
      if (worker === undefined) continue;
      seen.add(worker.key);
      if (request.rule.by === 'tasks') masters.set(request.master, this.#master(request.master));
      activities.set(pid, this.#activityOf(worker, request));
    }
    this.#masters = masters;
    this.#peers.end();
    for (const [key, watched] of this.#watched) if (!seen.has(key)) this.#forget(key, watched);
    this.cost = (performance.now() - began) / 1000;
    return activities;
  }

  close(): void {
    for (const [key, watched] of this.#watched) this.#forget(key, watched);
  }

  #forget(key: string, { memory, threads }: Watched): void {
    memory.close();
    for (const { file } of threads.values()) file.close();
    this.#watched.delete(key);
    this.#peers.forget(key);
  }

  #master(pid: number): Descriptors {
    return this.#masters.get(pid) ?? new Descriptors(`${this.#root}/${pid}`, this.#epollTargets);
  }

  #watch(worker: Worker): Watched {
    let watched = this.#watched.get(worker.key);
    if (watched === undefined) {
      const folder = `${this.#root}/${worker.pid}`;
      const kept = { descriptors: new Descriptors(folder, this.#epollTargets), memory: new KeptFile(`${folder}/mem`) };
      watched = { ...kept, threads: new Map(), counted: 0, last: null };
      this.#watched.set(worker.key, watched);
    }
    return watched;
  }

  #activityOf(worker: Worker, request: ActivityRequest): Activity {
    const { rule } = request;
    const watched = this.#watch(worker);
    this.#listThreads(watched, worker, rule);
    const doing: Doing[] = [];
    for (const [tid, thread] of watched.threads) {
      if (rule.by === 'threads' ? !rule.pool(thread.name, thread.isMain) : !thread.isMain) continue;
      const ofThread = this.#look(thread, watched, worker, request);
      if (ofThread === null) {
        thread.file.close();
        watched.threads.delete(tid);
        watched.counted = 0;
      } else doing.push(ofThread);
    }
    const { last } = watched;
    if (last !== null && last.by === rule.by && sameDoing(last.doing, doing)) return last;
    watched.last = { by: rule.by, doing };
    return watched.last;
  }

  #listThreads(watched: Watched, { pid, threads: count }: Worker, rule: ActivityRule): void {
    const { threads } = watched;
    if (rule.by !== 'threads') {
      if (threads.size === 0) threads.set(pid, this.#thread(`${this.#root}/${pid}`, true));
      return;
    }
    const folder = `${this.#root}/${pid}/task`;
    if (watched.counted !== count) {
      const tids = new Set((list(folder) ?? []).map(Number));
      for (const [tid, { file }] of threads) {
        if (tids.has(tid)) continue;
        file.close();
        threads.delete(tid);
      }
      for (const tid of tids) {
        if (!threads.has(tid)) threads.set(tid, this.#thread(`${folder}/${tid}`, tid === pid));
      }
      watched.counted = count;
    }
    for (const [tid, thread] of threads) {
      if (this.#now - thread.since < NAMING) thread.name = nameOf(`${folder}/${tid}`);
    }
  }

  #thread(folder: string, isMain: boolean): Thread {
    return { file: new KeptFile(`${folder}/syscall`), isMain, name: isMain ? '' : nameOf(folder), since: this.#now };
  }

  /** What a thread does now; null if it has ended. */
  #look({ file }: Thread, watched: Watched, worker: Worker, request: ActivityRequest): Doing | null {
    const length = file.read();
    if (length === 'missing') return null;
    if (length === 'denied' || worker.state === 'T' || worker.state === 't') return 'unknown';
    const position = parseSyscall(buffer, length);
    return position === null ? 'unknown' : this.#judge(position, watched, worker, request);
  }

  #judge(position: Position, watched: Watched, worker: Worker, request: ActivityRequest): Doing {
    const { rule } = request;
    if (position === 'running') return 'cpu';
    if (position === 'outside') return waits.disk;
    const call = this.#calls?.get(position.number);
    const descriptor = position.ints[0] ?? -1;
    const now = this.#now;
    switch (call) {
      case 'accept':
        return 'idle';
      case 'epoll': {
        if (rule.by === 'loop') return 'idle';
        const isOnListener = watched.descriptors.epollHasOneOf(descriptor, listeningAt(request.listeners).inodes, now);
        if (isOnListener === null) {
          this.waits = true;
          return 'unknown';
        }
        if (!isOnListener) return waits.other;
        return 'mayHaveThreads' in rule && rule.mayHaveThreads === true ? 'unknown' : 'idle';
      }
      case 'select':
      case 'poll': {
        if (rule.by === 'loop') return 'idle';
        const descriptors = call === 'poll' ? polled(position, watched.memory) : selected(position, watched.memory);
        if (descriptors === null) return 'unknown';
        if (watched.descriptors.hasOneOf(descriptors, listeningAt(request.listeners).inodes, now)) return 'idle';
        const [first] = descriptors;
        // Without descriptors, select and poll are ways to sleep.
        return first === undefined ? waits.sleep : this.#waitFor(first, watched, worker, request);
      }
      case 'io': {
        if (rule.by === 'tasks') {
          const pipes = this.#master(request.master).pipes(now);
          if (watched.descriptors.hasOneOf([descriptor], pipes, now)) return 'idle';
        }
        return this.#waitFor(descriptor, watched, worker, request);
      }
      case 'futex': {
        const { forever, shared } = parseFutex(position);
        if (rule.by === 'threads' && forever) return 'idle';
        const turn = 'takesTurns' in rule && rule.takesTurns === true;
        return turn && forever && shared ? 'idle' : waits.lock;
      }
      case 'restart':
        return 'unknown';
      case 'sleep':
      case 'child':
      case 'lock':
      case 'disk':
        return waits[call];
      case undefined:
        return waits.other;
    }
  }

  #waitFor(descriptor: number, watched: Watched, worker: Worker, request: ActivityRequest): Doing {
    const opened = watched.descriptors.opened(descriptor);
    if (opened === null) return waits.other;
    switch (opened.type) {
      case 'pipe':
        return waits.pipe;
      case 'file':
        return waits.disk;
      case 'other':
        return waits.other;
      case 'socket':
        return doingAt(this.#peers.of(opened.inode, worker.pid, worker.key), listeningAt(request.listeners));
    }
  }
}

function nameOf(folder: string): string {
  return (readText(`${folder}/comm`) ?? '').trimEnd();
}
