import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { helperProgram } from '../helpers/helper-program.ts';
import * as kernel from '../helpers/kernel.ts';

const entry = helperProgram('owner-helper');

const errand = { kind: 'write', pid: 1, startTicks: 1, path: '/mnt/dead/fifo', text: '+' } as const;

let folder: string;

beforeEach(() => {
  folder = makeFolder('helper');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the helper is replaced by. It leaves its pid behind. */
function helper(code: string): string {
  const file = join(folder, 'helper.mjs');
  writeFileSync(file, `import fs from 'node:fs'; fs.writeFileSync('${folder}/pid', String(process.pid));\n${code}`);
  return file;
}

const startTicksOf = (one: number) =>
  Number(readFileSync(`/proc/${one}/stat`, 'latin1').split(') ')[1]?.split(' ')[19]);

const moment = new Int32Array(new SharedArrayBuffer(4));

const pid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));

it('a helper that waits for a path without answer is left behind, and that is said', async () => {
  const stuck = helper('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  expect(await asOwnerBy(stuck, 1)(errand)).toBe('/mnt/dead/fifo does not answer: nothing was done.');
  // Within a second it may not have come as far as to leave its pid.
  await eventually('it has ended', () => !existsSync(join(folder, 'pid')) || !kernel.isAlive(pid()));
});

it('an owner’s helper is believed no more than a sentence', async () => {
  const liar = helper(`process.on('message', () => { process.send({ type: 'done', outcome: 'x'.repeat(1e6) }); });`);
  expect(await asOwnerBy(liar)(errand)).toHaveLength(1000);
  const mute = helper(`process.on('message', () => { process.send('x'); process.send({}); process.disconnect(); });`);
  expect(await asOwnerBy(mute)(errand)).toMatch(/helper has ended with \d\.$/);
  const killed = helper(`process.on('message', () => process.kill(process.pid, 'SIGKILL'));`);
  expect(await asOwnerBy(killed)(errand)).toMatch(/helper has ended with SIGKILL\.$/);
});

it('what an owner’s helper said last is heard, although its end is seen first', async () => {
  const brief = helper(
    `process.on('message', () => process.send({ type: 'done', outcome: 'no' }, () => process.exit()));`,
  );
  for (let count = 0; count < 5; count++) {
    rmSync(join(folder, 'pid'), { force: true });
    const outcome = asOwnerBy(brief)(errand);
    // This process looks at nothing until the helper has ended.
    const until = Date.now() + 20_000;
    while (Date.now() < until && !(existsSync(join(folder, 'pid')) && pid() > 0 && !kernel.isAlive(pid())))
      Atomics.wait(moment, 0, 0, 5);
    expect(await outcome).toBe('no');
  }
});

it('an owner’s helper gets none of root’s variables', async () => {
  const teller = helper(
    `process.on('message', () => process.send({ type: 'done', outcome: Object.keys(process.env).join() }));`,
  );
  expect(await asOwnerBy(teller)(errand)).toBe('');
});

it('an owner’s command ends when its time is up, although workertop has ended', async () => {
  const script = join(folder, 'control');
  writeFileSync(script, `#!/bin/sh\necho $$ >'${folder}/pid'\nexec sleep 600\n`, { mode: 0o755 });
  const server = spawn('sleep', ['600'], { cwd: folder, stdio: 'ignore' });
  const owned = fork(entry, [], { cwd: '/', env: {}, execArgv: [], detached: true });
  try {
    const command = { program: script, args: [] };
    owned.send({ kind: 'run', pid: server.pid, startTicks: startTicksOf(server.pid ?? 0), command, cwd: folder });
    const [first] = await once(owned, 'message');
    expect(first).toEqual({ type: 'checked' });
    owned.send({ seconds: 0.1 });
    await eventually('it runs', () => existsSync(join(folder, 'pid')) && pid() > 0);
    owned.disconnect();
    await eventually('it has ended', () => !kernel.isAlive(pid()));
    await eventually('and its helper', () => (owned.exitCode ?? owned.signalCode) !== null);
  } finally {
    server.kill('SIGKILL');
    owned.kill('SIGKILL');
  }
});

it('an owner’s command gets no descriptor that workertop was started with', async () => {
  const script = join(folder, 'control');
  writeFileSync(script, `#!/bin/sh\nls /proc/$$/fd >'${folder}/fds'\n`, { mode: 0o755 });
  const server = spawn('sleep', ['600'], { cwd: folder, stdio: 'ignore' });
  // Node closes those that follow one another; one far beyond is missed.
  const leak = 'open my $f, "<", "/etc/passwd" or die; dup2(fileno $f, 250) or die; exec @ARGV';
  const owned = spawn('perl', ['-MPOSIX', '-e', leak, process.execPath, entry], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    detached: true,
  });
  try {
    const command = { program: script, args: [] };
    owned.send({ kind: 'run', pid: server.pid, startTicks: startTicksOf(server.pid ?? 0), command, cwd: folder });
    await once(owned, 'message');
    owned.send({ seconds: 60 });
    expect(await once(owned, 'message')).toMatchObject([{ type: 'done', outcome: null }, undefined]);
    expect(readFileSync(join(folder, 'fds'), 'utf8').split('\n')).not.toContain('250');
  } finally {
    server.kill('SIGKILL');
    owned.kill('SIGKILL');
  }
});

it('that an owner’s helper is missing is told', async () => {
  expect(await asOwnerBy(join(folder, 'none.mjs'))(errand)).toMatch(/helper has ended with 1\.$/);
});
