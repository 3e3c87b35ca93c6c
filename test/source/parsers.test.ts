import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCounters, parseLoad, parseMeminfo, parsePressure } from '../../src/source/proc/parsers/host.ts';
import { parseRollup, parseStatm, SmapsSum } from '../../src/source/proc/parsers/memory.ts';
import { parseAllTcp, parseTcp, parseUnix } from '../../src/source/proc/parsers/net.ts';
import { parseStat } from '../../src/source/proc/parsers/stat.ts';
import { parseStatus } from '../../src/source/proc/parsers/status.ts';
import {
  parseCgroup,
  parseCmdline,
  parseOpenFiles,
  parsePasswd,
  pickEnvironment,
  sitePrefixes,
} from '../../src/source/proc/parsers/text.ts';
import { cases } from '../helpers/cases.ts';
import { isSound, mutated } from '../helpers/fuzz.ts';

describe('an address of /proc/net', () => {
  const address = (hex: string) =>
    parseTcp(`   0: ${hex}:1F90 ${'0'.repeat(8)}:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1\n`)
      .listeners[0]?.address;
  it.each([
    ['0100007F', '127.0.0.1:8080'],
    ['00000000', '0.0.0.0:8080'],
    ['0'.repeat(32), '[::]:8080'],
    ['00000000000000000000000001000000', '[::1]:8080'],
    ['B80D0120000000000000000001000000', '[2001:db8::1]:8080'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1:8080'],
  ])('%s is %s', (hex, text) => {
    expect(address(hex)).toBe(text);
  });
});

it('the connections that were accepted are counted over the whole table', () => {
  const line = (local: string, state: string, inode: number) =>
    `   0: ${local} 0100007F:C001 ${state} 00000000:00000002 00:00000000 00000000     0        0 ${inode} 1\n`;
  const listeners = `${line('0100007F:1F90', '0A', 5)}${line('00000000:0050', '0A', 6)}`;
  const accepted = `${line('0100007F:1F90', '01', 7)}${line('0100007F:1F90', '01', 8)}${line('0100007F:0050', '01', 9)}`;
  const others = `${line('0100007F:1F90', '01', 0)}${line('0100007F:1F90', '06', 0)}${line('0100007F:C001', '01', 10)}`;
  expect(parseAllTcp(listeners + accepted + others)).toEqual([
    { address: '127.0.0.1:8080', inode: 5, queue: 2, open: 2, closed: 1 },
    { address: '0.0.0.0:80', inode: 6, queue: 2, open: 1, closed: 0 },
  ]);
});

it('connections that a client on this machine has closed are counted, and those of another machine are not', () => {
  const line = (local: string, peer: string, state: string) =>
    `   0: ${local} ${peer} ${state} 00000000:00000000 00:00000000 00000000     0        0 0 1\n`;
  const table = [
    line('0100007F:1F90', '00000000:0000', '0A'),
    line('0100007F:C001', '0100007F:1F90', '06'),
    line('0100007F:1F90', '0100007F:C002', '06'),
    line('0200000A:C003', '0300000A:1F90', '06'),
  ];
  expect(parseAllTcp(table.join(''))[0]?.closed).toBe(2);
});

describe('what a process gives back when it ends', () => {
  const kib = (figures: Readonly<Record<string, number>>) =>
    `00400000-7ffd0000 ---p 00000000 00:00 0 [rollup]\n${lines(figures)}`;
  const lines = (figures: Readonly<Record<string, number>>) =>
    Object.entries(figures)
      .map(([name, value]) => `${name}: ${value} kB\n`)
      .join('');
  const common = { Rss: 700_000, Pss: 640_000, Private_Clean: 600_000, Private_Dirty: 9000 };

  it('is its own anonymous memory, and no page of a file that it has mapped', () => {
    const text = kib({ ...common, Pss_Anon: 9500, Pss_File: 630_500, Pss_Shmem: 0, Anonymous: 20_000 });
    expect(parseRollup(text)).toMatchObject({ frees: 9000 * 1024, anon: 9500 * 1024, file: 630_500 * 1024, shmem: 0 });
  });

  it('is no page of a file that it has written to', () => {
    const text = kib({ ...common, Private_Dirty: 309_000, Pss_Anon: 9000, Pss_File: 631_000, Pss_Shmem: 0 });
    expect(parseRollup(text)?.frees).toBe(9000 * 1024);
  });

  it('has in it what came back from swap, and not what may be freed lazily', () => {
    const text = { Rss: 90, Pss: 90, Private_Clean: 60, Private_Dirty: 30, Pss_Anon: 90, Pss_File: 0, Pss_Shmem: 0 };
    expect(parseRollup(kib(text))?.frees).toBe(90 * 1024);
    expect(parseRollup(kib({ ...text, LazyFree: 50 }))?.frees).toBe(40 * 1024);
  });

  it('is told by older kernels too, without the parts', () => {
    expect(parseRollup(kib({ ...common, Anonymous: 20_000 }))).toMatchObject({
      frees: 9000 * 1024,
      anon: null,
      file: null,
      shmem: null,
    });
  });

  it('is summed up over mappings, however the file comes in parts', () => {
    const mapping = (path: string, figures: Readonly<Record<string, number>>) =>
      `7f0000000000-7f0000001000 rw-p 00000000 08:01 ${path === '' ? 0 : 77} ${path}\n${lines({ Size: 1, ...figures })}VmFlags: rd\n`;
    const text =
      mapping('', { Rss: 50, Pss: 45, Private_Dirty: 40, Anonymous: 50 }) +
      mapping('/srv/model.bin', { Rss: 600, Pss: 600, Private_Clean: 600, Anonymous: 0 }) +
      mapping('/usr/lib/libc.so.6', { Rss: 30, Pss: 12, Private_Dirty: 4, Anonymous: 4 }) +
      mapping('/dev/zero (deleted)', { Rss: 100, Pss: 25, Private_Dirty: 5, Anonymous: 0 });
    for (const size of [1, 7, 100, 10_000]) {
      const sum = new SmapsSum();
      for (let at = 0; at < text.length; at += size) sum.add(text.slice(at, at + size));
      expect(sum.end()).toMatchObject({
        rss: 780 * 1024,
        pss: 682 * 1024,
        uss: 649 * 1024,
        anon: 49 * 1024,
        file: 608 * 1024,
        shmem: 25 * 1024,
        frees: 44 * 1024,
      });
    }
  });
});

describe('unix sockets', () => {
  const table = (...lines: readonly string[]) =>
    `Num: …\n${lines.map((line) => `0000: 00000002 00000000 ${line}\n`).join('')}`;
  const listening = (inode: number, path: string) => `00010000 0001 01 ${inode} ${path}`;
  const connecting = (path: string) => `00000000 0001 02     0 ${path}`;

  it('listen by their flag, and have a queue of what has no inode yet', () => {
    const accepted = '00000000 0001 03 78 /run/app.sock';
    const text = table(
      listening(77, '/run/app.sock'),
      connecting('/run/app.sock'),
      accepted,
      connecting('/run/app.sock'),
    );
    expect(parseUnix(text)).toEqual([{ address: 'unix:/run/app.sock', inode: 77, queue: 2, open: 1 }]);
    expect(parseUnix(table(listening(77, '@app'), accepted))).toMatchObject([
      { address: 'unix:@app', queue: 0, open: 0 },
    ]);
  });

  it('have a queue that is unknown where it is not told whose it is', () => {
    const twice = table(listening(77, '/run/app.sock'), connecting('/run/app.sock'), listening(90, '/run/app.sock'));
    expect(parseUnix(twice).map(({ queue }) => queue)).toEqual([null, null]);
    expect(parseUnix(table('00010000 0001 01 77'))).toEqual([{ address: 'unix:(unnamed)', inode: 77, queue: null }]);
  });
});

it.each([
  ['0::/system.slice/shop.service\n', '/system.slice/shop.service'],
  ['5:memory:/docker/a\n1:name=systemd:/docker/a\n', '/docker/a'],
  ['1:name=systemd:/user.slice\n0::/\n', '/user.slice'],
  ['', null],
])('the cgroup of a process is found in %j', (text, path) => {
  expect(parseCgroup(text)).toBe(path);
});

it.each([
  ['{"name":"shop","pm_id":3,"env":{"SECRET":"x"}}', { 'pm2_env.name': 'shop', 'pm2_env.pm_id': '3' }],
  ['{"name":{"a":1},"pm_id":null}', {}],
  ['{"name":"cut o', {}],
  ['null', {}],
  ['[]', {}],
])('no more than the members asked for is kept of a variable that holds %s', (json, expected) => {
  const bytes = Buffer.from(`A=1\0pm2_env=${json}\0name=x\0`);
  expect(pickEnvironment(bytes, new Set(['pm2_env.name', 'pm2_env.pm_id']))).toEqual(expected);
});

it('a signal mask is read for signals 1 to 31, and no more', () => {
  expect(parseStatus('Uid:\t1\t2\t3\t4\nSigCgt:\t0000000108314a07\n')).toMatchObject({ uid: 2, caught: 0x8314a07 });
  expect(parseStatus('Uid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\n').ids).toBe('one');
  for (const ids of ['0\t7\t7\t7', '7\t0\t7\t7', '7\t7\t0\t7', '7\t7\t7\t0']) {
    expect(parseStatus(`Uid:\t${ids}\nGid:\t8\t8\t8\t8\n`).ids).toBe('mixed');
    expect(parseStatus(`Uid:\t8\t8\t8\t8\nGid:\t${ids}\n`).ids).toBe('mixed');
  }
  expect(parseStatus('Uid:\t7\t7\t7\t7\n').ids).toBeUndefined();
  expect(parseStatus('SigCgt:\tffffffffffffffff\n').caught).toBe(0x7fffffff);
});

/** Captured here and now, of this process. */
const captures = Object.fromEntries(
  ['stat', 'status', 'smaps_rollup', 'statm', 'cmdline', 'cgroup', 'maps', 'limits', 'net/tcp', 'net/unix'].map(
    (name) => [name, readFileSync(`/proc/self/${name}`)],
  ),
);
const host = Object.fromEntries(['meminfo', 'vmstat', 'loadavg'].map((name) => [name, readFileSync(`/proc/${name}`)]));

const names = new Set(['PATH', 'HOME']);

const parsers: readonly (readonly [name: string, capture: Buffer | undefined, parse: (bytes: Buffer) => unknown])[] = [
  ['stat', captures['stat'], (bytes) => parseStat(bytes, bytes.length)],
  ['status', captures['status'], (bytes) => parseStatus(bytes.toString())],
  ['smaps_rollup', captures['smaps_rollup'], (bytes) => parseRollup(bytes.toString())],
  ['statm', captures['statm'], (bytes) => parseStatm(bytes.toString())],
  ['cmdline', captures['cmdline'], parseCmdline],
  ['environ', Buffer.from('PATH=/bin\0HOME=/root\0=x\0A\0'), (bytes) => pickEnvironment(bytes, names)],
  ['cgroup', captures['cgroup'], (bytes) => parseCgroup(bytes.toString())],
  ['maps', captures['maps']?.subarray(0, 4000), (bytes) => sitePrefixes(bytes.toString())],
  ['limits', captures['limits'], (bytes) => (parseOpenFiles(bytes.toString()) ?? 0) >= 0],
  [
    'passwd',
    Buffer.from('root:x:0:0::/root:/bin/sh\nweb:x:1000:1000::/home/web:\n'),
    (bytes) => parsePasswd(bytes.toString()),
  ],
  ['tcp', captures['net/tcp'], (bytes) => parseTcp(bytes.toString())],
  ['all of tcp', captures['net/tcp'], (bytes) => parseAllTcp(bytes.toString())],
  ['unix', captures['net/unix'], (bytes) => parseUnix(bytes.toString())],
  ['meminfo', host['meminfo'], (bytes) => parseMeminfo(bytes.toString())],
  ['vmstat', host['vmstat']?.subarray(0, 1000), (bytes) => parseCounters(bytes.toString())],
  ['loadavg', host['loadavg'], (bytes) => parseLoad(bytes.toString())],
  [
    'pressure',
    Buffer.from('some avg10=0.12 avg60=1.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n'),
    (bytes) => parsePressure(bytes.toString()),
  ],
];

/** Of all parsers together. */
const CASES = 100_000;

it.each(parsers)('%s, however broken, gives no exception and no nonsense', (_, capture, parse) => {
  expect(capture?.length).toBeGreaterThan(0);
  fc.assert(
    fc.property(mutated(capture), (bytes) => isSound(parse(bytes))),
    { numRuns: cases(CASES / parsers.length) },
  );
});
