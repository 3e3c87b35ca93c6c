import { programOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

export const goodJob = unscalable({
  kind: 'good_job',
  label: 'good_job',
  environment: ['GOOD_JOB_MAX_THREADS'],
  configuredIn: 'threads: `GOOD_JOB_MAX_THREADS`',
  claim: ({ argv }) => {
    const { name, args } = programOf(argv);
    return name === 'good_job' ? { args } : null;
  },
  advice: 'It has threads, not workers: restart it with another --max-threads.',
});
