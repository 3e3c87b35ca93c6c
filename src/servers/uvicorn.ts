import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, Member, Role, ServerDefinition, ServerProcesses } from './definition.ts';
import { byDefault, fromFlag, fromVariable } from './kit/configured.ts';
import { flag, hasFlag, positionals } from './kit/flags.ts';
import { programOf } from './kit/program.ts';
import { claimSpawned } from './kit/python-multiprocessing.ts';
import { catches } from './kit/signal-mask.ts';

const programs = new Set(['uvicorn', 'uvicorn.__main__', 'fastapi']);

const switches = new Set([
  '--reload',
  '--use-colors',
  '--no-use-colors',
  '--proxy-headers',
  '--no-proxy-headers',
  '--server-header',
  '--no-server-header',
  '--date-header',
  '--no-date-header',
  '--access-log',
  '--no-access-log',
  '--factory',
]);

/**
 * uvicorn, and `fastapi run` on top of it. Its supervisor handles TTIN and TTOU since 0.30.0
 * (supervisors/multiprocess.py).
 */
export const uvicorn: ServerDefinition = {
  kind: 'uvicorn',
  label: 'uvicorn',
  configuredIn: '`--workers`, `WEB_CONCURRENCY`, else 1',
  category: 'app',
  environment: ['WEB_CONCURRENCY'],
  directoryFlags: ['--app-dir'],
  distribution: 'uvicorn',
  claim,
  claimChild: claimSpawned,
  role,
  bind({ claim: { args } }) {
    const socket = flag(args ?? [], ['--uds'])?.value;
    if (socket !== undefined) return [`unix:${socket}`];
    const host = flag(args ?? [], ['--host'])?.value ?? '127.0.0.1';
    return [`${host}:${flag(args ?? [], ['--port'])?.value ?? '8000'}`];
  },
  configured,
  // Each worker is spawned, and imports the app itself (uvicorn/_subprocess.py).
  loads: () => /\.py$/,
  activity: () => ({ by: 'loop' }),
  scaling: { method: 'signal', floor: 1, trims: 'newest', refuse },
};

function claim(facts: ProcessFacts): Claim | null {
  const { name, args } = programOf(facts.argv);
  if (name === null || !programs.has(name)) return null;
  const words = positionals(args, switches);
  if (name !== 'fastapi') return words[0] === undefined ? { args } : { args, app: words[0] };
  if (words[0] !== 'run' && words[0] !== 'dev') return null;
  return words[1] === undefined ? { args } : { args, app: words[1] };
}

/** The supervisor of several workers catches TTIN; a reloader has one spawned child, too, and does not. */
function role({ process, claim, parent, children }: Member): Role {
  if (parent !== null) return 'worker';
  if (catches(process.facts.caught, 'SIGTTIN')) return 'master';
  return children.length > 0 && !hasFlag(claim.args ?? [], ['--reload']) ? 'master' : 'single';
}

function configured({ head: { facts }, claim: { args } }: ServerProcesses): ConfiguredWorkers {
  const given = flag(args ?? [], ['--workers']);
  return given ? fromFlag(given) : (fromVariable(facts, 'WEB_CONCURRENCY') ?? byDefault('uvicorn', 1, facts));
}

function refuse({ head: { facts }, claim: { args }, workers }: ServerProcesses): string | null {
  if (hasFlag(args ?? [], ['--reload'])) {
    return 'uvicorn --reload runs one worker, and TTIN would freeze it: start it with --workers instead.';
  }
  if (workers.length === 0) {
    return 'uvicorn runs as a single process, which TTIN would freeze: start it with --workers 2 or more.';
  }
  if (catches(facts.caught, 'SIGTTIN')) return null;
  return `uvicorn ${facts.packages['uvicorn'] ?? 'before 0.30'} takes no TTIN or TTOU: it would freeze. Upgrade to 0.30, or restart it with another --workers.`;
}
