import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import type { ProcessFacts, ProcessKey } from '../../src/snapshot.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import { RemoteProcesses } from '../../src/source/remote/remote-processes.ts';
import { RemoteSource } from '../../src/source/remote/remote-source.ts';
import { LostLine, type ReadHints, type Source } from '../../src/source/source.ts';
import { eventually } from '../helpers/eventually.ts';
import { filesHere } from '../helpers/files.ts';
import { makeFolder } from '../helpers/folder.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { requireServer } from '../helpers/requirements.ts';
import { type Host, type Sshd, startSshd } from '../helpers/sshd.ts';
import { type ListedServer, list, projectIn, startInGroup, workertop } from '../helpers/workertop.ts';

let sshd: Sshd;
let folder: string;
let gunicorn: Job;
const PATH = process.env['PATH'];

beforeAll(async () => {
  requireServer('openssh-server', 'openssh-client', 'busybox-static', 'gunicorn', 'sudo');
  requireRoot();
  folder = makeFolder('remote');
  writeFileSync(join(folder, 'shop.py'), 'def app(e, s):\n    s("200 OK", [])\n    return [b"hi"]\n');
  writeFileSync(join(folder, 'requirements.txt'), '');
  writeFileSync(join(folder, 'shop.conf.py'), '# secret = "not sent"\nworkers = 2\nbind = "unix:shop.sock"\n');
  gunicorn = await startJob(['gunicorn', '-c', 'shop.conf.py', 'shop:app'], { cwd: folder, log: join(folder, 'log') });
  sshd = await startSshd();
  process.env['PATH'] = `${sshd.path}:${PATH}`;
  await eventually('two workers', () => kernel.children(gunicorn.pid).length === 2);
});
afterAll(async () => {
  process.env['PATH'] = PATH;
  await sshd?.stop();
  await gunicorn?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = (host: Host, patience?: number) =>
  new RemoteSource(
    { destination: host, sudo: false, mayAsk: false, ...(patience !== undefined && { patience }) },
    factRequests,
  );

const hints = (pid: number): ReadHints => ({
  memoryBudget: Number.POSITIVE_INFINITY,
  prefer: new Set(),
  watch: new Set(),
  listeners: new Set([pid]),
  patience: 10,
});

async function sampleOf(source: Source, pid: number) {
  await source.read(hints(pid));
  const { processes } = await source.read(hints(pid));
  return processes.find((process) => process.pid === pid);
}

/** What is the same whenever it is read. */
const lasting = (server: ListedServer | undefined) =>
  server && {
    ...server,
    activity: null,
    cpu: null,
    memory: null,
    workers: { ...server.workers, moreThatFit: null },
    processes: server.processes.map(({ pid, role, command }) => ({ pid, role, command })),
  };

it('lists what a list on the machine itself does', async () => {
  const listings = await Promise.all([list(), list('--host', 'dash')]);
  const [here, there] = listings.map((listing) => projectIn(listing, folder));
  expect(lasting(there?.servers[0])).toEqual(lasting(here?.servers[0]));
  expect(there?.servers[0]?.memory.exact).toBe(true);
  expect(there?.servers[0]?.activity).toMatchObject({ basis: 'syscall', total: 2, inUse: 0 });
  expect(there?.virtualenv).toEqual(here?.virtualenv);
});

it('lists it where busybox is all that there is, and no device', async () => {
  const there = projectIn(await list('--host', 'chroot'), folder).servers[0];
  expect(there?.processes.map(({ pid }) => pid)).toContain(gunicorn.pid);
  expect(there?.workers.current).toBe(2);
  expect(there?.memory.exact).toBe(true);
});

describe('with the rights of a user', () => {
  const exact = async (...args: readonly string[]) => {
    const server = (await list(...args)).projects
      .flatMap(({ servers }) => servers)
      .find(({ processes }) => processes.some(({ pid }) => pid === gunicorn.pid));
    return server?.memory.exact;
  };

  it('memory of others is an estimate, and exact by sudo', async () => {
    const both = [exact('--host', 'sudoer'), exact('--host', 'sudoer', '--sudo')];
    expect(await Promise.all(both)).toEqual([false, true]);
  });

  it('who may not use sudo is told in one line', async () => {
    const { code, stdout, stderr } = await workertop('list', '--host', 'nobody', '--sudo');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^workertop: nobody: sudo: .+\n$/);
  });
});

describe.each(['dash', 'bash', 'busybox'] as const)('with %s as the only shell', (shell) => {
  it('a process is what it is on the machine itself', async () => {
    const local = new ProcSource({ tree: new LocalTree('/proc'), factRequests, files: filesHere() });
    const far = open(shell);
    try {
      const [here, there] = [await sampleOf(local, gunicorn.pid), await sampleOf(far, gunicorn.pid)];
      expect(there?.facts).toEqual(here?.facts satisfies ProcessFacts | undefined);
      expect(there?.listeners).toEqual(here?.listeners);
      expect(there?.startTicks).toBe(here?.startTicks);
      expect(there?.memory.quality).toBe('exact');
    } finally {
      local.close();
      far.close();
    }
  });

  it('a signal reaches the process that was inspected, and no other', async () => {
    const code =
      'import signal,sys;print(1,flush=True);sys.stdin.readline();signal.signal(1,signal.SIG_IGN);print(2,flush=True);sys.stdin.read()';
    const child = spawn('python3', ['-c', code, 'a\nb', '', "c'd", '\x01\x7f\u0081\u0088\\ * $(x) `x`'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    const far = open(shell);
    try {
      await far.open(false);
      const there = new RemoteProcesses(far);
      const pid = child.pid ?? 0;
      const inspect = async () => {
        const found = (await there.inspect([pid])).get(pid);
        if (found === undefined) throw new Error('not found');
        return found;
      };
      const first = await inspect();
      child.stdin.write('\n');
      await once(lines, 'line');
      // Its mask is another by now.
      expect(await there.signal(first, 'SIGTERM')).toBe('changed');
      // Another process has its pid by now.
      const second = await inspect();
      Object.assign(second, { startTicks: second.startTicks - 1 });
      expect(await there.signal(second, 'SIGTERM')).toBe('changed');
      Object.assign(second, { pid: 1 });
      expect(await there.signal(second, 'SIGTERM')).toBe('bad');
      expect(kernel.isAlive(pid)).toBe(true);
      const ended = once(child, 'exit');
      const last = await inspect();
      expect(await there.signal(last, 'SIGTERM')).toBe('done');
      expect(await ended).toEqual([null, 'SIGTERM']);
      expect(await there.signal(last, 'SIGTERM')).toBe('ended');
    } finally {
      child.kill('SIGKILL');
      far.close();
    }
  });
});

it('what the end of a process frees is unknown if memory is shared that it alone maps', async () => {
  const code = 'import mmap,sys;m=mmap.mmap(-1,16<<20);m.write(b"x"*(16<<20));print(1,flush=True);sys.stdin.read()';
  const child = spawn('python3', ['-c', code], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const far = open('dash');
  try {
    const memory = (await sampleOf(far, child.pid ?? 0))?.memory;
    expect(memory?.uss).toBeGreaterThan(16 * 1024 * 1024);
    expect(memory?.frees).toBeNull();
  } finally {
    child.kill('SIGKILL');
    far.close();
  }
});

it('scales a gunicorn, and refuses to leave it none', async () => {
  const more = await workertop('scale', String(gunicorn.pid), '+1', '--host', 'busybox');
  expect(more.stderr).toBe('');
  expect(more.stdout).toContain('2 → 3 workers');
  expect(kernel.children(gunicorn.pid)).toHaveLength(3);
  const fewer = await workertop('scale', String(gunicorn.pid), '2', '--host', 'dash');
  expect(fewer.stdout).toContain('3 → 2 workers');
  expect(kernel.children(gunicorn.pid)).toHaveLength(2);
});

describe('a guard of a trim', () => {
  const workers = () => kernel.children(gunicorn.pid);
  const inspected = async (there: RemoteProcesses) => {
    const master = (await there.inspect([gunicorn.pid])).get(gunicorn.pid);
    if (master === undefined) throw new Error('there is no master');
    return master;
  };
  const endsOf = (guard: ProcessKey | null) =>
    eventually('no guard', () => !kernel.isAlive(Number.parseInt(guard ?? '0', 10)), 20);

  it('puts the worker back when the line dies', async () => {
    const far = open('dash');
    try {
      await far.read(hints(gunicorn.pid));
      const there = new RemoteProcesses(far);
      const guard = await there.guard(await inspected(there), 2);
      expect(guard).not.toBeNull();
      expect(await there.signal(await inspected(there), 'SIGTTOU')).toBe('done');
      await eventually('a trim', () => workers().length === 1);
      sshd.cut();
      await eventually('the worker back', () => workers().length === 2, 20);
      await endsOf(guard);
      expect(workers()).toHaveLength(2);
    } finally {
      far.close();
    }
  });

  it('waits for as long as it is told to, over a new line too, and ends when it is told to', async () => {
    const far = open('dash');
    try {
      await far.read(hints(gunicorn.pid));
      const there = new RemoteProcesses(far);
      const guard = await there.guard(await inspected(there), 2);
      if (guard === null) throw new Error('no guard');
      expect(await there.tellGuard(`${Number.parseInt(guard, 10)}:1`, 'end')).toBe(false);
      sshd.cut();
      await expect(far.read(hints(gunicorn.pid))).rejects.toThrow(LostLine);
      await far.read(hints(gunicorn.pid));
      expect(await there.tellGuard(guard, 'wait')).toBe(true);
      expect(await there.tellGuard(guard, 'end')).toBe(true);
      await endsOf(guard);
      expect(await there.tellGuard(guard, 'wait')).toBe(false);
      expect(workers()).toHaveLength(2);
    } finally {
      far.close();
    }
  });

  it('is refused at once where there is no perl', async () => {
    const { code, stderr } = await workertop('tune', String(gunicorn.pid), '--host', 'busybox');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'workertop: A tune over ssh needs perl on busybox, which puts a worker back if the connection breaks. --dry-run only watches.\n',
    });
  });

  it('is not started for a process that takes no SIGTTIN, or is not what was inspected', async () => {
    const child = spawn('sleep', ['60']);
    const far = open('dash');
    try {
      await far.open(false);
      const there = new RemoteProcesses(far);
      const pid = child.pid ?? 0;
      const other = (await there.inspect([pid])).get(pid);
      if (other === undefined) throw new Error('there is no process');
      expect(await there.guard(other, 2)).toBeNull();
      const master = await inspected(there);
      Object.assign(master, { startTicks: master.startTicks - 1 });
      expect(await there.guard(master, 2)).toBeNull();
    } finally {
      child.kill('SIGKILL');
      far.close();
    }
  });
});

describe('through another ssh', () => {
  let bin: string;
  const throughSsh = (script: string) => {
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env['PATH'] = `${bin}:${PATH}`;
  };
  beforeEach(() => {
    bin = makeFolder('remote-bin');
    process.env['XDG_STATE_HOME'] = bin;
  });
  afterEach(() => {
    process.env['PATH'] = `${sshd.path}:${PATH}`;
    delete process.env['XDG_STATE_HOME'];
    rmSync(bin, { recursive: true });
  });

  it('a line that ends in the middle of a change: one line and the log say what was sent', async () => {
    // It ends at the first request after the signal.
    throughSsh(`while IFS= read -r line; do
      [ "$sent" = 2 ] && exit
      printf '%s\\n' "$line"
      case $line in 'k '*) sent=1 ;; 'z '*) [ "$sent" = 1 ] && sent=2 ;; esac
    done | sh`);
    const { code, stdout, stderr } = await workertop('scale', String(gunicorn.pid), '+1', '--host', 'vps1');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^workertop: vps1: the connection ended\. .+ 2 → 3 was under way: 1 sent, 2 run now\n$/);
    const log = readFileSync(join(bin, 'workertop/actions.log'), 'utf8');
    expect(log).toMatch(new RegExp(`vps1: gunicorn ${gunicorn.pid}: .+ 2 → 3 was under way: 1 sent, 2 run now`));
    await eventually('the third worker', () => kernel.children(gunicorn.pid).length === 3);
    process.kill(gunicorn.pid, 'SIGTTOU');
    await eventually('two workers', () => kernel.children(gunicorn.pid).length === 2);
  });

  it('Ctrl-C while it connects ends both, and leaves no ssh', async () => {
    throughSsh(`echo >${bin}/began; exec sleep 60`);
    const job = startInGroup('list', '--host', 'vps1');
    await eventually('ssh', () => existsSync(join(bin, 'began')));
    job.interrupt();
    expect(await job.ended).toEqual({ code: 130, stdout: '', stderr: 'workertop: vps1: interrupted\n' });
    await eventually('no ssh', () => job.isGone());
  });
});

it('records it until Ctrl-C, and leaves no ssh', async () => {
  const file = join(folder, 'recording');
  const job = startInGroup('record', file, '--host', 'dash', '--delay', '0.5');
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  await eventually('two readings', () => lines() > 2);
  job.interrupt();
  const { code, stdout, stderr } = await job.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`${lines() - 1} readings in ${file}\n`);
  expect(readFileSync(file, 'utf8')).toContain('shop.conf.py');
  await eventually('no ssh', () => job.isGone());
});

it('a connection that breaks is told, and the next reading makes a new one', async () => {
  const far = open('dash');
  try {
    await far.read(hints(gunicorn.pid));
    sshd.cut();
    await expect(far.read(hints(gunicorn.pid))).rejects.toThrow(LostLine);
    const { processes } = await far.read(hints(gunicorn.pid));
    expect(processes.map(({ pid }) => pid)).toContain(gunicorn.pid);
  } finally {
    far.close();
  }
});

it('a connection that stalls is told, and the next reading makes a new one', async () => {
  const far = open('dash', 1);
  try {
    await far.read(hints(gunicorn.pid));
    sshd.stall();
    await expect(far.read(hints(gunicorn.pid))).rejects.toThrow('dash: no answer for 1 s');
    sshd.cut();
    const { processes } = await far.read(hints(gunicorn.pid));
    expect(processes.map(({ pid }) => pid)).toContain(gunicorn.pid);
  } finally {
    far.close();
  }
});

it('a machine that cannot be reached is one line', async () => {
  const { code, stdout, stderr } = await workertop('list', '--host', 'no-such-machine.invalid');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^workertop: no-such-machine\.invalid: .+\n$/);
});
