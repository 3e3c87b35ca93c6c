import { describe, expect, it } from 'vitest';
import { cpuShare, lull, usage } from '../../../src/model/history/utilisation.ts';
import { gunicorn, watch } from '../../helpers/models.ts';

const key = '100:10000';

describe('the share of workers in use', () => {
  it('is averaged over them, and has nothing to do with what they compute', () => {
    const { history } = watch(300, (_, uptime) =>
      gunicorn({ pid: 100, workers: [{ inUse: 0.9, cpu: 0.001 }, { inUse: 0.3 }] }, uptime),
    );
    expect(usage(history, key, 120)?.share).toBeCloseTo(0.6, 1);
    expect(usage(history, key, 120)?.seconds).toBeGreaterThan(90);
    expect(usage(history, key, 120)?.seconds).toBeLessThanOrEqual(120);
  });

  it('is not known where no reading tells it, however much they compute', () => {
    const { history } = watch(300, (_, uptime) => gunicorn({ pid: 100, workers: [{ cpu: 0.9, inUse: null }] }, uptime));
    expect(usage(history, key, 120)).toBeNull();
    expect(lull(history, key, 1)).toBeNull();
    expect(cpuShare(history, key, 120)?.share).toBeCloseTo(0.9, 2);
  });

  it('is of the last minutes only', () => {
    const { history } = watch(600, (elapsed, uptime) =>
      gunicorn({ pid: 100, workers: [{ inUse: elapsed < 300 ? 1 : 0 }] }, uptime),
    );
    expect(usage(history, key, 120)?.share).toBe(0);
    expect(usage(history, key, 3600)?.share).toBeCloseTo(0.5, 1);
  });

  it('is not known of a server just seen, or never seen', () => {
    const { history } = watch(10, (_, uptime) => gunicorn({ pid: 100, workers: [{ inUse: 1 }] }, uptime));
    expect(usage(history, key, 120)).toBeNull();
    expect(usage(history, '7:7', 120)).toBeNull();
  });
});

describe('the share of their time that workers compute', () => {
  it('is that of the workers, and not of the master', () => {
    const { history } = watch(300, (_, uptime) =>
      gunicorn({ pid: 100, workers: [{ cpu: 0.6 }, { cpu: 0.2 }] }, uptime),
    );
    expect(cpuShare(history, key, 120)?.share).toBeCloseTo(0.4, 2);
  });

  it('is at most 1 of each worker, however many threads it has', () => {
    const { history } = watch(120, (_, uptime) => gunicorn({ pid: 100, workers: [{ cpu: 3 }, { cpu: 0 }] }, uptime));
    expect(cpuShare(history, key, 60)?.share).toBeCloseTo(0.5, 2);
  });
});

describe('a lull', () => {
  it('is as long as it has been so', () => {
    const { history } = watch(900, (elapsed, uptime) =>
      gunicorn({ pid: 100, workers: [{ inUse: elapsed < 300 ? 1 : 0 }] }, uptime),
    );
    const quiet = lull(history, key, 0.05);
    expect(quiet?.seconds).toBeGreaterThan(560);
    expect(quiet?.seconds).toBeLessThan(600);
    expect(quiet?.share).toBe(0);
  });

  it('does not reach across a time without readings', () => {
    const { history } = watch(600, (elapsed, uptime) =>
      elapsed > 100 && elapsed < 400 ? [] : gunicorn({ pid: 100, workers: [{}] }, uptime),
    );
    expect(lull(history, key, 0.05)?.seconds).toBeLessThan(201);
  });

  it('is over while workers are in use', () => {
    const { history } = watch(300, (_, uptime) => gunicorn({ pid: 100, workers: [{ inUse: 0.3 }] }, uptime));
    expect(lull(history, key, 0.05)).toBeNull();
  });
});
