import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erlangB, erlangC, waiting } from '../../src/model/activity/erlang.ts';
import { Observations, serverId } from '../../src/model/activity/observations.ts';
import { outlook } from '../../src/model/activity/outlook.ts';
import { recommend } from '../../src/model/activity/recommendation.ts';
import { summarise } from '../../src/model/activity/statistics.ts';
import { History } from '../../src/model/history/history.ts';
import { gunicorn, own, type WorkerOptions, watch } from '../helpers/models.ts';

/** The formula for whole numbers of servers: A.K. Erlang, 1917. */
function closedB(servers: number, offered: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) blocked = (offered * blocked) / (count + offered * blocked);
  return blocked;
}

describe('requests that meet workers', () => {
  it('are blocked as often as the closed formula says, for whole numbers of workers', () => {
    for (const servers of [1, 2, 3, 5, 8, 20, 64]) {
      for (const offered of [0.05, 0.5, 1, 1.6, 4, 7.9, 30]) {
        expect(erlangB(servers, offered) / closedB(servers, offered)).toBeCloseTo(1, 6);
      }
    }
  });

  it('wait as often as tables of the formula C say', () => {
    expect(erlangC(1, 0.5)).toBeCloseTo(0.5, 6);
    expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 6);
    expect(erlangC(10, 8)).toBeCloseTo(0.4092, 4);
  });

  it('wait with a share from 0 to 1, less with more workers, and longer in bursts', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 40, noNaN: true }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (offered, peakedness, servers) => {
          const { share, mean } = waiting(servers, offered, peakedness);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
          const more = waiting(servers + 1, offered, peakedness);
          expect(more.share).toBeLessThanOrEqual(share + 1e-9);
          if (Number.isFinite(mean)) expect(more.mean).toBeLessThanOrEqual(mean + 1e-9);
          expect(waiting(servers, offered / 2, peakedness).share).toBeLessThanOrEqual(share + 1e-9);
        },
      ),
    );
  });

  it('never wait where there are none, and all do where they are too many', () => {
    expect(waiting(3, 0, 1)).toEqual({ share: 0, mean: 0 });
    expect(waiting(3, 3, 1)).toEqual({ share: 1, mean: Number.POSITIVE_INFINITY });
  });
});

/** What is known of a gunicorn that was watched for so long. */
function seen(
  seconds: number,
  workers: readonly WorkerOptions[],
  options: { queue?: number; closed?: number; delay?: number } = {},
) {
  const observations = new Observations();
  const history = new History();
  const { delay = 2, queue = 0, closed } = options;
  let at = -1;
  const step = (elapsed: number) => {
    at = elapsed;
    return gunicorn({ pid: 100, workers, queue, ...(closed === undefined ? {} : { closed }) }, 100_000 + elapsed);
  };
  let model = watch(0, () => step(0), { history }).model;
  for (let elapsed = delay; elapsed <= seconds; elapsed += delay) {
    ({ model } = watch(0, () => step(elapsed), { history, from: elapsed }));
    observations.record(model);
  }
  expect(at).toBeGreaterThan(0);
  const project = model.projects[0];
  const server = project?.servers[0];
  if (project === undefined || server === undefined) throw new Error('no server was seen');
  return { observations, model, history, project, server, found: outlook(model, project, server, observations) };
}

const used = (inUse: number, cpu = 0): WorkerOptions => ({ inUse, cpu, memory: own(144) });

function advised(
  seconds: number,
  workers: readonly WorkerOptions[],
  options: { queue?: number; closed?: number } = {},
) {
  const { found, model, history, server } = seen(seconds, workers, options);
  return recommend(found, model, history.uses(server.key));
}

describe('what is recommended', () => {
  it('is nothing before ten minutes, and nothing without load', () => {
    expect(advised(90, [used(0), used(0), used(0)])).toMatchObject({
      kind: 'unknown',
      confidence: 'none',
      text: 'Not known yet: 88 s of readings, no load seen. Watch it through a busy hour.',
    });
    expect(advised(3000, [used(0), used(0)]).kind).toBe('unknown');
  });

  it('is fewer where hardly a request would wait, with what was in use, and what that frees', () => {
    const found = advised(1500, [used(0.2), used(0.2), used(0.2), used(0.2), used(0.2)]);
    expect(found).toMatchObject({ kind: 'fewer', confidence: 'low' });
    expect(found.text).toMatch(
      /^\d of 5 would do: 1\.0±0\.\d were in use in the busiest quarter hour \(Mon 03:\d\d, \d+ readings\)\. With \d, (?:<1|\d(?:–\d)?) % of requests would wait.*; frees \d+M\.$/,
    );
  });

  it('is to keep them where one fewer would make requests wait, and says how many', () => {
    const found = advised(1500, [used(0.45), used(0.45), used(0.45)]);
    expect(found.kind).toBe('keep');
    expect(found.text).toMatch(
      /^Keep 3: .* were in use in the busiest quarter hour .*\. With 2, \d+–\d+ % of requests would wait\.$/,
    );
  });

  it('is more where all are in use, without a figure of what that would do', () => {
    const found = advised(1500, [used(0.97), used(0.97), used(0.97)]);
    expect(found.kind).toBe('more');
    expect(found.text).toMatch(/^All 3 are in use \d+ % of the time, waiting for :5432 postgres \(\d+ %\)\./);
    expect(found.text).toContain('More would help, but not speed up what they wait for.');
    expect(found.text).toContain('Add one to see how much.');
  });

  it('says milliseconds where closed connections tell what a request takes', () => {
    const workers = [used(0.2), used(0.2), used(0.2), used(0.2), used(0.2)];
    const { found } = seen(1500, workers, { closed: 600 });
    expect(found.request).toBeCloseTo(0.1, 2);
    const two = found.choices.find((choice) => choice.workers === 2);
    // One third of the requests would wait for as long as one takes: 33 ms (Erlang's formula C for 2 workers and 1 request).
    expect(two?.seconds?.low).toBeLessThan(0.034);
    expect(two?.seconds?.high).toBeGreaterThan(0.032);
    expect(advised(1500, workers, { closed: 600 }).text).toMatch(
      /would wait, (?:<1|\d+(?:–\d+)?) ms on average; frees/,
    );
    expect(advised(1500, workers, { closed: 6 }).text).not.toContain(' ms ');
  });

  it('is never fewer than two of a site, since one request that hangs would be an outage', () => {
    const { found } = seen(1500, [used(0.03), used(0.03)]);
    expect(found.enough).toBe(2);
  });

  it('says nothing of times where workers compute and outnumber the cores', () => {
    const computing = [used(0.5, 0.5), used(0.5, 0.5), used(0.5, 0.5), used(0.5, 0.5)];
    const found = advised(1500, computing, { closed: 600 });
    expect(found.text).not.toMatch(/\bms\b|of the time that a request takes/);
    expect(found.text).toMatch(/[Tt]he workers compute and outnumber the (?:2 )?cores/);
  });

  it('is nothing for more than there are from a pool that is full', () => {
    const { found } = seen(1500, [used(0.97), used(0.97)]);
    expect(found.choices.filter(({ workers }) => workers > 2).map(({ wait }) => wait)).toEqual([null, null, null]);
  });
});

describe('observations', () => {
  it('of different numbers of workers stay apart', () => {
    const three = seen(100, [used(0.5), used(0.5), used(0.5)]);
    const { observations, project, server } = three;
    const id = serverId(project, server);
    const two = watch(0, () => gunicorn({ pid: 100, workers: [used(1), used(1)] }, 101_000), { from: 1000 });
    observations.record(two.model);
    expect(observations.of(id, 2).map(({ inUse }) => inUse)).toEqual([[0, 0, 1]]);
    expect(observations.of(id, 3)).toHaveLength(1);
  });

  it('are the same after a restart of workertop', () => {
    const { observations, project, server, found, model } = seen(1000, [used(0.5), used(0.4)]);
    const again = new Observations(JSON.parse(JSON.stringify(observations)));
    expect(again.of(serverId(project, server))).toEqual(observations.of(serverId(project, server)));
    expect(outlook(model, project, server, again)).toEqual(found);
  });

  it('have an error that holds the truth, though neighbouring readings are alike', () => {
    const { observations, project, server } = seen(880, [used(0.5), used(0.3), used(0.2)]);
    const summary = summarise(observations.of(serverId(project, server)));
    expect(Math.abs((summary?.inUse ?? 0) - 1)).toBeLessThanOrEqual(summary?.error ?? 0);
    expect(summary?.effective).toBeLessThanOrEqual(summary?.readings ?? 0);
  });

  it('are those of a week at most', () => {
    const { observations, project, server } = seen(2_000_000, [used(0.5)], { delay: 900 });
    expect(observations.of(serverId(project, server)).length).toBeLessThanOrEqual(672);
  });
});

describe('observations of two sessions', () => {
  const watched = (from: number, count: number, workers = 2) => {
    const observations = new Observations();
    for (let index = 0; index < count; index++) {
      const all = Array.from({ length: workers }, () => used(0.5));
      observations.record(
        watch(0, () => gunicorn({ pid: 100, workers: all }, 100_000 + from + index), { from: from + index }).model,
      );
    }
    return observations;
  };
  const readings = (observations: Observations) =>
    observations
      .toJSON()
      .flatMap(({ tallies }) => tallies.map(({ inUse }) => inUse.reduce((sum, times) => sum + times, 0)));

  it('of one time are not added up: the one with more readings stays', () => {
    const merged = watched(0, 20);
    merged.merge(watched(0, 50));
    expect(readings(merged)).toEqual([50]);
    merged.merge(watched(0, 30));
    expect(readings(merged)).toEqual([50]);
  });

  it('of different numbers of workers are both kept', () => {
    const merged = watched(0, 20);
    merged.merge(watched(0, 30, 3));
    expect(readings(merged).sort()).toEqual([20, 30]);
  });

  it('can be merged again and again', () => {
    const merged = watched(0, 20);
    for (let times = 0; times < 3; times++) merged.merge(merged);
    expect(readings(merged)).toEqual([20]);
  });
});
