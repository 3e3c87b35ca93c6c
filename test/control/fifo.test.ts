import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import { makeFolder } from '../helpers/folder.ts';
import { helperProgram } from '../helpers/helper-program.ts';

const asOwner = asOwnerBy(helperProgram('owner-helper'));

const isRoot = process.geteuid?.() === 0;
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const web = { uid: 12_345, gid: 12_345 };
const mallory = { uid: 12_346, gid: 12_346 };

let folder: string;
let server: ChildProcess;
let readers: number[] = [];

beforeEach(() => {
  folder = makeFolder('fifo');
});
afterEach(async () => {
  for (const reader of readers) closeSync(reader);
  readers = [];
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true });
});

const at = (...parts: readonly string[]) => join(folder, ...parts);

function start(ids = own): void {
  server = spawn('/bin/sleep', ['60'], { cwd: '/', stdio: 'ignore', ...ids });
}

/** As somebody's server has it. @returns a descriptor that reads from it */
function fifo(path: string, { uid, gid } = own, mode = 0o600): number {
  execFileSync('mkfifo', ['-m', mode.toString(8), path]);
  chownSync(path, uid, gid);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  readers.push(reader);
  return reader;
}

function directory(path: string, { uid, gid } = own, mode = 0o755): string {
  mkdirSync(path);
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
}

async function write(path: string) {
  const { pid = 0 } = server;
  const startTicks = Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]);
  return asOwner({ kind: 'write', pid, startTicks, path, text: '+' });
}

/** Empty where nothing was written. */
function received(reader: number): string {
  const buffer = Buffer.alloc(16);
  return buffer.toString('utf8', 0, readSync(reader, buffer, 0, 16, null));
}

it('a FIFO of a server is written to', async () => {
  start();
  const reader = fifo(at('fifo'));
  expect(await write(at('fifo'))).toBeNull();
  expect(received(reader)).toBe('+');
});

it('a path that nobody reads, or that is no FIFO, is refused in words', async () => {
  start();
  fifo(at('fifo'));
  closeSync(readers.pop() ?? -1);
  expect(await write(at('fifo'))).toMatch(/^Nobody reads .*fifo: its master has ended\.$/);
  writeFileSync(at('file'), '');
  expect(await write(at('file'))).toMatch(/file is not a FIFO: nothing was written\.$/);
  expect(readFileSync(at('file'), 'utf8')).toBe('');
  expect(await write(at('none'))).toMatch(/none does not exist\.$/);
  expect(existsSync(at('none'))).toBe(false);
  expect(await write('/dev/null')).toMatch(/is not a FIFO/);
});

describe.runIf(isRoot)('as root, the FIFO of a user’s server', () => {
  it('is written to in a directory of that user alone, and in one like /tmp', async () => {
    start(web);
    const one = fifo(join(directory(at('run'), web, 0o700), 'fifo'), web);
    const other = fifo(join(directory(at('tmp'), own, 0o1777), 'fifo'), web);
    expect(await write(at('run', 'fifo'))).toBeNull();
    expect(await write(at('tmp', 'fifo'))).toBeNull();
    expect([received(one), received(other)]).toEqual(['+', '+']);
  });

  it('is not written to where it is another user’s, in a directory that is for him alone', async () => {
    start(mallory);
    const reader = fifo(join(directory(at('web'), web, 0o700), 'fifo'), web);
    expect(await write(at('web', 'fifo'))).toMatch(/web belongs to user 12345/);
    expect(received(reader)).toBe('');
  });

  it('is not written to where it is another user’s and everyone may write to it', async () => {
    start(mallory);
    const reader = fifo(join(directory(at('run')), 'fifo'), web, 0o666);
    expect(await write(at('run', 'fifo'))).toMatch(/fifo belongs to user 12345, not to .*: nothing was written/);
    expect(received(reader)).toBe('');
  });

  it('is not written to where root’s rights alone would reach it', async () => {
    start(web);
    const reader = fifo(join(directory(at('root'), own, 0o700), 'fifo'), web);
    expect(await write(at('root', 'fifo'))).toMatch(/may not be read/);
    expect(received(reader)).toBe('');
  });

  it.each([
    ['by a link of another user in a directory like /tmp', 0o1777, mallory],
    ['by a link of his own there', 0o1777, web],
    ['by a link in a directory that everyone may write to', 0o777, web],
    ['through a directory of another user', 0o755, web],
  ])('is not written to %s', async (_, mode, linked) => {
    start(web);
    const reader = fifo(join(directory(at('run'), web), 'fifo'), web);
    directory(at('way'), mode === 0o755 ? mallory : own, mode);
    symlinkSync(at('run', 'fifo'), at('way', 'fifo'));
    execFileSync('chown', ['-h', `${linked.uid}`, at('way', 'fifo')]);
    expect(await write(at('way', 'fifo'))).toMatch(/way|anybody/);
    expect(received(reader)).toBe('');
  });

  it('is written to by a link in a directory that is his', async () => {
    start(web);
    const reader = fifo(join(directory(at('run'), web), 'fifo'), web);
    symlinkSync('../run/fifo', join(directory(at('own'), web), 'fifo'));
    expect(await write(at('own', 'fifo'))).toBeNull();
    expect(received(reader)).toBe('+');
  });

  it('is not written to where the server is root’s and a user has made it', async () => {
    start();
    const reader = fifo(join(directory(at('home'), web), 'fifo'), web);
    expect(await write(at('home', 'fifo'))).toMatch(/home belongs to user 12345/);
    expect(received(reader)).toBe('');
  });
});
