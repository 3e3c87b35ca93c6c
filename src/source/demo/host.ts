import type { HostSample, Listener, MemoryReading, Pressure, ProcessSample, Snapshot } from '../../snapshot.ts';
import type { Source } from '../source.ts';
import { cast, type Family, MB, type Part } from './cast.ts';
import { activityOf } from './doing.ts';
import {
  type Actor,
  bury,
  dismiss,
  isDue,
  manage,
  nextBurst,
  STEPS_PER_SECOND,
  staying,
  type Troupe,
  work,
} from './family.ts';
import { type Memory, readMemory } from './memory.ts';
import { Random } from './random.ts';

/** What can be done to a process of the demo. */
export type DemoAction = 'continue' | 'reload' | 'recycle' | 'stop' | 'kill';

export interface DemoOptions {
  readonly seed: number;
  /** Wall clock, milliseconds since 1970. */
  now(): number;
}

const TICKS_PER_SECOND = 100;
const CORES = 2;

/** Seconds since boot when the demo begins. */
const BOOTED = 19 * 24 * 3600 + 60;

/** Minutes of the averages of load. */
const LOAD_MINUTES = [1, 5, 15] as const;

/** Every so many workers, one has a long request at hand when told to go. */
const SLOW_EVERY = 5;

/**
 * A machine that is only pretended: the same for the same seed, whenever it is looked at, as its time passes in steps of
 * a tenth of a second by the clock it is given. Its processes answer to signals as real ones would.
 */
export class DemoHost {
  readonly source: Source = { read: async () => this.#read(), close: () => {} };
  readonly #random: Random;
  readonly #now: () => number;
  readonly #began: number;
  #troupes: readonly Troupe[] = [];
  #step = 0;
  #nextPid = 2300;
  #load: readonly [number, number, number] = [0.4, 0.35, 0.3];
  #pressure = { someAvg10: 0, someAvg60: 0, fullAvg10: 0, swappedIn: 0, swappedOut: 0, oomKills: 0 };

  constructor({ seed, now }: DemoOptions) {
    this.#random = new Random(seed);
    this.#now = now;
    this.#began = now();
    for (const family of cast()) this.#troupes = [...this.#troupes, this.#assemble(family)];
  }

  /** TTIN or TTOU to a master, or the command that stands for it. @returns why not, as a sentence; null when it was sent */
  scale(pid: number, direction: 1 | -1): string | null {
    this.#advance();
    const found = this.#find(pid);
    if (found === null) return `${pid} has ended.`;
    const { troupe, actor } = found;
    if (actor !== troupe.head || !troupe.family.scalable) return `${pid} does not change its number of workers.`;
    troupe.wanted = Math.max(1, troupe.wanted + direction);
    return null;
  }

  /** @returns why not, as a sentence; null when the signal was sent */
  act(action: DemoAction, pid: number): string | null {
    this.#advance();
    if (pid <= 1) return `${pid} is never sent a signal.`;
    const found = this.#find(pid);
    if (found === null) return `${pid} has ended.`;
    const { troupe, actor } = found;
    if (action === 'continue') actor.state = 'S';
    else if (action === 'kill') this.#remove(troupe, actor);
    else if (action === 'reload') for (const worker of staying(troupe)) dismiss(worker, this.#step, true);
    else this.#end(troupe, actor);
    return null;
  }

  #end(troupe: Troupe, actor: Actor): void {
    dismiss(actor, this.#step, false);
    if (actor !== troupe.head) return;
    troupe.wanted = 0;
    for (const worker of troupe.workers) dismiss(worker, this.#step, true);
  }

  /** A head that goes takes its workers with it. */
  #remove(troupe: Troupe, actor: Actor): void {
    if (actor === troupe.head) this.#troupes = this.#troupes.filter((one) => one !== troupe);
    else bury(troupe, actor);
  }

  #find(pid: number): { readonly troupe: Troupe; readonly actor: Actor } | null {
    for (const troupe of this.#troupes) {
      const actor = [troupe.head, ...troupe.workers].find((one) => one.pid === pid);
      if (actor) return { troupe, actor };
    }
    return null;
  }

  #assemble(family: Family): Troupe {
    const born = -family.age * STEPS_PER_SECOND;
    const head = this.#actor({ pid: family.pid, ppid: family.pid === 1 ? 0 : 1, born, part: family.head });
    const burst = nextBurst(0, this.#random);
    const troupe = {
      family,
      head,
      workers: [],
      wanted: family.workers,
      startsAt: null,
      started: 0,
      queue: 0,
      inUse: 0,
      burst,
    };
    // Those of one family have their numbers in a row, and half a second between them.
    for (let index = 1; index <= family.workers; index++) {
      this.#start(troupe, family.pid + index, born + index * (STEPS_PER_SECOND / 2));
    }
    return troupe;
  }

  #start(troupe: Troupe, pid: number, born: number): void {
    const { family, head } = troupe;
    troupe.started += 1;
    const number = troupe.started;
    // It is the code that leaks: where no worker does, the next one will.
    const heir = number > family.workers && staying(troupe).every(({ growth }) => growth === 0);
    const leaks = family.leak !== null && (number === family.leak.number || heir);
    const slow = number === family.slow || number % SLOW_EVERY === 0;
    const growth = leaks ? (family.leak?.growth ?? 0) : 0;
    const part = family.worker(number);
    troupe.workers.push({ ...this.#actor({ pid, ppid: head.pid, born, part }), growth, slow: slow && family.scalable });
  }

  #actor(from: { readonly pid: number; readonly ppid: number; readonly born: number; readonly part: Part }): Actor {
    const { part, born } = from;
    const startTicks = Math.round((BOOTED + born / STEPS_PER_SECOND) * TICKS_PER_SECOND);
    const lived = Math.max(0, -born / STEPS_PER_SECOND);
    const { growth, state } = part;
    const cpu = lived * part.cpu * 0.3;
    return {
      ...from,
      startTicks,
      growth,
      slow: false,
      state,
      cpu,
      grown: 0,
      wobble: 0,
      leavesAt: null,
      surplus: false,
    };
  }

  #advance(): void {
    const step = Math.floor(((this.#now() - this.#began) / 1000) * STEPS_PER_SECOND);
    while (this.#step < step) this.#pass();
  }

  #pass(): void {
    this.#step += 1;
    const before = this.#cpuUsed();
    for (const troupe of this.#troupes) {
      if (isDue(troupe.head, this.#step)) this.#remove(troupe, troupe.head);
      else if (manage(troupe, this.#step)) this.#start(troupe, this.#pid(), this.#step);
      work(troupe, this.#step, this.#random);
    }
    const running = Math.max(0, this.#cpuUsed() - before) * STEPS_PER_SECOND;
    let memory = readMemory(this.#troupes, this.#step);
    while (memory.exhausted) {
      this.#killLargest(memory);
      memory = readMemory(this.#troupes, this.#step);
    }
    if (this.#step % STEPS_PER_SECOND === 0) this.#feel(memory, running);
  }

  #pid(): number {
    this.#nextPid += Math.floor(this.#random.between(1, 9));
    return this.#nextPid;
  }

  #cpuUsed(): number {
    return this.#troupes.reduce(
      (sum, { head, workers }) => workers.reduce((all, { cpu }) => all + cpu, sum + head.cpu),
      0,
    );
  }

  /** A second's load, and how short memory was in it. */
  #feel({ swapped }: Memory, running: number): void {
    const [one, five, fifteen] = LOAD_MINUTES;
    const towards = (before: number, value: number, seconds: number) =>
      before + (value - before) * (1 - Math.exp(-1 / seconds));
    const load = running + swapped * 4;
    const [a, b, c] = this.#load;
    this.#load = [towards(a, load, one * 60), towards(b, load, five * 60), towards(c, load, fifteen * 60)];
    const before = this.#pressure;
    const waiting = Math.min(0.95, swapped * 3);
    const traffic = Math.round(swapped * 24) * MB;
    this.#pressure = {
      someAvg10: towards(before.someAvg10, waiting, 10),
      someAvg60: towards(before.someAvg60, waiting, 60),
      fullAvg10: towards(before.fullAvg10, waiting / 2, 10),
      swappedIn: before.swappedIn + traffic,
      swappedOut: before.swappedOut + traffic,
      oomKills: before.oomKills,
    };
  }

  /** As Linux does when memory and swap are full. */
  #killLargest({ processes }: Memory): void {
    const size = ({ rss, swap }: MemoryReading) => rss + (swap ?? 0);
    const [largest] = [...processes].sort(([, a], [, b]) => size(b) - size(a));
    const found = largest ? this.#find(largest[0].pid) : null;
    if (found === null) return;
    this.#remove(found.troupe, found.actor);
    this.#pressure = { ...this.#pressure, oomKills: this.#pressure.oomKills + 1 };
  }

  #read(): Snapshot {
    this.#advance();
    const memory = readMemory(this.#troupes, this.#step);
    const processes = this.#troupes.flatMap((troupe) =>
      [troupe.head, ...troupe.workers].flatMap((actor) => {
        const reading = memory.processes.get(actor);
        return reading ? [sampleOf(actor, troupe, reading, this.#step)] : [];
      }),
    );
    return {
      at: this.#now(),
      uptime: BOOTED + this.#step / STEPS_PER_SECOND,
      host: hostOf(memory, this.#pressure, this.#load),
      accounting: 'pss',
      processes: processes.sort((a, b) => a.pid - b.pid),
      kernelThreads: 74,
      self: null,
    };
  }
}

function hostOf({ host, use }: Memory, pressure: Pressure, load: HostSample['load']): HostSample {
  return {
    name: 'vps1',
    os: 'Debian GNU/Linux 12 (bookworm)',
    cores: CORES,
    ticksPerSecond: TICKS_PER_SECOND,
    memory: host,
    cgroup: null,
    use,
    pressure: { ...pressure },
    load,
  };
}

function sampleOf(actor: Actor, troupe: Troupe, memory: MemoryReading, step: number): ProcessSample {
  const activity = activityOf(actor, troupe, step);
  const { pid, ppid, startTicks, state, part } = actor;
  const { pid: leader } = troupe.head;
  return {
    pid,
    startTicks,
    ppid,
    pgrp: leader,
    session: leader,
    state,
    cpuTicks: Math.floor(actor.cpu * TICKS_PER_SECOND),
    memory,
    listeners: actor === troupe.head ? listenersOf(troupe) : null,
    ...(activity === undefined ? {} : { activity }),
    facts: part.facts,
  };
}

function listenersOf({ family: { address, pid }, queue }: Troupe): readonly Listener[] {
  return address === null ? [] : [{ address, inode: 10_000 + pid, queue: Math.floor(queue) }];
}
