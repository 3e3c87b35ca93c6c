import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuOf, memoryOf, pause, workspace } from './machine.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Seconds. */
const DELAY = 2;
/** Programs of a virtual machine are compiled while they run: what is measured is what a dashboard costs that is kept open. */
const WARM_UP = 20;

export interface Monitor {
  readonly name: string;
  readonly command: string;
  /** What is on the screen once the first frame is whole. */
  readonly drawn: RegExp;
}

function btopHome(): string {
  const home = join(workspace, 'btop');
  mkdirSync(join(home, 'btop'), { recursive: true });
  writeFileSync(join(home, 'btop', 'btop.conf'), `update_ms = ${DELAY * 1000}\n`);
  return home;
}

export const monitors: readonly Monitor[] = [
  { name: 'workertop', command: `${process.execPath} ${CLI} -d ${DELAY}`, drawn: /PROJECT[\s\S]*quit/ },
  { name: 'htop', command: `htop -d ${DELAY * 10}`, drawn: /PID[\s\S]*F10/ },
  { name: 'btop', command: `env XDG_CONFIG_HOME=${btopHome()} btop --utf-force`, drawn: /Pid[\s\S]*Mem/ },
  { name: 'glances', command: `glances -t ${DELAY} --disable-check-update`, drawn: /TASKS/ },
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
const environment = { ...process.env, LANG: 'C.UTF-8', TERM: 'xterm-256color' };

function tmux(...args: readonly string[]): string {
  return execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { encoding: 'utf8', env: environment });
}

/** One monitor in a terminal of 120 × 40. @param seconds over which it is watched */
export async function measure({ name, command, drawn }: Monitor, seconds: number): Promise<Figures> {
  const output = join(workspace, `${name}.out`);
  writeFileSync(output, '');
  tmux('new-session', '-d', '-x', '120', '-y', '40', 'sleep 1000');
  tmux('set-option', '-g', 'default-terminal', 'screen-256color');
  tmux('set-option', '-g', 'status', 'off');
  const start = performance.now();
  tmux('respawn-pane', '-k', `exec ${command}`);
  tmux('pipe-pane', `cat >> ${output}`);
  while (!drawn.test(tmux('capture-pane', '-p'))) {
    if (performance.now() - start > 30_000)
      throw new Error(`${name} has drawn nothing:\n${tmux('capture-pane', '-p')}`);
    await pause(0.005);
  }
  const firstFrame = (performance.now() - start) / 1000;
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
