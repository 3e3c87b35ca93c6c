import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figures } from './monitors.ts';

export interface StoryFigures {
  readonly processes: number;
  readonly monitors: readonly (readonly [name: string, figures: Figures])[];
}

const TSX = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url));
const MAIN = fileURLToPath(new URL('story-main.ts', import.meta.url));

/**
 * What each monitor costs on the machine that workertop is made for, and on which nothing else is seen: in a PID
 * namespace of its own (unshare(1), which needs root).
 */
export function besideStory(seconds: number): StoryFigures {
  const command = ['--pid', '--fork', '--mount-proc', process.execPath, TSX, MAIN, String(seconds)];
  const output = execFileSync('unshare', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(output) as StoryFigures;
}
