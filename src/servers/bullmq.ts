import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/**
 * The program that BullMQ and Bull fork for a processor in a file of its own (BullMQ's classes/child.ts, Bull's
 * lib/process).
 */
const sandbox =
  /\/node_modules\/(?:bullmq\/dist\/(?:cjs|esm)\/classes\/(?:main|master)|bull\/lib\/process\/master)\.js$/;

/** BullMQ's sandboxed processors: a worker in the app's process forks a child for each job that runs at once. */
export const bullmq = unscalable({
  kind: 'bullmq',
  label: 'BullMQ',
  configuredIn: '`concurrency` of the app’s Worker, not read',
  claim: ({ argv }) => {
    const { interpreter, script, args } = programOf(argv);
    return interpreter === 'node' && script !== null && sandbox.test(script) ? { role: 'worker', args } : null;
  },
  claimParent: ({ argv }) => {
    const { interpreter, name, args } = programOf(argv);
    return interpreter === 'node' && name !== null ? { role: 'master', args, app: name } : null;
  },
  configured: () => ({ count: null, by: null, where: 'unknown: concurrency of the app’s Worker' }),
  advice: 'Set concurrency of its Worker in the app, or start the app once more.',
});
