import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseStat, type Stat } from '../../../src/source/proc/parsers/stat.ts';
import { sectionsOf } from '../../../src/source/remote/frames.ts';
import { readerProgram } from '../../../src/source/remote/reader.ts';
import { Told } from '../../../src/source/remote/told.ts';

const mawk = ['mawk', '-W', 'interactive'] as const;
const nonce = 'n'.repeat(32);

/** Runs the reader on these commands. */
function read(awk: readonly [string, ...string[]], commands: string): Buffer {
  const [program, ...args] = awk;
  return execFileSync(program, [...args, readerProgram], {
    cwd: '/proc',
    env: { PATH: process.env['PATH'], W: nonce, LC_ALL: 'C' },
    input: commands,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

it.each([
  ['mawk', mawk],
  ['busybox', ['busybox', 'awk']],
] as const)('%s tells every process once, whatever its name, and then what has changed', async (_, awk) => {
  const name = 'a\n) S 1\\n(b';
  const code = `require('fs').writeFileSync('/proc/self/comm', ${JSON.stringify(name)}); console.log(1); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const line = readFileSync(`/proc/${pid}/stat`);
    const stat = parseStat(line, line.length);
    const sections = sectionsOf(read(awk, 't\nz 1\nt\nz 2\n'), nonce);
    expect(sections.map(({ tag }) => tag)).toEqual(['t', 'z1', 't', 'z2']);
    const told = new Told();
    told.take(sections[0]?.content ?? Buffer.alloc(0));
    const found = new Map<number, Stat>();
    told.scan((one, its) => void found.set(one, its));
    const { comm, ppid, pgrp, session, threads, startTicks } = stat ?? {};
    expect(found.get(pid)).toMatchObject({ comm: name, ppid, pgrp, session, threads, startTicks, kernelThread: false });
    expect(comm).toBe(name);
    expect(found.get(process.pid)?.startTicks).toBeGreaterThan(0);
    expect(Number(told.files().get('uptime'))).toBeGreaterThan(0);
    // The machine's own parts are not told again.
    expect(sections[2]?.content.toString()).not.toMatch(/^@MemTotal/m);
    expect(sections[2]?.content.length).toBeLessThan((sections[0]?.content.length ?? 0) / 2);
  } finally {
    child.kill('SIGKILL');
  }
});

it('a shell runs what is none of its own commands, in their order', () => {
  const commands = 'd 1\nf() { echo "$1"; }\nx 2\nf "a\nz 9"\nz 1\ng 99999999\nr 99999999s\nz 2\n';
  expect(read(mawk, commands).toString()).toBe(`a\nz 9\n${nonce}:z1\n${nonce}:g\n${nonce}:r\n${nonce}:z2\n`);
});
