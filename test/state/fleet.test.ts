import { describe, expect, it } from 'vitest';
import { type FleetState, selectedMachine } from '../../src/state/fleet/fleet-state.ts';
import type { MachineFigures } from '../../src/state/fleet/machine.ts';
import { verdictOf } from '../../src/state/fleet/verdict.ts';
import { effectsOfKeys, fleetOf, happened, key, read, START } from '../helpers/machines.ts';
import { GB, MB } from '../helpers/samples.ts';

const memoryOf = (used: number, total = 2 * GB) => ({ total, used, available: total - used });
const order = (state: FleetState) => state.rows.map(({ host }) => host);
const lost = (host: string, reason = 'refused') => ({ type: 'state', host, state: { type: 'lost', reason } }) as const;

/** A machine watched for so many seconds, at one reading every ten. */
function watchedFor(seconds: number, figures: Partial<MachineFigures> = {}, last: Partial<MachineFigures> = figures) {
  let state = fleetOf(['a']);
  for (let passed = 0; passed <= seconds; passed += 10) {
    const now = passed === seconds ? last : figures;
    state = read(state, 'a', { at: START + passed * 1000, uptime: 1000 + passed, ...now });
  }
  const [machine] = state.machines;
  if (machine === undefined) throw new Error('there is no machine');
  return machine;
}

describe('that a machine could be smaller', () => {
  const idle = { memory: memoryOf(600 * MB) };

  it('is said after ten minutes in which half of it would have done, with how long and how much', () => {
    expect(verdictOf(watchedFor(600, idle))).toEqual({
      kind: 'smaller',
      evidence: 'In 10 min it used at most 600M of 2.00G and 10 % of its CPU: half would have been enough.',
    });
  });

  it.each([
    ['it was watched for less', 590, idle, idle],
    ['once more memory was used', 900, idle, { memory: memoryOf(900 * MB) }],
    ['with its swap it needs more', 600, { ...idle, swap: { total: GB, used: 300 * MB } }, undefined],
    ['its cores were busy', 600, { ...idle, cpu: 0.5 }, undefined],
    ['CPU is not known', 600, { ...idle, cpu: null }, undefined],
    ['no smaller one is rented', 600, { memory: memoryOf(100 * MB, 512 * MB) }, undefined],
  ])('is not said where %s', (_, seconds, figures, last) => {
    expect(verdictOf(watchedFor(seconds, figures, last ?? figures))).toBeNull();
  });

  it('counts only the time in which it was read', () => {
    let state = read(fleetOf(['a']), 'a', { uptime: 1000, ...idle });
    state = read(state, 'a', { uptime: 9000, ...idle });
    state = read(state, 'a', { uptime: 9010, ...idle });
    expect(state.machines[0]?.watch?.seconds).toBe(10);
  });
});

describe('that a machine is short of memory', () => {
  it('is said at once where less than a twentieth is available, and later, with when that was', () => {
    const full = { memory: memoryOf(1990 * MB) };
    expect(verdictOf(watchedFor(0, full))).toEqual({
      kind: 'short',
      evidence: 'Available memory is down to 58M of 2.00G.',
    });
    let state = read(fleetOf(['a']), 'a', full);
    state = read(state, 'a', { at: START + 300_000 });
    const [machine] = state.machines;
    expect(machine && verdictOf(machine)?.evidence).toBe('Available memory was down to 58M of 2.00G 5 min ago.');
  });

  it.each([
    ['swaps', { swapIn: 2 * MB }, '2.0M/s come from swap.'],
    ['waits for memory', { someAvg60: 0.3 }, 'Tasks wait for memory 30 % of the time.'],
  ])('is said where it %s', (_, pressure, evidence) => {
    const none = { someAvg10: null, someAvg60: null, fullAvg10: null, swapIn: null, swapOut: null, oomKills: null };
    expect(verdictOf(watchedFor(0, { pressure: { ...none, ...pressure } }))).toEqual({ kind: 'short', evidence });
  });
});

describe('the order of machines', () => {
  const three = () => {
    let state = read(fleetOf(['a', 'b', 'c', 'd']), 'a', { memory: memoryOf(500 * MB), workers: 9 });
    state = read(state, 'b', { memory: memoryOf(1500 * MB), workers: 1 });
    return read(state, 'c', { memory: memoryOf(1000 * MB), workers: 5 });
  };

  it('is that of the share of memory used, and machines of which nothing is known come last', () => {
    expect(order(three())).toEqual(['b', 'c', 'a', 'd']);
    expect(order(happened(three(), lost('b')))).toEqual(['c', 'a', 'b', 'd']);
    expect(order(happened(three(), key('S-i')))).toEqual(['a', 'c', 'b', 'd']);
  });

  it('is chosen from a menu', () => {
    expect(order(happened(three(), key('s'), key('down'), key('down'), key('down'), key('enter')))).toEqual([
      'a',
      'c',
      'b',
      'd',
    ]);
  });

  it('stays while figures hardly differ', () => {
    const close = read(three(), 'c', { memory: memoryOf(1510 * MB) });
    expect(order(close)).toEqual(['b', 'c', 'a', 'd']);
    expect(order(read(close, 'c', { memory: memoryOf(1600 * MB) }))).toEqual(['c', 'b', 'a', 'd']);
  });

  it('moves the chosen machine, and the selection with it', () => {
    const chosen = happened(three(), key('down'));
    expect(chosen.selected).toBe('c');
    expect(read(chosen, 'c', { memory: memoryOf(1900 * MB) })).toMatchObject({ selected: 'c', scroll: 0 });
  });
});

describe('the filter', () => {
  it('finds machines by name, project, state and verdict, all words together', () => {
    let state = read(fleetOf(['web1', 'web2', 'db1']), 'web1', { projects: ['shop'] });
    state = read(state, 'web2', { projects: ['blog'], memory: memoryOf(2 * GB) });
    state = happened(state, lost('db1'));
    const found = (text: string) => order(happened(state, key('/'), ...[...text].map(key))).sort();
    expect(found('web')).toEqual(['web1', 'web2']);
    expect(found('SHOP')).toEqual(['web1']);
    expect(found('lost')).toEqual(['db1']);
    expect(found('web short')).toEqual(['web2']);
    const none = happened(state, key('/'), key('x'), key('y'), key('enter'));
    expect(selectedMachine(none)).toBeNull();
    expect(effectsOfKeys(none, 'enter')).toEqual([]);
    expect(order(happened(none, key('escape')))).toHaveLength(3);
  });
});

describe('a key', () => {
  const two = () => happened(read(fleetOf(['a', 'b']), 'a'), lost('b'));

  it('opens a machine that is connected, and no other', () => {
    expect(effectsOfKeys(two(), 'enter')).toEqual([{ type: 'open', host: 'a' }]);
    expect(effectsOfKeys(two(), 'down', 'enter')).toEqual([]);
    expect(happened(two(), key('down'), key('enter')).notice?.text).toBe('b is lost: r connects again.');
  });

  it('asks for another attempt of the selected machine', () => {
    expect(effectsOfKeys(two(), 'down', 'r')).toEqual([{ type: 'refresh', host: 'b' }]);
  });

  it('quits from the list; a panel it closes', () => {
    expect(effectsOfKeys(two(), 'q')).toEqual([{ type: 'quit', code: 0 }]);
    expect(effectsOfKeys(two(), '?', 'q')).toEqual([]);
    expect(effectsOfKeys(two(), '?', 'C-c')).toEqual([{ type: 'quit', code: 130 }]);
  });

  it('moves through more machines than there are lines, and keeps the selection in sight', () => {
    const many = fleetOf(Array.from({ length: 50 }, (_, index) => `m${index}`));
    expect(happened(many, key('end'))).toMatchObject({ selected: 'm49', scroll: 32 });
    expect(happened(many, key('end'), key('home'))).toMatchObject({ selected: 'm0', scroll: 0 });
    expect(happened(many, key('pagedown'))).toMatchObject({ selected: 'm17', scroll: 0 });
  });
});
