import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { gunicorn, hostUsing, own, watch } from '../../helpers/models.ts';
import { MB } from '../../helpers/samples.ts';

const steady = [{ memory: own(100) }, { memory: own(100) }];
const project = 'project:dir:/srv/sites/project1';

describe('history', () => {
  it('keeps what was counted for host, project, server and process, each with its time', () => {
    const { history, model } = watch(60, () => gunicorn({ pid: 100, workers: steady, queue: 3 }), {
      host: hostUsing(700 * MB),
    });
    const points = history.series(project);
    expect(points.values.at(-1)).toBeCloseTo(model.projects[0]?.memory.counted ?? 0, -3);
    expect(points.times.every((time) => time >= 100_000 && time <= 100_060)).toBe(true);
    expect(points.at.map((at) => (at - model.at) / 1000)).toEqual(points.times.map((time) => time - model.uptime));
    expect(history.latest('host')).toBe(700 * MB);
    expect(history.latest('server:100:10000', 'workers')).toBe(2);
    expect(history.latest('server:100:10000', 'queue')).toBe(3);
    expect(history.latest('process:101:10100')).toBe(102 * MB);
    expect(history.latest('process:999:1')).toBeNull();
  });

  it('averages over 15 seconds, whatever the delay, and keeps an hour of them', () => {
    const { history } = watch(4500, (elapsed) => gunicorn({ pid: 100, workers: steady, queue: elapsed % 4 }), {
      delay: 1,
    });
    const { times, values } = history.series('server:100:10000', 'queue');
    expect(times.length).toBe(240);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3500);
    // The last may hold a few readings only.
    for (const value of values.slice(0, -1)) expect(Math.abs(value - 1.5)).toBeLessThan(0.2);
  });

  it('leaves out what was not known, and does not take it for 0', () => {
    const { history } = watch(120, (elapsed) =>
      gunicorn({ pid: 100, workers: steady, queue: elapsed < 60 ? null : 2 }),
    );
    const { times, values } = history.series('server:100:10000', 'queue');
    expect(new Set(values)).toEqual(new Set([2]));
    expect(times[0]).toBeGreaterThanOrEqual(100_045);
    const unread = { rss: 300 * MB, pss: null, uss: null, quality: 'rss' } as const;
    const later = watch(60, (elapsed) =>
      gunicorn({ pid: 100, workers: [{ memory: elapsed < 6 ? unread : own(100) }] }),
    ).history;
    expect(Math.max(...later.series('process:101:10100').values)).toBeLessThan(103 * MB);
  });

  it('keeps time where readings are rare', () => {
    const { history } = watch(600, () => gunicorn({ pid: 100, workers: steady }), { delay: 60 });
    expect(history.series('host').times).toEqual(Array.from({ length: 11 }, (_, index) => 100_000 + index * 60));
  });

  it('remembers what ended for ten minutes', () => {
    const { history } = watch(300, (elapsed) => gunicorn({ pid: 100, workers: elapsed < 100 ? steady : [{}] }));
    expect(history.series('process:102:10200').values.length).toBeGreaterThan(0);
    const later = watch(800, (elapsed) => gunicorn({ pid: 100, workers: elapsed < 100 ? steady : [{}] })).history;
    expect(later.series('process:102:10200').values).toEqual([]);
    expect(later.series('process:101:10100').values.length).toBeGreaterThan(0);
  });

  it('does not mistake a process for an earlier one with its pid', () => {
    const { history } = watch(60, (elapsed) =>
      gunicorn({ pid: 100, workers: [{ memory: own(50) }] }).map((process) =>
        process.pid === 101 && elapsed >= 30 ? { ...process, startTicks: 10_003_000 } : process,
      ),
    );
    expect(Math.max(...history.series('process:101:10100').times)).toBeLessThan(100_030);
    expect(Math.min(...history.series('process:101:10003000').times)).toBeGreaterThan(100_025);
  });

  it('begins anew when the time runs backwards, as in a recording played again', () => {
    const { history } = watch(600, () => gunicorn({ pid: 100, workers: steady }));
    watch(30, () => gunicorn({ pid: 500, workers: steady }), { history });
    expect(history.series('host').values.length).toBe(3);
    expect(history.latest('server:100:10000')).toBeNull();
    expect(history.span).toBe(30);
  });
});

describe('the last hour in few values', () => {
  it('rises as memory does, and has no more than asked', () => {
    const { history } = watch(1200, (elapsed) => gunicorn({ pid: 100, workers: [{ memory: own(50 + elapsed / 10) }] }));
    const levels = (history.recentLevels('process:101:10100', 8) ?? []).filter((level) => level !== null);
    expect(levels.length).toBeGreaterThan(1);
    expect(levels.length).toBeLessThanOrEqual(8);
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
  });

  it('is null until there is something to draw', () => {
    const { history } = watch(4, () => gunicorn({ pid: 100, workers: steady }));
    expect(history.recentLevels('host', 8)).toBeNull();
    expect(history.recentLevels('process:5:5', 8)).toBeNull();
  });
});

describe('the timeline', () => {
  it('has the memory of a project as it was read, in steps of its own', () => {
    const { history } = watch(1200, (elapsed) =>
      gunicorn({ pid: 100, workers: [{ memory: own(elapsed < 1150 ? 100 : 40) }] }),
    );
    const id = history.timelineIds('10m').find((one) => one.startsWith('project:'));
    if (id === undefined) throw new Error('no project');
    const { at, values } = history.timeline(id, '10m');
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThanOrEqual(600_000);
    expect(new Set(values).size).toBe(2);
    expect(history.timeline(id, '24h').values.length).toBeLessThanOrEqual(5);
    expect(history.timeline(id, '1h').values.length).toBeGreaterThan(70);
  });
});

describe('events', () => {
  const workers = (count: number) => Array.from({ length: count }, () => ({ memory: own(100) }));

  it('are changes of workers, told once for several that come together, and who made them', () => {
    const { history } = watch(300, (elapsed) =>
      gunicorn({ pid: 100, workers: workers(elapsed < 100 ? 4 : elapsed < 110 ? 3 : 2) }),
    );
    expect(history.events.map(({ text, ours }) => [text, ours])).toEqual([['project1 4 → 2 workers', false]]);
    history.claimEvents('100:10000', 0);
    expect(history.events.map(({ ours }) => ours)).toEqual([true]);
  });

  it('are no worker that was replaced by another within seconds', () => {
    const { history } = watch(300, (elapsed) =>
      gunicorn({ pid: 100, workers: workers(elapsed >= 100 && elapsed < 104 ? 2 : 3) }),
    );
    expect(history.events).toEqual([]);
  });

  it('are servers that start and end, but not those that were there at first', () => {
    const beat = gunicorn({ pid: 500, project: 'other', workers: workers(1) });
    const { history } = watch(300, (elapsed) => [
      ...gunicorn({ pid: 100, workers: workers(2) }),
      ...(elapsed > 100 && elapsed < 200 ? beat : []),
    ]);
    expect(history.events.map(({ text }) => text)).toEqual([
      'other: gunicorn 500 started',
      'other: gunicorn 500 ended',
    ]);
  });
});

describe('memory of the history', () => {
  it('does not grow over 10,000 readings with births and deaths', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const sizes: number[] = [];
    watch(
      20_000,
      (elapsed) => {
        if (elapsed % 2000 === 0) {
          // What the first collection finds, the second gives back.
          collect();
          collect();
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          sizes.push(heapUsed + arrayBuffers);
        }
        return gunicorn({ pid: 100, workers: [{}, {}, {}] }).map((one, index) =>
          index === 0 ? one : { ...one, startTicks: 10_000_000 + elapsed * 100 },
        );
      },
      {},
    );
    // Ended processes are remembered for ten minutes, so it is full long before the third time.
    const full = sizes.slice(3);
    expect(Math.max(...full) - (full[0] ?? 0)).toBeLessThan(MB);
    expect((full[0] ?? 0) - (sizes[0] ?? 0)).toBeLessThan(6 * MB);
  });
});
