/** A mount that does not answer, such as a network file system whose server is gone, holds nobody up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawn } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { openShell, type Shell } from '../helpers/shell.ts';
import { openSilentMount, type SilentMount } from '../helpers/silent-mount.ts';
import { startSshd } from '../helpers/sshd.ts';
import { type Listing, workertop, workertopCommand } from '../helpers/workertop.ts';

const COMMAND = workertopCommand().join(' ');

/** Seconds in which a key or a signal has ended it. */
const AT_ONCE = 0.5;

let mount: SilentMount;
let folder: string;
let processes: ChildProcess[];

/**
 * With the titles of a unicorn and its worker. The worker waits in an epoll, to which a process that shares it adds a
 * file of the mount, once that is silent: the kernel then holds up whoever reads what the epoll waits for. Numbers of
 * system calls are those of x86_64.
 */
const EPOLL = `
use IO::Socket::INET;
my ($create, $wait, $add) = (291, 232, 233);
my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
open my $file, '<', $ARGV[0] or die;
my $epoll = syscall $create, 0;
my $event = pack 'LQ', 1, 0;
syscall $add, $epoll, 1, fileno $listener, $event;
if (!(fork // die)) { $0 = 'unicorn worker[0] -c u.rb'; my $events = ' ' x 120; syscall $wait, $epoll, $events, 10, -1; exit }
<STDIN>;
if (!(fork // die)) { syscall $add, $epoll, 1, fileno $file, $event; exit }
$0 = 'unicorn master -c u.rb';
$| = 1;
print "held\\n";
sleep 600;
`;

/**
 * A process whose memory the kernel locks for as long as the mount is silent: its child reads a page of a
 * file, and it maps the same file past the page cache, so that mmap(2) waits for that page. A thread of it does so if the
 * second argument is `thread`.
 */
const LOCKED = `
import ctypes, os, sys, threading, time
libc = ctypes.CDLL(None)
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
cached, direct = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[1], os.O_RDONLY | os.O_APPEND)
print("ready", flush=True)
sys.stdin.readline()
if os.fork() == 0:
    os.read(cached, 10)
time.sleep(0.2)
lock = lambda: libc.mmap(None, 4096, 1, 2, direct, 0)
if sys.argv[2] == "thread":
    threading.Thread(target=lock).start()
    time.sleep(600)
lock()
`;

/** A process with the title of a gunicorn, in a directory. */
async function startIn(directory: string): Promise<void> {
  const program = '$0 = "gunicorn: master [app]"; sleep 600';
  const child = spawn('perl', ['-e', program], { cwd: directory, stdio: 'ignore' });
  processes.push(child);
  await eventually('its title', () => kernel.commandLine(child.pid ?? 0).startsWith('gunicorn'));
}

beforeEach(async () => {
  requireRoot();
  processes = [];
  folder = mkdtempSync(join(tmpdir(), 'workertop-answers-'));
  mkdirSync(join(folder, 'blog/app'), { recursive: true });
  writeFileSync(join(folder, 'blog/manage.py'), '');
  mount = await openSilentMount('shop/manage.py', 'late/manage.py');
  await startIn(join(folder, 'blog/app'));
  await startIn(join(mount.directory, 'shop'));
});
afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await mount?.stop();
  rmSync(folder, { recursive: true });
});

/**
 * Starts a process that can lock its memory.
 * @param which `process` or `thread`
 * @returns locks it, once the mount is silent
 */
async function startLockable(which: string): Promise<() => Promise<void>> {
  const args = ['-c', LOCKED, join(mount.directory, 'shop/manage.py'), which];
  const child = spawn('/usr/bin/python3', args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
  processes.push(child);
  const pid = child.pid ?? 0;
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.write('\n');
    await eventually('its lock', () => kernel.threadStates(pid).includes('D'));
  };
}

/** The processes of workertop that wait in the kernel and cannot be ended. */
function stuck(): readonly number[] {
  return kernel
    .pids()
    .filter((pid) => /(?:file|log)-helper/.test(kernel.commandLine(pid)) && kernel.state(pid) === 'D');
}

describe('list', () => {
  it('tells all that does answer, and says once what does not', async () => {
    await mount.silence();
    const { code, stdout, stderr } = await workertop('list', '--json');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `workertop: ${mount.directory} does not answer: workertop cannot read the files there.\n`,
    });
    const { projects } = JSON.parse(stdout) as Listing;
    const directories = projects.map(({ directory }) => directory);
    expect(directories).toContain(join(folder, 'blog'));
    expect(directories).toContain(join(mount.directory, 'shop'));
  });

  it('starts without a configuration that lies there, and says so', async () => {
    await mount.silence();
    const child = spawn('sh', ['-c', `exec ${COMMAND} list --json`], {
      env: { PATH: process.env['PATH'] ?? '', HOME: join(mount.directory, 'shop') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(stderr).toContain('config.toml is ignored: its file system does not answer.\n');
  });

  it('is not held up by a process that keeps the kernel from telling what it waits for', async () => {
    const args = ['-e', EPOLL, join(mount.directory, 'shop/manage.py')];
    const holder = spawn('perl', args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    processes.push(holder);
    await eventually('its worker', () => kernel.children(holder.pid ?? 0).length === 1);
    await mount.silence();
    holder.stdin.write('\n');
    await once(holder.stdout, 'data');
    const children = kernel.children(holder.pid ?? 0);
    const { code } = await workertop('list', '--json');
    expect(code).toBe(0);
    for (const pid of children) process.kill(pid, 'SIGKILL');
  });

  it.each(['process', 'thread'])('is not held up by a %s that has locked its memory', async (which) => {
    const lock = await startLockable(which);
    await mount.silence();
    await lock();
    const { code, stdout } = await workertop('list', '--json');
    expect(code).toBe(0);
    const { projects } = JSON.parse(stdout) as Listing;
    expect(projects.map(({ directory }) => directory)).toContain(join(folder, 'blog'));
  });

  it('over ssh is not held up by a process that has locked its memory', async () => {
    const sshd = await startSshd();
    const path = process.env['PATH'];
    process.env['PATH'] = `${sshd.path}:${path}`;
    try {
      const lock = await startLockable('process');
      await mount.silence();
      await lock();
      const { code, stdout } = await workertop('list', '--json', '--host', 'dash');
      expect(code).toBe(0);
      const { projects } = JSON.parse(stdout) as Listing;
      expect(projects.map(({ directory }) => directory)).toContain(join(folder, 'blog'));
    } finally {
      process.env['PATH'] = path;
      await sshd.stop();
    }
  });

  it('says nothing while it answers', async () => {
    const { code, stderr } = await workertop('list', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('the dashboard', () => {
  let shell: Shell;
  let before: string;

  beforeEach(async () => {
    shell = openShell();
    before = await shell.ask('stty -g');
  });
  afterEach(() => shell.close());

  async function endedAtOnce(pid: number, status: string): Promise<void> {
    await eventually('its end', () => !kernel.isAlive(pid), AT_ONCE);
    await shell.back();
    expect(await shell.ask('echo $?')).toBe(status);
    expect(shell.alternateScreen()).toBe(false);
    expect(await shell.ask('stty -g')).toBe(before);
  }

  it.each([
    ['q', (_: number) => shell.press('q'), '0'],
    ['SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM'), '143'],
  ])('starts beside it, says so, and ends by %s', async (_, end, status) => {
    await mount.silence();
    const pid = await shell.start(COMMAND);
    await drawn(shell);
    await shell.waitFor('blog');
    await shell.waitFor(`${mount.directory} does not answer`);
    end(pid);
    await endedAtOnce(pid, status);
  });

  it.each([
    ['q', (_: number) => shell.press('q'), '0'],
    ['SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM'), '143'],
  ])('goes on when it falls silent, and ends by %s', async (_, end, status) => {
    const pid = await shell.start(`${COMMAND} --delay 0.5`);
    await shell.waitFor('shop');
    const program = 'opendir my $d, "."; chdir "/"; <STDIN>; chdir $d or die; $0 = "gunicorn: master [app]"; sleep 600';
    const late = spawn('perl', ['-e', program], {
      cwd: join(mount.directory, 'late'),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    processes.push(late);
    await eventually('its directory', () => readlinkSync(`/proc/${late.pid}/cwd`) === '/');
    await mount.silence();
    late.stdin.end('\n');
    await shell.waitFor(`${mount.directory} does not answer`);
    // Keys are heard.
    shell.press('?');
    await shell.waitFor('Esc close', 2);
    shell.press('escape');
    await shell.waitFor((lines) => !lines.some((line) => line.includes('Esc close')));
    end(pid);
    await endedAtOnce(pid, status);
  });

  it('goes on beside a process that has locked its memory, and ends by q', async () => {
    const lock = await startLockable('thread');
    const pid = await shell.start(`${COMMAND} --delay 0.5`);
    await shell.waitFor('shop');
    await mount.silence();
    await lock();
    mkdirSync(join(folder, 'bakery'));
    writeFileSync(join(folder, 'bakery/manage.py'), '');
    await startIn(join(folder, 'bakery'));
    await shell.waitFor('bakery');
    shell.press('q');
    await endedAtOnce(pid, '0');
  });

  it('whose home lies there starts, and ends by q', async () => {
    await mount.silence();
    const home = join(mount.directory, 'shop');
    const pid = await shell.start(`env HOME=${home} TERMINFO=${home} ${COMMAND}`);
    await drawn(shell);
    await shell.waitFor('blog');
    shell.press('q');
    await endedAtOnce(pid, '0');
  });

  it('whose home falls silent hears keys, tells what was not saved, and ends by SIGTERM', async () => {
    const home = join(mount.directory, 'shop');
    const pid = await shell.start(`env HOME=${home} ${COMMAND}`);
    await drawn(shell);
    await shell.waitFor('blog');
    await mount.silence();
    // F2.
    shell.press('\x1bOQ');
    await shell.waitFor('Settings');
    shell.press('s');
    await shell.waitFor('Not saved: its file system does not answer', 10);
    process.kill(pid, 'SIGTERM');
    await endedAtOnce(pid, '143');
  });

  it('leaves nobody behind once it answers again', async () => {
    await mount.silence();
    const pid = await shell.start(COMMAND);
    await shell.waitFor('does not answer');
    expect(stuck()).not.toEqual([]);
    shell.press('q');
    await endedAtOnce(pid, '0');
    await mount.stop();
    await eventually('the end of all that waited', () => stuck().length === 0);
    mount = await openSilentMount();
    expect(readFileSync('/proc/mounts', 'utf8')).toContain(mount.directory);
  });
});
