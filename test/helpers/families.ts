import fc from 'fast-check';
import { caught } from './samples.ts';

/** One process of a family, as it is started. */
export interface Actor {
  readonly argv: readonly string[];
  /** Index within its family; null for one that something outside of it has started. */
  readonly parent: number | null;
  readonly caught: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** May it be told to add or trim a worker by a signal? What is no master of a server that handles it never may. */
  readonly scalable?: true;
  /** What is written to or run for it instead. */
  readonly errand?: string;
}

const both = 0x300000;
const ttin = 0x100000;

const head = (argv: readonly string[], mask: number): Actor => ({ argv, parent: null, caught: mask });
const master = (argv: readonly string[], mask: number): Actor => ({ ...head(argv, mask), scalable: true });
const child = (argv: readonly string[], mask: number, parent = 0): Actor => ({ argv, parent, caught: mask });

const gunicorn = ['/v/bin/python', '/v/bin/gunicorn', '-w', '2', 'shop.wsgi'];
const spawned = ['/v/bin/python', '-c', 'from multiprocessing.spawn import spawn_main; x', '--multiprocessing-fork'];
const uvicorn = ['/v/bin/python', '/v/bin/uvicorn', 'shop:app', '--workers', '2'];
const celery = ['/v/bin/python', '/v/bin/celery', '-A', 'shop', 'worker'];
const cheaper = ['--cheaper', '1', '--cheaper-algo', 'manual', '--master-fifo', '/run/shop.fifo'];
const manualUwsgi = ['uwsgi', '--master', '-p', '3', ...cheaper];
const mojo = ['/usr/bin/perl', 'app.pl', 'prefork'];
const dirtyArbiter = 0x8314207;

/** Families as they are seen of real servers, and of programs that handle TTIN and TTOU for reasons of their own. */
const families: readonly (readonly Actor[])[] = [
  [
    master(gunicorn, caught.gunicornMaster),
    child(gunicorn, caught.gunicornWorker),
    child(gunicorn, caught.gunicornWorker),
  ],
  // A worker that has just been forked.
  [master(gunicorn, caught.gunicornMaster), child(gunicorn, caught.gunicornMaster)],
  [
    master(['gunicorn: master [shop]'], caught.gunicornMaster),
    child(['gunicorn: worker [shop]'], caught.gunicornWorker),
    { ...child(['gunicorn: master [shop.2]'], caught.gunicornMaster), scalable: true },
    child(['gunicorn: worker [shop]'], caught.gunicornWorker, 2),
  ],
  [
    master(gunicorn, caught.gunicornMaster),
    { ...child(gunicorn, dirtyArbiter), scalable: true },
    child(gunicorn, caught.gunicornWorker, 1),
  ],
  [
    master(['gunicorn: master [shop]'], caught.gunicornMaster),
    { ...child(['gunicorn: dirty-arbiter'], dirtyArbiter), scalable: true },
    child(['gunicorn: dirty-worker [shop]'], caught.gunicornWorker, 1),
  ],
  [master(uvicorn, 0x8304a07), child(spawned, 0x4002), child(spawned, 0x4002)],
  [head(uvicorn, 0x4002), child(spawned, 0x4002)],
  [head(['uvicorn', 'shop:app', '--reload'], 0x4002), child(spawned, 0x4002)],
  [
    master(['puma 6.4.2 (tcp://0.0.0.0:80) [shop]'], both | 0x8804a03),
    child(['puma: cluster worker 0: 0 [shop]'], both | 0x8804a03),
    child(['puma: cluster worker 1: 0 [shop]'], both | 0x8804a03, 1),
  ],
  [head(['puma 6.4.2 (tcp://0.0.0.0:80) [shop]'], 0x8804a03)],
  [master(['unicorn master -c u.rb'], both), child(['unicorn worker[0] -c u.rb'], 0x4)],
  [
    master(['pitchfork monitor - -c p.rb'], both),
    child(['pitchfork (gen:0) mold - ready'], both),
    child(['pitchfork (gen:0) worker[0] - waiting'], 0x4),
  ],
  [master(['starman master --workers 2'], both), child(['starman worker --workers 2'], both)],
  [master(mojo, both), child(mojo, 0x4)],
  [
    { ...head(celery, caught.celeryMain), errand: 'run /v/bin/celery' },
    // Of the same command line: what is taken for the main process while it starts gets the very same command.
    { ...child(celery, caught.celeryPoolChild), errand: 'run /v/bin/celery' },
    { ...child(celery, caught.celeryBeatChild), errand: 'run /v/bin/celery' },
  ],
  [head(['celery', '-A', 'shop', 'beat'], caught.celeryMain)],
  [head(['uwsgi', '--master', '-p', '2'], 0x84687), child(['uwsgi', '--master', '-p', '2'], 0x8085e83)],
  [
    { ...head(manualUwsgi, 0x84687), errand: 'write /run/shop.fifo' },
    // Has the same command line, and is taken for the master if that has ended. The FIFO is its server's all the same.
    { ...child(manualUwsgi, 0x8085e83), errand: 'write /run/shop.fifo' },
    { ...child(manualUwsgi, 0x8085e83), errand: 'write /run/shop.fifo' },
  ],
  [
    { ...head(['PM2 v7.0.4: God Daemon (/srv/.pm2)'], 0), errand: 'run pm2' },
    { ...child(['node', 'server.js'], 0), environment: { 'pm2_env.name': 'shop', 'pm2_env.pm_id': '0' } },
    { ...child(['node', 'server.js'], 0), environment: { 'pm2_env.name': 'shop', 'pm2_env.pm_id': '1' } },
  ],
  [head(['sidekiq 7.2.0 shop [0 of 5 busy]'], ttin)],
  [head(['/v/bin/python', '/v/bin/odoo'], both), child(['odoo: WorkerHTTP 1'], both)],
  [head(['postgres', '-D', '/d'], 0), child(['postgres: checkpointer '], 0)],
  [head(['nginx: master process nginx'], 0), child(['nginx: worker process'], 0)],
  [head(['/usr/bin/top'], both)],
  [head(['serverd'], both), child(['serverd'], both), child(['serverd'], both)],
  [head(['tini', '--', 'gunicorn'], both), { ...child(gunicorn, caught.gunicornMaster), scalable: true }],
  [head(['python3', '/usr/bin/supervisord'], both), head(gunicorn, 0)],
  [head(['-bash'], both)],
];

/** What may happen to a process between the reading that was shown and the signal. */
export const drifts = [
  'none',
  'none',
  'none',
  'pid reused',
  'runs another program',
  'gone',
  'handles nothing',
  'handles TTIN alone',
  'blocks TTOU',
  'stopped',
  'traced',
  'zombie',
  'real user is another',
  'saved user is another',
  'saved group is another',
  'began as a set-uid program',
  'belongs to another user',
] as const;

/** After which it cannot be said whose process it is. */
export const mixing: ReadonlySet<Drift> = new Set(drifts.slice(-5, -1));

export type Drift = (typeof drifts)[number];

export interface Placed extends Actor {
  /** Index within the whole table; null for a child of pid 1. */
  readonly under: number | null;
  /** How it is read first: the masks of others' processes may be unreadable, or those of one that starts. */
  readonly seen: 'as it is' | 'starting' | 'mask unknown' | 'stopped';
  readonly drift: Drift;
}

const oddities = fc.record({
  seen: fc.constantFrom('as it is', 'as it is', 'as it is', 'starting', 'mask unknown', 'stopped'),
  drift: fc.constantFrom(...drifts),
  // Adopted by a stranger, which happens to processes whose parent has died.
  stranger: fc.option(fc.nat(20), { freq: 6 }),
});

/** Families for which something is run or written, of which there are few: each comes twice as often as others. */
const withErrands = families.filter((actors) => actors.some(({ errand }) => errand !== undefined));

const family = fc
  .constantFrom(...families, ...withErrands)
  .chain((actors) =>
    fc.tuple(fc.constant(actors), fc.array(oddities, { minLength: actors.length, maxLength: actors.length })),
  );

/** Whether it has its master's mask: it was forked just now, is a child of its master, and has no children. */
function isForked(actor: Actor, actors: readonly Actor[]): boolean {
  return actor.parent !== null && !actor.scalable && actor.caught === actors[actor.parent]?.caught;
}

/** Tables of a few families with everything that may go wrong about them. */
export const castings: fc.Arbitrary<readonly Placed[]> = fc
  .array(family, { minLength: 1, maxLength: 4 })
  .map((chosen) => {
    const size = chosen.reduce((sum, [actors]) => sum + actors.length, 0);
    const table: Placed[] = [];
    const childless = new Set<number>();
    for (const [actors, odd] of chosen) {
      const start = table.length;
      actors.forEach((actor, index) => {
        const { seen = 'as it is', drift = 'none', stranger = null } = odd[index] ?? {};
        const own = actor.parent === null ? null : start + actor.parent;
        const under = stranger === null || isForked(actor, actors) ? own : stranger % size;
        if (isForked(actor, actors)) childless.add(table.length);
        table.push({ ...actor, under: under === table.length ? own : under, seen, drift });
      });
    }
    return table.map((one) => (one.under !== null && childless.has(one.under) ? { ...one, under: null } : one));
  });
