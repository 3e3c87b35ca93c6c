import type { HostPressure, Model } from '../../model/model.ts';
import { sumKnown } from '../../model/rates.ts';

/** The figures shown of one reading of a machine. Memory is in bytes; unknown is null. */
export interface MachineFigures {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Seconds since boot. */
  readonly uptime: number;
  /** The host name that the machine reports. */
  readonly name: string;
  readonly cores: number;
  readonly memory: { readonly total: number; readonly used: number; readonly available: number };
  readonly swap: { readonly total: number; readonly used: number };
  readonly pressure: HostPressure | null;
  /** Load average over one minute. */
  readonly load: number | null;
  /** CPU time of all processes since the previous reading, as a fraction of all cores. */
  readonly cpu: number | null;
  readonly projects: readonly string[];
  readonly workers: number;
  /** Connections waiting to be accepted. */
  readonly queue: number | null;
}

/** The extremes of all readings of a machine so far. Memory is in bytes. */
export interface Watch {
  /** Seconds watched. Gaps without a reading do not count. */
  readonly seconds: number;
  /** Uptime at the newest reading, in seconds since boot. */
  readonly uptime: number;
  readonly leastAvailable: number;
  /** Time of the least available memory, in milliseconds since 1970. */
  readonly leastAt: number;
  readonly mostSwapped: number;
  /** Highest CPU use between two readings, as a fraction of all cores; null before the second reading. */
  readonly mostCpu: number | null;
}

/** The state of the connection to a machine. */
export type MachineState =
  /** The machine waits for a slot to connect. */
  | { readonly type: 'waiting' }
  | { readonly type: 'connecting' /** Milliseconds since 1970. */; readonly since: number }
  | {
      readonly type: 'connected';
      /** Time since which an answer is late, in milliseconds since 1970; null if none is. */
      readonly late: number | null;
    }
  | { readonly type: 'lost'; readonly reason: string };

/** One of several machines. */
export interface Machine {
  /** The destination for ssh. */
  readonly host: string;
  readonly state: MachineState;
  /** The newest reading; null before the first. */
  readonly figures: MachineFigures | null;
  /** The extremes since the start; null before the first reading. */
  readonly watch: Watch | null;
}

/** Most characters of the host name: a hostile server could send a megabyte. */
const LONGEST_NAME = 100;

/** The figures of a reading that the list shows. */
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
