import { expect, it } from 'vitest';
import { Readings } from '../../src/dashboard/readings.ts';
import type { Model } from '../../src/model/model.ts';
import { Observer } from '../../src/observer.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import { LostLine, type Source } from '../../src/source/source.ts';
import { eventually } from '../helpers/eventually.ts';

/** Readings of the demo, whose connection breaks while `isCut` is set. */
function stage() {
  let now = Date.UTC(2026, 10, 23, 3);
  const demo = new DemoHost({ seed: 1, now: () => now }).source;
  const line = { isCut: false, reads: 0 };
  const source: Source = {
    read: async (hints) => {
      now += 2000;
      line.reads++;
      if (line.isCut) throw new LostLine('The connection to web1 broke');
      return demo.read(hints);
    },
    close: () => demo.close(),
  };
  const notices: string[] = [];
  const shown: Model[] = [];
  const readings = new Readings({
    observer: new Observer(source, { memoryTotal: null }),
    wanted: () => ({ watch: new Set<number>() }),
    interval: () => ({ delay: 0.01, most: null }),
    read: (model) => shown.push(model),
    lost: (error) => (error instanceof LostLine ? error.message : null),
    cutOff: () => ['shop 3 → 4 workers: interrupted.'],
    notice: (_, text) => notices.push(text),
  });
  return { readings, line, notices, shown };
}

it('a dashboard whose connection breaks says that figures are old, and connects again when asked', async () => {
  const { readings, line, notices, shown } = stage();
  const run = readings.run();
  await eventually('the first reading', () => shown.length > 0);
  line.isCut = true;
  await eventually('the break is told', () => notices.length > 0);
  expect(notices[0]).toBe(
    'The connection to web1 broke. The figures are old. shop 3 → 4 workers: interrupted. r connects again.',
  );
  const { reads } = line;
  const told = notices.length;
  readings.wake();
  await eventually('the break is told again', () => notices.length > told);
  expect(line.reads).toBe(reads);
  line.isCut = false;
  const before = shown.length;
  readings.refresh();
  await eventually('it reads again', () => shown.length > before);
  expect(notices.slice(-2)).toEqual(['Connecting again …', 'Connected again.']);
  readings.end();
  await run;
});

it('a dashboard ends with the error of a source that was never read', async () => {
  const { readings, line } = stage();
  line.isCut = true;
  await expect(readings.run()).rejects.toThrow('The connection to web1 broke');
});
