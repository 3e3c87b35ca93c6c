/**
 * The server that workertop is made for, started for real in a temporary folder: two Django
 * projects under gunicorn, each in its own virtualenv, and a celery worker and a celery beat of the
 * second with a redis that wants a password.
 */
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createDjangoProject } from './django-project.ts';
import { eventually } from './eventually.ts';
import { makeFolder } from './folder.ts';
import { type Job, startJob } from './job.ts';
import * as kernel from './kernel.ts';
import { requireServer } from './requirements.ts';
import { createVenv } from './venv.ts';

/**
 * What is in the two virtualenvs. Without setproctitle a process keeps its argv and environ; with
 * it both are wiped.
 */
const VENVS = {
  django1_4: ['python3-gunicorn', 'python3-django', 'python3-celery', 'python3-redis'],
  django1_5: ['python3-gunicorn', 'python3-django', 'python3-celery', 'python3-redis', 'python3-setproctitle'],
} as const;

export type VenvName = keyof typeof VENVS;

export const REDIS_PASSWORD = 'correct-horse-battery-staple';

interface ServerOptions {
  /** Name of the project; its directory is made when it is not there yet. */
  readonly project: string;
  /** Folder within the home that holds the project's directory: another one is another checkout. */
  readonly folder?: string;
  readonly venv: VenvName;
  /** With VIRTUAL_ENV set, as after `source bin/activate`. */
  readonly activated?: boolean;
  /** Memory that each gunicorn worker, or beat, takes on. MB. */
  readonly ballastMb?: number;
  /** A file that each worker maps and reads. */
  readonly mappedFile?: string;
  /** MB of memory that each worker maps as shared, and shares with nobody. */
  readonly sharedMb?: number;
  /** So many files the application maps when it is loaded. */
  readonly mappings?: number;
}

export interface GunicornOptions extends ServerOptions {
  readonly workers?: number;
  readonly preload?: boolean;
  /** Of each worker; one unless told. */
  readonly threads?: number;
  /** Path of a unix socket to listen on besides its port. */
  readonly socket?: string;
}

export interface CeleryOptions extends ServerOptions {
  readonly redis: Redis;
}

export interface Redis extends Job {
  readonly port: number;
  /** The broker's address, with the password in it. */
  readonly url: string;
}

/** A server that runs a project. */
export interface ProjectServer extends Job {
  /** The project's directory. */
  readonly directory: string;
}

export interface Gunicorn extends ProjectServer {
  readonly port: number;
  /** Pids of the living workers, from the kernel. */
  workers(): readonly number[];
  /** Waits until there are exactly `count` workers and all have loaded the application. */
  settled(count: number): Promise<readonly number[]>;
  /** Requests a page, such as `/sleep?s=2`, and gives its text. */
  get(path: string): Promise<string>;
}

export interface Home {
  readonly path: string;
  venv(name: VenvName): string;
  startGunicorn(options: GunicornOptions): Promise<Gunicorn>;
  startRedis(): Promise<Redis>;
  startCeleryWorker(options: CeleryOptions & { readonly concurrency?: number }): Promise<ProjectServer>;
  startCeleryBeat(options: CeleryOptions): Promise<ProjectServer>;
  /** Ends all that was started here, and removes the folder. */
  stop(): Promise<void>;
}

export interface Story extends Home {
  readonly project1: Gunicorn;
  readonly project2: Gunicorn;
  readonly redis: Redis;
  readonly worker: ProjectServer;
  readonly beat: ProjectServer;
}

export interface StoryOptions {
  readonly workers?: number;
  readonly preload?: boolean;
  /** Memory that each gunicorn worker takes on. MB. */
  readonly ballastMb?: number;
  /** Memory that beat takes on. MB. */
  readonly beatBallastMb?: number;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A folder with the virtualenvs, in which nothing runs yet. */
export async function openHome(): Promise<Home> {
  requireServer('gunicorn', 'python3-django', 'python3-setproctitle', 'celery', 'python3-redis', 'redis-server');
  const folder = makeFolder('story');
  const path = join(folder, 'homes');
  const logs = join(folder, 'logs');
  await Promise.all([mkdir(path), mkdir(logs)]);
  const venv = (name: VenvName) => join(path, '.venv', name);
  await Promise.all(Object.entries(VENVS).map(([name, packages]) => createVenv(venv(name as VenvName), packages)));

  const jobs: Job[] = [];
  const projects = new Map<string, Promise<void>>();
  async function start(name: string, command: readonly string[], cwd: string, env = {}): Promise<Job> {
    const log = join(logs, `${jobs.length}-${name}.log`);
    const job = await startJob(command, { cwd, env: { HOME: path, ...env }, log });
    jobs.push(job);
    return job;
  }

  async function startOf(options: ServerOptions, program: string, args: readonly string[]) {
    const directory = join(path, options.folder ?? 'projects', options.project);
    if (!projects.has(directory)) projects.set(directory, createDjangoProject(directory));
    await projects.get(directory);
    const env = {
      BALLAST_MB: String(options.ballastMb ?? 0),
      MAPPED_FILE: options.mappedFile ?? '',
      SHARED_MB: String(options.sharedMb ?? 0),
      MAPPINGS: String(options.mappings ?? 0),
      ...(options.activated ? { VIRTUAL_ENV: venv(options.venv) } : {}),
    };
    const job = await start(program, [join(venv(options.venv), 'bin', program), ...args], directory, env);
    return { ...job, directory };
  }

  /** Waits until a job is up, and tells its output when it is not. */
  async function up<T>(job: Job, what: string, probe: () => T | Promise<T>) {
    return eventually(what, async () => {
      if (!kernel.isAlive(job.pid)) throw new Error(`${what}: ended early\n${job.log()}`);
      return probe();
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${job.log()}`);
    });
  }

  return {
    path,
    venv,

    async startGunicorn(options) {
      const { project, workers = 3, preload = false, threads, socket } = options;
      const port = await freePort();
      const addresses = [`127.0.0.1:${port}`, ...(socket === undefined ? [] : [`unix:${socket}`])];
      const bind = addresses.flatMap((address) => ['-b', address]);
      const args = ['-w', String(workers), ...bind, ...(preload ? ['--preload'] : [])];
      if (threads !== undefined) args.push('--threads', String(threads));
      const job = await startOf(options, 'gunicorn', [...args, `${project}.wsgi`]);
      const gunicorn: Gunicorn = {
        ...job,
        port,
        workers: () => kernel.children(job.pid),
        settled: (count) =>
          up(job, `${count} workers of ${project}`, () => {
            const found = kernel.children(job.pid);
            const log = job.log();
            return found.length === count && found.every((pid) => log.includes(`worker ${pid} is ready`)) && found;
          }),
        get: async (page) => (await fetch(`http://127.0.0.1:${port}${page}`)).text(),
      };
      await gunicorn.settled(workers);
      return gunicorn;
    },

    async startRedis() {
      const port = await freePort();
      const args = ['--bind', '127.0.0.1', '--port', String(port), '--requirepass', REDIS_PASSWORD, '--save', ''];
      const job = await start('redis', ['/usr/bin/redis-server', ...args], folder);
      await up(job, 'redis', () => job.log().includes('Ready to accept connections'));
      return { ...job, port, url: `redis://:${REDIS_PASSWORD}@127.0.0.1:${port}/0` };
    },

    async startCeleryWorker(options) {
      const { project, redis, concurrency = 2 } = options;
      const args = ['-A', project, '-b', redis.url, 'worker', '-c', String(concurrency), '-l', 'INFO'];
      const job = await startOf(options, 'celery', args);
      await up(
        job,
        `celery worker of ${project}`,
        () => / ready\.$/m.test(job.log()) && kernel.children(job.pid).length === concurrency,
      );
      return job;
    },

    async startCeleryBeat(options) {
      const args = [
        '-A',
        options.project,
        '-b',
        options.redis.url,
        'beat',
        '-s',
        join(folder, 'schedule'),
        '-l',
        'INFO',
      ];
      const job = await startOf(options, 'celery', [...args, '--pidfile=']);
      await up(job, `celery beat of ${options.project}`, () => job.log().includes('beat: Starting'));
      return job;
    },

    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The whole story. The first project's virtualenv is activated, the second's is not. */
export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const { beatBallastMb = 0, ...gunicorn } = options;
  const home = await openHome();
  try {
    const second = { project: 'project2', venv: 'django1_5' } as const;
    const [project1, project2, redis] = await Promise.all([
      home.startGunicorn({ project: 'project1', venv: 'django1_4', activated: true, ...gunicorn }),
      home.startGunicorn({ ...second, ...gunicorn }),
      home.startRedis(),
    ]);
    const [worker, beat] = await Promise.all([
      home.startCeleryWorker({ ...second, redis }),
      home.startCeleryBeat({ ...second, redis, ballastMb: beatBallastMb }),
    ]);
    return { ...home, project1, project2, redis, worker, beat };
  } catch (error) {
    await home.stop();
    throw error;
  }
}
