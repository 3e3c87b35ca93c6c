import { programOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

/** sidekiq. TTIN writes its threads to the log; TTOU would stop it (cli.rb). */
export const sidekiq = unscalable({
  kind: 'sidekiq',
  label: 'sidekiq',
  environment: ['RAILS_MAX_THREADS', 'SIDEKIQ_COUNT'],
  configuredIn: 'threads: `-c`, `RAILS_MAX_THREADS`',
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
