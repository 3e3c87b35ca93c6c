import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, trend } from '../../../src/model/history/trend.ts';
import { gunicorn, watch } from '../../helpers/models.ts';
import { MB } from '../../helpers/samples.ts';

/** Uniform noise from −1 to 1 that is the same for the same seed. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Points each 15 seconds. */
function points(count: number, value: (time: number) => number): [number[], number[]] {
  const times = Array.from({ length: count }, (_, index) => 5000 + index * 15);
  return [times, times.map((time) => value(time - 5000))];
}

/** The share of series, each with a seed and a length, in which a trend was seen. */
function seen(count: (seed: number) => number, value: (seed: number) => (time: number) => number): number {
  const seeds = Array.from({ length: 300 }, (_, index) => index * 7919 + 1);
  return seeds.filter((seed) => trend(...points(count(seed), value(seed))) !== null).length / seeds.length;
}

const anyLength = (seed: number) => 4 + (seed % 236);

describe('no trend', () => {
  it('is said of too little data', () => {
    expect(trend([], [])).toBeNull();
    expect(trend([1, 2], [1, 2])).toBeNull();
    expect(trend(...points(7, (time) => time * MB))).toBeNull();
    const within = Array.from({ length: 30 }, (_, index) => index);
    expect(trend(within, within)).toBeNull();
  });

  it('is said of a flat line, whatever its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 240 }), fc.nat(), (count, level) => {
        expect(trend(...points(count, () => level))).toBeNull();
      }),
    );
  });

  it('is said of noise', () => {
    const share = seen(anyLength, (seed) => {
      const next = noise(seed);
      return () => 150 * MB + 5 * MB * next();
    });
    expect(share).toBeLessThan(0.01);
  });

  it('is said of noise that drifts and comes back', () => {
    const share = seen(anyLength, (seed) => {
      const next = noise(seed);
      let level = 0;
      return () => {
        level = 0.9 * level + MB * next();
        return 150 * MB + level;
      };
    });
    expect(share).toBeLessThan(0.02);
  });

  it('is said of a worker that loaded its app in one step or two, before and after it', () => {
    const share = seen(anyLength, (seed) => {
      const next = noise(seed);
      const [one, two] = [seed % 300, seed % 900];
      return (time) => (time < one ? 30 : time < two ? 90 : 150) * MB + MB * next();
    });
    expect(share).toBeLessThan(0.01);
  });

  it('is said of a sawtooth once it has come back', () => {
    for (const period of [60, 300, 600]) {
      const share = seen(
        (seed) => (2 * period) / 15 + (seed % 150),
        (seed) => {
          const next = noise(seed);
          return (time) => 150 * MB + 30 * MB * (((time + seed) % period) / period) + MB * next();
        },
      );
      expect(share, `period ${period}`).toBeLessThan(0.02);
    }
  });

  it('is said of what warmed up and is warm', () => {
    const share = seen(
      (seed) => 80 + (seed % 160),
      (seed) => {
        const next = noise(seed);
        const pace = 20 + (seed % 150);
        return (time) => 150 * MB - 100 * MB * Math.exp(-time / pace) + MB * next();
      },
    );
    expect(share).toBeLessThan(0.01);
  });

  it('is said of a leak that has ended', () => {
    const next = noise(1);
    expect(trend(...points(120, (time) => Math.min(600, time) * 0.1 * MB + MB * next()))).toBeNull();
  });
});

describe('a trend', () => {
  it('is exact on a line, rising or falling', () => {
    const rate = fc.double({ min: 0.1, max: 1000, noNaN: true }).chain((size) => fc.constantFrom(size, -size));
    fc.assert(
      fc.property(rate, fc.integer({ min: 9, max: 240 }), (megabytes, count) => {
        const found = trend(...points(count, (time) => 1e9 + (megabytes * MB * time) / 3600));
        expect((found?.perHour ?? 0) / MB / megabytes).toBeCloseTo(1, 4);
        expect(found?.seconds).toBeGreaterThan(((count - 1) * 15) / 1.1);
      }),
    );
  });

  it('is seen in a worker that leaks 1 MB in 10 s within three minutes, through the noise of its requests', () => {
    const named = Array.from({ length: 40 }, (_, seed) => {
      const next = noise(seed + 1);
      const { history } = watch(180, (elapsed) => {
        const bytes = 60 * MB + (elapsed / 10) * MB + 3 * MB * next();
        return gunicorn({ pid: 100, workers: [{ memory: { rss: bytes, pss: bytes, uss: bytes } }] });
      });
      return history.trend('process:101:10100')?.perHour ?? 0;
    });
    const right = named.filter((perHour) => perHour > 250 * MB && perHour < 480 * MB);
    expect(right.length).toBeGreaterThanOrEqual(38);
  });

  it('is not seen in as noisy a worker that does not leak', () => {
    const named = Array.from({ length: 40 }, (_, seed) => {
      const next = noise(seed + 1);
      const { history } = watch(180, () => {
        const bytes = 60 * MB + 3 * MB * next();
        return gunicorn({ pid: 100, workers: [{ memory: { rss: bytes, pss: bytes, uss: bytes } }] });
      });
      return history.trend('process:101:10100');
    });
    expect(named.filter((found) => found !== null)).toEqual([]);
  });

  it('is seen when it begins after half an hour of calm', () => {
    const next = noise(3);
    const found = trend(...points(145, (time) => 60 * MB + Math.max(0, time - 1800) * 0.1 * MB + MB * next()));
    expect((found?.perHour ?? 0) / MB).toBeGreaterThan(300);
    expect((found?.perHour ?? 0) / MB).toBeLessThan(420);
    expect(found?.seconds).toBeLessThan(600);
  });

  it('is seen through spikes of single requests', () => {
    const next = noise(5);
    const spike = () => (next() > 0.9 ? 30 * MB : 0);
    const found = trend(...points(60, (time) => 60 * MB + time * 0.1 * MB + spike()));
    expect((found?.perHour ?? 0) / MB).toBeCloseTo(360, -2);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 100])).toBe(6);
    expect(median([])).toBeNaN();
  });
});

describe('a leak whose pace varies', () => {
  /** Of the time after it was first named, the share in which it was. */
  function namedAfterwards(seed: number, keep: boolean): number {
    const next = noise(seed);
    let level = 50 * MB;
    const [times, values] = points(120, () => {
      level += next() < 0 ? 6 * MB : 0;
      return level + 0.3 * MB * next();
    });
    let before: ReturnType<typeof trend> = null;
    const said: boolean[] = [];
    for (let count = 1; count <= times.length; count++) {
      before = trend(times.slice(0, count), values.slice(0, count), keep ? before : null);
      said.push(before !== null);
    }
    const first = said.indexOf(true);
    expect(first).toBeGreaterThan(0);
    // Within ten minutes.
    expect(first).toBeLessThan(40);
    return said.slice(first).filter(Boolean).length / (said.length - first);
  }

  it('stays named once it was', () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index * 104_729 + 3);
    const share = (keep: boolean) => seeds.reduce((sum, seed) => sum + namedAfterwards(seed, keep), 0) / seeds.length;
    expect(share(true)).toBeGreaterThan(0.98);
    // Each time anew it would be lost more often by far.
    expect(1 - share(true)).toBeLessThan((1 - share(false)) / 2);
  });

  it('is no longer said to grow some minutes after it has stopped', () => {
    const [times, values] = points(160, (time) => (50 + Math.min(time, 900) / 60) * MB);
    let before: ReturnType<typeof trend> = null;
    const said = times.map((_, index) => {
      before = trend(times.slice(0, index + 1), values.slice(0, index + 1), before);
      return before !== null;
    });
    const stopped = 900 / 15;
    expect(said.slice(20, stopped).every(Boolean)).toBe(true);
    expect(said.slice(stopped + 40).some(Boolean)).toBe(false);
  });
});
