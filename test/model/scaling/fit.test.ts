import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit as fitTrims } from '../../../src/model/scaling/fit.ts';
import { type GunicornOptions, gunicorn, hostUsing, own, type Watch, watch } from '../../helpers/models.ts';
import { GB, MB } from '../../helpers/samples.ts';

const total = 1536 * MB;

function machine(servers: readonly GunicornOptions[], used: number, seconds = 60): Watch {
  const processes = (_: number, uptime: number) => servers.flatMap((server) => gunicorn(server, uptime));
  return watch(seconds, processes, { host: hostUsing(used, total), delay: 10 });
}

function fitted({ model, history }: Watch, target: number) {
  return fitTrims(model, history, target);
}

const workers = (count: number, megabytes: number, cpu = 0) =>
  Array.from({ length: count }, () => ({ memory: own(megabytes), cpu }));

describe('fit', () => {
  it('is nothing where the target is reached already', () => {
    const seen = machine([{ pid: 100, workers: workers(3, 150) }], 600 * MB);
    expect(fitted(seen, 0.5)).toMatchObject({ trims: [], reachable: true });
  });

  it('takes one worker of each of two idle projects as the story has it: 69 % to under 50 %', () => {
    const seen = machine(
      [
        { pid: 100, project: 'project1', workers: workers(3, 150) },
        { pid: 200, project: 'project2', workers: workers(3, 150) },
      ],
      0.69 * total,
    );
    const found = fitted(seen, 0.5);
    expect(found.trims.map(({ project, from, to }) => `${project} ${from} → ${to}`).sort()).toEqual([
      'project1 3 → 2',
      'project2 3 → 2',
    ]);
    expect(found.trims[0]?.frees).toBe(150 * MB);
    expect(found.before).toBeCloseTo(0.69, 5);
    expect(found.after).toBeCloseTo(0.69 - (300 * MB) / total, 5);
  });

  it('prefers the idle to the busy, and leaves alone one where connections wait', () => {
    const seen = machine(
      [
        { pid: 100, project: 'busy', workers: workers(3, 150, 0.8) },
        { pid: 200, project: 'waiting', workers: workers(3, 150), queue: 4 },
        { pid: 300, project: 'idle', workers: workers(3, 150) },
      ],
      0.7 * total,
    );
    expect(fitted(seen, 0.65).trims.map(({ project }) => project)).toEqual(['idle']);
    expect(fitted(seen, 0.55).trims).toMatchObject([{ project: 'idle', from: 3, to: 1 }]);
  });

  it('of idle ones takes from the one with more workers', () => {
    const seen = machine(
      [
        { pid: 100, project: 'small', workers: workers(2, 150) },
        { pid: 200, project: 'large', workers: workers(5, 150) },
      ],
      0.7 * total,
    );
    expect(fitted(seen, 0.65).trims).toMatchObject([{ project: 'large', from: 5, to: 4 }]);
  });

  it('counts what the worker that goes first has, which is gunicorn’s oldest', () => {
    const grown = [{ memory: own(300) }, { memory: own(50) }, { memory: own(50) }];
    const seen = machine([{ pid: 100, workers: grown }], GB);
    expect(fitted(seen, 0.6).trims).toMatchObject([{ from: 3, to: 2, frees: 300 * MB }]);
  });

  it('says how far it gets where the target is out of reach, and keeps one worker of each', () => {
    const seen = machine(
      [
        { pid: 100, project: 'project1', workers: workers(3, 100) },
        { pid: 200, project: 'project2', workers: workers(1, 400) },
      ],
      GB,
    );
    const found = fitted(seen, 0.1);
    expect(found.reachable).toBe(false);
    expect(found.trims).toMatchObject([{ project: 'project1', from: 3, to: 1 }]);
    expect(found.after).toBeCloseTo((GB - 200 * MB) / total, 5);
  });

  it('touches no server that takes no signals, and counts on nothing that is not known', () => {
    const unknown = { rss: 200 * MB, pss: null, uss: null, quality: 'rss' } as const;
    const seen = machine(
      [
        { pid: 100, project: 'deaf', workers: workers(3, 200), caught: 0 },
        { pid: 200, project: 'unread', workers: [{ memory: unknown }, { memory: unknown }] },
      ],
      GB,
    );
    expect(fitted(seen, 0.5)).toMatchObject({ trims: [], reachable: false });
  });

  const servers = fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });

  it('never goes below one worker, reaches what can be reached, and with the fewest trims', () => {
    fc.assert(
      fc.property(servers, fc.double({ min: 0, max: 1, noNaN: true }), (sizes, target) => {
        const options = sizes.map((some, index) => ({
          pid: 100 * (index + 1),
          project: `project${index}`,
          workers: some.map((megabytes) => ({ memory: own(megabytes) })),
        }));
        const used = 0.8 * total;
        const found = fitted(machine(options, used, 0), target);
        const choices = everyChoice(sizes);
        const wanted = used - target * total;
        const enough = choices.filter(({ frees }) => frees * MB >= wanted);
        const taken = found.trims.reduce((sum, { from, to }) => sum + from - to, 0);
        for (const { from, to } of found.trims) {
          expect(to).toBeGreaterThanOrEqual(1);
          expect(to).toBeLessThan(from);
        }
        expect(found.reachable).toBe(enough.length > 0);
        if (found.reachable) {
          expect(found.after).toBeLessThanOrEqual(target + 1e-9);
          expect(taken).toBe(Math.min(...enough.map(({ trims }) => trims)));
          const smallest = enough.filter(({ trims }) => trims === taken);
          const loss = lossOf(found.trims);
          expect(loss).toBeLessThanOrEqual(Math.min(...smallest.map((choice) => choice.loss)) + 1e-9);
        }
      }),
    );
  });

  it('reaches the target on a machine with 30 projects of 8 workers', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      pid: 1000 * (index + 1),
      project: `project${index}`,
      workers: Array.from({ length: 8 }, (__, worker) => ({ memory: own(10 + ((index * 7 + worker * 13) % 50)) })),
    }));
    const found = fitted(machine(many, 1400 * MB, 0), 0.2);
    expect(found.reachable).toBe(true);
    expect(found.after).toBeLessThanOrEqual(0.2);
  });
});

interface Choice {
  readonly trims: number;
  /** Megabytes. */
  readonly frees: number;
  /** Of servers that are all as busy: what goes, over what stays. */
  readonly loss: number;
}

/** Every way to take workers, the oldest first, and leave one. */
function everyChoice(sizes: readonly (readonly number[])[]): readonly Choice[] {
  return sizes.reduce<readonly Choice[]>(
    (choices, some) =>
      some.flatMap((_, count) => {
        const frees = some.slice(0, count).reduce((sum, size) => sum + size, 0);
        const loss = count / (some.length - count);
        return choices.map((choice) => ({
          trims: choice.trims + count,
          frees: choice.frees + frees,
          loss: choice.loss + loss,
        }));
      }),
    [{ trims: 0, frees: 0, loss: 0 }],
  );
}

function lossOf(trims: readonly { readonly from: number; readonly to: number }[]): number {
  return trims.reduce((sum, { from, to }) => sum + (from - to) / to, 0);
}
