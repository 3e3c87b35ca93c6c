import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPty } from '../test/helpers/pty.ts';
import { cpuOf, memoryOf, pause, workspace } from './machine.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/**
 * A copy of Node. With the same file, workertop would share the program's pages with this benchmark, and its PSS would
 * be half of what it is alone.
 */
const NODE = join(workspace, 'node');
copyFileSync(process.execPath, NODE);

export const workertop: readonly [string, ...string[]] = [NODE, CLI];

/** Seconds. */
const DELAY = 2;
/**
 * Seconds until a program has read what it reads only once. The cost of a dashboard that stays open is measured after
 * that.
 */
const WARM_UP = 12;

export interface Monitor {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What is in the screen's lines once the first frame is whole. */
  readonly drawn: (lines: readonly string[]) => boolean;
}

/** Where btop finds its interval. */
export function btopHome(): string {
  const home = join(workspace, 'btop');
  mkdirSync(join(home, 'btop'), { recursive: true });
  writeFileSync(join(home, 'btop', 'btop.conf'), `update_ms = ${DELAY * 1000}\n`);
  return home;
}

const user = userInfo().username;
/** A frame is whole once it lists processes, whose users are named. */
const listed = (lines: readonly string[]) => lines.filter((line) => line.includes(user)).length >= 8;

export const monitors: readonly Monitor[] = [
  {
    name: 'workertop',
    command: [...workertop, '-d', String(DELAY)],
    drawn: (lines) => ['system', 'quit'].every((word) => lines.some((line) => line.includes(word))),
  },
  { name: 'htop', command: ['htop', '-d', String(DELAY * 10)], drawn: listed },
  { name: 'btop', command: ['env', `XDG_CONFIG_HOME=${btopHome()}`, 'btop', '--utf-force'], drawn: listed },
  { name: 'glances', command: ['glances', '-t', String(DELAY), '--disable-check-update'], drawn: listed },
];

export interface Figures {
  /** Seconds on CPU for each refresh. */
  readonly cpu: number;
  /** Bytes. */
  readonly pss: number;
  readonly rss: number;
  /** Seconds from start to the first whole frame. */
  readonly firstFrame: number;
  /** Bytes to the terminal for each refresh. */
  readonly written: number;
}

const socket = join(workspace, 'tmux');
/** Certificates of the machine that measures would be loaded by each Node, and add to its memory. */
const { NODE_EXTRA_CA_CERTS: _, ...usual } = process.env;
const environment = { ...usual, LANG: 'C.UTF-8', TERM: 'xterm-256color' };

function tmux(...args: readonly string[]): string {
  return execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8', env: environment });
}

const STARTS = 5;

/** Seconds that the first start, which does not count, goes on: workertop keeps what was compiled for the next one. */
const FIRST_START = 5;

/** The median of some starts, in seconds, in a terminal of our own: tmux would add its part. */
async function firstFrameOf({ command: [program, ...args], drawn }: Monitor): Promise<number> {
  const first = openPty(program, args, { cols: 120, rows: 40 });
  await pause(FIRST_START);
  await first.close();
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const began = performance.now();
    const pty = openPty(program, args, { cols: 120, rows: 40 });
    while (!drawn(pty.lines())) {
      if (performance.now() - began > 30_000) throw new Error(`${program} has drawn nothing:\n${pty.text()}`);
      await pause(0.001);
    }
    times.push((performance.now() - began) / 1000);
    await pty.close();
  }
  return times.sort((a, b) => a - b)[STARTS >> 1] ?? Number.NaN;
}

/** One monitor in a terminal of 120 × 40. @param seconds over which it is watched */
export async function measure(monitor: Monitor, seconds: number): Promise<Figures> {
  const firstFrame = await firstFrameOf(monitor);
  const output = join(workspace, `${monitor.name}.out`);
  writeFileSync(output, '');
  tmux('new-session', '-d', '-x', '120', '-y', '40', 'sleep 1000');
  tmux('set-option', '-g', 'default-terminal', 'screen-256color');
  tmux('set-option', '-g', 'status', 'off');
  tmux('respawn-pane', '-k', `exec ${monitor.command.join(' ')}`);
  tmux('pipe-pane', `cat >> ${output}`);
  const pid = Number(tmux('display-message', '-p', '#{pane_pid}'));
  await pause(WARM_UP);
  const before = { cpu: cpuOf(pid), written: statSync(output).size };
  await pause(seconds);
  const refreshes = seconds / DELAY;
  const figures = {
    cpu: (cpuOf(pid) - before.cpu) / refreshes,
    written: (statSync(output).size - before.written) / refreshes,
    ...memoryOf(pid),
    firstFrame,
  };
  tmux('kill-server');
  await pause(0.3);
  return figures;
}
