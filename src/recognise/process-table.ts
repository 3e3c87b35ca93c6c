import type { ProcessSample } from '../snapshot.ts';

const tables = new WeakMap<readonly ProcessSample[], ReadonlyMap<number, ProcessSample>>();

/** The processes of one snapshot by pid, made once for all who look. */
export function byPid(processes: readonly ProcessSample[]): ReadonlyMap<number, ProcessSample> {
  let table = tables.get(processes);
  if (table === undefined) {
    table = new Map(processes.map((process) => [process.pid, process]));
    tables.set(processes, table);
  }
  return table;
}
