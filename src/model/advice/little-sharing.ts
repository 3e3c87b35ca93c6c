import { bytes, percent } from '../../text/figures.ts';
import { median } from '../history/trend.ts';
import { givesBack } from '../memory.ts';
import { eachServer, type Rule, serverAdvice } from './rule.ts';

/** Bytes of own memory from which preloading is worthwhile. */
const WORTH_IT = 30 * 1024 * 1024;

/** A worker shares hardly anything if at least this fraction of its memory is its own. */
const OWN = 0.8;

/** A master smaller than this fraction of a worker has not loaded the app. */
const SMALL_MASTER = 0.6;

/**
 * Workers that each loaded the app themselves. If it is loaded before forking, pages that they do not write to exist
 * once. Measured with gunicorn, Django and 4 workers after 200 requests: 424 MB without and 145 MB with `--preload`.
 */
export const littleSharing: Rule = (model) =>
  eachServer(model, (server, project) => {
    const { preloading } = server.definition;
    const workers = server.processes.filter(({ role }) => role === 'worker').map(({ memory }) => memory);
    if (preloading === undefined || workers.length < 2 || !server.memory.exact) return null;
    const rss = median(workers.map((memory) => memory.rss));
    const least = Math.min(...workers.map((memory) => givesBack(memory) ?? 0));
    const own = median(workers.map((memory) => (givesBack(memory) ?? 0) / memory.rss));
    if (least < WORTH_IT || own < OWN || server.head.memory.rss > SMALL_MASTER * rss) return null;
    const frees = (workers.length - 1) * least;
    return serverAdvice(project, server, {
      kind: 'little-sharing',
      severity: 'info',
      text: `${workers.length} workers share little: ${percent(own)} of each is its own. ${preloading} frees up to ${bytes(frees)}.`,
      frees,
      where: preloading,
    });
  });
