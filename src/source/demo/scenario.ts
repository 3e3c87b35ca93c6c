import type { ProcessFacts } from '../../snapshot.ts';

export const MB = 1024 * 1024;

/** The properties of a process that never change. */
export interface ProcessTemplate {
  readonly facts: ProcessFacts;
  /** Own memory after warming up, and memory shared with the rest of its server, in bytes. */
  readonly own: number;
  readonly shared: number;
  /** Fraction of a core: on average, or of a worker while it serves requests. */
  readonly cpu: number;
  /** Bytes per second. */
  readonly growth: number;
  readonly state: 'S' | 'T';
}

/** Requests to a server, measured in the workers that they keep busy. */
export interface Traffic {
  readonly usual: number;
  readonly burst: number;
}

/** A process with its children, which share memory. */
export interface ServerTemplate {
  readonly head: ProcessTemplate;
  readonly pid: number;
  /** Seconds that it has run before the demo begins. */
  readonly age: number;
  readonly workers: number;
  /** @param number counts from 1 */
  worker(number: number): ProcessTemplate;
  /** Whether it starts and stops workers when told to. */
  readonly scalable: boolean;
  readonly address: string | null;
  readonly traffic: Traffic | null;
  /** The number of the worker that leaks, and its growth in bytes per second. */
  readonly leak: { readonly number: number; readonly growth: number } | null;
  /** The number of the worker that is busy with a long request when asked to stop. */
  readonly slow: number | null;
}

/** Signals that each kind handles; gunicorn's and celery's as measured on real servers. */
const caught = {
  gunicornMaster: 0x8314a07,
  gunicornWorker: 0x8304226,
  celeryMain: 0x4207,
  celeryPoolChild: 0x800,
  celeryBeat: 0x4002,
  nginx: 0x18016a07,
  usual: 0x4001,
} as const;

const SIGINT_MASK = 0x2;
const HOUR = 3600;
const DAY = 24 * HOUR;

type Facts = Partial<ProcessFacts> & { readonly argv: readonly string[] };

function factsOf(facts: Facts): ProcessFacts {
  return {
    comm: (facts.argv[0] ?? '').replace(/^.*\//, '').slice(0, 15),
    cwd: '/',
    exe: null,
    uid: 0,
    user: 'root',
    caught: caught.usual,
    ignored: 0,
    blocked: 0,
    cgroup: null,
    memoryLimit: null,
    environment: {},
    virtualenv: null,
    packages: {},
    directory: null,
    configLines: {},
    ...facts,
  };
}

interface Figures {
  /** Megabytes. */
  readonly own: number;
  readonly shared?: number;
  readonly cpu?: number;
  /** Megabytes per minute. */
  readonly growth?: number;
  readonly state?: 'S' | 'T';
}

function processTemplate(
  facts: Facts,
  { own, shared = 0, cpu = 0.001, growth = 0, state = 'S' }: Figures,
): ProcessTemplate {
  return { facts: factsOf(facts), own: own * MB, shared: shared * MB, cpu, growth: (growth * MB) / 60, state };
}

function template(head: ProcessTemplate, options: Partial<ServerTemplate> & { readonly pid: number }): ServerTemplate {
  const none = { workers: 0, scalable: false, address: null, traffic: null, leak: null, slow: null };
  return { age: 19 * DAY, worker: () => head, ...none, ...options, head };
}

/** Facts that all processes of a Django project share. */
function django(name: string, venv: string, evidence: 'argv' | 'maps'): Omit<Facts, 'argv'> {
  const path = `/home/virtualenvs/${venv}`;
  return {
    cwd: `/home/projects/${name}`,
    exe: '/usr/bin/python3.11',
    uid: 1000,
    user: 'web',
    directory: { path: `/home/projects/${name}`, marker: 'manage.py', from: 'cwd' },
    virtualenv: { path, name: venv, evidence, python: '3.11.2' },
    packages: { django: venv === 'django1_4' ? '1.4.22' : '1.5.12', gunicorn: '20.1.0', celery: '5.2.7' },
  };
}

function project1(): readonly ServerTemplate[] {
  const bin = '/home/virtualenvs/django1_4/bin';
  const argv = [`${bin}/python`, `${bin}/gunicorn`, '-w', '3', '-b', '127.0.0.1:8101', 'project1.wsgi'];
  const common = {
    ...django('project1', 'django1_4', 'argv'),
    argv,
    comm: 'gunicorn',
    cgroup: '/system.slice/project1.service',
    environment: { DJANGO_SETTINGS_MODULE: 'project1.settings' },
  };
  const worker = { own: 142, shared: 30, cpu: 0.32 };
  return [
    template(processTemplate({ ...common, caught: caught.gunicornMaster }, { own: 14, shared: 30 }), {
      pid: 1203,
      age: 3 * DAY + 2 * HOUR,
      workers: 3,
      worker: () => processTemplate({ ...common, caught: caught.gunicornWorker }, worker),
      scalable: true,
      address: '127.0.0.1:8101',
      traffic: { usual: 0.9, burst: 4.6 },
      leak: { number: 2, growth: (3 * MB) / 60 },
    }),
  ];
}

/** A project with setproctitle: titles hide the command lines and environments. */
function project2(): readonly ServerTemplate[] {
  const titled = (title: string, options: Partial<ProcessFacts>): Facts => ({
    ...django('project2', 'django1_5', 'maps'),
    ...options,
    argv: [title],
    comm: title.slice(0, 15),
  });
  const gunicorn = {
    cgroup: '/system.slice/project2.service',
    configLines: { '/home/projects/project2/gunicorn.conf.py': ['workers = 3'] },
  };
  const celery = { cgroup: '/system.slice/project2-celery.service' };
  const main = '[celeryd: celery@vps1:MainProcess] -active- (-A project2 worker -c 2 -l info)';
  const beat = { caught: caught.celeryBeat, cgroup: '/system.slice/project2-beat.service' };
  return [
    template(
      processTemplate(titled('gunicorn: master [project2.wsgi]', { ...gunicorn, caught: caught.gunicornMaster }), {
        own: 12,
        shared: 28,
      }),
      {
        pid: 1388,
        age: 2 * DAY + 7 * HOUR,
        workers: 3,
        worker: () =>
          processTemplate(titled('gunicorn: worker [project2.wsgi]', { ...gunicorn, caught: caught.gunicornWorker }), {
            own: 92,
            shared: 28,
            cpu: 0.3,
          }),
        scalable: true,
        address: '127.0.0.1:8102',
        traffic: { usual: 0.25, burst: 0.35 },
        slow: 1,
      },
    ),
    template(
      processTemplate(titled(main, { ...celery, caught: caught.celeryMain }), { own: 16, shared: 22, cpu: 0.008 }),
      {
        pid: 1420,
        age: 2 * DAY + 7 * HOUR,
        workers: 2,
        scalable: true,
        worker: (number) =>
          processTemplate(
            titled(`[celeryd: celery@vps1:ForkPoolWorker-${number}]`, {
              ...celery,
              caught: caught.celeryPoolChild,
              ignored: SIGINT_MASK,
            }),
            { own: 14, shared: 22, cpu: 0.04 },
          ),
      },
    ),
    template(
      processTemplate(titled('[celery beat] -A project2 beat -l info', beat), { own: 77, cpu: 0.004, growth: 0.4 }),
      {
        pid: 1431,
        age: 2 * DAY + 7 * HOUR,
      },
    ),
  ];
}

function services(): readonly ServerTemplate[] {
  const redis = { argv: ['/usr/bin/redis-server 127.0.0.1:6379'], comm: 'redis-server', uid: 105, user: 'redis' };
  const nginx = { comm: 'nginx', exe: '/usr/sbin/nginx', cgroup: '/system.slice/nginx.service' };
  const master = 'nginx: master process /usr/sbin/nginx -g daemon on; master_process on;';
  return [
    template(processTemplate({ ...redis, cgroup: '/system.slice/redis-server.service' }, { own: 11, cpu: 0.006 }), {
      pid: 702,
      address: '127.0.0.1:6379',
    }),
    template(processTemplate({ ...nginx, argv: [master], caught: caught.nginx }, { own: 1.2, shared: 3 }), {
      pid: 731,
      workers: 2,
      worker: () => {
        const facts = { ...nginx, argv: ['nginx: worker process'], uid: 33, user: 'www-data', caught: caught.nginx };
        return processTemplate(facts, { own: 2.4, shared: 3, cpu: 0.006 });
      },
      address: '0.0.0.0:80',
    }),
  ];
}

/** Processes of every Debian, and an editor that somebody has stopped with Ctrl-Z. */
function system(): readonly ServerTemplate[] {
  const one = (pid: number, own: number, ...argv: readonly string[]) =>
    template(processTemplate({ argv }, { own }), { pid });
  const person = { uid: 1001, user: 'admin', cwd: '/home/admin' };
  return [
    one(1, 8, '/sbin/init'),
    one(221, 15, '/lib/systemd/systemd-journald'),
    one(247, 4, '/lib/systemd/systemd-udevd'),
    one(498, 2, '/usr/sbin/cron', '-f'),
    one(503, 4, '/lib/systemd/systemd-logind'),
    one(511, 3, '/usr/sbin/rsyslogd', '-n', '-iNONE'),
    one(560, 13, '/usr/bin/python3', '/usr/share/unattended-upgrades/unattended-upgrade-shutdown', '--wait-for-signal'),
    one(588, 3, 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'),
    template(processTemplate({ ...person, argv: ['-bash'] }, { own: 3 }), { pid: 2210, age: 2 * HOUR }),
    template(processTemplate({ ...person, argv: ['vim', 'notes.txt'] }, { own: 7, state: 'T' }), {
      pid: 2254,
      age: HOUR,
    }),
  ];
}

/** All servers that run when the demo begins. */
export function scenario(): readonly ServerTemplate[] {
  return [...system(), ...services(), ...project1(), ...project2()];
}
