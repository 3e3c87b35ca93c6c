import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';

/** Bytes of one argument at most, with the NUL at its end: MAX_ARG_STRLEN of the kernel. */
const LONGEST = 128 * 1024 - 1;

const beginnings = [
  'puma 6.4.2 (',
  'gunicorn: master [',
  '[celeryd: a:Beat] -a- (',
  'nginx: master process ',
  '',
] as const;

let hostile: readonly ChildProcess[] = [];

beforeAll(async () => {
  hostile = Array.from({ length: 20 }, (_, index) => {
    const beginning = beginnings[index % beginnings.length] ?? '';
    const title = (beginning + ') ['.repeat(LONGEST)).slice(0, LONGEST);
    return spawn('/bin/cat', [], { argv0: title, stdio: ['pipe', 'ignore', 'ignore'] });
  });
  await eventually('their titles', () => hostile.every(({ pid }) => kernel.commandLine(pid ?? 0).includes(') [')));
});
afterAll(() => {
  for (const child of hostile) child.kill('SIGKILL');
});

it('the dashboard shows its first frame and answers keys beside 20 processes with titles of 128 KiB', async () => {
  const started = performance.now();
  const pty = await openDashboard([], { cols: 120, rows: 36 });
  const first = performance.now() - started;
  const waits: number[] = [];
  for (const [key, seen] of [
    ['h', /┌─/],
    ['escape', /PROJECT \/ PROCESS/],
    ['end', /system/],
  ] as const) {
    const pressed = performance.now();
    pty.press(key);
    await pty.waitFor(seen);
    waits.push(performance.now() - pressed);
  }
  await pty.close();
  // A machine that is busy with other tests takes some hundreds of milliseconds; without a limit it was more than a minute.
  expect(first).toBeLessThan(3000);
  expect(Math.max(...waits)).toBeLessThan(1500);
});
