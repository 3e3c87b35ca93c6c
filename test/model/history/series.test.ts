import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUCKETS, Series } from '../../../src/model/history/series.ts';

describe('series', () => {
  it('has the mean of each bucket of the last hour, whatever the gaps between them', () => {
    const step = fc.record({
      gap: fc.constantFrom(0, 0, 1, 1, 2, 20, 239, 240, 500),
      value: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), fc.nat(10_000), (steps, start) => {
        const series = new Series();
        const all = new Map<number, number[]>();
        let bucket = start;
        for (const { gap, value } of steps) {
          bucket += gap;
          series.add(bucket, value);
          all.set(bucket, [...(all.get(bucket) ?? []), value]);
        }
        const expected = [...all].filter(([number]) => number > bucket - BUCKETS);
        const seen: [number, number][] = [];
        series.each(0, (number, mean) => seen.push([number, mean]));
        expect(seen.map(([number]) => number)).toEqual(expected.map(([number]) => number));
        expected.forEach(([, values], index) => {
          expect(seen[index]?.[1]).toBeCloseTo(values.reduce((sum, value) => sum + value) / values.length, 3);
        });
        expect(series.latest).toBe(steps.at(-1)?.value);
      }),
    );
  });
});
