import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { makeFolder } from '../helpers/folder.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort } from '../helpers/story.ts';
import { type ListedServer, type Listing, list, workertop } from '../helpers/workertop.ts';
import { refused } from './refused.ts';
import { scalable } from './scaled.ts';
import type { Case } from './server-case.ts';

const ONE_LINE = /^workertop: .+\n$/;

let folder: string;
let jobs: Job[] = [];

beforeEach(async () => {
  folder = makeFolder('server');
});
afterEach(async () => {
  await Promise.all(jobs.map((job) => job.stop()));
  jobs = [];
  await rm(folder, { recursive: true, force: true });
});

function headedBy(listing: Listing, pid: number): ListedServer | undefined {
  return listing.projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === pid);
}

/** Starts a server, and waits until workertop sees it with all that belongs to it. */
async function start(one: Case): Promise<[Job, ListedServer]> {
  requireServer(...one.packages);
  const port = await freePort();
  for (const [name, text] of Object.entries(one.files?.(port, folder) ?? {})) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const redis = one.redis ? await startRedis() : 0;
  const [program, ...args] = one.prepare?.(folder) ?? [];
  if (program !== undefined) await promisify(execFile)(program, args, { cwd: folder });
  const started = await startJob(one.command(port, folder, redis), {
    cwd: folder,
    log: join(folder, 'log'),
    env: { HOME: folder, ...one.env?.(folder, redis) },
  });
  jobs.push(started);
  const server = await eventually(
    `${one.kind} with ${one.workers} workers`,
    async () => {
      const found = headedBy(await list(), started.pid);
      return found?.kind === one.kind && isComplete(found, one) && found;
    },
    40,
  ).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}; it said: ${started.log().slice(-600)}`);
  });
  return [started, server];
}

async function startRedis(): Promise<number> {
  const port = await freePort();
  const log = join(folder, 'redis-log');
  const command = ['/usr/bin/redis-server', '--bind', '127.0.0.1', '--port', String(port), '--save', ''];
  const redis = await startJob(command, { cwd: folder, log });
  jobs.push(redis);
  await eventually('redis', () => redis.log().includes('Ready to accept connections'));
  return port;
}

function isComplete({ workers, processes, version }: ListedServer, one: Case): boolean {
  // The shell that started it is one, too.
  const helpers = processes.filter(({ role, command }) => role === 'helper' && !command.startsWith('bash -c'));
  const titled = one.version === undefined || version !== null;
  return workers.current === one.workers && helpers.length >= (one.helpers ?? 0) && titled;
}

function expectAsConfigured(server: ListedServer, one: Case): void {
  const roles = server.processes.map(({ role }) => role);
  expect(roles[0]).toBe(one.head);
  expect(roles.filter((role) => role === 'worker')).toHaveLength(one.workers);
  if (one.version) expect(server.version).toMatch(one.version);
  if (one.configured) {
    expect(server.workers).toMatchObject({ configured: one.configured[0], configuredBy: one.configured[1] });
  }
  const pools = server.workers.pools.map(({ name, current, configured }) => [name, current, configured]);
  expect(pools).toEqual(one.pools ?? []);
}

/** The head and all below it. */
function family(pid: number): readonly number[] {
  return [pid, ...kernel.children(pid).flatMap(family)];
}

/** By the kernel. */
function workersOf(pid: number, { worker, nested }: Case): number {
  const found = nested ? family(pid).slice(1) : kernel.children(pid);
  return found.filter((one) => worker?.test(kernel.commandLine(one)) ?? true).length;
}

function titled<T extends Case>(cases: readonly T[]) {
  return cases.map((one): [string, T] => [one.what === undefined ? one.kind : `${one.kind} ${one.what}`, one]);
}

describe('scaled', () => {
  it.each(titled(scalable))('%s', async (_, one) => {
    const [{ pid }, server] = await start(one);
    expectAsConfigured(server, one);
    expect(server.scaling.available).toBe(true);
    const before = workersOf(pid, one);
    expect(before).toBe(one.workers);

    const up = await workertop('scale', String(pid), '+1');
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(workersOf(pid, one)).toBe(before + 1);

    const down = await workertop('scale', String(pid), '-2');
    expect(down).toMatchObject({ code: 0, stderr: '' });
    expect(workersOf(pid, one)).toBe(before - 1);
    expect(family(pid).map(kernel.state)).not.toContain('T');

    const none = await workertop('scale', String(pid), '0');
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(ONE_LINE);
    expect(workersOf(pid, one)).toBe(before - 1);
  });
});

describe('refused', () => {
  // Some run as a user of their own, and write there.
  beforeEach(() => chmod(folder, 0o777));

  it.each(titled(refused))('%s', async (_, one) => {
    const [{ pid }, server] = await start(one);
    expectAsConfigured(server, one);
    expect(server.scaling.available).toBe(false);
    const before = kernel.children(pid);
    for (const size of ['-1', '+1']) {
      const { code, stdout, stderr } = await workertop('scale', String(pid), size);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(ONE_LINE);
      expect(stderr).toMatch(one.why);
      expect(family(pid).map(kernel.state)).not.toContain('T');
    }
    expect(kernel.children(pid)).toEqual(before);
  });
});
