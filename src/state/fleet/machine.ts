import type { HostPressure, Model } from '../../model/model.ts';
import { sumKnown } from '../../model/rates.ts';

/** What is shown of one reading of a machine. Bytes; what is unknown is null. */
export interface MachineFigures {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since its boot. */
  readonly uptime: number;
  /** What it calls itself. */
  readonly name: string;
  readonly cores: number;
  readonly memory: { readonly total: number; readonly used: number; readonly available: number };
  readonly swap: { readonly total: number; readonly used: number };
  readonly pressure: HostPressure | null;
  /** Average over one minute. */
  readonly load: number | null;
  /** CPU of its processes since the reading before, as a fraction of all cores. */
  readonly cpu: number | null;
  readonly projects: readonly string[];
  readonly workers: number;
  /** Connections that wait to be accepted. */
  readonly queue: number | null;
}

/** What was seen of a machine in all readings so far. Bytes. */
export interface Watch {
  /** Seconds that were watched, without those in which it was not read. */
  readonly seconds: number;
  /** Seconds since boot of the newest reading. */
  readonly uptime: number;
  readonly leastAvailable: number;
  /** When that was, in milliseconds since 1970. */
  readonly leastAt: number;
  readonly mostSwapped: number;
  /** The most CPU between two readings, as a fraction of all cores; null before there are two. */
  readonly mostCpu: number | null;
}

/** Whether a machine can be read. */
export type MachineState =
  /** Its turn to connect has not come. */
  | { readonly type: 'waiting' }
  | { readonly type: 'connecting' /** Milliseconds since 1970. */; readonly since: number }
  | {
      readonly type: 'connected';
      /** Since when an answer is late, in milliseconds since 1970; null if none is. */
      readonly late: number | null;
    }
  | { readonly type: 'lost'; readonly reason: string };

/** One of several machines. */
export interface Machine {
  /** Its name for ssh. */
  readonly host: string;
  readonly state: MachineState;
  /** The newest reading; null before the first. */
  readonly figures: MachineFigures | null;
  /** What was seen of it since the start; null before the first reading. */
  readonly watch: Watch | null;
}

/** Characters of a name. A server that is not to be trusted could send a megabyte. */
const LONGEST_NAME = 100;

/** What is shown of a reading. */
export function figuresOf({ at, uptime, host, projects, system }: Model): MachineFigures {
  const { name, cores, memory, swap, pressure, load } = host;
  const servers = projects.flatMap((project) => project.servers);
  const cpu = sumKnown([...projects, system].map((group) => group.cpu));
  return {
    at,
    uptime,
    name: name.slice(0, LONGEST_NAME),
    cores,
    memory: { total: memory.total, used: memory.used, available: memory.available },
    swap: { total: swap.total, used: swap.used },
    pressure,
    load: load?.[0] ?? null,
    cpu: cpu === null ? null : cpu / cores,
    projects: projects.map((project) => project.name.slice(0, LONGEST_NAME)),
    workers: servers.reduce((sum, { workers }) => sum + workers.current, 0),
    queue: sumKnown(servers.map(({ queue }) => queue)),
  };
}
