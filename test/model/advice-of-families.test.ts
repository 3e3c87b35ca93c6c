import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { caught, directory, MB, type SampleOptions, sample, snapshot } from '../helpers/samples.ts';

const shop = { directory: directory('/srv/shop'), cwd: '/srv/shop' };

function adviceOn(kind: string, ...processes: readonly ProcessSample[]) {
  const model = buildModel(snapshot(processes), null, { memoryTotal: null });
  const history = new History();
  history.record(model);
  return advise(model, history).filter((one) => one.kind === kind);
}

const celery = (pid: number, args: readonly string[], options: Partial<SampleOptions> = {}) =>
  sample({ pid, ppid: 0, argv: ['celery', '-A', 'shop', ...args], caught: caught.celeryMain, ...shop, ...options });

function gunicorn(megabytes: readonly number[], argv = ['gunicorn', '-w', '3', 'shop.wsgi']) {
  return [
    sample({ pid: 10, ppid: 0, argv, caught: caught.gunicornMaster, ...shop }),
    ...megabytes.map((size, index) =>
      sample({
        pid: 11 + index,
        ppid: 10,
        argv,
        caught: caught.gunicornWorker,
        memory: { rss: size * MB, pss: size * MB, uss: size * MB },
        ...shop,
      }),
    ),
  ];
}

describe('schedulers', () => {
  const embedded = ['worker', '-B'];
  const child = { ppid: 20, caught: caught.celeryBeatChild };
  const large = { memory: { rss: 60 * MB, pss: 50 * MB, uss: 45 * MB } };

  it('are said to be two where a worker has -B and a beat runs beside it, and -B is not advised then', () => {
    const processes = [celery(20, embedded), celery(21, embedded, child), celery(30, ['beat'], large)];
    const [found] = adviceOn('two-schedulers', ...processes);
    expect(found).toMatchObject({ severity: 'critical' });
    expect(found?.text).toContain('2 schedulers run (21 by -B, 30)');
    expect(adviceOn('beat', ...processes)).toEqual([]);
  });

  it('are no two where one is another app’s, or there is one', () => {
    expect(adviceOn('two-schedulers', celery(30, ['beat']))).toEqual([]);
    const other = sample({ pid: 40, ppid: 0, argv: ['celery', '-A', 'mail', 'beat'], ...shop });
    expect(adviceOn('two-schedulers', celery(30, ['beat']), other)).toEqual([]);
  });
});

describe('a worker', () => {
  it('far larger than its siblings is said to be', () => {
    const [found] = adviceOn('outlier', ...gunicorn([60, 62, 900]));
    expect(found).toMatchObject({ about: { pid: 13 }, frees: 839 * MB, key: 'F9', where: '--max-requests 1000' });
    expect(found?.text).toMatch(/^worker 13 has 900M, its siblings 61M: .* frees ≈839M\.$/);
    expect(adviceOn('outlier', ...gunicorn([60, 62, 90]))).toEqual([]);
  });

  it('that has lost its master is said to have', () => {
    const lost = (pid: number) =>
      sample({ pid, ppid: 1, argv: ['gunicorn', 'shop.wsgi'], caught: caught.gunicornWorker, ...shop });
    const [found] = adviceOn('orphans', lost(50), lost(51));
    expect(found).toMatchObject({ frees: 12 * MB, where: 'kill 50 51' });
    expect(found?.text).toMatch(/^2 workers have lost the master/);
    expect(adviceOn('orphans', ...gunicorn([60, 60]))).toEqual([]);
  });

  it('more than are configured is explained', () => {
    const [found] = adviceOn('more-than-configured', ...gunicorn([60, 60, 60, 60]));
    expect(found?.text).toMatch(/^4 workers run, 3 are configured: .* A restart brings 3\.$/);
    expect(found?.where).toContain('-w 3');
    expect(adviceOn('more-than-configured', ...gunicorn([60, 60, 60]))).toEqual([]);
  });
});

it('tells what a launcher costs that only waits', () => {
  const memory = { rss: 60 * MB, pss: 54 * MB, uss: 49 * MB };
  const npm = sample({ pid: 1, ppid: 0, argv: ['npm start'], exe: '/usr/bin/node', memory, ...shop });
  const [found] = adviceOn('launcher', npm);
  expect(found?.text).toMatch(/^npm start \(1\) takes 54M just to wait for the program it started\. .* frees ≈49M\.$/);
  expect(found?.frees).toBe(49 * MB);
});

describe('a celery', () => {
  const serversOf = (...processes: readonly ProcessSample[]) =>
    buildModel(snapshot(processes), null, { memoryTotal: null }).projects.flatMap(({ servers }) => servers);

  it('is told from others by its node, its queues and its pool', () => {
    const remark = (...args: string[]) => serversOf(celery(20, ['worker', ...args]))[0]?.remark;
    expect(remark()).toBeNull();
    expect(remark('-n', 'main@%h')).toBe('main');
    expect(remark('-n', 'w1@%h', '-Q', 'mail,news', '-P', 'gevent')).toBe('w1, queues mail,news, gevent');
  });

  it('has its queues as a pool, with the workers that take their tasks', () => {
    const node = celery(20, ['worker', '-Q', 'mail,news', '-c', '1']);
    const child = celery(21, ['worker', '-Q', 'mail,news', '-c', '1'], { ppid: 20, caught: caught.celeryPoolChild });
    const [server] = serversOf(node, child);
    expect(server?.pools).toMatchObject([{ name: 'mail,news', pids: [21], configured: { count: 1 } }]);
    expect(serversOf(celery(20, ['worker']))[0]?.pools).toEqual([]);
  });

  it('that scales by itself names a command that works as it stands', () => {
    const reason = serversOf(celery(20, ['worker', '-n', 'auto@%h', '--autoscale', '5,1']))[0]?.scaling.reason;
    expect(reason).toContain('-d auto@vps1 autoscale MAX MIN');
  });

  it('in a container is refused with the whole command, to be run there', () => {
    const cgroup = `/docker/${'0123456789ab'.repeat(6).slice(0, 64)}`;
    const [server] = serversOf(celery(20, ['worker', '-c', '2'], { cgroup }));
    expect(server?.scaling.available).toBe(false);
    const told =
      'celery 20 is in container 0123456789ab, so its command must be run there. Use: docker exec 0123456789ab celery -A shop control --timeout 5 -d celery@0123456789ab';
    expect(server?.scaling.reason).toBe(`${told} pool_shrink 1`);
    expect(server?.scaling.reasonToAdd).toBe(`${told} pool_grow 1`);
  });

  it('is scaled where it is in the container that workertop is in too', () => {
    const cgroup = `/docker/${'0123456789ab'.repeat(6).slice(0, 64)}`;
    const self = sample({ pid: 5, argv: ['node', 'workertop'], cgroup });
    const processes = [self, celery(20, ['worker', '-c', '2'], { cgroup })];
    const { projects } = buildModel(snapshot(processes, { self: 5 }), null, { memoryTotal: null });
    expect(projects.flatMap(({ servers }) => servers)[0]?.scaling.available).toBe(true);
  });
});
