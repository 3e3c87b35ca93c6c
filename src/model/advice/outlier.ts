import { bytes } from '../../text/figures.ts';
import { median } from '../history/trend.ts';
import type { ProcessNode } from '../model.ts';
import { availableActions } from '../scaling/process-actions.ts';
import { eachServer, nameOf, type Rule, serverAdvice } from './rule.ts';

/** A worker is an outlier from this many times the median of its siblings on, and with so many bytes more. */
const TIMES = 2;
const MORE = 64 * 1024 * 1024;

/** One worker that has far more memory than its siblings: it has served something large, or it leaks. */
export const outlier: Rule = (model) =>
  eachServer(model, (server, project) => {
    const workers = server.processes.filter(({ role, memory }) => role === 'worker' && memory.counted !== null);
    if (workers.length < 3) return null;
    const [largest] = workers.toSorted((a, b) => sizeOf(b) - sizeOf(a));
    if (largest === undefined) return null;
    const usual = median(workers.filter((worker) => worker !== largest).map(sizeOf));
    const size = sizeOf(largest);
    if (size < TIMES * usual || size - usual < MORE) return null;
    const canRecycle = availableActions(largest, server).some(
      ({ action, refusal }) => action === 'recycle' && refusal === null,
    );
    return serverAdvice(
      project,
      server,
      {
        kind: 'outlier',
        severity: 'info',
        text: `${nameOf(server, largest)} has ${bytes(size)}, its siblings ${bytes(usual)}: a leak, or one large task. A new one frees ≈${bytes(size - usual)}.`,
        frees: size - usual,
        key: canRecycle ? 'F9' : null,
        where: server.definition.recycling ?? null,
      },
      largest.pid,
    );
  });

function sizeOf({ memory }: ProcessNode): number {
  return memory.counted ?? 0;
}
