/** Paths that anybody's process names: what is not a file that its owner may read is not opened, and holds nobody up. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { type ListedServer, list } from '../helpers/workertop.ts';

const NOBODY = 65534;

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  requireRoot();
  children = [];
  folder = mkdtempSync(join(tmpdir(), 'workertop-strangers-'));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'gunicorn'), 'import time\ntime.sleep(600)\n');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  // Node does it by calling itself, once for each level.
  execFileSync('rm', ['-r', folder]);
});

interface Started {
  readonly config: string;
  readonly uid?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that its command line says is a gunicorn. */
function gunicorn({ config, uid = 0, cwd = folder, env = {} }: Started): number {
  const args = [join(folder, 'gunicorn'), '-c', config, 'shop.wsgi'];
  const child = spawn('/usr/bin/python3', args, { cwd, env, uid, gid: uid, stdio: 'ignore' });
  children.push(child);
  return child.pid ?? 0;
}

async function serverOf(pid: number): Promise<ListedServer> {
  await eventually('its command line', () => kernel.commandLine(pid).includes('shop.wsgi'));
  const { projects } = await list();
  const servers = projects.flatMap((project) => project.servers);
  const found = servers.find(({ processes }) => processes.some((process) => process.pid === pid));
  if (found === undefined) throw new Error(`${pid} is not listed`);
  return found;
}

it.each([
  ['root', 0, 7],
  ['nobody', NOBODY, null],
])('a configuration of root’s own is read for a server of %s, or not', async (_, uid, count) => {
  const config = join(folder, 'secret.conf.py');
  writeFileSync(config, 'workers = 7\n', { mode: 0o600 });
  expect((await serverOf(gunicorn({ config, uid }))).workers.configured).toBe(count);
});

it('a configuration in a directory that only its owner may enter is read for that owner', async () => {
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const config = join(home, 'gunicorn.conf.py');
  writeFileSync(config, 'workers = 7\n', { mode: 0o600 });
  for (const path of [config, home]) chownSync(path, NOBODY, NOBODY);
  expect((await serverOf(gunicorn({ config, uid: NOBODY }))).workers.configured).toBe(7);
});

it('a FIFO is not opened: who waits to write into it waits on', async () => {
  const config = join(folder, 'fifo');
  execFileSync('mknod', [config, 'p']);
  const writer = spawn('sh', ['-c', 'echo workers = 7 > "$0"', config], { stdio: 'ignore' });
  children.push(writer);
  await eventually('the writer waits', () => kernel.state(writer.pid ?? 0) === 'S');
  expect((await serverOf(gunicorn({ config }))).workers.configured).toBeNull();
  expect(kernel.isAlive(writer.pid ?? 0)).toBe(true);
});

it.each([['/proc/kmsg'], ['/dev/ptmx'], ['/dev/zero'], ['/proc/self/fd/0'], ['/sys/kernel/uevent_seqnum']])(
  '%s tells nothing, and does not hold it up',
  async (config) => {
    expect((await serverOf(gunicorn({ config }))).workers.configured).toBeNull();
  },
);

it('a device node, a loop of links, and a file of ten gigabytes are no trouble', async () => {
  const device = join(folder, 'device');
  execFileSync('mknod', [device, 'c', '5', '2']);
  const loop = join(folder, 'loop');
  execFileSync('ln', ['-s', loop, loop]);
  const huge = join(folder, 'huge');
  writeFileSync(huge, 'workers = 7\n');
  truncateSync(huge, 10 * 1024 ** 3);
  const pids = [device, loop, huge].map((config) => gunicorn({ config }));
  const counts = [];
  for (const pid of pids) counts.push((await serverOf(pid)).workers.configured);
  expect(counts).toEqual([null, null, 7]);
});

it('a directory of very many entries, and one very deep, leave the rest as it was', async () => {
  const config = join(folder, 'gunicorn.conf.py');
  writeFileSync(config, 'workers = 7\n');
  const venv = join(folder, 'venv');
  const site = join(venv, 'lib/python3.11/site-packages');
  mkdirSync(site, { recursive: true });
  writeFileSync(join(venv, 'pyvenv.cfg'), 'version = 3.11.2\n');
  execFileSync('sh', ['-c', 'cd "$0" && seq -f "package%g-1.0.dist-info" 30000 | xargs touch', site]);
  // 1,900 levels: a path may be 4,096 bytes long.
  const cwd = join(folder, 'd/'.repeat(1900));
  execFileSync('mkdir', ['-p', cwd]);
  const deep = gunicorn({ config, cwd });
  const wide = gunicorn({ config, env: { VIRTUAL_ENV: venv } });
  expect((await serverOf(deep)).workers.configured).toBe(7);
  expect((await serverOf(wide)).workers.configured).toBe(7);
});
