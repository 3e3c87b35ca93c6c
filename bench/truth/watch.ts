import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityRequests, Observer } from '../../src/observer.ts';
import { factRequests } from '../../src/servers/registry.ts';
import { acceptedBy, processStates } from '../../src/snapshot.ts';
import { ActivityReader, type Worker } from '../../src/source/proc/activity/activity-reader.ts';
import { LocalTree } from '../../src/source/proc/local-tree.ts';
import { parseAllTcp } from '../../src/source/proc/parsers/net.ts';
import { ProcSource } from '../../src/source/proc/proc-source.ts';
import type { ActivityRequest } from '../../src/source/source.ts';
import { eventually } from '../../test/helpers/eventually.ts';
import { filesHere, viewOf } from '../../test/helpers/files.ts';
import { type Job, startJob } from '../../test/helpers/job.ts';
import { freePort } from '../../test/helpers/story.ts';
import { pause } from '../machine.ts';
import { type Sending, type Sent, startLoad } from './load.ts';
import { seeded } from './random.ts';
import { apps, type Place, type Scene } from './scenes.ts';
import { type Interval, intervalsIn, judge, type Reading, type Verdict } from './truth.ts';

/** Seconds that a request takes on average. */
const MEAN = 0.05;

const nothing: ReadonlySet<number> = new Set();

/** Seconds from the first reading to the first request: names of threads are read anew in the first of them. */
const BEFORE = 1;
const BEFORE_THREADS = 5.5;
/** Seconds between two counts of connections. */
const COUNTED = 0.25;

/** Seconds of a first load, and from the start of its program to its first requests. */
const WARMING = 3;
const STARTING = 1.5;

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

/** Does something while a scene serves. */
export async function onStage<Result>(scene: Scene, use: (on: Stage) => Promise<Result>): Promise<Result> {
  const on = await stage(scene);
  try {
    return await use(on);
  } finally {
    await on.end();
  }
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
      return isAnswered(to);
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

/** Sends one request that does nothing. */
function isAnswered(to: Stage['to']): Promise<boolean> {
  return new Promise((resolve) => {
    const one = request({ ...to, host: '127.0.0.1', path: '/none', agent: false }, (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode === 200));
    });
    one.on('error', () => resolve(false)).end();
  });
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

export function workerOf(pid: number): Worker {
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
}

export interface WatchOptions {
  readonly seconds: number;
  /** Seconds between two readings, on average. */
  readonly every: number;
  readonly seed: number;
}

/** The accepted connections at a port, as the source of workertop counts them. */
function acceptedAt(port: number): number | null {
  const texts = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'latin1'));
  const listeners = texts.flatMap(parseAllTcp).filter(({ address }) => address.endsWith(`:${port}`));
  return acceptedBy(listeners);
}

/** Sends requests to a server that runs, and compares what is read of its workers with what it notes itself. */
export async function watch(scene: Scene, on: Stage, options: WatchOptions): Promise<Watched> {
  const { seconds, every, seed } = options;
  const random = seeded(seed);
  // Threads of a pool are started as they are first needed, and programs load what they use.
  const warm = sendTo(scene, on, WARMING, seed + 1);
  await pause(WARMING);
  await warm.end();
  const requests = await eventually('its workers', () => requestsFor(on.job.pid));
  const pools = new Map([...requests].map(([pid, request]) => [pid, poolOf(pid, request)]));
  const reader = new ActivityReader('/proc', process.arch, (path) => viewOf('/').epollTargets(path));
  let readings: Reading[] = [];
  let [times, counted] = [0, 0];
  const readFor = async (duration: number) => {
    const ends = monotonic() + duration;
    while (monotonic() < ends) {
      await pause(every * (0.5 + random()));
      const workers = new Map([...requests.keys()].map((pid) => [pid, workerOf(pid)]));
      const from = monotonic();
      const found = reader.read(requests, (pid) => workers.get(pid), from);
      const to = monotonic();
      if (from - counted > COUNTED) {
        if (scene.threads) reader.connections(on.job.pid, acceptedAt(on.place.port));
        counted = from;
      }
      times += 1;
      for (const [pid, { doing }] of found) {
        let pool = pools.get(pid) ?? [];
        const request = requests.get(pid);
        // A pool starts its threads as they are needed.
        if (pool.length !== doing.length && request !== undefined) pool = poolOf(pid, request);
        pools.set(pid, pool);
        for (const [index, one] of doing.entries()) readings.push({ who: pool[index] ?? 0, from, to, doing: one });
      }
    }
  };
  await readFor(scene.threads ? BEFORE_THREADS : BEFORE);
  readings = [];
  times = 0;
  const sending = sendTo(scene, on, seconds + STARTING, seed);
  await pause(STARTING);
  const began = monotonic();
  await readFor(seconds);
  const ended = monotonic();
  reader.close();
  const sent = await sending.end();
  // The last are answered, and noted.
  await pause(0.5);
  const intervals = intervalsIn(on.log);
  const verdict = judge(readings, intervals, [began, ended], times);
  return { verdict, readings, intervals, sent };
}

/** Sends a scene what its load is, for so many seconds at most. */
function sendTo(scene: Scene, on: Stage, seconds: number, seed: number): Sending {
  const computes = scene.work === 'cpu' || scene.work === 'mix';
  const rate = (scene.load ?? (computes ? 1 : 2)) / MEAN;
  if (scene.tasks) return produce(scene, on, rate, seconds);
  return startLoad({ to: on.to, work: scene.work, mean: MEAN, arrivals: { kind: 'random', rate, size: 1 }, seed });
}

function produce(scene: Scene, on: Stage, rate: number, seconds: number): Sending {
  const args = [scene.work, rate, MEAN, seconds].map(String);
  const command = ['/usr/bin/python3', join(apps, 'produce.py'), ...args];
  const job = startJob(command, { cwd: on.place.folder, env: on.env, log: join(on.place.folder, 'produce.out') });
  return {
    end: async () => {
      const started = await job;
      await eventually('the last task', () => !isAlive(started.pid), seconds + 20);
      const log = started.log();
      await started.stop();
      if (log.includes('Traceback')) throw new Error(log);
      return { count: 0, failed: 0 };
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
