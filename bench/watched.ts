import { openPty } from '../test/helpers/pty.ts';
import { startStory } from '../test/helpers/story.ts';
import { pause } from './machine.ts';
import { workertop } from './monitors.ts';

const REQUESTS = 400;
/** At a time: as many as there are workers. */
const CLIENTS = 2;
const ROUNDS = 4;

export interface Latencies {
  /** Seconds, in order. */
  readonly without: readonly number[];
  readonly watched: readonly number[];
}

/**
 * Latency of a real gunicorn under load, whose workers hold 150 MB each, with and without a workertop that reads it
 * each second. Reading smaps_rollup holds a lock in the process that is read. The two take turns, so that a machine
 * that changes its pace does so for both.
 */
export async function watchedLatencies(): Promise<Latencies> {
  const story = await startStory({ workers: CLIENTS, ballastMb: 150 });
  try {
    const without: number[] = [];
    const watched: number[] = [];
    await load(story.project1.port, REQUESTS);
    for (let round = 0; round < ROUNDS; round++) {
      without.push(...(await load(story.project1.port, REQUESTS)));
      const [program, ...args] = workertop;
      const pty = openPty(program, [...args, '-d', '1'], { cols: 120, rows: 40 });
      await pty.waitFor('quit');
      await pause(2);
      watched.push(...(await load(story.project1.port, REQUESTS)));
      await pty.close();
    }
    return { without: without.sort(ascending), watched: watched.sort(ascending) };
  } finally {
    await story.stop();
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** So many requests of a page that takes memory anew each time, and what each took. */
async function load(port: number, count: number): Promise<number[]> {
  const latencies: number[] = [];
  const client = async () => {
    for (let request = 0; request < count / CLIENTS; request++) {
      const start = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/allocate?mb=4`)).text();
      latencies.push((performance.now() - start) / 1000);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return latencies;
}
