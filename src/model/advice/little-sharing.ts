import { bytes, percent } from '../../text/figures.ts';
import { median } from '../history/trend.ts';
import { givesBack } from '../memory.ts';
import { eachServer, type Rule, serverAdvice } from './rule.ts';

/** Bytes that a worker must have for itself to make it worth while. */
const WORTH_IT = 30 * 1024 * 1024;

/** A worker that has this share of its memory for itself shares hardly anything. */
const OWN = 0.8;

/** A master smaller than this share of a worker has not loaded the app that its workers have. */
const SMALL_MASTER = 0.6;

/**
 * Workers that each loaded the app for themselves. Loaded before they fork, what they do not write to is there once.
 * Measured with gunicorn and Django, 4 workers: 424 MB without, 145 MB with `--preload` after 200 requests.
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
