import type { Activity, Doing, ProcessState } from '../../../snapshot.ts';
import type { ActivityRequest } from '../../source.ts';
import { type ActivityFiles, filesHere, type KernelFile } from './activity-files.ts';
import { Descriptors, type EpollTargets } from './descriptors.ts';
import { doingAt, sameDoing, waits } from './doing.ts';
import { IdlePlaces, placeOf, type Sleeping } from './idle-places.ts';
import { buffer } from './kept-file.ts';
import { listeningAt } from './listening.ts';
import { Peers } from './peers.ts';
import { polled, selected } from './polled.ts';
import { type Call, callsOf, type Position, parseFutex, parseSyscall } from './syscalls.ts';
import { type Thread, Threads } from './threads.ts';

/** A process of a server. */
export interface Worker {
  readonly pid: number;
  /** Its identity. */
  readonly key: string;
  readonly state: ProcessState;
  /** Number of threads. */
  readonly threads: number;
}

/** The place in its program where a thread sleeps without a timeout. */
type Place = number;

/** The reading of one worker's threads. */
interface Read {
  readonly watched: Watched;
  readonly request: ActivityRequest;
  readonly threads: readonly { readonly thread: Thread; readonly does: Doing | Place }[];
}

interface Watched {
  readonly descriptors: Descriptors;
  readonly memory: KernelFile;
  readonly threads: Threads;
  last: Activity | null;
}

/**
 * Finds out whether workers are in use, from the system call in which they sleep (/proc/PID/syscall). An idle worker
 * waits for a connection at its listener, or for a task. The file needs the rights of a debugger (ptrace(2)): root's,
 * or the owner's unless Yama forbids it.
 */
export class ActivityReader {
  readonly #root: string;
  readonly #files: ActivityFiles;
  readonly #epollTargets: EpollTargets;
  readonly #calls: ReadonlyMap<number, Call> | null;
  readonly #peers: Peers;
  readonly #watched = new Map<string, Watched>();
  /** The masters' descriptors, by pid: a master shares pipes with its workers. */
  #masters = new Map<number, Descriptors>();
  /** Where idle threads of a server sleep, by pid of the master. */
  #places = new Map<number, IdlePlaces>();
  #now = 0;
  /** Seconds that the last reading took. */
  cost = 0;

  /** Whether the last reading left something unknown that the next one may find out. */
  waits = false;

  /** @param architecture the machine's, by Node's name */
  constructor(root: string, architecture: string, epollTargets: EpollTargets, files: ActivityFiles = filesHere) {
    this.#files = files;
    this.#root = root;
    this.#epollTargets = epollTargets;
    this.#calls = callsOf(architecture);
    this.#peers = new Peers(root, files);
  }

  /**
   * What each worker does now, by pid. Empty on an architecture whose system calls are unknown.
   * @param find returns the process with a pid; undefined if it has ended
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
    const reads = new Map<number, Read>();
    for (const [pid, request] of requests) {
      const worker = find(pid);
      if (worker === undefined) continue;
      seen.add(worker.key);
      if (request.rule.by === 'tasks') masters.set(request.master, this.#master(request.master));
      reads.set(pid, this.#readWorker(worker, request));
    }
    this.#learn([...reads.values()]);
    for (const [pid, read] of reads) activities.set(pid, this.#activityOf(read));
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
    threads.close();
    this.#watched.delete(key);
    this.#peers.forget(key);
  }

  #master(pid: number): Descriptors {
    return this.#masters.get(pid) ?? new Descriptors(`${this.#root}/${pid}`, this.#epollTargets, this.#files);
  }

  #watch(worker: Worker): Watched {
    let watched = this.#watched.get(worker.key);
    if (watched === undefined) {
      const folder = `${this.#root}/${worker.pid}`;
      watched = {
        descriptors: new Descriptors(folder, this.#epollTargets, this.#files),
        memory: this.#files.keep(`${folder}/mem`),
        threads: new Threads(folder, worker.pid, this.#files),
        last: null,
      };
      this.#watched.set(worker.key, watched);
    }
    return watched;
  }

  /**
   * Takes the number of connections right after a reading: it tells which threads were idle.
   * @param accepted open connections of the workers; null if unknown
   */
  connections(master: number, accepted: number | null): void {
    this.#places.get(master)?.connections(accepted);
  }

  /** Learns where idle threads sleep, from all workers of each server. */
  #learn(reads: readonly Read[]): void {
    const places = new Map<number, IdlePlaces>();
    const sleeping = new Map<number, Sleeping[]>();
    for (const { request, threads } of reads) {
      const { rule, master } = request;
      if (rule.by !== 'threads' || rule.idleIn !== 'place') continue;
      const of = sleeping.get(master) ?? [];
      of.push({ threads: rule.size ?? threads.length, places: threads.flatMap(({ does }) => placeIn(does)) });
      sleeping.set(master, of);
    }
    for (const [master, of] of sleeping) {
      const known = this.#places.get(master) ?? new IdlePlaces();
      known.add(of);
      places.set(master, known);
    }
    this.#places = places;
  }

  #readWorker(worker: Worker, request: ActivityRequest): Read {
    const { rule } = request;
    const watched = this.#watch(worker);
    const threads: { thread: Thread; does: Doing | Place }[] = [];
    for (const thread of watched.threads.of(rule, worker.threads, this.#now)) {
      const does = this.#look(thread, watched, worker, request);
      if (does === null) watched.threads.ended(thread);
      else threads.push({ thread, does });
    }
    return { watched, request, threads };
  }

  #activityOf({ watched, request: { rule, master }, threads }: Read): Activity {
    const places = this.#places.get(master);
    const doing = threads.map(({ thread, does }) => {
      const isIdle = typeof does === 'number' ? (places?.has(does) ?? null) : does === 'idle';
      if (isIdle) {
        thread.wasIdle = true;
        return 'idle';
      }
      // // A thread of the app may sleep like this for life.
      const isForeign = rule.by === 'threads' && rule.isMixed && !thread.wasIdle;
      if (isIdle === null || (isForeign && (typeof does === 'number' || does === waits.lock))) return 'unknown';
      return typeof does === 'number' ? waits.lock : does;
    });
    const { last } = watched;
    if (last !== null && last.by === rule.by && sameDoing(last.doing, doing)) return last;
    watched.last = { by: rule.by, doing };
    return watched.last;
  }

  /** What a thread does now; null if it has ended. */
  #look({ file }: Thread, watched: Watched, worker: Worker, request: ActivityRequest): Doing | Place | null {
    const length = file.read();
    if (length === 'missing') return null;
    if (length === 'denied' || worker.state === 'T' || worker.state === 't') return 'unknown';
    const position = parseSyscall(buffer, length);
    return position === null ? 'unknown' : this.#judge(position, watched, worker, request);
  }

  #judge(position: Position, watched: Watched, worker: Worker, request: ActivityRequest): Doing | Place {
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
        // // Without descriptors, select and poll just sleep.
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
        const { forever, shared, plain } = parseFutex(position);
        if (rule.by === 'threads' && rule.idleIn === 'place' && forever) return placeOf(position);
        if (rule.by === 'threads' && forever && plain) return 'idle';
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

function placeIn(does: Doing | Place): readonly Place[] {
  return typeof does === 'number' ? [does] : [];
}
