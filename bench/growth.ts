import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, trend } from '../src/model/history/trend.ts';
import { startFeeder } from './machine.ts';

/** Processes that come and go all the time. */
const CHURNING = 60;

/** Until history is full, an hour of readings, memory grows as it should. Then there is to be no growth. */
const HISTORY = 1800;

export interface Growth {
  readonly readings: number;
  /** Bytes on the heap after collection, when history was full, and at the end. */
  readonly early: number;
  readonly late: number;
  /** Bytes per reading that a robust fit finds; null where it cannot tell them from none. */
  readonly perReading: number | null;
}

/** Memory over so many readings, on a machine where processes and projects come and go. */
export async function growth(churn: string, readings: number): Promise<Growth> {
  const feeder = await startFeeder(churn, CHURNING);
  try {
    const program = fileURLToPath(new URL('growth-main.ts', import.meta.url));
    const args = ['--expose-gc', '--import', 'tsx', program, String(readings)];
    const lines = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n');
    const points = lines.map((line) => line.split(' ').map(Number)).filter(([reading = 0]) => reading > HISTORY);
    const times = points.map(([reading = 0]) => reading);
    const heap = points.map(([, bytes = 0]) => bytes);
    const few = Math.max(1, Math.floor(heap.length / 5));
    // The fit's unit is the hour, in seconds: here a reading is a second.
    const found = trend(times, heap);
    return {
      readings,
      early: median(heap.slice(0, few)),
      late: median(heap.slice(-few)),
      perReading: found === null ? null : found.perHour / 3600,
    };
  } finally {
    await feeder.end();
  }
}
