import { openPty } from '../test/helpers/pty.ts';
import { pause } from './machine.ts';
import { workertop } from './monitors.ts';

const PRESSES = 200;

/** Seconds from a key to the first of what it changes on the screen, in order. */
export async function keyLatencies(): Promise<readonly number[]> {
  const [program, ...args] = workertop;
  const pty = openPty(program, args, { cols: 120, rows: 40 });
  await pty.waitFor('quit');
  // Many rows to move along.
  pty.press('end', 'right');
  await pause(4);
  const latencies: number[] = [];
  for (let press = 0; press < PRESSES; press++) {
    const before = pty.raw().length;
    const start = performance.now();
    pty.press(press % 40 < 20 ? 'down' : 'up');
    while (pty.raw().length === before && performance.now() - start < 1000) await pause(0.0005);
    latencies.push((performance.now() - start) / 1000);
    await pause(0.02);
  }
  await pty.close();
  return latencies.sort((a, b) => a - b);
}
