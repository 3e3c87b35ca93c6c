import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAsOwner } from '../../src/control/commands.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { sample, virtualenv } from '../helpers/samples.ts';

const isRoot = process.geteuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

let folder: string;
let server: ChildProcess | null = null;

/** A stand-in for a server, with an environment and a directory of its own. */
function start(env: Readonly<Record<string, string>>, owner: { uid?: number; gid?: number } = {}): ProcessSample {
  server = spawn('/bin/sleep', ['60'], { cwd: folder, env, stdio: 'ignore', ...owner });
  const { pid = 0 } = server;
  return sample({ pid, cwd: folder, user: 'nobody', argv: ['/bin/sleep', '60'] });
}

/** A program that can be run by everyone. */
async function program(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

const told = () => readFile(join(folder, 'told'), 'utf8');

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'workertop-command-')));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'told'), '');
  await chmod(join(folder, 'told'), 0o666);
});
afterEach(async () => {
  if (server !== null) {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
  server = null;
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(isRoot)('as root, a command of a server of nobody', () => {
  it('is run as nobody, with no group of root, in its directory and with its environment', async () => {
    const path = await program('control', '{ id -u; id -G; pwd; echo "$PROJECT"; echo "$*"; } >told');
    const head = start({ PATH: '/usr/bin:/bin', PROJECT: 'shop' }, nobody);
    expect(await runAsOwner('/proc', head, { program: path, args: ['a b', '$(id)'] })).toBeNull();
    expect((await told()).split('\n')).toEqual(['65534', '65534', folder, 'shop', 'a b $(id)', '']);
  });

  it('cannot read what is for root alone', async () => {
    await writeFile(join(folder, 'secret'), 'x', { mode: 0o600 });
    const path = await program('control', 'cat secret >told');
    const outcome = await runAsOwner('/proc', start({ PATH: '/usr/bin:/bin' }, nobody), { program: path, args: [] });
    expect(outcome).toMatch(/^\/.*control failed with 1: cat: secret: Permission denied$/);
    expect(await told()).toBe('');
  });
});

describe.runIf(isRoot)('as nobody, a command of a server of root', () => {
  it('is refused in words, and not run', async () => {
    const path = await program('control', 'id -u >told');
    const head = start({ PATH: '/usr/bin:/bin' });
    process.seteuid?.(nobody.uid);
    try {
      const outcome = await runAsOwner('/proc', head, { program: path, args: [] });
      expect(outcome).toContain('Use sudo.');
    } finally {
      process.seteuid?.(0);
    }
    expect(await told()).toBe('');
  });
});

describe('the program', () => {
  it('is never taken from the directory where it is run, whatever PATH says', async () => {
    await program('control', 'echo wrong >told');
    for (const PATH of [':/usr/bin', '.:/usr/bin', 'bin:/usr/bin']) {
      const head = start({ PATH });
      expect(await runAsOwner('/proc', head, { program: 'control', args: [] })).toContain('was not found');
      server?.kill('SIGKILL');
    }
    expect(await told()).toBe('');
  });

  it('is looked for in the PATH of the server, then in other places', async () => {
    await mkdir(join(folder, 'bin'));
    await program('bin/control', 'echo "$PATH" >told');
    const head = start({ PATH: `.:${folder}/bin:/bin` });
    expect(await runAsOwner('/proc', head, { program: 'control', args: [] })).toBeNull();
    expect(await told()).toBe(`${folder}/bin:/bin\n`);
    server?.kill('SIGKILL');
    const other = start({ PATH: '/bin' });
    expect(await runAsOwner('/proc', other, { program: 'control', args: [], places: [`${folder}/bin`] })).toBeNull();
  });

  it('of a virtualenv that is but guessed is not taken', async () => {
    await mkdir(join(folder, 'bin'));
    await program('bin/control', 'echo wrong >told');
    // As a title leaves it: the environment is gone.
    const head = start({});
    const guessed = { ...head.facts, virtualenv: virtualenv(folder, { evidence: 'guess' }) };
    const outcome = await runAsOwner('/proc', { ...head, facts: guessed }, { program: 'control', args: [] });
    expect(outcome).toContain('was not found');
  });

  it('is looked for in no directory that cannot be one', async () => {
    const head = start({ PATH: `/${'a'.repeat(5000)}:${folder}/told:/bin` });
    expect(await runAsOwner('/proc', head, { program: 'control', args: [] })).toContain('was not found');
  });

  it('gets no argument that is none', async () => {
    const path = await program('control', 'echo wrong >told');
    const outcome = await runAsOwner('/proc', start({ PATH: '/bin' }), { program: path, args: ['shop\0 --all'] });
    expect(outcome).toContain('could not be run');
    expect(await told()).toBe('');
  });

  it('is not run in a directory that has gone', async () => {
    const path = await program('control', 'echo wrong >told');
    const head = start({ PATH: '/bin' });
    const gone = { ...head, facts: { ...head.facts, cwd: join(folder, 'releases', '1') } };
    expect(await runAsOwner('/proc', gone, { program: path, args: [] })).toContain('is not there any more');
    expect(await told()).toBe('');
  });

  it('is not taken for a child of the one who started the server', async () => {
    const path = await program('control', 'env >told');
    const head = start({ PATH: '/usr/bin:/bin', NODE_CHANNEL_FD: '3', NODE_UNIQUE_ID: '1', KEPT: 'x' });
    expect(await runAsOwner('/proc', head, { program: path, args: [], environment: { ADDED: 'y' } })).toBeNull();
    const environment = await told();
    expect(environment).not.toContain('NODE_');
    expect(environment).toContain('KEPT=x');
    expect(environment).toContain('ADDED=y');
  });
});

describe('its outcome', () => {
  it('is told without colours, control characters and passwords', async () => {
    const path = await program(
      'control',
      "printf 'first\\n\\033[31mno redis://:hunter2@host \\007here\\033[0m\\n' >&2; exit 3",
    );
    const outcome = await runAsOwner('/proc', start({ PATH: '/bin' }), { program: path, args: [] });
    expect(outcome).toContain('failed with 3: no redis://');
    expect(outcome).not.toMatch(/hunter2|\p{Cc}/u);
  });

  it('does not wait for what the command has left running', async () => {
    const path = await program('control', 'sleep 30 & echo $! >told; exit 0');
    expect(await runAsOwner('/proc', start({ PATH: '/bin' }), { program: path, args: [] })).toBeNull();
    const left = Number(await told());
    expect(kernel.isAlive(left)).toBe(true);
    process.kill(left);
    await eventually('it has ended', () => !kernel.isAlive(left));
  });
});
