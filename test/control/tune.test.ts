import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TuneJournal } from '../../src/control/tune/journal.ts';
import { tooMany } from '../../src/control/tune/limit.ts';
import { Observations } from '../../src/model/activity/observations.ts';
import { KeptObservations } from '../../src/own-files/kept-observations.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-tune-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const left = { server: '10:1000', pid: 10, project: 'shop', from: 4, to: 3, at: 1 };

describe('readings in which somebody waited are too many', () => {
  it.each([
    [12, 0.05, 5],
    [12, 0.02, 4],
    [4, 0.05, 3],
    [12, 0, 1],
  ])('of %i, where a share of %d is expected, from %i on', (readings, share, limit) => {
    expect(tooMany(readings, share)).toBe(limit);
  });

  it('never, where all are expected', () => {
    expect(tooMany(12, 1)).toBe(13);
  });
});

describe('the journal of a tune', () => {
  it('tells what was left unfinished until it is cleared, and to its owner alone', () => {
    const path = join(folder, 'workertop', 'tune.json');
    const journal = new TuneJournal(path);
    expect(journal.read()).toBeNull();
    journal.write(left);
    expect(new TuneJournal(path).read()).toMatchObject(left);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    journal.clear();
    expect(journal.read()).toBeNull();
  });

  it.each(['', '{', '[]', 'null', '{"version":1,"tune":{"pid":"10"}}', '{"version":2,"tune":{}}'])(
    'that is broken, %j, tells nothing',
    (text) => {
      const journal = new TuneJournal(join(folder, 'tune.json'));
      writeFileSync(join(folder, 'tune.json'), text, { mode: 0o600 });
      expect(journal.read()).toBeNull();
    },
  );

  it('is not written through a link that leads elsewhere', () => {
    writeFileSync(join(folder, 'precious'), 'mine');
    symlinkSync(join(folder, 'precious'), join(folder, 'tune.json'));
    new TuneJournal(join(folder, 'tune.json')).write(left);
    expect(statSync(join(folder, 'precious')).size).toBe(4);
  });

  it('keeps a tune from beginning where it cannot be written', () => {
    expect(() => new TuneJournal(null).write(left)).toThrow('no home directory');
  });
});

it.each(['', '{"version":1,"servers":[{"id":"a","tallies":[{"slot":1}]}]}', '{"version":1,"servers":7}', '[1]'])(
  'kept observations that are broken, %j, are none',
  (text) => {
    writeFileSync(join(folder, 'workers.json'), text, { mode: 0o600 });
    expect(new KeptObservations(join(folder, 'workers.json')).read().toJSON()).toEqual([]);
  },
);

it('observations are kept for their owner alone', () => {
  const path = join(folder, 'workertop', 'workers.json');
  new KeptObservations(path).write(new Observations());
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('two sessions that keep observations in one file lose none of each other’s', () => {
  const path = join(folder, 'workertop', 'workers.json');
  const observed = (id: string) => new Observations([{ id, tallies: [] }]);
  new KeptObservations(path).write(observed('shop'));
  new KeptObservations(path).write(observed('blog'));
  const ids = new KeptObservations(path)
    .read()
    .toJSON()
    .map(({ id }) => id);
  expect(ids.sort()).toEqual(['blog', 'shop']);
});

it('what a service has observed is read too, and not written', () => {
  const [own, service] = [join(folder, 'own', 'workers.json'), join(folder, 'service', 'workers.json')];
  new KeptObservations(service).write(new Observations([{ id: 'shop', tallies: [] }]));
  const kept = new KeptObservations(own, service);
  expect(kept.read().toJSON()).toHaveLength(1);
  const before = readFileSync(service, 'utf8');
  kept.write(new Observations([{ id: 'blog', tallies: [] }]));
  expect(readFileSync(service, 'utf8')).toBe(before);
});
