import { bytes, plural } from '../../text/figures.ts';
import { givesBack } from '../memory.ts';
import type { Server } from '../model.ts';
import { type Rule, serverAdvice } from './rule.ts';

/**
 * Workers whose master has died. Nobody replaces, reloads or ends them, and they keep their memory and their socket.
 */
export const orphans: Rule = (model) =>
  model.projects.flatMap((project) => {
    const orphaned = project.servers.filter(isOrphan);
    const [first] = orphaned;
    if (first === undefined) return [];
    const frees = orphaned.reduce((sum, { memory }) => sum + (givesBack(memory) ?? 0), 0);
    const pids = orphaned.map(({ head }) => head.pid).join(' ');
    const are = orphaned.length === 1 ? 'has' : 'have';
    return [
      serverAdvice(project, first, {
        kind: 'orphans',
        severity: 'warning',
        text: `${plural(orphaned.length, 'worker')} ${are} lost the master: nobody ends or replaces them. Ending them frees ≈${bytes(frees)}.`,
        frees,
        where: `kill ${pids}`,
      }),
    ];
  });

/**
 * Whether a server consists of a single worker without the master that its kind has. A worker that forked the others is
 * no orphan.
 */
function isOrphan({ head, workers, definition }: Server): boolean {
  return head.role === 'worker' && workers.current === 0 && definition.category === 'app';
}
