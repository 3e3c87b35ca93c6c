import { bytes, duration, percent, plural } from '../../text/figures.ts';
import { sharePhrase } from '../activity/words.ts';
import { lastStretch, lull } from '../history/utilisation.ts';
import { freedBy, spareWorkers } from '../scaling/next-to-stop.ts';
import { eachServer, type Rule, scaling, serverAdvice } from './rule.ts';

/** Workers are idle if at most this fraction of them is in use, averaged over 15 seconds. */
const IDLE = 0.1;

/** Seconds. Shorter lulls mean nothing. */
const LONG_ENOUGH = 300;

/** Fraction of memory used above which idle workers are worth a warning. */
const SCARCE = 0.7;

/** Workers that are hardly ever in use while nothing waits for them. One fewer would do. CPU use does not show that. */
export const idleWorkers: Rule = (model, history) =>
  eachServer(model, (server, project) => {
    // A worker that waits for tasks is given one as soon as there is one: nobody waits while it is idle.
    const forTasks = server.activity?.rule.by === 'tasks';
    const spare = forTasks ? server.workers.current - server.workers.floor : spareWorkers(server);
    if (spare < 1 || (!forTasks && server.queue !== 0)) return null;
    const quiet = lull(history, server.key, IDLE);
    if (quiet === null) return null;
    const empty = lastStretch(history.series(`server:${server.key}`, 'queue'), (waiting) => waiting === 0);
    const seconds = forTasks ? quiet.seconds : Math.min(quiet.seconds, empty.seconds);
    if (seconds < LONG_ENOUGH) return null;
    const used = sharePhrase(server, quiet.share);
    if (used === null) return null;
    const { used: taken, total, usedShare } = model.host.memory;
    const frees = freedBy(server, 1);
    const gain =
      frees === null
        ? 'One fewer would do.'
        : `One fewer frees ≈${bytes(frees)} (${percent(taken / total)} → ${percent((taken - frees) / total)}).`;
    const workers = plural(server.workers.current, 'worker');
    const idle = `${workers}, ${used} for ${duration(seconds)}`;
    const isOnly = project.servers.length === 1;
    const queue = forTasks || !isOnly ? '' : ', nobody waited';
    return serverAdvice(project, server, {
      kind: 'idle-workers',
      severity: usedShare >= SCARCE ? 'warning' : 'info',
      text: `${isOnly ? '' : `${server.definition.label} ${server.head.pid}: `}${idle}${queue}. ${gain}`,
      frees,
      ...scaling(server, 'trim'),
    });
  });
