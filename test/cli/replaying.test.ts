import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Replaying, timeOf } from '../../src/cli/replaying.ts';
import { HEADING, RecordingWriter } from '../../src/source/recording.ts';
import { ReplaySource } from '../../src/source/replay.ts';
import { eventually } from '../helpers/eventually.ts';
import { gunicorn } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';

// Times of the day are local.
process.env['TZ'] = 'UTC';

let folder: string;
let file: string;

/** From 03:00 on, a reading every ten seconds for ten minutes; workers are 3, and 2 from 03:05 on. */
const BEGIN = Date.UTC(2026, 10, 25, 3);
const READINGS = 60;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-replay-'));
  file = join(folder, 'recording');
  const writer = new RecordingWriter((facts) => facts);
  const lines = Array.from({ length: READINGS }, (_, index) => {
    const workers = Array.from({ length: index < 30 ? 3 : 2 }, () => ({}));
    const processes = gunicorn({ pid: 100, workers });
    return writer.line({ ...snapshot(processes, { uptime: 1000 + index * 10 }), at: BEGIN + index * 10_000 });
  });
  writeFileSync(file, `${JSON.stringify(HEADING)}\n${lines.join('')}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function opened() {
  const source = new ReplaySource(file);
  await source.read();
  return { source, replaying: new Replaying(source) };
}

const clock = ({ at }: { readonly at: number }) => new Date(at).toISOString().slice(11, 19);

describe('a recording', () => {
  it('is played reading by reading, tells soon how many there are, and stays at its end', async () => {
    const { source, replaying } = await opened();
    expect(replaying.position).toMatchObject({ index: 1, paused: false, speed: 1 });
    await eventually('its readings to be counted', () => replaying.position.count === READINGS);
    expect(replaying.position.index).toBe(1);
    for (let index = 0; index < READINGS + 3; index++) await source.read();
    expect(replaying.position).toMatchObject({ index: READINGS, count: READINGS });
  });

  it('goes a minute on and back, and a reading at a time, which pauses it', async () => {
    const { source, replaying } = await opened();
    replaying.move({ type: 'seconds', seconds: 120 });
    expect(clock(await source.read())).toBe('03:02:00');
    replaying.move({ type: 'seconds', seconds: -60 });
    expect(clock(await source.read())).toBe('03:01:00');
    replaying.move({ type: 'readings', count: -1 });
    expect(clock(await source.read())).toBe('03:00:50');
    expect(clock(await source.read())).toBe('03:00:50');
    replaying.move({ type: 'pause' });
    expect(clock(await source.read())).toBe('03:01:00');
  });

  it('jumps to the change of workers, from before it and from after', async () => {
    const { source, replaying } = await opened();
    replaying.move({ type: 'event', direction: 1 });
    expect(clock(await source.read())).toBe('03:05:00');
    replaying.move({ type: 'seconds', seconds: 180 });
    await source.read();
    replaying.move({ type: 'event', direction: -1 });
    expect(clock(await source.read())).toBe('03:05:00');
  });

  it('stops at its ends', async () => {
    const { source, replaying } = await opened();
    replaying.move({ type: 'seconds', seconds: -600 });
    expect(clock(await source.read())).toBe('03:00:00');
    replaying.move({ type: 'seconds', seconds: 6000 });
    expect(clock(await source.read())).toBe('03:09:50');
  });

  it('is opened at a time', async () => {
    const source = new ReplaySource(file);
    await new Replaying(source).openAt('03:04:30');
    expect(clock(await source.read())).toBe('03:04:30');
  });
});

it.each([
  ['03:10', '2026-11-25T03:10:00.000Z'],
  ['02:10', '2026-11-26T02:10:00.000Z'],
  ['2026-11-27 01:02', '2026-11-27T01:02:00.000Z'],
])('the time %s is the first such one from the beginning on', (text, time) => {
  expect(new Date(timeOf(text, BEGIN)).toISOString()).toBe(time);
});

it.each(['25:00', 'noon', '', '3'])('%j is no time to open a recording at', (text) => {
  expect(() => timeOf(text, BEGIN)).toThrow(/a time looks like 03:10/);
});
