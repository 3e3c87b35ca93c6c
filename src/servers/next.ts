import { programOf, titleOf } from './kit/program.ts';
import { unscalable } from './kit/unscalable.ts';

const title = /^next-server \(v([^)]+)\)/;

/** Next.js, 14: `next start` is one process, which calls itself next-server. */
export const next = unscalable({
  kind: 'next',
  label: 'Next.js',
  configuredIn: 'one process',
  claim: ({ argv }) => {
    const version = title.exec(titleOf(argv) ?? '')?.[1];
    if (version !== undefined) return { args: null, version };
    const { name, args } = programOf(argv);
    return name === 'next' && (args[0] === 'start' || args[0] === 'dev') ? { args } : null;
  },
  role: ({ parent }) => (parent === null ? 'single' : 'helper'),
  advice: 'It is one process: pm2 or a reverse proxy can spread requests over several.',
});
