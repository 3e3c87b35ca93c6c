import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { inNamespace, requireRoot } from '../helpers/namespace.ts';
import { type Gunicorn, type Home, openHome } from '../helpers/story.ts';
import { type Listing, list, projectIn, workertop } from '../helpers/workertop.ts';

const MB = 1024 * 1024;
const KB = 1024;

let home: Home;

beforeAll(async () => {
  requireRoot();
  home = await openHome();
});
afterAll(() => home?.stop());

/** Bytes, by the kernel's own word. */
function meminfo(name: string): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) * KB;
}

function rollup(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) * KB;
}

function processOf(listing: Listing, pid: number) {
  const servers = listing.projects.flatMap((project) => project.servers);
  return servers.flatMap(({ processes }) => processes).find((process) => process.pid === pid);
}

describe('files of the kernel that it gives in many parts', () => {
  it('tell the virtualenv of processes with thousands of mappings, whose titles hide it', async () => {
    const gunicorn = await home.startGunicorn({
      project: 'mapped',
      venv: 'django1_5',
      workers: 2,
      preload: true,
      mappings: 3000,
    });
    const sizes = () => [gunicorn.pid, ...gunicorn.workers()].map(kernel.mapsLength);
    await eventually('all mappings', () => sizes().length === 3 && sizes().every((size) => size > 256 * KB));
    expect(projectIn(await list(), gunicorn.directory).virtualenv).toMatchObject({
      name: 'django1_5',
      evidence: 'maps',
    });
    await gunicorn.stop();
  });

  it('tell the address of a server among thousands of sockets', async () => {
    const socket = join(home.path, 'among-many.sock');
    const others: readonly Server[] = Array.from({ length: 2000 }, () => createServer());
    await Promise.all(
      others.map(
        (server, index) => new Promise<void>((done) => server.listen(join(home.path, `other-${index}`), done)),
      ),
    );
    const gunicorn = await home.startGunicorn({ project: 'crowded', venv: 'django1_4', workers: 1, socket });
    expect(statSync('/proc/net/unix').isFile()).toBe(true);
    expect(readFileSync('/proc/net/unix').length).toBeGreaterThan(100 * KB);
    const [server] = projectIn(await list(), gunicorn.directory).servers;
    expect(server).toMatchObject({ bind: expect.arrayContaining([`unix:${socket}`]), queue: 0 });
    await gunicorn.stop();
    for (const other of others) other.close();
  });
});

/** Bytes of free pages that CPUs keep at hand (proc_zoneinfo(5)). The kernel counts them neither as free nor as available. */
function keptByCpus(): number {
  const counts = readFileSync('/proc/zoneinfo', 'utf8').matchAll(/^ +count: +(\d+)$/gm);
  return [...counts].reduce((sum, [, pages]) => sum + Number(pages) * 4096, 0);
}

describe('what a worker gives back', () => {
  /** Trims one, and compares what is told with what the kernel has more. */
  async function trimmed(gunicorn: Gunicorn) {
    // Some of what a process gives back goes to the lists of its CPU first: up to 60 MB here.
    const available = () => meminfo('MemAvailable') + keptByCpus();
    const before = available();
    const { code, stdout } = await workertop('scale', String(gunicorn.pid), '-1', '--json');
    expect(code).toBe(0);
    const { freed, predicted } = JSON.parse(stdout) as { freed: number; predicted: number };
    // The rest of the machine moves too: of ten looks within two seconds, the nearest counts.
    let error = Number.POSITIVE_INFINITY;
    for (let look = 0; look < 10 && error > 10 * MB; look++) {
      if (look > 0) await sleep(200);
      error = Math.min(error, Math.abs(available() - before - freed));
    }
    return { freed, predicted, error };
  }

  it('is no page of a file that it has mapped', async () => {
    const mappedFile = join(home.path, 'model.bin');
    execFileSync('dd', ['if=/dev/urandom', `of=${mappedFile}`, 'bs=1M', 'count=300'], { stdio: 'ignore' });
    const gunicorn = await home.startGunicorn({ project: 'model', venv: 'django1_4', workers: 2, mappedFile });
    const [, newest = 0] = gunicorn.workers();
    const memory = processOf(await list(), newest)?.memory;
    expect(rollup(newest, 'Rss')).toBeGreaterThan(300 * MB);
    expect(memory?.file ?? 0).toBeGreaterThan(140 * MB);
    expect(Math.abs((memory?.file ?? 0) - rollup(newest, 'Pss_File'))).toBeLessThan(2 * MB);
    expect(memory?.frees ?? Number.NaN).toBeLessThan(60 * MB);
    const { freed, predicted } = await trimmed(gunicorn);
    expect(Math.max(freed, predicted)).toBeLessThan(60 * MB);
    await gunicorn.stop();
  });

  it.each([
    ['memory of its own', { ballastMb: 150 }],
    ['shared memory that nobody shares with it', { sharedMb: 150 }],
  ])('is %s, and MemAvailable has that much more', async (_, options) => {
    const gunicorn = await home.startGunicorn({ project: 'own', venv: 'django1_4', workers: 4, ...options });
    const newest = gunicorn.workers().at(-1) ?? 0;
    expect(processOf(await list(), newest)?.memory.frees ?? 0).toBeGreaterThan(150 * MB);
    // One of three trims is in a quiet moment.
    const errors: number[] = [];
    for (let workers = 4; workers > 1; workers -= 1) {
      const { freed, predicted, error } = await trimmed(gunicorn);
      expect(freed).toBeGreaterThan(150 * MB);
      expect(Math.abs(freed - predicted)).toBeLessThan(10 * MB);
      errors.push(error);
    }
    expect(Math.min(...errors)).toBeLessThan(40 * MB);
    await gunicorn.stop();
  });
});

describe('where the memory is', () => {
  const part = ({ host }: Listing, kind: string) =>
    (host.memory.where ?? []).filter((one) => one.kind === kind).reduce((sum, { bytes }) => sum + bytes, 0);

  it('is told of all of it, by the kernel’s own figures, but for less than a hundredth', async () => {
    const listing = await list();
    const { total, where, available } = listing.host.memory;
    const sum = (where ?? []).reduce((all, { bytes }) => all + bytes, 0);
    expect(total).toBe(meminfo('MemTotal'));
    expect(Math.abs(sum - total)).toBeLessThan(0.01 * total);
    expect(part(listing, 'unexplained')).toBeLessThan(0.01 * total);
    expect(Math.abs(part(listing, 'slab') - meminfo('SUnreclaim'))).toBeLessThan(20 * MB);
    expect(Math.abs(part(listing, 'page-tables') - meminfo('PageTables'))).toBeLessThan(20 * MB);
    const droppable = (where ?? []).reduce((all, one) => all + one.droppable, 0);
    expect(Math.abs(part(listing, 'free') + droppable - available)).toBeLessThan(MB);
  });

  it('names files in memory that no process has mapped', async () => {
    const before = part(await list(), 'shmem');
    const folder = mkdtempSync('/dev/shm/workertop-');
    writeFileSync(join(folder, 'large'), Buffer.alloc(200 * MB, 1));
    const after = part(await list(), 'shmem');
    rmSync(folder, { recursive: true });
    expect(Math.abs(after - before - 200 * MB)).toBeLessThan(20 * MB);
  });
});

describe('the limit', () => {
  const LIMIT = 400 * MB;
  const folder = `/sys/fs/cgroup/memory/workertop-limit-${process.pid}`;
  const MOUNTS = '--mount --propagation private';
  const memoryOf = ({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }) => {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return (JSON.parse(stdout) as Listing).host.memory;
  };

  beforeAll(() => {
    mkdirSync(folder);
    writeFileSync(`${folder}/memory.limit_in_bytes`, String(LIMIT));
  });
  afterAll(() => rmdirSync(folder));

  it('of a container has its page cache as cache, in use or not', async () => {
    const file = join(home.path, 'read-twice.bin');
    execFileSync('dd', ['if=/dev/urandom', `of=${file}`, 'bs=1M', 'count=150', 'oflag=direct'], { stdio: 'ignore' });
    const script = `echo $$ > ${folder}/cgroup.procs; cat ${file} ${file} ${file} > /dev/null
      exec unshare --pid --fork --mount-proc $W list --json`;
    const { total, limitedBy, used, cache } = memoryOf(await inNamespace(MOUNTS, script));
    expect({ total, limitedBy }).toEqual({ total: LIMIT, limitedBy: 'cgroup' });
    expect(cache).toBeGreaterThan(130 * MB);
    expect(used).toBeLessThan(150 * MB);
  });

  it('of who looks is none of the machine that is looked at', async () => {
    const script = `echo $$ > ${folder}/cgroup.procs; mkdir /mnt/proc && mount --bind /proc /mnt/proc
      exec unshare --cgroup --pid --fork --mount-proc $W list --json --proc /mnt/proc`;
    const { total, limitedBy } = memoryOf(await inNamespace(MOUNTS, `mount -t tmpfs none /mnt; ${script}`));
    expect({ total, limitedBy }).toEqual({ total: meminfo('MemTotal'), limitedBy: 'MemTotal' });
  });

  it('of one container is none where its pids are shared, and the first is of another', async () => {
    // The first process is outside; who looks is within the limit.
    const within = `echo $$ > ${folder}/cgroup.procs; exec unshare --cgroup --mount sh -c "
      mount -t cgroup -o memory none /mnt && mount --bind /mnt /sys/fs/cgroup/memory && exec $W list --json"`;
    const script = `unshare --pid --fork --mount-proc sh -c 'sh -c "$1"; exit $?' sh '${within.replaceAll("'", "'\\''")}'`;
    const { limitedBy } = memoryOf(await inNamespace(MOUNTS, script));
    expect(limitedBy).toBe('MemTotal');
  });

  it('is that of cgroup v2 where the machine has it', async () => {
    const fake = mkdtempSync(join(home.path, 'cgroup2-'));
    mkdirSync(join(fake, 'shop.service'));
    writeFileSync(join(fake, 'cgroup.controllers'), 'memory\n');
    writeFileSync(join(fake, 'memory.max'), `${LIMIT}\n`);
    writeFileSync(join(fake, 'memory.current'), `${300 * MB}\n`);
    writeFileSync(join(fake, 'memory.stat'), `anon ${100 * MB}\ninactive_file ${50 * MB}\nactive_file ${100 * MB}\n`);
    const script = `mount --bind ${fake} /sys/fs/cgroup && exec unshare --pid --fork --mount-proc $W list --json`;
    const { total, used, cache } = memoryOf(await inNamespace(MOUNTS, script));
    expect({ total, used, cache }).toEqual({ total: LIMIT, used: 150 * MB, cache: 150 * MB });
  });
});
