import { expect, it } from 'vitest';
import { AftermathWatch } from '../../src/control/aftermath.ts';
import type { Model } from '../../src/model/model.ts';
import type { Operation } from '../../src/state/operation.ts';
import { gunicorn, type WorkerOptions, watch } from '../helpers/models.ts';

function modelAt(elapsed: number, queue: number, workers: readonly WorkerOptions[]): Model {
  return watch(0, (_, uptime) => gunicorn({ pid: 100, workers, queue }, uptime), { from: elapsed }).model;
}

const two = [{ inUse: 0.3 }, { inUse: 0.1 }];

const trimmed = (server: string): Operation => ({
  id: 1,
  server,
  pid: 100,
  project: 'project1',
  kind: 'gunicorn',
  from: 3,
  target: 2,
  current: 2,
  phase: 'done',
  sent: 1,
  came: [],
  leaving: [],
  predicted: null,
  freed: null,
  loading: null,
  usedBefore: 0.5,
  usedNow: 0.4,
  text: '',
  reminder: null,
  line: null,
  startedAt: 0,
  endedAt: 0,
  undo: false,
});

/** What is told in the time after a trim, by the seconds that have passed. */
function toldAfter(seconds: number, queueAt: (elapsed: number) => number, workersAt = (_: number) => two) {
  const aftermath = new AftermathWatch();
  const first = modelAt(0, 0, two);
  aftermath.begin(trimmed(first.projects[0]?.servers[0]?.key ?? ''), first);
  const told: (readonly [elapsed: number, level: string, text: string])[] = [];
  for (let elapsed = 2; elapsed <= seconds; elapsed += 2) {
    for (const { level, text } of aftermath.observe(modelAt(elapsed, queueAt(elapsed), workersAt(elapsed))))
      told.push([elapsed, level, text]);
  }
  return told;
}

it('ten minutes after a trim it is told how many were in use, and that nobody waited', () => {
  const [only, ...more] = toldAfter(1000, () => 0);
  expect(more).toEqual([]);
  expect(only?.[0]).toBe(600);
  expect(only?.[2]).toMatch(/^project1: 2 workers since \d\d:\d\d: in use 0–[12] of 2, no request waited\.$/);
});

it('requests that wait after a trim are reported at once, with the key that undoes it, and not again', () => {
  const [only, ...more] = toldAfter(1000, (elapsed) => (elapsed > 60 ? 4 : 0));
  expect(more).toEqual([]);
  expect(only?.[0]).toBeLessThan(80);
  expect(only?.[1]).toBe('warning');
  expect(only?.[2]).toMatch(/and requests wait: in \d of 12 readings, 4 at most\. u undoes it\.$/);
});

it('one that waits now and then is no reason to warn', () => {
  const [only] = toldAfter(700, (elapsed) => (elapsed % 60 === 0 ? 1 : 0));
  expect(only?.[2]).toMatch(/: in use 0–[12] of 2, requests waited in 10 of \d+ readings\.$/);
});

it('nothing is told later of a number of workers that was changed again', () => {
  expect(
    toldAfter(
      1000,
      () => 0,
      (elapsed) => (elapsed > 4 ? [...two, { inUse: 0 }] : two),
    ),
  ).toEqual([]);
});
