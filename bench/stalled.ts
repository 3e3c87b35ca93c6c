import { openPty } from '../test/helpers/pty.ts';
import { cpuOf, memoryOf, pause } from './machine.ts';
import { workertop } from './monitors.ts';

const READINGS_A_SECOND = 10;

export interface Stalled {
  /** Seconds on CPU for each reading, while the terminal is read and while it is not. */
  readonly read: number;
  readonly stalled: number;
  /** Bytes of RSS that it has grown by while the terminal was not read. */
  readonly grown: number;
}

/** What it costs while its terminal takes nothing, as with a stopped SSH client. @param seconds of each part */
export async function stalledCosts(seconds: number): Promise<Stalled> {
  const [program, ...args] = workertop;
  const pty = openPty(program, [...args, '-d', String(1 / READINGS_A_SECOND)], { cols: 120, rows: 40 });
  await pty.waitFor('quit');
  await pause(seconds);
  const perReading = async () => {
    const before = cpuOf(pty.pid);
    await pause(seconds);
    return (cpuOf(pty.pid) - before) / seconds / READINGS_A_SECOND;
  };
  const read = await perReading();
  pty.stall();
  // Until the kernel's buffer is full.
  await pause(seconds);
  const before = memoryOf(pty.pid).rss;
  const stalled = await perReading();
  const grown = memoryOf(pty.pid).rss - before;
  await pty.close();
  return { read, stalled, grown };
}
