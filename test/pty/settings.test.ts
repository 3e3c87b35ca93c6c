import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';
import { workertop, workertopCommand } from '../helpers/workertop.ts';

let folder: string;
let tree: ProcTree;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-settings-'));
  tree = makeProcTree();
  for (const [pid, ppid, app, pss] of [
    [10, 1, 'shop', 65536],
    [11, 10, 'shop', 65536],
    [20, 1, 'blog', 8192],
    [21, 20, 'blog', 8192],
  ] as const) {
    const argv = ['/usr/bin/python3', '/usr/bin/gunicorn', '-w', '1', `${app}.wsgi`];
    const memory = { rss: 2 * pss, pss, uss: pss / 2 };
    tree.add(pid, { argv, ppid, cwd: `/srv/${app}`, caught: '8314a07', memory });
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  tree.close();
});

/** The dashboard on the tree, with a configuration file. */
async function open(config: string, ...args: readonly string[]) {
  const file = join(folder, 'config.toml');
  writeFileSync(file, config);
  const pty = await openDashboard(['--proc', tree.root, '--config', file, ...args], { cols: 140, rows: 30 });
  await pty.waitFor(/blog/);
  return pty;
}

const rowsOf = (lines: readonly string[]) => lines.flatMap((line) => /\b(shop|blog)\b/.exec(line)?.[1] ?? []);

describe('the configuration file decides in the dashboard', () => {
  it('which columns are shown', async () => {
    const pty = await open('hide = ["cpu", "queue"]');
    expect(pty.text()).toMatch(/MEM\b/);
    expect(pty.text()).not.toMatch(/CPU%|QUEUE/);
    await pty.close();
  });

  it('what it is sorted by, unless --sort does', async () => {
    const first = async (config: string, ...args: readonly string[]) => {
      const pty = await open(config, ...args);
      // Once all memory was read, below the bar, which has projects by memory.
      await pty.waitFor(/\b128M\b/);
      const name = rowsOf(pty.lines().slice(2))[0];
      await pty.close();
      return name;
    };
    expect(await first('')).toBe('shop');
    expect(await first('sort = "name"')).toBe('blog');
    expect(await first('sort = "name"', '--sort', 'mem')).toBe('shop');
  });

  it('whether there are colours, and characters beyond ASCII', async () => {
    const plain = await open('color = false\nascii = true');
    // Colours of SGR (ECMA-48): 30 to 49 and 90 to 107.
    expect(plain.raw()).not.toMatch(/\[(?:\d+;)*(?:3[0-79]|4[0-79]|38;5;\d+|48;5;\d+|9\d|10[0-7])m/);
    expect(plain.text()).toMatch(/^[\x20-\x7e\n]*$/);
    await plain.close();
  });

  it('whether the mouse is listened to', async () => {
    const [without, withIt] = [await open(''), await open('mouse = true')];
    expect([without.raw(), withIt.raw()].map((raw) => raw.includes('\u001b[?1000h'))).toEqual([false, true]);
    await Promise.all([without.close(), withIt.close()]);
  });

  it('whether anything is signalled', async () => {
    const pty = await open('read-only = true');
    pty.press('+');
    await pty.waitFor('--read-only');
    await pty.close();
  });
});

it('a replay shows what was recorded', async () => {
  const file = join(folder, 'recording');
  const [node, cli] = workertopCommand();
  const recorder = spawn(node, [cli, 'record', file, '--proc', tree.root, '--delay', '0.1'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => recorder.once('exit', resolve));
  await eventually('three readings', () => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 4);
  recorder.kill('SIGTERM');
  expect(await ended).toBe(0);
  const { stdout } = await workertop('list', '--proc', tree.root);
  const memory = (name: string, text: string) =>
    new RegExp(`^.*\\b${name}\\b.*?\\s(\\d[\\d.]*[KMG])\\b`, 'm').exec(text)?.[1];
  const pty = await openDashboard(['replay', file, '--delay', '0.1'], { cols: 140, rows: 30 });
  await pty.waitFor((lines) => memory('shop', lines.slice(2).join('\n')) === memory('shop', stdout));
  expect(memory('blog', pty.lines().slice(2).join('\n'))).toBe(memory('blog', stdout));
  expect(pty.text()).toContain('REPLAY');
  pty.press('+');
  await pty.waitFor(/This is a recording: nothing can be changed/);
  await pty.close();
});
