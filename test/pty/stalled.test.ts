import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { openPty } from '../helpers/pty.ts';
import { workertopCommand } from '../helpers/workertop.ts';

/** Bytes that a process has written so far (proc_pid_io(5)). */
function written(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

it('the dashboard is ended by SIGTERM even while its terminal takes nothing', async () => {
  const [node, cli] = workertopCommand();
  const pty = openPty(node, [cli, 'demo', '--delay', '0.1'], { cols: 160, rows: 48 });
  await pty.waitFor('project1');
  pty.stall();
  let before = -1;
  await eventually('the terminal is full', async () => {
    const now = written(pty.pid);
    // Its own wakeups are a few bytes each.
    const full = before >= 0 && now - before < 500;
    before = now;
    if (!full) await new Promise((resolve) => setTimeout(resolve, 1000));
    return full;
  });
  process.kill(pty.pid, 'SIGTERM');
  expect((await pty.exit).code).toBe(143);
});

it('the dashboard repaints no more than what has changed', async () => {
  const pty = await openDashboard(['demo'], { cols: 120, rows: 36 });
  await pty.waitFor('project1');
  const before = pty.raw().length;
  // The demo has a reading each second, and each looks different.
  const screens = new Set<string>();
  await pty.waitFor((lines) => screens.add(lines.join('\n')).size > 30, 50);
  // A screen full each time would be several times as much.
  expect(pty.raw().length - before).toBeLessThan(60_000);
  await pty.close();
});
