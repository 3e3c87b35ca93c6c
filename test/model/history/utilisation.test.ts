import { describe, expect, it } from 'vitest';
import { busy, idle } from '../../../src/model/history/utilisation.ts';
import { gunicorn, watch } from '../../helpers/models.ts';

const key = '100:10000';

describe('busy', () => {
  it('is what the workers used, averaged over them, and not what the master did', () => {
    const { history } = watch(300, (_, uptime) =>
      gunicorn({ pid: 100, workers: [{ busy: 0.6 }, { busy: 0.2 }] }, uptime),
    );
    expect(busy(history, key, 120)?.share).toBeCloseTo(0.4, 2);
    expect(busy(history, key, 120)?.seconds).toBeGreaterThan(90);
    expect(busy(history, key, 120)?.seconds).toBeLessThanOrEqual(120);
  });

  it('is at most 1 of each worker, however many threads it has', () => {
    const { history } = watch(120, (_, uptime) => gunicorn({ pid: 100, workers: [{ busy: 3 }, { busy: 0 }] }, uptime));
    expect(busy(history, key, 60)?.share).toBeCloseTo(0.5, 2);
  });

  it('is of the last minutes only', () => {
    const { history } = watch(600, (elapsed, uptime) =>
      gunicorn({ pid: 100, workers: [{ busy: elapsed < 300 ? 1 : 300 / elapsed }] }, uptime),
    );
    expect(busy(history, key, 120)?.share).toBeLessThan(0.01);
    expect(busy(history, key, 3600)?.share).toBeCloseTo(0.5, 1);
  });

  it('is not known of a server just seen, or never seen', () => {
    const { history } = watch(10, (_, uptime) => gunicorn({ pid: 100, workers: [{ busy: 1 }] }, uptime));
    expect(busy(history, key, 120)).toBeNull();
    expect(busy(history, '7:7', 120)).toBeNull();
  });
});

describe('idle', () => {
  it('tells how long it has been so', () => {
    const { history } = watch(900, (elapsed, uptime) =>
      gunicorn({ pid: 100, workers: [{ busy: elapsed < 300 ? 1 : 300 / elapsed }] }, uptime),
    );
    const lull = idle(history, key, 0.05);
    expect(lull?.seconds).toBeGreaterThan(560);
    expect(lull?.seconds).toBeLessThan(600);
    expect(lull?.share).toBeLessThan(0.001);
  });

  it('does not reach across a time without readings', () => {
    const { history } = watch(600, (elapsed, uptime) =>
      elapsed > 100 && elapsed < 400 ? [] : gunicorn({ pid: 100, workers: [{}] }, uptime),
    );
    expect(idle(history, key, 0.05)?.seconds).toBeLessThan(201);
  });

  it('is null while it is busy', () => {
    const { history } = watch(300, (_, uptime) => gunicorn({ pid: 100, workers: [{ busy: 0.3 }] }, uptime));
    expect(idle(history, key, 0.05)).toBeNull();
  });
});
