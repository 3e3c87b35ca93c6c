import { bytes, duration, percent, plural } from '../../text/figures.ts';
import type { History } from '../history/history.ts';
import { median } from '../history/trend.ts';
import { cpuShare, lastStretch } from '../history/utilisation.ts';
import { givesBack } from '../memory.ts';
import type { Model, Server } from '../model.ts';
import { eachServer, type Finding, type Rule, scaling, serverAdvice } from './rule.ts';

/** Seconds. A shorter queue was a burst. */
const LONG_ENOUGH = 120;

/** Fraction of all cores in use above which more workers cannot help. */
const ALL_CORES = 0.9;
/** Fraction of memory in use above which there is no room for another worker. */
const FULL = 0.9;

/** Connections have been waiting for minutes: suggests more workers, if memory and cores allow. */
export const queue: Rule = (model, history) =>
  eachServer(model, (server, project) => {
    if (server.queue === null || server.queue < 1) return null;
    const { seconds } = lastStretch(history.series(`server:${server.key}`, 'queue'), (waiting) => waiting >= 1);
    if (seconds < LONG_ENOUGH) return null;
    const inside = server.activity?.waitingInside ?? 0;
    const where = inside > 0 ? 'wait for a thread' : 'wait to be accepted';
    const waits = `${server.queue} ${where}, for ${duration(seconds)}`;
    return serverAdvice(project, server, {
      kind: 'queue',
      severity: 'warning',
      ...remedy(server, model, history, waits),
    });
  });

function remedy(
  server: Server,
  model: Model,
  history: History,
  waits: string,
): Pick<Finding, 'text' | 'key' | 'where'> {
  const { cores, memory } = model.host;
  const count = server.workers.current;
  const used = cpuShare(history, server.key, LONG_ENOUGH)?.share ?? 0;
  if (count >= cores && used * count >= ALL_CORES * cores) {
    const all = plural(count, 'worker');
    return { text: `${waits}: ${all} use all of the CPU of ${plural(cores, 'core')}, more would not help.` };
  }
  const cost = costOfOneMore(server);
  if (cost === null) return { text: `${waits}: add a worker.`, ...scaling(server, 'add') };
  const after = (memory.used + cost) / memory.total;
  if (after > FULL) {
    return {
      text: `${waits}: one worker more costs ≈${bytes(cost)}, and ${left(memory.available)}: trim another first.`,
    };
  }
  const shares = `${percent(memory.used / memory.total)} → ${percent(after)}`;
  return { text: `${waits}: one worker more costs ≈${bytes(cost)} (${shares}).`, ...scaling(server, 'add') };
}

/** What is left, in words: a full machine still has some bytes available. */
function left(available: number): string {
  return available < 1024 * 1024 ? 'no memory is left' : `${bytes(available)} is left`;
}

/** Bytes that one more worker takes: the median of the workers' own memory. A new one starts below it and grows. */
function costOfOneMore(server: Server): number | null {
  const sizes = server.processes.flatMap(({ role, memory }) => (role === 'worker' ? (givesBack(memory) ?? []) : []));
  return sizes.length === 0 ? null : median(sizes);
}
