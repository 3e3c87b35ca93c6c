import { describe, expect, it } from 'vitest';
import type { Stat } from '../../../src/source/proc/parsers/stat.ts';
import { ChangedStats, machineFiles } from '../../../src/source/remote/changed-stats.ts';

function statsOf(stats: ChangedStats): ReadonlyMap<number, Stat> {
  const found = new Map<number, Stat>();
  stats.scan((pid, stat) => void found.set(pid, stat));
  return found;
}

function take(stats: ChangedStats, ...lines: readonly string[]): ReadonlySet<number> {
  return stats.take(Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
}

describe('what the reader tells of processes', () => {
  it('is whole for a new one, and then only what moves', () => {
    const stats = new ChangedStats();
    take(stats, '20 S 5 300 1 20 20 0 4 1234 a b', '3 I 0 0 2 0 0 1 1 5 kthreadd');
    expect([...statsOf(stats).keys()]).toEqual([3, 20]);
    expect(statsOf(stats).get(20)).toEqual({
      comm: 'a b',
      state: 'S',
      ppid: 1,
      pgrp: 20,
      session: 20,
      kernelThread: false,
      cpuTicks: 5,
      threads: 4,
      startTicks: 1234,
      rssPages: 300,
    });
    const before = statsOf(stats);
    take(stats, '20 R 7 310');
    expect(statsOf(stats).get(20)).toMatchObject({ state: 'R', cpuTicks: 7, rssPages: 310, comm: 'a b' });
    expect(statsOf(stats).get(3)).toBe(before.get(3));
  });

  it('names those that ended, and pids that others have now', () => {
    const stats = new ChangedStats();
    take(stats, '20 S 5 300 1 20 20 0 4 1234 a', '21 S 5 300 1 20 20 0 4 1234 a');
    expect([...take(stats, '-20', '21 S 0 1 1 21 21 0 1 9999 b', '-77')]).toEqual([20, 21]);
    expect([...statsOf(stats).keys()]).toEqual([21]);
  });

  it('has names with any characters', () => {
    const stats = new ChangedStats();
    take(stats, '20 S 5 300 1 20 20 0 4 1234 a\\n) S 1\\\\n\r\xc3\xa4');
    expect(statsOf(stats).get(20)?.comm).toBe('a\n) S 1\\n\rä');
  });

  it('is nothing if it makes no sense', () => {
    const stats = new ChangedStats();
    take(stats, '20 R 7 310', '', 'x', '20', '20 S 5 300 1', '-', '@', '@MemFree: x', `@${'a'.repeat(600)}`);
    expect(statsOf(stats).size).toBe(0);
    expect(stats.files().size).toBe(0);
  });

  it('has an end, whatever a server sends', () => {
    const stats = new ChangedStats();
    expect(() => stats.take(Buffer.alloc(400_001, '\n'))).toThrow('too many processes');
  });
});

it('figures of the machine are the lines of its files', () => {
  const stats = new ChangedStats();
  take(stats, '@uptime 12.5', '@loadavg 0.1 0.2 0.3', '@some avg10=1.00 avg60=2.00', '@full avg10=0.50 avg60=0.00');
  take(stats, '@MemFree: 12', '@HugePages_Total: 3', '@pswpin 7', '@MemFree: 13');
  const texts = Object.fromEntries([...stats.files()].map(([name, text]) => [name, text.toString()]));
  expect(texts).toEqual({
    uptime: '12.5\n',
    loadavg: '0.1 0.2 0.3\n',
    'pressure/memory': 'some avg10=1.00 avg60=2.00\nfull avg10=0.50 avg60=0.00\n',
    meminfo: 'MemFree: 13 kB\nHugePages_Total: 3\n',
    vmstat: 'pswpin 7\n',
  });
  expect(Object.keys(texts).sort()).toEqual([...machineFiles].sort());
});
