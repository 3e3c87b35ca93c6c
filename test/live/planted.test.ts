/** A user who makes root run a program of his: a set-uid program that he calls under the title of a celery of his own making. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import * as kernel from '../helpers/kernel.ts';
import { workertop } from '../helpers/workertop.ts';

const isRoot = process.geteuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

let home: string;
let attack: ChildProcess | null = null;

beforeEach(() => {
  home = makeFolder('planted');
  for (const folder of ['venv', 'venv/bin', 'shop']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'venv', 'pyvenv.cfg'), 'home = /usr/bin\nversion = 3.11.2\n');
  writeFileSync(join(home, 'shop', 'manage.py'), '');
  writeFileSync(join(home, 'venv', 'bin', 'celery'), `#!/bin/sh\nid -u >${home}/shop/ran\n`);
  chmodSync(join(home, 'venv', 'bin', 'celery'), 0o755);
  for (const path of ['', 'venv', 'venv/bin', 'venv/bin/celery', 'shop']) chownSync(join(home, path), 65_534, 65_534);
});
afterEach(async () => {
  for (const pid of kernel.children(attack?.pid ?? 0)) process.kill(pid, 'SIGKILL');
  if (attack !== null && attack.exitCode === null && attack.signalCode === null) {
    const ended = once(attack, 'exit');
    attack.kill('SIGKILL');
    await ended;
  }
  attack = null;
  rmSync(home, { recursive: true });
});

const TITLE = '[celeryd: celery@shop:MainProcess] -active- (-A shop worker)';

/** Two workers, and then `program` in the place of what has started them. */
async function begin(program: string): Promise<number> {
  const worker = (number: number) => `(exec -a '[celeryd: celery@shop:ForkPoolWorker-${number}]' sleep 60 <&- >&-) &`;
  const script = `${worker(1)} ${worker(2)} exec -a '${TITLE}' ${program}`;
  attack = spawn('/bin/bash', ['-c', script], {
    cwd: join(home, 'shop'),
    env: { PATH: '/usr/bin:/bin', VIRTUAL_ENV: join(home, 'venv') },
    stdio: ['pipe', 'ignore', 'ignore'],
    ...nobody,
  });
  const { pid = 0 } = attack;
  const bears = (one: number, title: string) => readFileSync(`/proc/${one}/cmdline`, 'latin1').startsWith(title);
  await eventually('it looks like a celery', () => {
    const children = kernel.children(pid);
    return bears(pid, TITLE) && children.length === 2 && children.every((child) => bears(child, '[celeryd'));
  });
  return pid;
}

it.runIf(isRoot).each(['passwd', 'su'])(
  'a set-uid program under the title of a server is refused, and nothing is run: %s',
  async (program) => {
    const pid = await begin(program);
    for (const change of ['+1', '-1']) {
      const { code, stdout, stderr } = await workertop('scale', String(pid), change, '--yes');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^workertop: .*ids of several users[^\n]*\n$/);
    }
    expect(existsSync(join(home, 'shop', 'ran'))).toBe(false);
  },
);

it.runIf(isRoot)('the command of a user’s own server is run as that user', async () => {
  const pid = await begin('cat');
  // No worker comes of it: that is told.
  await workertop('scale', String(pid), '+1', '--yes');
  expect(readFileSync(join(home, 'shop', 'ran'), 'utf8')).toBe('65534\n');
});
