import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseStat, type Stat } from '../../../src/source/proc/parsers/stat.ts';
import { ChangedStats } from '../../../src/source/remote/changed-stats.ts';
import { sectionsOf } from '../../../src/source/remote/frames.ts';
import { readerProgram } from '../../../src/source/remote/reader.ts';
import { quoted } from '../../../src/source/remote/script.ts';
import { callNumbers, workersProgram } from '../../../src/source/remote/workers.ts';
import { makeFolder } from '../../helpers/folder.ts';

const mawk = ['mawk', '-W', 'interactive'] as const;
const nonce = 'n'.repeat(32);

/** Runs the reader on these commands. */
function read(awk: readonly [string, ...string[]], commands: string, cwd = '/proc'): Buffer {
  const [program, ...args] = awk;
  return execFileSync(program, [...args, readerProgram], {
    cwd,
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
    const stats = new ChangedStats();
    stats.take(sections[0]?.content ?? Buffer.alloc(0));
    const found = new Map<number, Stat>();
    stats.scan((one, its) => void found.set(one, its));
    const { comm, ppid, pgrp, session, threads, startTicks } = stat ?? {};
    expect(found.get(pid)).toMatchObject({ comm: name, ppid, pgrp, session, threads, startTicks, kernelThread: false });
    expect(comm).toBe(name);
    expect(found.get(process.pid)?.startTicks).toBeGreaterThan(0);
    expect(Number(stats.files().get('uptime'))).toBeGreaterThan(0);
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

it('perl looks at workers and lists processes in one go, and what it lists is what grep lists', () => {
  const program = quoted(workersProgram);
  const words = `${callNumbers('x64')?.join(' ')} ${process.pid}`;
  const learn = `v ${program.split('\n').length}\n${program}\n`;
  const sections = sectionsOf(read(mawk, `${learn}t\nz 1\nt ${words}\nz 2\np ${words}\nz 3\n`), nonce);
  expect(sections.map(({ tag }) => tag)).toEqual(['t', 'z1', 'p', 't', 'z2', 'p', 'z3']);
  const [first, , looked, second, , again] = sections.map(({ content }) => content.toString('latin1'));
  expect(looked).toMatch(new RegExp(`^c ${process.pid} ${process.pid} `, 'm'));
  expect(again).toMatch(new RegExp(`^c ${process.pid} ${process.pid} `, 'm'));
  expect(first).toMatch(/^@MemTotal: /m);
  // The parts of the machine, and processes that did nothing, are not told again; none is missing.
  expect(second).not.toMatch(/^@MemTotal: |^1 /m);
  expect(second).not.toContain(`-${process.pid}\n`);
  expect(second?.length).toBeLessThan((first?.length ?? 0) / 2);
});

it.each([
  ['mawk', mawk],
  ['busybox', ['busybox', 'awk']],
] as const)('%s tells of hundreds of processes that begin and end', (_, awk) => {
  const root = makeFolder('reader');
  try {
    const pids = Array.from({ length: 400 }, (__, index) => 1000 + 7 * index);
    const zeros = Array.from({ length: 48 }, () => '0').join(' ');
    for (const pid of pids) {
      mkdirSync(join(root, String(pid)));
      writeFileSync(join(root, String(pid), 'stat'), `${pid} (x) S 1 ${zeros}\n`);
      writeFileSync(join(root, String(pid), 'status'), 'Uid:\t0\n');
      writeFileSync(join(root, String(pid), 'cmdline'), 'x');
    }
    const all = [...pids].sort();
    const rounds = Array.from({ length: 4 }, (__, round) => {
      const away = all.filter((pid) => pid % 9 === round).join(' ');
      return `g ${all.slice(0, 400).join(' ')}\nr ${all.slice(0, 400).join('s ')}\nx 1\nmkdir away && mv ${away} away\nt\nx 1\nmv away/* . && rmdir away\nt\n`;
    });
    const sections = sectionsOf(read(awk, `t\n${rounds.join('')}z 1\n`, root), nonce);
    expect(sections.at(-1)?.tag).toBe('z1');
    const living = new Set<string>();
    for (const { tag, content } of sections) {
      if (tag !== 't') continue;
      for (const line of content.toString('latin1').split('\n')) {
        if (line.startsWith('-')) living.delete(line.slice(1));
        else if (/^\d/.test(line)) living.add(line.split(' ', 1)[0] ?? '');
      }
    }
    expect([...living].sort()).toEqual(all.map(String));
  } finally {
    rmSync(root, { recursive: true });
  }
});
