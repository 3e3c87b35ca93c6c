import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ServerDefinition } from './definition.ts';
import { modules, untitled } from './gunicorn.ts';
import { configuredIn, gunicornSettings, type WorkerSetting } from './kit/gunicorn-config.ts';
import { titleOf } from './kit/program.ts';
import { catches } from './kit/signal-mask.ts';

const title = /^gunicorn: dirty-(arbiter|worker)(?: \[(.+)\])?$/;

const workers: WorkerSetting = {
  flags: ['--dirty-workers'],
  line: /^\s*dirty_workers\s*=/,
  plain: /^dirty_workers\s*=\s*(\d+)\s*(?:#.*)?$/,
  variable: null,
};

/**
 * gunicorn's dirty arbiter, since 25.0 (dirty/arbiter.py): a child of the master with a pool of its own, which scales
 * by signals to it. It keeps as many workers as its apps ask for; that number is not visible from outside.
 */
export const gunicornDirty: ServerDefinition = {
  kind: 'gunicorn-dirty',
  label: 'gunicorn dirty',
  configuredIn: '`--dirty-workers`, `GUNICORN_CMD_ARGS`, `gunicorn.conf.py`',
  category: 'app',
  environment: ['GUNICORN_CMD_ARGS'],
  distribution: 'gunicorn',
  claim,
  // Its workers have the argv of gunicorn's other processes.
  claimChild: (facts) => untitled(facts),
  role: ({ parent }) => (parent === null ? 'master' : parent.parent === null ? 'worker' : 'helper'),
  configRequests(facts) {
    const claimed = claim(facts);
    return claimed === null ? [] : gunicornSettings(facts, claimed.args);
  },
  configured: (server) => configuredIn(server, workers),
  // dirty/worker.py calls `load_apps` in each worker.
  loads: () => modules,
  scaling: { method: 'signal', floor: 1, trims: 'oldest' },
};

function claim(facts: ProcessFacts): Claim | null {
  const [, what, app] = title.exec(titleOf(facts.argv) ?? '') ?? [];
  if (what !== undefined) {
    const role = what === 'arbiter' ? 'master' : 'worker';
    return app === undefined ? { role, args: null } : { role, args: null, app };
  }
  return isArbiter(facts) ? untitled(facts) : null;
}

/** Whether the mask is a dirty arbiter's: it handles the master's signals, except USR2. */
function isArbiter({ caught }: ProcessFacts): boolean {
  const handles = (['SIGHUP', 'SIGCHLD', 'SIGTTIN', 'SIGTTOU'] as const).every((signal) => catches(caught, signal));
  return handles && !catches(caught, 'SIGUSR2');
}
