import { expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { recognise, undecided } from '../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { sample } from '../helpers/samples.ts';

const socket = [{ address: '127.0.0.1:9000', inode: 77, queue: 0 }];
const argv = ['/opt/app/serverd', '--config', 'x'];

/** A master and two children, and what they listen on. */
function family(
  options: { readonly shared?: boolean; readonly other?: readonly string[] } = {},
): readonly ProcessSample[] {
  const { shared = true, other = argv } = options;
  const of = (pid: number, ppid: number, listeners: ProcessSample['listeners'], words: readonly string[]) =>
    sample({ pid, ppid, argv: words, exe: words[0] ?? null, caught: 0x300000, listeners });
  return [of(10, 2, socket, argv), of(11, 10, shared ? socket : [], other), of(12, 10, shared ? socket : [], other)];
}

it('an unknown preforking server is known by a socket that the master and its children share', () => {
  const [server, ...more] = recognise(family());
  expect(more).toEqual([]);
  expect(server?.definition.kind).toBe('prefork');
  expect(server?.claim.app).toBe('serverd');
  expect(server?.processes.map(({ process, role }) => [process.pid, role])).toEqual([
    [10, 'master'],
    [11, 'worker'],
    [12, 'worker'],
  ]);
});

it('an unknown preforking server is never scaled, even where it catches both signals', () => {
  for (const server of recognise(family())) {
    expect(scalingRefusal(server.definition, server, server.headRole)).toContain('serverd');
  }
});

it.each([
  ['children that do not listen', family({ shared: false })],
  ['children of another program', family({ other: ['/usr/bin/convert', 'x'] })],
  ['a single child', family().slice(0, 2)],
])('an unknown preforking server is not seen in %s', (_, processes) => {
  expect(recognise(processes)).toEqual([]);
});

it('only what may be a preforking server has its sockets looked at first', () => {
  const unread = family().map((process) => ({ ...process, listeners: null }));
  expect(undecided([...unread, sample({ pid: 50, argv: ['cron'] })])).toEqual([10, 11, 12]);
  const known = [
    sample({ pid: 20, argv: ['gunicorn: master [shop]'] }),
    sample({ pid: 21, ppid: 20, argv: ['gunicorn: worker [shop]'] }),
    sample({ pid: 22, ppid: 20, argv: ['gunicorn: worker [shop]'] }),
  ];
  expect(undecided(known)).toEqual([]);
});
