import { bytes, plural } from '../../text/figures.ts';
import { freedBy, spareWorkers } from '../scaling/next-to-stop.ts';
import { eachServer, type Rule, scaling, serverAdvice } from './rule.ts';

/** Workers. gunicorn's documentation calls 4 to 12 enough. */
const ENOUGH_FOR_MOST = 12;

/**
 * More workers than `2 × cores + 1`, which gunicorn's documentation suggests starting with. It adds that 4 to 12
 * workers serve hundreds or thousands of requests per second (https://docs.gunicorn.org/en/stable/design.html).
 */
export const tooManyWorkers: Rule = (model) =>
  eachServer(model, (server, project) => {
    const { cores, recommendedWorkers } = model.host;
    const { current } = server.workers;
    const extra = Math.min(current - recommendedWorkers, spareWorkers(server));
    // If connections wait, the workers are needed.
    if (extra < 1 || (server.queue ?? 0) > 0) return null;
    const frees = freedBy(server, extra);
    const fewer = extra === 1 ? 'One fewer' : `${extra} fewer`;
    const gain = frees === null ? `${fewer} would do.` : `${fewer} ${extra === 1 ? 'frees' : 'free'} ≈${bytes(frees)}.`;
    const most = current > ENOUGH_FOR_MOST ? ' and 4 to 12 serve most sites' : '';
    return serverAdvice(project, server, {
      kind: 'too-many-workers',
      severity: 'info',
      text: `${current} workers on ${plural(cores, 'core')}, where 2 × cores + 1 is ${recommendedWorkers}${most}. ${gain}`,
      frees,
      ...scaling(server, 'trim'),
    });
  });
