import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TuneJournal } from '../../src/control/tune/journal.ts';
import { tooMany } from '../../src/control/tune/limit.ts';
import { Observations } from '../../src/model/activity/observations.ts';
import { KeptObservations } from '../../src/own-files/kept-observations.ts';
import { OwnFileProcess } from '../../src/own-files/own-file-process.ts';
import type { OwnFiles } from '../../src/own-files/own-files.ts';
import { helperProgram } from '../helpers/helper-program.ts';

/** By the real helper process. */
const ownFiles = new OwnFileProcess([helperProgram('own-file-helper')]);

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
  const at = () => join(folder, 'tune.json');

  it('tells what was left unfinished until it is cleared, and to its owner alone', async () => {
    const path = join(folder, 'workertop', 'tune.json');
    const journal = new TuneJournal(ownFiles, path);
    expect(await journal.read()).toBeNull();
    await journal.write(left);
    expect(await new TuneJournal(ownFiles, path).read()).toMatchObject(left);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await journal.clear();
    expect(await journal.read()).toBeNull();
  });

  it('of another workertop that still tunes is left alone, and says who it is', async () => {
    const by = `${process.ppid}:${readFileSync(`/proc/${process.ppid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]}`;
    const theirs = JSON.stringify({ version: 2, tune: { ...left, by } });
    writeFileSync(at(), theirs, { mode: 0o600 });
    const refused = `Another workertop, process ${process.ppid}, is tuning shop: one at a time.`;
    await expect(new TuneJournal(ownFiles, at()).write({ ...left, project: 'blog' })).rejects.toThrow(refused);
    expect(readFileSync(at(), 'utf8')).toBe(theirs);
  });

  it('of a workertop that was killed is not written over: it tells what to put back', async () => {
    const theirs = JSON.stringify({ version: 2, tune: { ...left, by: '1:0' } });
    writeFileSync(at(), theirs, { mode: 0o600 });
    const written = new TuneJournal(ownFiles, at()).write({ ...left, project: 'blog' });
    await expect(written).rejects.toThrow('A tune of shop was interrupted meanwhile.');
    expect(readFileSync(at(), 'utf8')).toBe(theirs);
  });

  it.each(['', '{', '[]', 'null', '{"version":1,"tune":{"pid":"10"}}', '{"version":2,"tune":{}}'])(
    'that is broken, %j, tells nothing',
    async (text) => {
      writeFileSync(at(), text, { mode: 0o600 });
      expect(await new TuneJournal(ownFiles, at()).read()).toBeNull();
    },
  );

  it('is not written through a link that leads elsewhere', async () => {
    writeFileSync(join(folder, 'precious'), 'mine');
    symlinkSync(join(folder, 'precious'), at());
    await new TuneJournal(ownFiles, at()).write(left);
    expect(statSync(join(folder, 'precious')).size).toBe(4);
  });

  it('keeps a tune from beginning where it cannot be written', async () => {
    await expect(new TuneJournal(ownFiles, null).write(left)).rejects.toThrow('no home directory');
    writeFileSync(join(folder, 'file'), '');
    await expect(new TuneJournal(ownFiles, join(folder, 'file/tune.json')).write(left)).rejects.toThrow();
  });
});

describe('kept observations', () => {
  const at = () => join(folder, 'workertop', 'workers.json');
  const tally = { slot: 1, workers: 2, total: 2, seconds: 9, told: 1, waited: 0, mostWaiting: 0, pairs: 1 };
  const one = {
    id: 'shop',
    tallies: [{ ...tally, products: 1, used: 1, computed: 0, timed: 0, rates: 0, inUse: [1], atOnce: [1] }],
  };

  async function readBack(): Promise<unknown> {
    const observations = new Observations();
    await new KeptObservations(ownFiles, at()).readInto(observations);
    return JSON.parse(JSON.stringify(observations));
  }

  it.each(['', '{"version":1,"servers":[{"id":"a","tallies":[{"slot":1}]}]}', '{"version":1,"servers":7}', '[1]'])(
    'that are broken, %j, are none',
    async (text) => {
      mkdirSync(join(folder, 'workertop'));
      writeFileSync(at(), text, { mode: 0o600 });
      expect(await readBack()).toEqual([]);
    },
  );

  it('are there again, for their owner alone', async () => {
    const kept = new KeptObservations(ownFiles, at());
    await kept.readInto(new Observations());
    await kept.write(new Observations([one]));
    expect(statSync(at()).mode & 0o777).toBe(0o600);
    expect(await readBack()).toEqual([one]);
  });

  it('that are not there leave no directory behind', async () => {
    expect(await readBack()).toEqual([]);
    expect(existsSync(join(folder, 'workertop'))).toBe(false);
  });

  it('are not replaced by a session that has not read them', async () => {
    const written: string[] = [];
    const silent: Pick<OwnFiles, 'read' | 'replace'> = {
      read: () => Promise.reject(new Error('no answer')),
      replace: async (path) => void written.push(path),
    };
    const kept = new KeptObservations(silent, at());
    await kept.readInto(new Observations());
    await kept.write(new Observations());
    expect(written).toEqual([]);
  });

  it('of two sessions in one file lose none of each other’s', async () => {
    for (const id of ['shop', 'blog']) {
      await new KeptObservations(ownFiles, at()).write(new Observations([{ id, tallies: [] }]));
    }
    const observations = new Observations();
    await new KeptObservations(ownFiles, at()).readInto(observations);
    const ids = observations.toJSON().map(({ id }) => id);
    expect(ids.sort()).toEqual(['blog', 'shop']);
  });

  it('of a service are read too, and not written', async () => {
    const service = join(folder, 'service', 'workers.json');
    await new KeptObservations(ownFiles, service).write(new Observations([{ id: 'shop', tallies: [] }]));
    const kept = new KeptObservations(ownFiles, at(), service);
    const observations = new Observations();
    await kept.readInto(observations);
    expect(observations.toJSON()).toHaveLength(1);
    const before = readFileSync(service, 'utf8');
    await kept.write(new Observations([{ id: 'blog', tallies: [] }]));
    expect(readFileSync(service, 'utf8')).toBe(before);
  });
});
