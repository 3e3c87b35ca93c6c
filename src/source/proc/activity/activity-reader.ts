import type { Activity, Doing, ProcessState } from '../../../snapshot.ts';
import type { ActivityRequest } from '../../source.ts';
import { type ActivityFiles, filesHere, type KernelFile } from './activity-files.ts';
import { Descriptors, type EpollTargets } from './descriptors.ts';
import { doingAt, doingOf, isSameDoing, waits } from './doing.ts';
import { IdlePlaces, placeOf, type Sleeping } from './idle-places.ts';
import { buffer } from './kept-file.ts';
import type { LastCall } from './last-call.ts';
import { listeningAt } from './listening.ts';
import { Peers } from './peers.ts';
import { polled, selected } from './polled.ts';
import { type Call, type Called, callsOf, type Position, parseFutex } from './syscalls.ts';
import { type Place, type Thread, Threads } from './threads.ts';

/** A process of a server. */
export interface Worker {
  readonly pid: number;
  /** Its identity. */
  readonly key: string;
  readonly state: ProcessState;
  /** Number of threads. */
  readonly threads: number;
}

/** The reading of one worker's threads. */
interface Read {
  readonly pid: number;
  readonly watched: Watched;
  readonly request: ActivityRequest;
  readonly threads: readonly Thread[];
}

interface Watched {
  readonly descriptors: Descriptors;
  readonly memory: KernelFile;
  readonly threads: Threads;
  last: Activity | null;
  /** Number of the last reading that has it. */
  reading: number;
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
  #reading = 0;
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
    this.#reading += 1;
    this.#peers.begin(now);
    const masters = new Map<number, Descriptors>();
    const reads: Read[] = [];
    for (const [pid, request] of requests) {
      const worker = find(pid);
      if (worker === undefined) continue;
      if (request.rule.by === 'tasks') masters.set(request.master, this.#master(request.master));
      reads.push(this.#readWorker(worker, request));
    }
    this.#learn(reads);
    for (const read of reads) activities.set(read.pid, this.#activityOf(read));
    this.#masters = masters;
    this.#peers.end();
    for (const [key, watched] of this.#watched) if (watched.reading !== this.#reading) this.#forget(key, watched);
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
        reading: 0,
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
      const asleep = threads.flatMap(({ does }) => (typeof does === 'number' ? [does] : []));
      of.push({ threads: rule.size ?? threads.length, places: asleep });
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
    watched.reading = this.#reading;
    const threads = watched.threads.of(rule, worker.threads, this.#now);
    let hasEnded = false;
    for (const thread of threads) {
      const does = this.#look(thread, watched, worker, request);
      if (does === null) {
        watched.threads.ended(thread);
        hasEnded = true;
      } else thread.does = does;
    }
    const living = hasEnded ? threads.filter((thread) => watched.threads.has(thread)) : threads;
    return { pid: worker.pid, watched, request, threads: living };
  }

  #activityOf({ watched, request: { rule, master }, threads }: Read): Activity {
    const places = this.#places.get(master);
    const { last } = watched;
    let isSame = last !== null && last.by === rule.by && last.doing.length === threads.length;
    for (let index = 0; isSame && index < threads.length; index++)
      isSame = isSameDoing(doingOf(threads[index], rule, places), last?.doing[index]);
    if (isSame && last !== null) return last;
    watched.last = { by: rule.by, doing: threads.map((thread) => doingOf(thread, rule, places)) };
    return watched.last;
  }

  /** What a thread does now; null if it has ended. */
  #look({ file, last }: Thread, watched: Watched, worker: Worker, request: ActivityRequest): Doing | Place | null {
    const length = file.read();
    if (length === 'missing') return null;
    if (length === 'denied' || worker.state === 'T' || worker.state === 't') return 'unknown';
    const position = last.position(buffer, length);
    return position === null ? 'unknown' : this.#judge(position, last, watched, worker, request);
  }

  #judge(
    position: Position,
    last: LastCall,
    watched: Watched,
    worker: Worker,
    request: ActivityRequest,
  ): Doing | Place {
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
        const descriptors =
          call === 'poll' ? polled(position, watched.memory) : this.#selected(position, last, watched.memory);
        if (descriptors === null) return 'unknown';
        if (watched.descriptors.hasOneOf(descriptors, listeningAt(request.listeners).inodes, now)) return 'idle';
        const [first] = descriptors;
        // Without descriptors, select and poll just sleep.
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

  #selected(position: Called, last: LastCall, memory: KernelFile): readonly number[] | null {
    const known = last.selected(this.#now);
    if (known !== null) return known;
    const descriptors = selected(position, memory);
    if (descriptors !== null) last.keepSelected(descriptors, this.#now);
    return descriptors;
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
