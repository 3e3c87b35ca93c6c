import { bytes, plural } from '../../text/figures.ts';
import { largestWorker, moreThatFit } from '../scaling/price.ts';
import { eachServer, type Rule, serverAdvice } from './rule.ts';

/** Limits of workers, set by hand, that allow more workers than fit in memory. Under load the machine would swap. */
export const beyondMemory: Rule = (model) =>
  eachServer(model, (server, project) => {
    const { current, most } = server.workers;
    const more = most === null ? 0 : most.count - current;
    const fit = moreThatFit(server, model);
    const each = largestWorker(server);
    if (most === null || fit === null || each === null || more <= fit) return null;
    return serverAdvice(project, server, {
      kind: 'beyond-memory',
      severity: 'info',
      text: `${most.by} is ${most.count} and ${plural(current, 'worker')} ${current === 1 ? 'runs' : 'run'}: ${more} more of ${bytes(each)} may start, and ${fit} fit in memory.`,
      where: server.scaling.available ? server.workers.configured.where : server.scaling.reason,
    });
  });
