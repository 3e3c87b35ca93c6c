import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import type { ProcessSample, Snapshot } from '../../src/snapshot.ts';
import { PortableSource } from '../../src/source/portable.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { eventually } from '../helpers/eventually.ts';
import { filesHere } from '../helpers/files.ts';
import * as kernel from '../helpers/kernel.ts';
import { workertop } from '../helpers/workertop.ts';

/** `nobody` of Debian. */
const NOBODY = 65534;
const MEGABYTE = 1024 ** 2;

const children: ChildProcess[] = [];
const none: ReadonlySet<number> = new Set();
const hints = { memoryBudget: 0, prefer: none, watch: none, listeners: none, patience: 2 };

/** The same machine by the proc source, before and after it was read by ps. */
let before: Snapshot;
let portable: Snapshot;
let after: Snapshot;

beforeAll(async () => {
  const busy = spawn('perl', ['-e', '$0 = "perl: worker [busy]"; my $x = "x" x 3e7; 1 while 1'], { stdio: 'ignore' });
  const other = spawn('sleep', ['600'], { stdio: 'ignore', uid: NOBODY, gid: NOBODY });
  children.push(busy, other);
  await eventually('the titles', () => kernel.commandLine(busy.pid ?? 0).startsWith('perl: worker'));
  const [proc, ps] = [
    new ProcSource({ tree: new LocalTree('/proc'), factRequests, files: filesHere() }),
    new PortableSource(),
  ];
  await ps.read();
  before = await proc.read(hints);
  portable = await ps.read();
  after = await proc.read(hints);
  proc.close();
  ps.close();
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

const byPid = ({ processes }: Snapshot) => new Map(processes.map((process) => [process.pid, process]));

/** Each process that was there all the time and has a program, as each source has it. */
function pairs(): readonly {
  readonly first: ProcessSample;
  readonly ps: ProcessSample;
  readonly last: ProcessSample;
}[] {
  const [lasts, listed] = [byPid(after), byPid(portable)];
  return before.processes.flatMap((first) => {
    const [last, ps] = [lasts.get(first.pid), listed.get(first.pid)];
    if (last === undefined || last.startTicks !== first.startTicks || first.state === 'Z') return [];
    if (ps === undefined) throw new Error(`${first.pid} ${first.facts.argv.join(' ')} is missing`);
    return [{ first, ps, last }];
  });
}

describe('the portable source, compared with the proc source', () => {
  it('knows all processes with their parents, users and programs', () => {
    expect(pairs().length).toBeGreaterThan(3);
    for (const { first, ps } of pairs()) {
      const { pid, ppid, facts } = ps;
      const { uid, user, exe } = first.facts;
      expect({ pid, ppid, uid: facts.uid, user: facts.user, exe: facts.exe }).toEqual({
        pid: first.pid,
        ppid: first.ppid,
        uid,
        user,
        exe: exe?.replace(/ \(deleted\)$/, '') ?? facts.exe,
      });
    }
    expect(portable.kernelThreads).toBeLessThanOrEqual(Math.max(before.kernelThreads, after.kernelThreads));
  });

  it('knows command lines, and keeps a title whole', () => {
    // ps shows a blank for each control character, and in the locale C a ? for what is not ASCII.
    const words = ({ facts }: ProcessSample) => facts.argv.join(' ').replace(/\s+/g, ' ').trim();
    const plain = pairs().filter(({ first }) => /^[\x20-\x7e\s]+$/.test(words(first)));
    expect(plain.length).toBeGreaterThan(3);
    for (const { first, ps } of plain) expect(words(ps)).toBe(words(first));
    const busy = byPid(portable).get(children[0]?.pid ?? 0);
    expect(busy?.facts.argv).toEqual(['perl: worker [busy]']);
  });

  it('knows when each was started, to two seconds', () => {
    for (const { first, ps } of pairs()) {
      expect(Math.abs(ps.startTicks / 100 - first.startTicks / before.host.ticksPerSecond)).toBeLessThan(2);
    }
  });

  it('counts RSS and CPU time as the kernel does', () => {
    for (const { first, ps, last } of pairs()) {
      const rss = [first.memory.rss, last.memory.rss].sort((a, b) => a - b);
      const slack = 4 * MEGABYTE;
      expect(ps.memory.rss).toBeGreaterThanOrEqual((rss[0] ?? 0) * 0.8 - slack);
      expect(ps.memory.rss).toBeLessThanOrEqual((rss[1] ?? 0) * 1.2 + slack);
      expect(ps.cpuTicks).toBeGreaterThanOrEqual(first.cpuTicks - 1);
      expect(ps.cpuTicks).toBeLessThanOrEqual(last.cpuTicks + 1);
    }
    const busy = byPid(portable).get(children[0]?.pid ?? 0);
    expect(busy?.memory).toMatchObject({ pss: null, uss: null, swap: null, quality: 'rss' });
    expect(busy?.memory.rss).toBeGreaterThan(25 * MEGABYTE);
  });

  it('knows the machine', () => {
    expect(portable.host).toMatchObject({ name: before.host.name, cores: before.host.cores });
    expect(portable.host.memory.total).toBe(before.host.memory.total);
    expect(portable.host.memory.available).toBeGreaterThan(before.host.memory.available * 0.8);
    expect(portable.host.memory.available).toBeLessThan(before.host.memory.available * 1.2);
    expect(Math.abs(portable.uptime - before.uptime)).toBeLessThan(10);
  });

  it('keeps the identity of a process from one reading to the next', async () => {
    const source = new PortableSource();
    const [one, two] = [byPid(await source.read()), byPid(await source.read())];
    source.close();
    for (const child of children) {
      const [first, second] = [one.get(child.pid ?? 0), two.get(child.pid ?? 0)];
      expect(second?.startTicks).toBe(first?.startTicks);
      expect(second?.facts).toBe(first?.facts);
    }
  });
});

describe('list --source portable', () => {
  it('shows one user', async () => {
    const { stdout, stderr, code } = await workertop('list', '--source', 'portable', '--user', 'root');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^system {2}\d+ process/m);
    expect(stdout).toMatch(/^Figures are RSS/m);
  });

  it('signals nothing', async () => {
    const { stderr, code } = await workertop('scale', '--source', 'portable', String(children[0]?.pid), '+1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^workertop: [^\n]+\n$/);
  });
});
