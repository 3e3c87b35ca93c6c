import { describe, expect, it } from 'vitest';
import { type Advice, type AdviceKind, advise } from '../../src/model/advice/advice.ts';
import type { HostSample, Pressure, ProcessSample } from '../../src/snapshot.ts';
import { type GunicornOptions, gunicorn, hostUsing, own, watch } from '../helpers/models.ts';
import { caught, directory, MB, sample } from '../helpers/samples.ts';

const total = 1536 * MB;
const tight = hostUsing(0.69 * total);

function adviceAfter(
  seconds: number,
  processesAt: (elapsed: number, uptime: number) => readonly ProcessSample[],
  host: HostSample | ((elapsed: number) => HostSample) = tight,
  self: number | null = null,
): readonly Advice[] {
  const { model, history } = watch(seconds, processesAt, { host, self });
  const found = advise(model, history);
  for (const { text } of found) expect(text.length, text).toBeLessThanOrEqual(100);
  return found;
}

function of(kind: AdviceKind, found: readonly Advice[]): readonly Advice[] {
  return found.filter((advice) => advice.kind === kind);
}

const seenAfter = (seconds: number, options: GunicornOptions, host?: HostSample) =>
  adviceAfter(seconds, (_, uptime) => gunicorn(options, uptime), host);

const three = [150, 150, 150].map((megabytes) => ({ memory: own(megabytes), cpu: 0.004 }));

describe('idle workers', () => {
  it('are named with how idle, for how long, and what one fewer frees', () => {
    const [found] = of('idle-workers', seenAfter(720, { pid: 9542, workers: three }));
    expect(found).toMatchObject({
      text: '3 workers, 0 of 3 in use for 12 min, nobody waited. One fewer frees ≈150M (69 % → 59 %).',
      about: {
        type: 'process',
        project: { id: 'dir:/srv/sites/project1', name: 'project1' },
        server: '9542:954200',
        pid: 9542,
      },
      frees: 150 * MB,
      key: '-',
    });
  });

  it('are named with their server where the project has several', () => {
    const found = adviceAfter(720, (_, uptime) => [
      ...gunicorn({ pid: 9542, workers: three }, uptime),
      ...gunicorn({ pid: 400, workers: [{ memory: own(20) }] }, uptime),
    ]);
    expect(of('idle-workers', found).map(({ text }) => text)).toEqual([
      'gunicorn 9542: 3 workers, 0 of 3 in use for 12 min. One fewer frees ≈150M (69 % → 59 %).',
    ]);
  });

  it.each<[string, GunicornOptions]>([
    ['a queue that is not known', { pid: 1, workers: three, queue: null }],
    ['a queue', { pid: 1, workers: three, queue: 2 }],
    ['a single worker', { pid: 1, workers: three.slice(0, 1) }],
    ['a master that takes no signals', { pid: 1, workers: three, caught: 0 }],
    [
      'workers that wait for a database nearly all of the time, and compute nothing',
      { pid: 1, workers: three.map((worker) => ({ ...worker, cpu: 0.001, inUse: 0.9 })) },
    ],
    [
      'workers of which nothing but the CPU is known',
      { pid: 1, workers: three.map((one) => ({ ...one, inUse: null })) },
    ],
    ['workers at work', { pid: 1, workers: three.map((worker) => ({ ...worker, cpu: 0.2 })) }],
  ])('are not seen with %s', (_, options) => {
    expect(of('idle-workers', seenAfter(720, options))).toEqual([]);
  });

  it('are named in a pool that waits for tasks, of which no queue is known', () => {
    const idle = { by: 'tasks', doing: ['idle'] } as const;
    const common = { cwd: '/srv/shop', directory: directory('/srv/shop'), argv: ['celery', '-A', 'shop', 'worker'] };
    const pool = [11, 12, 13, 14, 15].map((pid) =>
      sample({ ...common, pid, ppid: 10, caught: caught.celeryPoolChild, activity: idle, memory: own(26) }),
    );
    const main = sample({ ...common, pid: 10, caught: caught.celeryMain });
    const found = adviceAfter(400, () => [main, ...pool]);
    expect(of('idle-workers', found)).toMatchObject([
      { text: '5 workers, 0 of 5 in use for 7 min. One fewer frees ≈26M (69 % → 67 %).', key: '-', about: { pid: 10 } },
    ]);
    // That they are many for the machine’s cores says nothing of tasks.
    const many = [main, ...pool, ...pool.map((one) => ({ ...one, pid: one.pid + 10 }))];
    expect(
      of(
        'too-many-workers',
        adviceAfter(10, () => many),
      ),
    ).toEqual([]);
  });

  it('are not seen after a minute, nor soon after someone waited', () => {
    expect(of('idle-workers', seenAfter(60, { pid: 1, workers: three }))).toEqual([]);
    const waited = adviceAfter(720, (elapsed, uptime) =>
      gunicorn({ pid: 1, workers: three, queue: elapsed === 600 ? 1 : 0 }, uptime),
    );
    expect(of('idle-workers', waited)).toEqual([]);
  });
});

describe('too many workers', () => {
  const nine = Array.from({ length: 9 }, () => ({ memory: own(50), cpu: 0.3 }));

  it('are more than twice the cores and one', () => {
    const [found] = of('too-many-workers', seenAfter(10, { pid: 1, workers: nine }));
    expect(found).toMatchObject({
      text: '9 workers on 2 cores, where 2 × cores + 1 is 5. 4 fewer free ≈200M.',
      frees: 200 * MB,
      key: '-',
    });
    expect(of('too-many-workers', seenAfter(10, { pid: 1, workers: nine.slice(0, 5) }))).toEqual([]);
  });

  it('are not too many while connections wait', () => {
    expect(of('too-many-workers', seenAfter(10, { pid: 1, workers: nine, queue: 3 }))).toEqual([]);
  });
});

describe('a queue', () => {
  it('that does not drain asks for a worker, and says what that costs', () => {
    const [found] = of('queue', seenAfter(180, { pid: 9542, workers: three, queue: 4 }));
    expect(found).toMatchObject({
      text: '4 wait to be accepted, for 3 min: one worker more costs ≈150M (69 % → 79 %).',
      key: '+',
    });
  });

  it('asks for no worker that memory has no room for', () => {
    const [found] = of('queue', seenAfter(180, { pid: 1, workers: three, queue: 4 }, hostUsing(0.85 * total)));
    expect(found).toMatchObject({ key: null });
    expect(found?.text).toContain('costs ≈150M, and 230M is left: trim another first');
  });

  it('asks for no worker where the cores are the limit', () => {
    const busy = three.map((worker) => ({ ...worker, cpu: 0.65 }));
    const [found] = of('queue', seenAfter(180, { pid: 1, workers: busy, queue: 4 }));
    expect(found).toMatchObject({ key: null });
    expect(found?.text).toContain('2 cores');
  });

  it('that comes and goes, is short, or is not known, asks for nothing', () => {
    const burst = (elapsed: number, uptime: number) =>
      gunicorn({ pid: 1, workers: three, queue: elapsed % 60 < 20 ? 9 : 0 }, uptime);
    expect(of('queue', adviceAfter(310, burst))).toEqual([]);
    expect(of('queue', seenAfter(60, { pid: 1, workers: three, queue: 4 }))).toEqual([]);
    expect(of('queue', seenAfter(300, { pid: 1, workers: three, queue: null }))).toEqual([]);
  });
});

describe('a growing worker', () => {
  const leaking = (perSecond: number, seconds = 240, host?: HostSample) =>
    adviceAfter(
      seconds,
      (elapsed, uptime) =>
        gunicorn({ pid: 100, workers: [{ memory: own(80) }, { memory: own(60 + perSecond * elapsed) }] }, uptime),
      host,
    );

  it('is named, with its pace, the time left, and the setting that replaces it', () => {
    const [found] = of('growing', leaking(0.1));
    expect(found).toMatchObject({ about: { pid: 102 }, severity: 'warning', where: '--max-requests 1000' });
    expect(found?.text).toMatch(
      /^worker 102 grows 3\d\dM\/h for 4 min; full in \d+ min\. --max-requests 1000 replaces it in time\.$/,
    );
  });

  it('is critical when memory is full within the hour, once it was seen long enough', () => {
    expect(of('growing', leaking(0.3))[0]?.severity).toBe('warning');
    expect(of('growing', leaking(0.3, 1000))[0]?.severity).toBe('critical');
  });

  it('has no time left where memory is full already', () => {
    const [found] = of('growing', leaking(0.3, 240, hostUsing(1536 * MB)));
    expect(found?.text).toContain('; memory is full. ');
  });

  it('is nothing to talk of at 1 MB an hour', () => {
    expect(of('growing', leaking(1 / 3600))).toEqual([]);
  });
});

function celery(beat: number, nodes: number): readonly ProcessSample[] {
  const common = { cwd: '/srv/sites/project2', directory: directory('/srv/sites/project2'), caught: caught.celeryMain };
  const worker = (pid: number) =>
    sample({ ...common, pid, argv: ['python', '/v/bin/celery', '-A', 'shop', 'worker', '-n', `n${pid}@h`] });
  return [
    sample({ ...common, pid: 9545, argv: ['python', '/v/bin/celery', '-A', 'shop', 'beat'], memory: own(beat) }),
    ...Array.from({ length: nodes }, (_, index) => worker(9600 + 10 * index)),
  ];
}

describe('celery beat', () => {
  it('that hogs is to be run by the only worker node', () => {
    const [found] = of(
      'beat',
      adviceAfter(10, () => celery(77, 1)),
    );
    expect(found).toMatchObject({
      text: 'beat takes 79M (5.1 %) to send a few messages. -B on its worker frees ≈77M.',
      severity: 'warning',
      about: { pid: 9545 },
      frees: 77 * MB,
      where: 'celery -A shop worker -B',
      key: null,
    });
  });

  it('is never to be run by one of several nodes, nor by none', () => {
    for (const nodes of [0, 2]) {
      const [found] = of(
        'beat',
        adviceAfter(10, () => celery(77, nodes)),
      );
      expect(found).toMatchObject({ frees: null, where: null });
      expect(found?.text).toContain('-B needs a single worker node');
    }
  });

  it('may take what a scheduler takes', () => {
    expect(
      of(
        'beat',
        adviceAfter(10, () => celery(20, 1)),
      ),
    ).toEqual([]);
  });
});

describe('little sharing', () => {
  it('is said where each worker loaded the app for itself', () => {
    const [found] = of('little-sharing', seenAfter(10, { pid: 1, workers: three }));
    expect(found).toMatchObject({ frees: 300 * MB, where: '--preload' });
    expect(found?.text).toContain('--preload frees up to 300M');
  });

  it('is not said of a master that has the app, of workers that share, or of estimates', () => {
    const shared = three.map(() => ({ memory: { rss: 150 * MB, pss: 40 * MB, uss: 10 * MB } }));
    const estimated = three.map(() => ({ memory: { ...own(150), quality: 'estimate' as const } }));
    const loaded = { rss: 160 * MB, pss: 60 * MB, uss: 20 * MB };
    expect(of('little-sharing', seenAfter(10, { pid: 1, workers: three, memory: loaded }))).toEqual([]);
    expect(of('little-sharing', seenAfter(10, { pid: 1, workers: shared }))).toEqual([]);
    expect(of('little-sharing', seenAfter(10, { pid: 1, workers: estimated }))).toEqual([]);
  });
});

describe('a stopped process', () => {
  it('comes first of all, with the command that continues it', () => {
    const [found] = seenAfter(720, { pid: 9542, workers: three, state: 'T' });
    expect(found).toMatchObject({
      kind: 'stopped',
      severity: 'critical',
      about: { pid: 9542 },
      where: 'kill -CONT 9542',
    });
    expect(found?.text).toContain('master 9542 is stopped');
  });

  it('is seen in a worker too', () => {
    const workers = [{}, { state: 'T' as const }];
    expect(of('stopped', seenAfter(10, { pid: 100, workers }))).toMatchObject([{ about: { pid: 102 } }]);
  });
});

describe('pressure', () => {
  const none = { someAvg10: 0, someAvg60: 0, fullAvg10: 0, swappedIn: 0, swappedOut: 0, oomKills: 0 };
  const swapped = [{ memory: { ...own(100), swap: 80 * MB } }, { memory: own(100) }];
  const machine = (_: number, uptime: number) => [
    ...gunicorn({ pid: 100, project: 'project1', workers: swapped }, uptime),
    ...gunicorn({ pid: 200, project: 'project2', workers: [{ memory: { ...own(100), swap: 9 * MB } }] }, uptime),
  ];
  const under = (seconds: number, pressureAt: (elapsed: number) => Partial<Pressure>) =>
    adviceAfter(seconds, machine, (elapsed) => ({ ...tight, pressure: { ...none, ...pressureAt(elapsed) } }));

  it('is thrashing while memory comes back from swap for a while and tasks wait for it, and says who swaps most', () => {
    const found = under(90, (elapsed) => ({ someAvg60: 0.23, swappedIn: elapsed * 4 * MB }));
    expect(found[0]).toMatchObject({
      kind: 'thrashing',
      text: 'Thrashing: tasks wait for memory 23 % of the time, 4.0M/s come from swap. project1 has 80M in swap.',
      severity: 'critical',
      about: { type: 'project', project: { name: 'project1' } },
    });
  });

  it('is thrashing by swap alone where the kernel keeps no account of waiting', () => {
    const unknown = { someAvg10: null, someAvg60: null, fullAvg10: null };
    expect(
      of(
        'thrashing',
        under(90, (elapsed) => ({ ...unknown, swappedIn: elapsed * 4 * MB })),
      ),
    ).toHaveLength(1);
    expect(
      of(
        'thrashing',
        under(90, () => unknown),
      ),
    ).toEqual([]);
  });

  it.each<[string, (elapsed: number) => Partial<Pressure>]>([
    ['when much lies in swap and stays there', () => ({ swappedIn: 900 * MB, swappedOut: 900 * MB })],
    ['when a program that slept wakes up', (elapsed) => ({ someAvg60: 0.05, swappedIn: elapsed > 110 ? 50 * MB : 0 })],
    ['when memory goes out to swap only', (elapsed) => ({ swappedOut: elapsed * 4 * MB })],
  ])('is not thrashing %s', (_, pressureAt) => {
    expect(of('thrashing', under(120, pressureAt))).toEqual([]);
  });

  it('tells of processes killed while it looked, and not of those before', () => {
    const found = of(
      'oom-kills',
      under(600, (elapsed) => ({ oomKills: elapsed < 300 ? 7 : 9 })),
    );
    expect(found).toMatchObject([{ severity: 'critical', about: { type: 'machine' } }]);
    expect(found[0]?.text).toContain('killed 2 processes for lack of memory in the last 10 min');
    expect(
      of(
        'oom-kills',
        under(600, () => ({ oomKills: 7 })),
      ),
    ).toEqual([]);
    expect(
      of(
        'oom-kills',
        under(600, () => ({ oomKills: null })),
      ),
    ).toEqual([]);
  });
});

describe('coverage', () => {
  it('asks for sudo once all has been read that may be', () => {
    const workers = [{ memory: { ...own(50), quality: 'estimate' as const } }, { memory: own(50) }];
    expect(of('coverage', seenAfter(10, { pid: 1, workers }))).toEqual([]);
    expect(of('coverage', seenAfter(30, { pid: 1, workers }))).toMatchObject([
      {
        text: '2 of 3 processes have exact figures, the others are estimates: root reads all.',
        about: { type: 'machine' },
      },
    ]);
    expect(of('coverage', seenAfter(30, { pid: 1, workers: three }))).toEqual([]);
  });

  it('asks nobody who is root already, nor because of what is only not read yet', () => {
    const denied = { memory: { ...own(50), quality: 'estimate' as const } };
    const unread = { memory: { rss: 50 * MB, pss: null, uss: null, quality: 'estimate' as const, fresh: false } };
    expect(of('coverage', seenAfter(30, { pid: 1, workers: [unread, { memory: own(50) }] }))).toEqual([]);
    const self = sample({ pid: 77, uid: 0, argv: ['workertop'] });
    const processes = () => [...gunicorn({ pid: 1, workers: [denied, denied] }), self];
    expect(of('coverage', adviceAfter(30, processes, tight, self.pid))).toEqual([]);
    expect(of('coverage', adviceAfter(30, processes))).toHaveLength(1);
  });
});

describe('advice', () => {
  it('is none on a machine where all is well, and none on an empty one', () => {
    const preloaded = [0.2, 0.3, 0.25].map((cpu) => ({ cpu, memory: { rss: 100 * MB, pss: 40 * MB, uss: 20 * MB } }));
    expect(seenAfter(900, { pid: 1, workers: preloaded })).toEqual([]);
    expect(adviceAfter(60, () => [])).toEqual([]);
  });

  it('puts first what is urgent, then what frees most', () => {
    const found = adviceAfter(720, (_, uptime) => [
      ...gunicorn({ pid: 100, project: 'project1', workers: three, queue: 3 }, uptime),
      ...gunicorn({ pid: 200, project: 'project2', workers: three }, uptime),
      ...gunicorn({ pid: 300, project: 'project3', workers: [{ state: 'T' }] }, uptime),
    ]);
    expect(found.map(({ kind }) => kind).slice(0, 2)).toEqual(['stopped', 'queue']);
  });
});
