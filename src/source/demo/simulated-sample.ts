import type { HostSample, Listener, MemoryReading, Pressure, ProcessSample } from '../../snapshot.ts';
import type { Memory } from './memory.ts';
import { activityOf } from './simulated-activity.ts';
import type { SimulatedProcess, SimulatedServer } from './simulated-server.ts';

export const TICKS_PER_SECOND = 100;

const CORES = 2;

/** The figures of the simulated machine. */
export function hostOf({ host, use }: Memory, pressure: Pressure, load: HostSample['load']): HostSample {
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

/** One reading of a simulated process. */
export function sampleOf(
  process: SimulatedProcess,
  server: SimulatedServer,
  memory: MemoryReading,
  step: number,
): ProcessSample {
  const activity = activityOf(process, server, step);
  const { pid, ppid, startTicks, state, template } = process;
  const { pid: leader } = server.head;
  return {
    pid,
    startTicks,
    ppid,
    pgrp: leader,
    session: leader,
    state,
    cpuTicks: Math.floor(process.cpu * TICKS_PER_SECOND),
    memory,
    listeners: process === server.head ? listenersOf(server) : null,
    ...(activity === undefined ? {} : { activity }),
    facts: template.facts,
  };
}

function listenersOf({ template: { address, pid }, queue }: SimulatedServer): readonly Listener[] {
  return address === null ? [] : [{ address, inode: 10_000 + pid, queue: Math.floor(queue) }];
}
