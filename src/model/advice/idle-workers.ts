import { bytes, duration, percent, plural } from '../../text/figures.ts';
import { idle, lastStretch } from '../history/utilisation.ts';
import { freedBy, spareWorkers } from '../scaling/next-to-stop.ts';
import { eachServer, type Rule, scaling, serverAdvice } from './rule.ts';

/** Workers that use less than this share of their time are idle. */
const IDLE = 0.05;

/** Seconds. Shorter lulls say nothing. */
const LONG_ENOUGH = 300;

/** Share of memory from which on what idle workers hold is worth a warning. */
const SCARCE = 0.7;

/** Workers hardly use the CPU, and nobody waits: one fewer would do. */
export const idleWorkers: Rule = (model, history) =>
  eachServer(model, (server, project) => {
    if (server.queue !== 0 || spareWorkers(server) < 1) return null;
    const lull = idle(history, server.key, IDLE);
    const empty = lastStretch(history.series(`server:${server.key}`, 'queue'), (waiting) => waiting === 0);
    const seconds = Math.min(lull?.seconds ?? 0, empty.seconds);
    if (lull === null || seconds < LONG_ENOUGH) return null;
    const { used, total, usedShare } = model.host.memory;
    const frees = freedBy(server, 1);
    const gain =
      frees === null
        ? 'One fewer would do.'
        : `One fewer frees ≈${bytes(frees)} (${percent(used / total)} → ${percent((used - frees) / total)}).`;
    const workers = plural(server.workers.current, 'worker');
    return serverAdvice(project, server, {
      kind: 'idle-workers',
      severity: usedShare >= SCARCE ? 'warning' : 'info',
      text: `${workers}, ${percent(lull.share)} busy for ${duration(seconds)}, queue empty. ${gain}`,
      frees,
      ...scaling(server, 'trim'),
    });
  });
