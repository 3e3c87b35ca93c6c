import type { Doing } from '../../src/snapshot.ts';
import { write } from './document.ts';
import { profiled } from './scenes.ts';
import { stage, watch } from './watch.ts';

/** Points by which a share may be off. */
const POINTS = 5;

const kinds = ['postgres', 'api', 'cpu', 'redis', 'sleep'] as const;

/** What workers in use wait for, as it is read and by the app's own timers. @returns whether all bars are met */
export async function profile(seconds: number): Promise<boolean> {
  const on = await stage(profiled);
  try {
    const { readings, intervals } = await watch(profiled, on, { seconds, every: 0.1, seed: 1 });
    const portOf = (name: string) => Number(on.env[name]);
    const backends = new Map([
      [portOf('POSTGRES_PORT'), 'postgres'],
      [portOf('API_PORT'), 'api'],
      [portOf('REDIS_PORT'), 'redis'],
    ]);
    const named = readings.flatMap(({ doing }) => nameOf(doing, backends) ?? []);
    const said = (kind: string) => named.filter((name) => name === kind).length / named.length;
    const timeOf = (wanted: string) =>
      intervals.filter(({ kind }) => kind === wanted).reduce((sum, { from, to }) => sum + to - from, 0);
    const all = timeOf('request');
    // What is left of a request is the server's own: it parses, writes and closes.
    const own = all - kinds.reduce((sum, kind) => sum + timeOf(kind), 0);
    const wasTrue = (kind: string) => (timeOf(kind) + (kind === 'cpu' ? own : 0)) / all;
    const met = kinds.every((kind) => Math.abs(said(kind) - wasTrue(kind)) * 100 <= POINTS);
    const cells = (of: (kind: string) => number) => kinds.map((kind) => `${(100 * of(kind)).toFixed(1)} %`).join(' | ');
    const rest = 1 - kinds.reduce((sum, kind) => sum + said(kind), 0);
    const lines = [
      `gunicorn sync ×4 for ${seconds} s. Each request waits for three backends, computes and sleeps; the app notes when.`,
      `The rest of a request, from accept to close, is gunicorn's own computing: ${((100 * own) / all).toFixed(1)} % of the time in use.`,
      'A worker that waits for a CPU is read as `cpu`: the app counts that as a part of whatever it does.',
      '',
      `| | ${kinds.join(' | ')} |`,
      `| --- | ${kinds.map(() => '--:').join(' | ')} |`,
      `| the app's timers | ${cells(wasTrue)} |`,
      `| read from outside | ${cells(said)} |`,
      '',
      `${named.length} readings of workers in use, ${(100 * rest).toFixed(1)} % of them something else. Allowed: ${POINTS} points: ${met ? 'met' : '**missed**'}.`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    write('profile', 'What workers in use wait for', lines);
    return met;
  } finally {
    await on.end();
  }
}

/** Null of an idle worker. */
function nameOf(doing: Doing, backends: ReadonlyMap<number, string>): string | null {
  if (doing === 'idle' || doing === 'unknown') return null;
  if (typeof doing === 'string') return doing;
  return doing.wait === 'net' ? (backends.get(doing.port) ?? 'other') : doing.wait;
}
