import { fromVariable } from './kit/configured.ts';
import { flag } from './kit/flags.ts';
import { programOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** Passenger: watchdog, core, preloaders, and the apps themselves (WrapperRegistry/Registry.h). */
export const passenger = unscalable({
  kind: 'passenger',
  label: 'Passenger',
  documented: { configured: '`max_pool_size`, not read', tested: 'recorded' },
  claim: ({ argv }) => {
    const [, what, path] =
      /^Passenger (watchdog|core|AppPreloader|\w+App)(?:: (\S+).*)?$/.exec(argv.join(' ').trimEnd()) ?? [];
    if (what === undefined) return null;
    if (what === 'watchdog') return { role: 'master', args: null };
    const app = path === undefined ? {} : { app: path };
    return { role: what.endsWith('App') ? 'worker' : 'helper', args: null, ...app };
  },
  advice:
    'It scales by itself: set passenger_max_pool_size and passenger_min_instances, and look with passenger-memory-stats.',
});

/** sidekiq handles TTIN, by which it writes its threads to the log, and not TTOU, which would freeze it (cli.rb). */
export const sidekiq = unscalable({
  kind: 'sidekiq',
  label: 'sidekiq',
  environment: ['RAILS_MAX_THREADS', 'SIDEKIQ_COUNT'],
  documented: { configured: 'threads: `-c`, `RAILS_MAX_THREADS`', tested: 'live' },
  claim: ({ argv }) => {
    const [, version, tag] = /^sidekiq (\d\S*) +(?:(\S+) )?\[\d+ of \d+ busy\]/.exec(titleOf(argv) ?? '') ?? [];
    if (version !== undefined) return { args: null, version, ...(tag === undefined ? {} : { app: tag }) };
    const { name, args } = programOf(argv);
    return name === 'sidekiq' || name === 'sidekiqswarm' ? { args } : null;
  },
  configured: () => ({
    count: null,
    by: null,
    where: 'threads, not workers: -c, :concurrency in config/sidekiq.yml, RAILS_MAX_THREADS',
  }),
  signals: 'sidekiq writes its threads to the log on TTIN, and TTOU would freeze it.',
  advice: 'It has threads, not workers: restart it with another -c.',
});

export const resque = unscalable({
  kind: 'resque',
  label: 'resque',
  environment: ['COUNT', 'QUEUE'],
  documented: { configured: 'one process for each `COUNT`', tested: 'recorded' },
  claim: ({ argv }) => {
    const [, version, what] = /^resque-(\S+): (.+)$/.exec(titleOf(argv) ?? '') ?? [];
    if (version === undefined) return null;
    // A job runs in a child of its own.
    return what?.startsWith('Processing')
      ? { role: 'helper', args: null, version }
      : { role: 'single', args: null, version };
  },
  advice: 'Start or end another worker (COUNT).',
});

export const goodJob = unscalable({
  kind: 'good_job',
  label: 'good_job',
  environment: ['GOOD_JOB_MAX_THREADS'],
  documented: { configured: 'threads: `GOOD_JOB_MAX_THREADS`', tested: 'recorded' },
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'good_job' ? { args } : null;
  },
  advice: 'It has threads, not workers: restart it with another --max-threads.',
});

/** solid_queue: `solid-queue-supervisor(1.0): supervising …` and its processes. */
export const solidQueue = unscalable({
  kind: 'solid_queue',
  label: 'solid_queue',
  environment: ['JOB_CONCURRENCY'],
  documented: { configured: '`JOB_CONCURRENCY`', tested: 'recorded' },
  claim: ({ argv }) => {
    const [, what, version] = /^solid-queue-(\w+)\(([^)]+)\)/.exec(titleOf(argv) ?? '') ?? [];
    if (what === undefined || version === undefined) return null;
    const roles = {
      supervisor: 'master',
      fork_supervisor: 'master',
      worker: 'worker',
      scheduler: 'scheduler',
    } as const;
    const role = what in roles ? roles[what as keyof typeof roles] : 'helper';
    return { role, args: null, version };
  },
  configured: ({ head: { facts } }) =>
    fromVariable(facts, 'JOB_CONCURRENCY') ?? {
      count: null,
      by: null,
      where: 'unknown: processes in config/queue.yml, else 1',
    },
  advice: 'Set processes in config/queue.yml, or JOB_CONCURRENCY, and restart it.',
});

/** foreman, which starts what a Procfile says. */
export const foreman = unscalable({
  kind: 'foreman',
  label: 'foreman',
  category: 'supervisor',
  documented: { configured: '`-m`', tested: 'live' },
  environment: ['PS'],
  claim: ({ argv }) => {
    if (titleOf(argv) === 'foreman: master') return { role: 'single', args: null };
    const { name, args } = programOf(argv);
    return name === 'foreman' && args[0] === 'start' ? { role: 'single', args } : null;
  },
  configured: ({ claim: { args } }) => {
    const told = flag(args ?? [], ['-m', '-c', '--formation']);
    return {
      count: null,
      by: told ? `argv ${told.name}` : null,
      where: told ? `${told.name} ${told.value}` : 'its Procfile',
    };
  },
  advice: 'Start it with another formation: -m web=2.',
});
