import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../../src/cli/commands/record.ts';
import { defaults } from '../../src/cli/settings.ts';
import { ReplaySource } from '../../src/source/replay.ts';
import type { Source } from '../../src/source/source.ts';
import { gunicorn } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(homedir(), '.workertop-record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** So many readings, ten seconds apart by their clock, as fast as they are asked for. */
function sourceOf(readings: number, stop: AbortController): Source {
  let count = 0;
  return {
    read: async () => {
      count += 1;
      if (count === readings) stop.abort();
      return { ...snapshot(gunicorn({ pid: 100, workers: [{}, {}] }), { uptime: count * 10 }), at: count * 10_000 };
    },
    close: () => {},
  };
}

async function readingsIn(file: string): Promise<number> {
  const source = new ReplaySource(file);
  let last = 0;
  do {
    last = source.index;
    await source.read();
  } while (source.index > last);
  source.close();
  return last;
}

it.each(['recording', 'recording.gz'])(
  'a recording %s keeps no more than the period asked for, and at least half of it',
  async (name) => {
    const stop = new AbortController();
    const settings = { ...defaults, delay: 0.001, keep: 200 };
    expect(await record(sourceOf(100, stop), join(folder, name), settings, stop.signal)).toBe(100);
    const files = readdirSync(folder).sort();
    expect(files).toEqual(name.endsWith('.gz') ? ['recording.1.gz', 'recording.gz'] : ['recording', 'recording.1']);
    const counts = await Promise.all(files.map((file) => readingsIn(join(folder, file))));
    const kept = counts.reduce((sum, count) => sum + count, 0);
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(kept).toBeLessThanOrEqual(22);
  },
);

it('a recording keeps within the size asked for', async () => {
  const stop = new AbortController();
  const max = 64 * 1024;
  await record(sourceOf(300, stop), join(folder, 'recording'), { ...defaults, delay: 0.001, max }, stop.signal);
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
  // A reading may go beyond it by its own size.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(max * 1.2);
});

it('a recording keeps every reading where no bound was asked for', async () => {
  const stop = new AbortController();
  await record(sourceOf(50, stop), join(folder, 'recording'), { ...defaults, delay: 0.001 }, stop.signal);
  expect(readdirSync(folder)).toEqual(['recording']);
  expect(await readingsIn(join(folder, 'recording'))).toBe(50);
});
