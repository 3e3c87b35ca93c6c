import { expect, it } from 'vitest';
import { MachineReader } from '../../src/fleet/machine-reader.ts';
import { Slots } from '../../src/fleet/slots.ts';
import { Observer } from '../../src/observer.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import { LostLine } from '../../src/source/source.ts';
import type { MachineState } from '../../src/state/fleet/machine.ts';
import { eventually } from '../helpers/eventually.ts';

/** A machine that is there, cannot be reached, or never answers, as `line` says at the time. */
function machine(slots: Slots, line: { is: 'up' | 'down' | 'silent'; opened: number; reads: number }) {
  let now = Date.UTC(2026, 10, 23, 3);
  const demo = new DemoHost({ seed: 1, now: () => now }).source;
  const answer = async () => {
    if (line.is === 'silent') await new Promise(() => {});
    if (line.is === 'down') throw new LostLine('web1: refused');
  };
  const source = {
    open: async () => {
      line.opened++;
      await answer();
    },
    read: async (hints: Parameters<typeof demo.read>[0]) => {
      now += 2000;
      line.reads++;
      await answer();
      return demo.read(hints);
    },
    close: () => demo.close(),
  };
  const states: MachineState[] = [];
  const read: number[] = [];
  const reader = new MachineReader({
    source,
    observer: new Observer(source, { memoryTotal: null }),
    slots,
    interval: () => 0.02,
    state: (state) => states.push(state),
    figures: ({ workers }) => read.push(workers),
  });
  void reader.run();
  return { reader, states, read, line };
}

const up = () => ({ is: 'up', opened: 0, reads: 0 }) as const;

it('a machine is read again and again, and what is lost is not tried until asked', async () => {
  const { reader, states, read, line } = machine(new Slots(1), { ...up() });
  await eventually('three readings', () => read.length >= 3);
  expect(states.slice(0, 3).map(({ type }) => type)).toEqual(['waiting', 'connecting', 'connected']);
  line.is = 'down';
  await eventually('the loss', () => states.at(-1)?.type === 'lost');
  expect(states.at(-1)).toEqual({ type: 'lost', reason: 'refused' });
  const { opened, reads } = line;
  line.is = 'up';
  await reader.refresh();
  await eventually('another reading', () => line.reads > reads);
  expect(line.opened).toBe(opened + 1);
  reader.close();
});

it('a machine that never answers keeps no other from being connected and read', async () => {
  const slots = new Slots(2);
  const silent = [1, 2].map(() => machine(slots, { ...up(), is: 'silent' }));
  const other = machine(slots, { ...up() });
  await eventually('a reading of the other', () => other.read.length > 0);
  expect(silent.map(({ states }) => states.at(-1)?.type)).toEqual(['connecting', 'connecting']);
  for (const { reader } of [...silent, other]) reader.close();
});

it('no more machines connect at a time than may', async () => {
  const slots = new Slots(2);
  const silent = [1, 2, 3].map(() => machine(slots, { ...up(), is: 'silent' }));
  await eventually('two', () => silent.filter(({ line }) => line.opened > 0).length === 2);
  expect(silent.map(({ states }) => states.at(-1)?.type)).toEqual(['connecting', 'connecting', 'waiting']);
  for (const { reader } of silent) reader.close();
});

it('a machine that is open is read by its dashboard alone, one reading at a time', async () => {
  const { reader, read, line } = machine(new Slots(1), { ...up() });
  await eventually('a second reading', () => read.length >= 2);
  reader.hold();
  const options = { memoryBudget: 0, watch: new Set<number>() };
  await Promise.all([reader.observe(options), reader.observe(options)]);
  const { reads } = line;
  expect(read).toHaveLength(reads);
  // The list's own next reading was due long ago.
  for (let count = 0; count < 5; count++) await reader.observe(options);
  expect(line.reads).toBe(reads + 5);
  line.is = 'down';
  await expect(reader.observe(options)).rejects.toThrow(LostLine);
  line.is = 'up';
  await reader.observe(options);
  reader.release();
  await eventually('the list reads again', () => line.reads > reads + 7);
  reader.close();
});
