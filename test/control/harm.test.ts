import { describe, expect, it } from 'vitest';
import { harmSince } from '../../src/control/tune/harm.ts';
import { isServedLess } from '../../src/control/tune/served.ts';
import type { HostPressure, Model } from '../../src/model/model.ts';
import { gunicorn, watch } from '../helpers/models.ts';
import { MB } from '../helpers/samples.ts';

const { model } = watch(10, (_, uptime) => gunicorn({ pid: 100, workers: [{}, {}] }, uptime));

function hostWith(pressure: Partial<HostPressure>, swapped = 0): Model {
  const calm: HostPressure = {
    someAvg10: null,
    someAvg60: null,
    fullAvg10: null,
    swapIn: 0,
    swapOut: 0,
    oomKills: 0,
  };
  const { host } = model;
  return {
    ...model,
    host: { ...host, pressure: { ...calm, ...pressure }, swap: { ...host.swap, used: host.swap.used + swapped } },
  };
}

describe('a trial is given up', () => {
  const calm = hostWith({});

  it('when the kernel has killed a process', () => {
    expect(harmSince(calm, hostWith({ oomKills: 1 }), calm)).toContain('memory was full');
    expect(harmSince(hostWith({ oomKills: 4 }), hostWith({ oomKills: 4 }), calm)).toBeNull();
  });

  it('when swap grows, not when a page of it is written', () => {
    expect(harmSince(calm, hostWith({}, 80 * MB), calm)).toBe('swap grew by 80M');
    expect(harmSince(calm, hostWith({}, MB), calm)).toBeNull();
  });

  it('when the machine reads from swap at two readings running', () => {
    const swaps = hostWith({ swapIn: 5 * MB });
    expect(harmSince(calm, swaps, swaps)).toBe('the machine reads 5.0M/s from swap');
    expect(harmSince(calm, swaps, calm)).toBeNull();
  });

  it('when less is served while somebody waits: not when fewer ask, nor before a minute is over', () => {
    expect(isServedLess(1200, 700, 70, true)).toBe(true);
    expect(isServedLess(1200, 700, 70, false)).toBe(false);
    expect(isServedLess(1200, 700, 30, true)).toBe(false);
    expect(isServedLess(1200, 900, 70, true)).toBe(false);
    expect(isServedLess(20, 3, 70, true)).toBe(false);
    expect(isServedLess(null, 3, 70, true)).toBe(false);
  });
});
