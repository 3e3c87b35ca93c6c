import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityRequests, Observer } from '../../src/observer.ts';
import { factRequests } from '../../src/servers/registry.ts';
import { processStates } from '../../src/snapshot.ts';
import { ActivityReader, type Worker } from '../../src/source/proc/activity/activity-reader.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import type { ActivityRequest } from '../../src/source/source.ts';
import { eventually } from '../../test/helpers/eventually.ts';
import { filesHere, viewOf } from '../../test/helpers/files.ts';
import { type Job, startJob } from '../../test/helpers/job.ts';
import { freePort } from '../../test/helpers/story.ts';
import { pause } from '../machine.ts';
import { exponential, load, type Sent, seeded } from './load.ts';
import { apps, type Place, type Scene } from './scenes.ts';
import { type Interval, intervalsIn, judge, type Reading, type Verdict } from './truth.ts';

/** Seconds that a request takes on average. */
const MEAN = 0.05;

const nothing: ReadonlySet<number> = new Set();

/** CLOCK_MONOTONIC in seconds, which the servers note their requests by. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** A server that runs, with its backend, in a folder of its own. */
export interface Stage {
  readonly place: Place;
  readonly job: Job;
  readonly log: string;
  readonly to: { readonly port: number } | { readonly socketPath: string };
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

/** Starts a scene, and waits until it serves. */
export async function stage(scene: Scene): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'workertop-truth-'));
  const jobs: Job[] = [];
  const end = async () => {
    await Promise.all(jobs.map((job) => job.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const log = join(folder, 'truth');
    mkdirSync(log);
    const ports = { port: await freePort(), redis: await freePort(), backend: await freePort() };
    const others = { postgres: await freePort(), api: await freePort(), cache: await freePort() };
    const place: Place = { folder, port: ports.port, redis: ports.redis };
    for (const [name, text] of Object.entries(scene.files?.(place) ?? {})) writeFileSync(join(folder, name), text);
    const env = {
      HOME: folder,
      PYTHONPATH: apps,
      PYTHONDONTWRITEBYTECODE: '1',
      TRUTH_LOG: log,
      BACKEND_PORT: String(ports.backend),
      POSTGRES_PORT: String(others.postgres),
      API_PORT: String(others.api),
      REDIS_PORT: String(others.cache),
      BROKER: `redis://127.0.0.1:${ports.redis}/0`,
      C_FORCE_ROOT: '1',
      ...scene.env,
    };
    const start = async (name: string, command: readonly string[]): Promise<Job> => {
      const job = await startJob(command, { cwd: folder, env, log: join(folder, `${name}.out`) });
      jobs.push(job);
      return job;
    };
    const backends = [ports.backend, others.postgres, others.api, others.cache].map(String);
    const backend = await start('backend', ['/usr/bin/python3', join(apps, 'backend.py'), ...backends]);
    await eventually('the backend', () => backend.log().includes('ready'));
    if (scene.tasks) {
      const args = ['--bind', '127.0.0.1', '--port', String(ports.redis), '--save', ''];
      const redis = await start('redis', ['/usr/bin/redis-server', ...args]);
      await eventually('redis', () => redis.log().includes('Ready to accept connections'));
    }
    const job = await start('server', scene.command(place));
    if (scene.front) await start('front', scene.front(place));
    const to = scene.socket === undefined ? { port: ports.port } : { socketPath: join(folder, scene.socket) };
    const ready = async () => {
      if (scene.tasks) return / ready\.$/m.test(job.log());
      const sent = await once(to);
      return sent.count > 0 && sent.failed === 0;
    };
    await eventually(scene.server, ready).catch((error: Error) => {
      throw new Error(`${error.message}\n${job.log()}`);
    });
    return { place, job, log, to, env, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** One request that does nothing. */
function once(to: Stage['to']): Promise<Sent> {
  const ending = new AbortController();
  let count = 1;
  const next = () => {
    const arrival = { gap: 0, count };
    if (count === 0) ending.abort();
    count = 0;
    return arrival;
  };
  return load({ to, work: 'none', mean: 0, next, random: Math.random }, ending.signal);
}

/** What workertop itself would ask its source of this server's workers. */
export async function requestsFor(head: number): Promise<ReadonlyMap<number, ActivityRequest> | null> {
  const source = new ProcSource({ tree: new LocalTree('/proc'), factRequests, files: filesHere() });
  try {
    const observer = new Observer(source, { memoryTotal: null });
    await observer.observe({ memoryBudget: 0, watch: nothing });
    const model = await observer.observe({ memoryBudget: 0, watch: nothing });
    const requests = [...activityRequests(model)].filter(([, { master }]) => master === head);
    return requests.length === 0 ? null : new Map(requests);
  } finally {
    source.close();
  }
}

function workerOf(pid: number): Worker {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    key: `${pid}:${fields[19]}`,
    state: processStates.find((state) => state === fields[0]) ?? '?',
    threads: Number(fields[17]),
  };
}

/** The threads that a rule counts, in the order in which it gives them. */
function poolOf(pid: number, { rule }: ActivityRequest): readonly number[] {
  if (rule.by !== 'threads') return [pid];
  return readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .filter((tid) => rule.pool(readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim(), tid === pid));
}

export interface Watched {
  readonly verdict: Verdict;
  readonly readings: readonly Reading[];
  readonly intervals: readonly Interval[];
  readonly sent: Sent;
  /** Seconds that a reading of one worker or thread took, on average. */
  readonly cost: number;
}

export interface WatchOptions {
  readonly seconds: number;
  /** Seconds between two readings, on average. */
  readonly every: number;
  readonly seed: number;
}

/** Sends requests to a server that runs, and compares what is read of its workers with what it notes itself. */
export async function watch(scene: Scene, on: Stage, options: WatchOptions): Promise<Watched> {
  const random = seeded(options.seed);
  const computes = scene.work === 'cpu' || scene.work === 'mix';
  const rate = (scene.load ?? (computes ? 1 : 2)) / MEAN;
  const ending = new AbortController();
  const next = () => ({ gap: exponential(1 / rate, random), count: 1 });
  const sending = scene.tasks
    ? produce(scene, on, rate, options.seconds + 2)
    : load({ to: on.to, work: scene.work, mean: MEAN, next, random }, ending.signal);
  // Threads of a pool are started as they are first needed, and programs load what they use.
  await pause(2);
  const requests = await eventually('its workers', () => requestsFor(on.job.pid));
  const pools = new Map([...requests].map(([pid, request]) => [pid, poolOf(pid, request)]));
  const reader = new ActivityReader('/proc', process.arch, (path) => viewOf('/').epollTargets(path));
  const readings: Reading[] = [];
  const began = monotonic();
  let times = 0;
  let cost = 0;
  while (monotonic() < began + options.seconds) {
    await pause(options.every * (0.5 + random()));
    const workers = new Map([...requests.keys()].map((pid) => [pid, workerOf(pid)]));
    const from = monotonic();
    const found = reader.read(requests, (pid) => workers.get(pid), from);
    const to = monotonic();
    times += 1;
    cost += reader.cost;
    for (const [pid, { doing }] of found) {
      let pool = pools.get(pid) ?? [];
      const request = requests.get(pid);
      // A pool starts its threads as they are needed.
      if (pool.length !== doing.length && request !== undefined) pool = poolOf(pid, request);
      pools.set(pid, pool);
      for (const [index, one] of doing.entries()) readings.push({ who: pool[index] ?? 0, from, to, doing: one });
    }
  }
  const ended = monotonic();
  reader.close();
  ending.abort();
  const sent = await sending;
  // The last are answered, and noted.
  await pause(0.5);
  const intervals = intervalsIn(on.log);
  const verdict = judge(readings, intervals, [began, ended], times);
  return { verdict, readings, intervals, sent, cost: cost / readings.length };
}

async function produce(scene: Scene, on: Stage, rate: number, seconds: number): Promise<Sent> {
  const args = [scene.work, rate, MEAN, seconds].map(String);
  const command = ['/usr/bin/python3', join(apps, 'produce.py'), ...args];
  const job = await startJob(command, { cwd: on.place.folder, env: on.env, log: join(on.place.folder, 'produce.out') });
  await eventually('the last task', () => !isAlive(job.pid), seconds + 20);
  const log = job.log();
  await job.stop();
  if (log.includes('Traceback')) throw new Error(log);
  return { count: 0, failed: 0 };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
