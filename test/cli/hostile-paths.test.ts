import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { workertop } from '../helpers/workertop.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-paths-'));
  symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  // Node's own removal knows no directories as deep as that.
  execFileSync('rm', ['-rf', folder]);
});

async function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command, [...args], { stdio: 'ignore', cwd: folder, env: { PATH: '/usr/bin:/bin', ...env } });
  children.push(child);
  const program = command.replace(/^.*\//, '');
  await eventually(command, () => kernel.commandLine(child.pid ?? 0).startsWith(program));
}

// What any user can do must not end the workertop of root.
it.each([
  ['is longer than paths can be', () => `/${'a'.repeat(5000)}`],
  ['is a link to itself', () => join(folder, 'loop')],
  ['is a file', () => join(folder, 'file')],
  ['is no path', () => 'x'],
])('a virtualenv that %s is no hindrance', async (_, path) => {
  await start('sleep', ['600'], { VIRTUAL_ENV: path(), CONDA_PREFIX: path() });
  expect(await workertop('list')).toMatchObject({ code: 0, stderr: '' });
});

it('a directory deeper than paths can be is no hindrance', async () => {
  const dig = 'for (1 .. 40) { mkdir "d" x 200; chdir "d" x 200 or die } $0 = "perl-deep"; sleep 600';
  await start('perl', ['-e', dig]);
  await eventually('the depth', () => kernel.commandLine(children.at(-1)?.pid ?? 0).startsWith('perl-deep'));
  expect(await workertop('list')).toMatchObject({ code: 0, stderr: '' });
});
