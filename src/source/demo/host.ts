import type { MemoryReading, Snapshot } from '../../snapshot.ts';
import type { Source } from '../source.ts';
import { type Memory, readMemory } from './memory.ts';
import { Random } from './random.ts';
import { MB, type ProcessTemplate, type ServerTemplate, scenario } from './scenario.ts';
import { hostOf, sampleOf, TICKS_PER_SECOND } from './simulated-sample.ts';
import {
  active,
  askToStop,
  isDue,
  manage,
  nextBurst,
  remove,
  type SimulatedProcess,
  type SimulatedServer,
  STEPS_PER_SECOND,
  work,
} from './simulated-server.ts';

/** An action on a process of the demo. */
export type DemoAction = 'continue' | 'reload' | 'recycle' | 'stop' | 'kill';

export interface DemoOptions {
  readonly seed: number;
  /** Wall clock, milliseconds since 1970. */
  now(): number;
}

/** Seconds since boot when the demo begins. */
const BOOTED = 19 * 24 * 3600 + 60;

/** Minutes of the load averages. */
const LOAD_MINUTES = [1, 5, 15] as const;

/** Every SLOW_EVERY-th worker is busy with a long request when it is asked to stop. */
const SLOW_EVERY = 5;

/**
 * A simulated machine, deterministic for a seed: it advances in steps of 0.1 s of the given clock. Its processes handle
 * signals as real ones do.
 */
export class DemoHost {
  readonly source: Source = { read: async () => this.#read(), close: () => {} };
  readonly #random: Random;
  readonly #now: () => number;
  readonly #began: number;
  #servers: readonly SimulatedServer[] = [];
  #step = 0;
  #nextPid = 2300;
  #load: readonly [number, number, number] = [0.4, 0.35, 0.3];
  #pressure = { someAvg10: 0, someAvg60: 0, fullAvg10: 0, swappedIn: 0, swappedOut: 0, oomKills: 0 };

  constructor({ seed, now }: DemoOptions) {
    this.#random = new Random(seed);
    this.#now = now;
    this.#began = now();
    for (const template of scenario()) this.#servers = [...this.#servers, this.#assemble(template)];
  }

  /**
   * Sends TTIN or TTOU to a master, or runs the command in place of them.
   * @returns why not, as a sentence; null if it was sent
   */
  scale(pid: number, direction: 1 | -1): string | null {
    this.#advance();
    const found = this.#find(pid);
    if (found === null) return `${pid} has ended.`;
    const { server, process } = found;
    if (process !== server.head || !server.template.scalable) return `${pid} does not change its number of workers.`;
    server.wanted = Math.max(1, server.wanted + direction);
    return null;
  }

  /**
   * Sends a signal.
   * @returns why not, as a sentence; null if it was sent
   */
  act(action: DemoAction, pid: number): string | null {
    this.#advance();
    if (pid <= 1) return `${pid} is never sent a signal.`;
    const found = this.#find(pid);
    if (found === null) return `${pid} has ended.`;
    const { server, process } = found;
    if (action === 'continue') process.state = 'S';
    else if (action === 'kill') this.#remove(server, process);
    else if (action === 'reload') for (const worker of active(server)) askToStop(worker, this.#step, true);
    else this.#end(server, process);
    return null;
  }

  #end(server: SimulatedServer, process: SimulatedProcess): void {
    askToStop(process, this.#step, false);
    if (process !== server.head) return;
    server.wanted = 0;
    for (const worker of server.workers) askToStop(worker, this.#step, true);
  }

  /** Removes a process. If it is the head, its workers go too. */
  #remove(server: SimulatedServer, process: SimulatedProcess): void {
    if (process === server.head) this.#servers = this.#servers.filter((running) => running !== server);
    else remove(server, process);
  }

  #find(pid: number): { readonly server: SimulatedServer; readonly process: SimulatedProcess } | null {
    for (const server of this.#servers) {
      const process = [server.head, ...server.workers].find((candidate) => candidate.pid === pid);
      if (process) return { server, process };
    }
    return null;
  }

  #assemble(template: ServerTemplate): SimulatedServer {
    const born = -template.age * STEPS_PER_SECOND;
    const head = this.#process({ pid: template.pid, ppid: template.pid === 1 ? 0 : 1, born, template: template.head });
    const burst = nextBurst(0, this.#random);
    const server = {
      template,
      head,
      workers: [],
      wanted: template.workers,
      startsAt: null,
      started: 0,
      queue: 0,
      inUse: 0,
      burst,
    };
    // Workers of one server have consecutive pids, and start half a second apart.
    for (let index = 1; index <= template.workers; index++) {
      this.#start(server, template.pid + index, born + index * (STEPS_PER_SECOND / 2));
    }
    return server;
  }

  #start(server: SimulatedServer, pid: number, born: number): void {
    const { template, head } = server;
    server.started += 1;
    const number = server.started;
    // The code leaks, not the process: if no worker leaks, the next one will.
    const inheritsLeak = number > template.workers && active(server).every(({ growth }) => growth === 0);
    const leaks = template.leak !== null && (number === template.leak.number || inheritsLeak);
    const slow = number === template.slow || number % SLOW_EVERY === 0;
    const growth = leaks ? (template.leak?.growth ?? 0) : 0;
    server.workers.push({
      ...this.#process({ pid, ppid: head.pid, born, template: template.worker(number) }),
      growth,
      slow: slow && template.scalable,
    });
  }

  #process(from: {
    readonly pid: number;
    readonly ppid: number;
    readonly born: number;
    readonly template: ProcessTemplate;
  }): SimulatedProcess {
    const { template, born } = from;
    const startTicks = Math.round((BOOTED + born / STEPS_PER_SECOND) * TICKS_PER_SECOND);
    const lived = Math.max(0, -born / STEPS_PER_SECOND);
    const { growth, state } = template;
    const cpu = lived * template.cpu * 0.3;
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
    while (this.#step < step) this.#advanceOneStep();
  }

  #advanceOneStep(): void {
    this.#step += 1;
    const before = this.#cpuUsed();
    for (const server of this.#servers) {
      if (isDue(server.head, this.#step)) this.#remove(server, server.head);
      else if (manage(server, this.#step)) this.#start(server, this.#pid(), this.#step);
      work(server, this.#step, this.#random);
    }
    const running = Math.max(0, this.#cpuUsed() - before) * STEPS_PER_SECOND;
    let memory = readMemory(this.#servers, this.#step);
    while (memory.exhausted) {
      this.#killLargest(memory);
      memory = readMemory(this.#servers, this.#step);
    }
    if (this.#step % STEPS_PER_SECOND === 0) this.#updatePressure(memory, running);
  }

  #pid(): number {
    this.#nextPid += Math.floor(this.#random.between(1, 9));
    return this.#nextPid;
  }

  #cpuUsed(): number {
    return this.#servers.reduce(
      (sum, { head, workers }) => workers.reduce((all, { cpu }) => all + cpu, sum + head.cpu),
      0,
    );
  }

  /** Updates load and memory pressure after each second. */
  #updatePressure({ swapped }: Memory, running: number): void {
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

  /** Kills the largest process, as Linux does when memory and swap are full. */
  #killLargest({ processes }: Memory): void {
    const size = ({ rss, swap }: MemoryReading) => rss + (swap ?? 0);
    const [largest] = [...processes].sort(([, a], [, b]) => size(b) - size(a));
    const found = largest ? this.#find(largest[0].pid) : null;
    if (found === null) return;
    this.#remove(found.server, found.process);
    this.#pressure = { ...this.#pressure, oomKills: this.#pressure.oomKills + 1 };
  }

  #read(): Snapshot {
    this.#advance();
    const memory = readMemory(this.#servers, this.#step);
    const processes = this.#servers.flatMap((server) =>
      [server.head, ...server.workers].flatMap((process) => {
        const reading = memory.processes.get(process);
        return reading ? [sampleOf(process, server, reading, this.#step)] : [];
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
