import type { ProcessFacts } from '../snapshot.ts';
import type { Claim, ConfiguredWorkers, ServerProcesses } from './definition.ts';
import { absolutePath, byDefault, fromFlag, fromLines, fromVariable } from './kit/configured.ts';
import { flag, flags, positionals } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';
import { isSpawned } from './kit/python-multiprocessing.ts';
import { unscalable } from './kit/unscalable.ts';

/** The arguments of one of these programs; null when it is none of them. */
function argsOf({ argv }: ProcessFacts, names: readonly string[]): readonly string[] | null {
  const { name, args } = programOf(argv);
  return name !== null && names.includes(name) ? args : null;
}

function withApp(args: readonly string[], switches: readonly string[] = []): Claim {
  const app = positionals(args, new Set(switches))[0];
  return app === undefined ? { args } : { args, app };
}

/** A child that Python's multiprocessing has spawned is a worker of its server. */
const spawned = (facts: ProcessFacts): Claim | null => (isSpawned(facts) ? { role: 'worker', args: null } : null);

function fromFlagOr(names: readonly string[], fallback: (server: ServerProcesses) => ConfiguredWorkers) {
  return (server: ServerProcesses): ConfiguredWorkers => {
    const told = flag(server.claim.args ?? [], names);
    return told ? fromFlag(told) : fallback(server);
  };
}

/** hypercorn 0.13 forks its workers, which keep its argv; 0.18 spawns them (hypercorn/run.py). */
export const hypercorn = unscalable({
  kind: 'hypercorn',
  label: 'hypercorn',
  distribution: 'hypercorn',
  documented: { configured: '`-w`, `workers` of its `-c` file, else 1', tested: 'live' },
  claim: (facts) => {
    const args = argsOf(facts, ['hypercorn', 'hypercorn.__main__']);
    return args && withApp(args, ['--debug', '--reload', '--log-config']);
  },
  claimChild: spawned,
  bind: ({ claim: { args } }) => flags(args ?? [], ['-b', '--bind']).map(({ value }) => value),
  settings: (facts) => {
    const path = hypercornFile(facts);
    return path === null ? [] : [{ path, lines: /^\s*workers\s*=/ }];
  },
  configured: fromFlagOr(['-w', '--workers'], ({ head: { facts } }) => {
    const path = hypercornFile(facts) ?? '';
    return fromLines(path, facts.settings[path], /^workers\s*=\s*(\d+)\s*(?:#.*)?$/) ?? byDefault('hypercorn', 1);
  }),
  advice: 'Restart it with another -w.',
});

/** A TOML file, or one of Python's; a module is not looked for. */
function hypercornFile(facts: ProcessFacts): string | null {
  const told = flag(programOf(facts.argv).args, ['-c', '--config'])?.value.replace(/^file:/, '');
  return told === undefined || told.startsWith('python:') ? null : absolutePath(facts, told);
}

/** granian (Rust): titles as in granian/common.py and mp.py. */
export const granian = unscalable({
  kind: 'granian',
  label: 'granian',
  distribution: 'granian',
  environment: ['GRANIAN_WORKERS'],
  documented: { configured: '`--workers`, `GRANIAN_WORKERS`, else 1', tested: 'recorded' },
  claim: (facts) => {
    const title = titleOf(facts.argv);
    const entitled = /^granian (?:asgi|asginl|rsgi|wsgi) \S+ (\S+?)(?: (worker-\d+))?$/.exec(title ?? '');
    if (entitled) return { role: entitled[2] === undefined ? 'master' : 'worker', app: entitled[1] ?? '', args: null };
    const args = argsOf(facts, ['granian']);
    return args && withApp(args);
  },
  claimChild: spawned,
  configured: fromFlagOr(
    ['--workers'],
    ({ head }) => fromVariable(head.facts, 'GRANIAN_WORKERS') ?? byDefault('granian', 1, head.facts),
  ),
  advice: 'Restart it with another --workers; --workers-max-rss replaces workers that have grown.',
});

/** daphne: one process. */
export const daphne = unscalable({
  kind: 'daphne',
  label: 'daphne',
  distribution: 'daphne',
  documented: { configured: 'one process', tested: 'live' },
  claim: (facts) => {
    const args = argsOf(facts, ['daphne']);
    return args && withApp(args);
  },
  bind: ({ claim: { args } }) => {
    const port = flag(args ?? [], ['-p', '--port'])?.value ?? '8000';
    return [`${flag(args ?? [], ['-b', '--bind'])?.value ?? '127.0.0.1'}:${port}`];
  },
  configured: () => byDefault('daphne', 1),
  advice: 'It is one process: start another on another port, or behind a shared socket by --fd.',
});

/** waitress: threads in one process. */
export const waitress = unscalable({
  kind: 'waitress',
  label: 'waitress',
  distribution: 'waitress',
  documented: { configured: 'one process', tested: 'recorded' },
  claim: (facts) => {
    const args = argsOf(facts, ['waitress-serve', 'waitress']);
    return args && withApp(args, ['--call']);
  },
  bind: ({ claim: { args } }) => flags(args ?? [], ['--listen']).map(({ value }) => value),
  advice: 'It has threads, not workers: restart it with another --threads.',
});

/** rq: a worker forks a work horse for each job, which is none of a pool (rq/worker). */
export const rq = unscalable({
  kind: 'rq',
  label: 'rq',
  distribution: 'rq',
  documented: { configured: '`worker-pool -n`', tested: 'live' },
  claim: (facts) => {
    const title = titleOf(facts.argv) ?? '';
    const [, queue] = /^rq(?::worker:\S+)?: Listening on (.+?)(?:\.\.\.)?$/.exec(title) ?? [];
    if (queue !== undefined) return { args: null, app: queue };
    if (/^rq(?::worker:\S+)?: /.test(title)) return { args: null };
    const args = argsOf(facts, ['rq', 'rqworker']);
    return args && (args[0] === 'worker' || args[0] === 'worker-pool' || args.length === 0) ? { args } : null;
  },
  // Of a pool the children are workers; of a worker they are its horse and its scheduler, with the argv of whoever forked them.
  role: ({ parent, children, claim: { args } }) => {
    const isPool = (words: readonly string[] | null) => words?.[0] === 'worker-pool';
    if (parent !== null) return parent.parent === null && isPool(parent.claim.args) ? 'worker' : 'helper';
    return isPool(args) && children.length > 0 ? 'master' : 'single';
  },
  configured: ({ claim: { args } }) => {
    const told = flag(args ?? [], ['-n', '--num-workers']);
    return told ? fromFlag(told) : byDefault('rq', 1);
  },
  advice: 'Start or end another `rq worker`, or restart the pool with another -n.',
});

export const dramatiq = unscalable({
  kind: 'dramatiq',
  label: 'dramatiq',
  distribution: 'dramatiq',
  documented: { configured: '`-p`, else one for each core', tested: 'recorded' },
  claim: (facts) => {
    const args = argsOf(facts, ['dramatiq']);
    return args && withApp(args, ['--use-spawn', '--watch-use-polling', '-v']);
  },
  claimChild: spawned,
  configured: fromFlagOr(['-p', '--processes'], () => ({ count: null, by: 'default', where: 'one for each core' })),
  advice: 'Restart it with another -p.',
});

/** huey: in process mode the children are its workers and one scheduler, all with one argv. */
export const huey = unscalable({
  kind: 'huey',
  label: 'huey',
  distribution: 'huey',
  documented: { configured: '`-w`, else 1', tested: 'recorded' },
  claim: (facts) => {
    const args =
      argsOf(facts, ['huey_consumer.py', 'huey_consumer', 'huey.bin.huey_consumer']) ??
      djangoCommand(facts, 'run_huey');
    return args && withApp(args, ['-n', '--no-periodic', '-v', '--verbose', '-q', '--quiet', '-f', '--flush-locks']);
  },
  configured: fromFlagOr(['-w', '--workers'], () => byDefault('huey', 1)),
  advice: 'Restart it with another -w.',
});

export const arq = unscalable({
  kind: 'arq',
  label: 'arq',
  distribution: 'arq',
  documented: { configured: 'one process', tested: 'recorded' },
  claim: (facts) => {
    const args = argsOf(facts, ['arq']);
    return args && withApp(args, ['--burst', '--check']);
  },
  advice: 'It is one process: set max_jobs in its settings, or start another.',
});

export const flower = unscalable({
  kind: 'flower',
  label: 'flower',
  distribution: 'flower',
  documented: { configured: 'one process', tested: 'recorded' },
  claim: (facts) => {
    const args = argsOf(facts, ['celery', 'flower']);
    if (args === null) return null;
    const isFlower = programOf(facts.argv).name === 'flower' || positionals(args, new Set())[0] === 'flower';
    return isFlower ? { args } : null;
  },
  advice: 'It shows what celery does, and has no workers of its own.',
});

/** The arguments after a command of Django's manage.py. */
function djangoCommand({ argv }: ProcessFacts, command: string): readonly string[] | null {
  const { name, args } = programOf(argv);
  const isDjango = name === 'manage.py' || name === 'django-admin' || name === 'django';
  return isDjango && args[0] === command ? args.slice(1) : null;
}

/** Django's development server: unless told --noreload, a reloader with the same argv is its parent. */
export const runserver = unscalable({
  kind: 'django-runserver',
  label: 'django runserver',
  distribution: 'django',
  documented: { configured: 'one process', tested: 'live' },
  claim: (facts) => {
    const args = djangoCommand(facts, 'runserver') ?? djangoCommand(facts, 'runserver_plus');
    return args && { args };
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  bind: ({ claim: { args } }) => {
    const told =
      positionals(args ?? [], new Set(['--noreload', '--nothreading', '--insecure', '--ipv6', '-6']))[0] ?? '8000';
    return [told.includes(':') ? told : `127.0.0.1:${told}`];
  },
  advice: 'It is for development, and has no workers: run the project under gunicorn.',
});

export const jupyter = unscalable({
  kind: 'jupyter',
  label: 'jupyter',
  documented: { configured: 'a process for each notebook', tested: 'recorded' },
  claim: (facts) => {
    const args = argsOf(facts, ['jupyter', 'jupyter-lab', 'jupyter-notebook', 'jupyterhub', 'jupyter-server']);
    if (args) return { args };
    return argsOf(facts, ['ipykernel_launcher', 'ipykernel']) ? { role: 'helper', args: null } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'Shut down kernels that are not needed: each notebook has one.',
});
