/** A program with more rights than its caller has the title, the environment and the directory that its caller chose. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import { ProcessSignals } from '../../src/control/signals.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Server } from '../../src/model/model.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { inspectProcess } from '../../src/source/proc/inspect.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { helperProgram } from '../helpers/helper-program.ts';
import { directory, sample, snapshot } from '../helpers/samples.ts';

const asOwner = asOwnerBy(helperProgram('owner-helper'));

const isRoot = process.geteuid?.() === 0;
const stranger = { uid: 12_345, gid: 12_345 };
const nobody = { uid: 65_534, gid: 65_534 };
const TITLE = 'gunicorn: master [shop.wsgi]';

/** Handles what a gunicorn master does, and says so. */
const handles = `
import ctypes, os, signal, sys, time
for name in ('SIGTTIN', 'SIGTTOU', 'SIGHUP', 'SIGTERM', 'SIGCHLD'):
    signal.signal(getattr(signal, name), lambda *_: None)
%s
print('ready', flush=True)
time.sleep(60)
`;

let folder: string;
let children: ChildProcess[] = [];

beforeAll(() => {
  folder = makeFolder('ids');
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  const ended = children.map((child) => (child.exitCode ?? child.signalCode) !== null || once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
  children = [];
});

function start(program: string, options: SpawnOptions): ChildProcess {
  const child = spawn(program, [], { argv0: TITLE, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], ...options });
  children.push(child);
  return child;
}

/** A process that bears a gunicorn master's title and handles what one does, after it ran this line of Python. */
async function titled(line: string, options: SpawnOptions = {}, program = '/usr/bin/python3'): Promise<number> {
  const { stdin, stdout, pid = 0 } = start(program, options);
  stdin?.end(handles.replace('%s', line));
  if (stdout !== null) await once(stdout, 'data');
  return pid;
}

/** Python with more rights for whoever runs it. */
function python(mode: number): string {
  const path = join(folder, `python-${mode.toString(8)}`);
  copyFileSync(realpathSync('/usr/bin/python3'), path);
  chmodSync(path, mode);
  return path;
}

const startTicksOf = (pid: number) =>
  Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]);

/** As the screen has it that nothing is known against. */
function serverOf(pid: number, ...workers: readonly ProcessSample[]): Server {
  const common = { argv: [TITLE], directory: directory('/srv/shop'), caught: 0x8314a07, uid: null };
  const head = sample({ ...common, pid, startTicks: startTicksOf(pid) });
  const { projects } = buildModel(snapshot([head, ...workers]), null, { memoryTotal: null });
  const server = projects[0]?.servers[0];
  if (server === undefined) throw new Error('no server');
  return server;
}

/** What is sent is only noted: these are processes that root would reach. */
async function expectNothingSent(pid: number, server = serverOf(pid), why = /ids of several users/): Promise<void> {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  try {
    const signals = new ProcessSignals(asOwner);
    for (const direction of [1, -1] as const) expect(await signals.scale(server, direction)).toMatch(why);
    for (const action of ['continue', 'reload', 'recycle', 'stop', 'kill'] as const) {
      expect(await signals.act(action, server.head, server)).toMatch(why);
    }
    expect(kill).not.toHaveBeenCalled();
  } finally {
    kill.mockRestore();
  }
}

describe.runIf(isRoot)('nothing is sent to', () => {
  it.each([
    ['passwd', '/usr/bin/passwd'],
    ['su', '/bin/su'],
  ])('%s, which a stranger has started under the title of a server', async (_, program) => {
    const { pid = 0 } = start(program, nobody);
    await eventually('it runs', () => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(TITLE));
    expect(inspectProcess(new LocalTree('/proc'), pid)?.ids).toBe('mixed');
    await expectNothingSent(pid);
  });

  it('a set-uid program', async () => {
    await expectNothingSent(await titled('', stranger, python(0o4755)));
  });

  it('a set-gid program', async () => {
    await expectNothingSent(await titled('', stranger, python(0o2755)));
  });

  it('a set-uid program that has made all of its ids those of root, as sudo does while it asks for the password', async () => {
    const pid = await titled('os.setresgid(0, 0, 0); os.setresuid(0, 0, 0)', stranger, python(0o4755));
    expect(readFileSync(`/proc/${pid}/status`, 'latin1')).toContain('Uid:\t0\t0\t0\t0\n');
    await expectNothingSent(pid);
  });

  it('a daemon that can still become root again by its saved id', async () => {
    await expectNothingSent(await titled('os.setresuid(12345, 12345, 0)'));
  });

  it('a daemon that has dropped its effective group alone', async () => {
    await expectNothingSent(await titled('os.setresgid(-1, 12345, -1)'));
  });

  it('a file server that reads as another user', async () => {
    await expectNothingSent(await titled("ctypes.CDLL('libc.so.6').setfsuid(12345)"));
  });

  it('a server one of whose workers is such a process', async () => {
    const pid = await titled('', stranger);
    const mixed = await titled('', stranger, python(0o4755));
    const argv = ['gunicorn: worker [shop.wsgi]'];
    const startTicks = startTicksOf(mixed);
    const worker = sample({ pid: mixed, ppid: pid, startTicks, argv, directory: directory('/srv/shop'), uid: null });
    const server = serverOf(pid, worker);
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    try {
      expect(await new ProcessSignals(asOwner).scale(server, 1)).toMatch(`${mixed} runs with the ids of several users`);
      expect(kill).not.toHaveBeenCalled();
    } finally {
      kill.mockRestore();
    }
  });
});

it('a process of one user is told to add a worker', async () => {
  const pid = await titled('', isRoot ? stranger : {});
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  try {
    expect(await new ProcessSignals(asOwner).scale(serverOf(pid), 1)).toBeNull();
    expect(kill).toHaveBeenCalledExactlyOnceWith(pid, 'SIGTTIN');
  } finally {
    kill.mockRestore();
  }
});
