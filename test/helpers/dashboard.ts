import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IBufferCell } from '@xterm/headless';
import { eventually } from './eventually.ts';
import { openPty, type Pty, type PtyOptions } from './pty.ts';
import { workertopCommand } from './workertop.ts';

/** Waits until the dashboard has drawn its list: the header in the first line names the machine. */
export async function drawn(pty: Pty): Promise<void> {
  await pty.waitFor((lines) => pty.alternateScreen() && /^\s*workertop\b(?!\s+reading)/.test(lines[0] ?? ''));
}

export async function openDashboard(args: readonly string[] = [], options: PtyOptions = {}): Promise<Pty> {
  const pty = openPty(...programAndArguments(args), options);
  await drawn(pty);
  return pty;
}

/** The dashboard within tmux, as many see it over SSH. */
export async function openDashboardInTmux(args: readonly string[] = [], options: PtyOptions = {}): Promise<Pty> {
  const folder = mkdtempSync(join(tmpdir(), 'workertop-tmux-'));
  const server = ['-S', join(folder, 'socket')];
  const [program, programArgs] = programAndArguments(args);
  const session = ['new-session', program, ...programArgs, ';', 'set-option', 'status', 'off'];
  const pty = openPty('tmux', [...server, '-f', '/dev/null', '-u', ...session], options);
  await drawn(pty);
  return {
    ...pty,
    // A lost terminal only detaches tmux, and what runs in it would stay.
    close: async () => {
      execFileSync('tmux', [...server, 'kill-server']);
      rmSync(folder, { recursive: true });
      return pty.exit;
    },
  };
}

function programAndArguments(args: readonly string[]): readonly [string, readonly string[]] {
  const [node, cli] = workertopCommand();
  return [node, [cli, ...args]];
}

function stands(cell: IBufferCell | undefined): boolean {
  return cell !== undefined && (cell.isInverse() !== 0 || !cell.isBgDefault());
}

/** The lines that stand out over their whole width but for the scrollbar, as the selected row does. */
function highlighted(pty: Pty): readonly string[] {
  const buffer = pty.terminal.buffer.active;
  return pty.lines().filter((_, row) => {
    const line = buffer.getLine(buffer.baseY + row);
    return stands(line?.getCell(0)) && stands(line?.getCell(pty.terminal.cols - 2));
  });
}

/** The header and the table's head are above it. */
const FIRST_ROW = 3;

/**
 * Where the selection stands, and on what, without the figures and marks that change beneath it. Null while a frame is drawn: then
 * no row stands out, or two do.
 */
function selection(pty: Pty): string | null {
  const lines = pty.lines();
  const rows = highlighted(pty).filter((line) => lines.indexOf(line) >= FIRST_ROW);
  const [row] = rows;
  return row === undefined || rows.length > 1 ? null : `${lines.indexOf(row)} ${row.slice(0, 24).replace(/ !.*/, '')}`;
}

/** Moves the selection down from the top to the first row that matches. */
export async function select(pty: Pty, row: RegExp): Promise<void> {
  await pty.waitFor(row);
  pty.press('home');
  await eventually('the selection to be at the top', () => selection(pty)?.startsWith(`${FIRST_ROW} `));
  while (!highlighted(pty).some((line) => row.test(line))) {
    const before = selection(pty);
    pty.press('down');
    await eventually(`the selection to move on from ${before}`, () => {
      const now = selection(pty);
      return now !== null && now !== before;
    });
  }
}
