import type { Embeddable } from '../../servers/definition.ts';
import { bytes, percent } from '../../text/figures.ts';
import { givesBack } from '../memory.ts';
import type { Project, Server } from '../model.ts';
import { eachServer, type Rule, serverAdvice } from './rule.ts';

/** Bytes that a scheduler may reasonably take. */
const REASONABLE = 32 * 1024 * 1024;

/** Fraction of all memory above which it is worth a warning. */
const HOG = 0.03;

/**
 * celery beat as a process of its own loads the whole app only to send messages. A worker node can run it (`-B`), but
 * only if it is the only node: with two, each task would be sent twice (celery's documentation).
 */
export const beat: Rule = (model) =>
  eachServer(model, (server, project) => {
    const { memory, definition } = server;
    const { embeddable } = definition;
    const { counted, share } = memory;
    if (embeddable === undefined || counted === null || share === null || counted < REASONABLE) return null;
    // If a node runs a scheduler too, the rule `two-schedulers` reports it.
    const nodes = nodesOf(project, server, embeddable);
    if (nodes.some((node) => node.processes.some(({ role }) => role === 'scheduler'))) return null;
    const foldable = nodes.length === 1;
    const frees = givesBack(memory);
    const gain = frees === null ? 'would spare it' : `frees ≈${bytes(frees)}`;
    return serverAdvice(project, server, {
      kind: 'beat',
      severity: share >= HOG ? 'warning' : 'info',
      text: `${definition.shortLabel ?? definition.label} takes ${bytes(counted)} (${percent(share)}) to send a few messages. ${
        foldable ? `${embeddable.option} on its worker ${gain}.` : instead(embeddable, nodes.length)
      }`,
      frees: foldable ? frees : null,
      where: foldable ? embeddable.command(server.app) : null,
    });
  });

/** The worker nodes that could run it: those of the same app, if both are known. */
function nodesOf({ servers }: Project, { app }: Server, into: Embeddable): readonly Server[] {
  const nodes = servers.filter(({ kind }) => kind === into.kind);
  return nodes.filter((node) => app === null || node.app === null || node.app === app);
}

function instead({ option }: Embeddable, nodes: number): string {
  return `${option} needs a single worker node, and ${nodes === 0 ? 'none is here' : `there are ${nodes}`}.`;
}
