import { expect, it } from 'vitest';
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

it('a recording with the earlier names of members is read', () => {
  const configLines = { '/srv/gunicorn.conf.py': ['workers = 3'] };
  const selfReport = { asOf: 0, workers: null, configured: 3 };
  const line = new RecordingWriter((facts) => facts).line(snapshot([sample({ pid: 10, configLines, selfReport })]));
  const earlier = line.replace('"configLines"', '"settings"').replace('"selfReport"', '"told"');
  expect(earlier).toContain('"settings":{"/srv');
  const [read] = new RecordingReader().snapshot(earlier).processes;
  expect(read).toMatchObject({ selfReport, facts: { configLines } });
});
