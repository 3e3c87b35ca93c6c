import { programOf, titleOf } from '../servers/kit/program.ts';
import type { ProcessFacts } from '../snapshot.ts';

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh', 'busybox']);

/** Programs that start another and wait for it: inits of containers, task runners, programs that change the user. */
const runners = new Set([
  'tini',
  'tini-static',
  'docker-init',
  'dumb-init',
  'catatonit',
  'uv',
  'uvx',
  'poetry',
  'pipenv',
  'hatch',
  'conda',
  'mamba',
  'micromamba',
  'pdm',
  'npm',
  'npx',
  'yarn',
  'pnpm',
  'sudo',
  'doas',
  'su',
  'runuser',
  'setpriv',
  'gosu',
  'su-exec',
  'env',
  'dotenv',
  'doppler',
  'timeout',
  'cargo',
  'go',
  'air',
  'watchexec',
  'chpst',
  's6-setuidgid',
  'setsid',
  'nohup',
  'strace',
]);

/** Whether a process exists only to start another. A shell is one if it runs a command or a script. */
export function isWrapper({ argv }: ProcessFacts): boolean {
  // npm and its like give themselves a title: `npm start`, `npm run serve`.
  const entitled = /^(npm|npx|yarn|pnpm) \S/.test(titleOf(argv) ?? '');
  if (entitled) return true;
  const { interpreter, name, args } = programOf(argv);
  // `deno task start` and `bun run start` start what a file names.
  if (name === null) return (interpreter === 'deno' || interpreter === 'bun') && argv.length > 1;
  return shells.has(name) ? args.some((arg) => arg === '-c' || !arg.startsWith('-')) : runners.has(name);
}
