import { expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import { listTable } from '../../src/output/table.ts';
import type { Doing } from '../../src/snapshot.ts';
import { RecordingReader, RecordingWriter } from '../../src/source/recording.ts';
import { sample, snapshot } from '../helpers/samples.ts';

const doing: readonly Doing[] = [
  'idle',
  'client',
  { wait: 'net', port: 5432, local: false, address: '10.0.0.11' },
  { wait: 'lock' },
];

it('a recording keeps what workers did, and not the addresses of whom they waited for', () => {
  const line = new RecordingWriter((facts) => facts).line(
    snapshot([sample({ pid: 10, activity: { by: 'threads', doing } }), sample({ pid: 11 })]),
  );
  expect(line).not.toContain('10.0.0.11');
  const [first, second] = new RecordingReader().snapshot(line).processes;
  expect(first?.activity).toEqual({
    by: 'threads',
    doing: ['idle', 'client', { wait: 'net', port: 5432, local: false }, { wait: 'lock' }],
  });
  expect(second?.activity).toBeUndefined();
});

it('a recording keeps those addresses where they are asked for', () => {
  const writer = new RecordingWriter((facts) => facts, true);
  const line = writer.line(snapshot([sample({ pid: 10, activity: { by: 'threads', doing } })]));
  expect(new RecordingReader().snapshot(line).processes[0]?.activity?.doing).toEqual(doing);
});

it.each([
  { by: 'magic', doing: [] },
  { by: 'loop', doing: ['asleep'] },
  { by: 'loop', doing: [{ wait: 'net', port: 'x', local: true }] },
  { by: 'loop', doing: [{ wait: 'nothing' }] },
  { by: 'loop' },
  null,
])('a reading with the activity %j is none of a recording', (activity) => {
  const line = new RecordingWriter((facts) => facts).line(snapshot([sample({ pid: 10 })]));
  const broken = line.replace('"pid":10', `"pid":10,"activity":${JSON.stringify(activity)}`);
  expect(() => new RecordingReader().snapshot(broken)).toThrow('is not a reading of a recording');
});

it.each(['SS', '', 'x'])('a reading with the process state "%s" is none of a recording', (state) => {
  const line = new RecordingWriter((facts) => facts).line(snapshot([sample({ pid: 10 })]));
  const broken = line.replace('"state":"S"', `"state":"${state}"`);
  expect(broken).not.toBe(line);
  expect(() => new RecordingReader().snapshot(broken)).toThrow('is not a reading of a recording');
});

it.each([
  ['"pid":10', '"pid":10,"selfReport":{"asOf":0,"workers":[{"pid":11}],"configured":null}'],
  ['"pid":10', '"pid":10,"selfReport":3'],
  ['"listeners":null', '"listeners":[{"address":"[::]:80","inode":7,"queue":0,"open":"many"}]'],
  ['"uptime":', '"silentMounts":3,"uptime":'],
  ['"uptime":', '"othersHidden":"yes","uptime":'],
  ['"load":[', '"load":[9,'],
])('a reading with %s replaced by %s is none of a recording', (part, broken) => {
  const line = new RecordingWriter((facts) => facts).line(snapshot([sample({ pid: 10 })]));
  const changed = line.replace(part, broken);
  expect(changed).not.toBe(line);
  expect(() => new RecordingReader().snapshot(changed)).toThrow('is not a reading of a recording');
});

it('memory of the kernel that a later version has recorded stays unexplained', () => {
  const reading = snapshot([sample({ pid: 10 })]);
  const use = {
    anonymous: null,
    shmem: null,
    huge: null,
    arc: null,
    swapInMemory: null,
    kernel: { slab: 5_000_000, constructor: 1, 'new-part': 7_000_000 },
  };
  const line = new RecordingWriter((facts) => facts).line({ ...reading, host: { ...reading.host, use } });
  const model = buildModel(new RecordingReader().snapshot(line), null, { memoryTotal: null });
  const names = model.memoryMap?.parts.map(({ name }) => name);
  expect(names).toContain('kernel objects (slab that cannot be reclaimed)');
  expect(names?.every((name) => typeof name === 'string')).toBe(true);
  expect(listTable(model, [])).toContain('unexplained');
});

it('a recording with the earlier names of members is read', () => {
  const configLines = { '/srv/gunicorn.conf.py': ['workers = 3'] };
  const selfReport = { asOf: 0, workers: null, configured: 3 };
  const line = new RecordingWriter((facts) => facts).line(snapshot([sample({ pid: 10, configLines, selfReport })]));
  const earlier = line.replace('"configLines"', '"settings"').replace('"selfReport"', '"told"');
  expect(earlier).toContain('"settings":{"/srv');
  const [read] = new RecordingReader().snapshot(earlier).processes;
  expect(read).toMatchObject({ selfReport, facts: { configLines } });
});
