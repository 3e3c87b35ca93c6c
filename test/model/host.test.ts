import { describe, expect, it } from 'vitest';
import { hostModel } from '../../src/model/host.ts';
import { GB, host, MB, snapshot } from '../helpers/samples.ts';

describe('the memory total', () => {
  it('is the machine’s', () => {
    const { memory, recommendedWorkers } = hostModel(snapshot([]), null);
    expect(memory).toMatchObject({ total: 1536 * MB, limitedBy: 'MemTotal', used: 1024 * MB, available: 512 * MB });
    expect(memory.usedShare).toBeCloseTo(2 / 3);
    expect(recommendedWorkers).toBe(5);
  });

  it('is the container’s limit where that is lower', () => {
    const limited = (limit: number) => snapshot([], { host: host({ cgroup: { limit, used: 200 * MB } }) });
    expect(hostModel(limited(512 * MB), null).memory).toMatchObject({
      total: 512 * MB,
      limitedBy: 'cgroup',
      used: 200 * MB,
      available: 312 * MB,
    });
    expect(hostModel(limited(8 * GB), null).memory.limitedBy).toBe('MemTotal');
  });

  it('has no more available than a limit above it leaves, and the swap of the limit', () => {
    const cgroup = { limit: 512 * MB, used: 200 * MB, cache: 0, left: 50 * MB, swap: { most: 0, used: 0 } };
    const model = hostModel(snapshot([], { host: host({ cgroup }) }), null);
    expect(model.memory).toMatchObject({ used: 200 * MB, available: 50 * MB });
    expect(model.swap).toMatchObject({ total: 0, used: 0 });
  });

  it('is what the user says, above all else', () => {
    const { memory } = hostModel(snapshot([]), 512 * MB);
    expect(memory).toMatchObject({ total: 512 * MB, limitedBy: 'option', usedShare: 1, available: 0, free: 0 });
  });
});
