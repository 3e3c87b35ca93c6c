import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import { factRequests } from '../../src/servers/registry.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { directory, facts, type SampleOptions, sample, snapshot } from '../helpers/samples.ts';

const masks = { master: 0x84687, worker: 0x8085e83 };

function serversOf(...processes: readonly ProcessSample[]) {
  const { projects } = buildModel(snapshot(processes), null, { memoryTotal: null });
  return projects.flatMap(({ name, servers }) => servers.map((server) => ({ ...server, project: name })));
}

const family = (pid: number, argv: readonly string[], workers: number, options: Partial<SampleOptions> = {}) =>
  [...Array(workers + 1).keys()].map((index) =>
    sample({
      pid: pid + index,
      ppid: index === 0 ? 0 : pid,
      argv,
      caught: index === 0 ? masks.master : masks.worker,
      ...(index === 0 ? options : { ...options, ppid: pid }),
    }),
  );

describe('an emperor of uWSGI', () => {
  const emperor = ['uwsgi', '--emperor', '/etc/uwsgi/vassals', '--master'];
  const vassal = (pid: number, name: string, workers: number) =>
    family(pid, ['/usr/bin/uwsgi-core', '--ini', `${name}.ini`], workers, {
      ppid: 11,
      cwd: `/srv/${name}`,
      directory: directory(`/srv/${name}`, { marker: null }),
    });

  it('is a supervisor, and each of its vassals is a server of its own project', () => {
    const found = serversOf(
      sample({ pid: 10, ppid: 0, argv: emperor }),
      sample({ pid: 11, ppid: 10, argv: emperor }),
      ...vassal(20, 'teas', 2),
      ...vassal(30, 'coffee', 3),
    );
    const selfReport = found.map(({ project, kind, app, workers }) => [project, kind, app, workers.current]);
    expect(new Set(selfReport.map((one) => one.join(' ')))).toEqual(
      new Set(['teas uwsgi teas.ini 2', 'coffee uwsgi coffee.ini 3', 'uwsgi-emperor (web) uwsgi-emperor  0']),
    );
    expect(found.find(({ kind }) => kind === 'uwsgi-emperor')?.processes).toHaveLength(2);
  });

  it('is known by the file that makes it one', () => {
    const configLines = { '/etc/uwsgi/emperor.ini': ['[uwsgi]', 'emperor = /etc/uwsgi/vassals'] };
    const [found] = serversOf(
      sample({ pid: 1, ppid: 0, argv: ['uwsgi', '--ini', '/etc/uwsgi/emperor.ini'], configLines }),
    );
    expect(found?.kind).toBe('uwsgi-emperor');
  });
});

describe('of several settings of uWSGI', () => {
  const preset = ['[uwsgi]', 'master = true', 'workers = 2'];
  const own = ['[uwsgi]', 'module = intranet.wsgi:application', 'home = /srv/intranet/venv', 'processes = 5'];
  const argv = ['uwsgi', '--ini', '/usr/share/uwsgi/conf/default.ini', '--ini', '/etc/uwsgi/apps-enabled/intranet.ini'];
  const configLines = { '/usr/share/uwsgi/conf/default.ini': preset, '/etc/uwsgi/apps-enabled/intranet.ini': own };

  it('the last one counts, as in Debian’s layout, and the app is not the file', () => {
    const [server] = serversOf(...family(1, argv, 5, { configLines }));
    expect(server?.app).toBe('intranet.wsgi:application');
    expect(server?.workers).toMatchObject({
      current: 5,
      configured: { count: 5, where: 'processes = 5 in /etc/uwsgi/apps-enabled/intranet.ini' },
    });
  });

  it('the command line’s counts where it comes last', () => {
    const [server] = serversOf(...family(1, [...argv, '-p', '4'], 4, { configLines }));
    expect(server?.workers.configured).toMatchObject({ count: 4, by: { type: 'flag', name: '-p' } });
  });

  it('those of another section do not count', () => {
    const file = { '/a.ini': ['[other]', 'processes = 9', '[uwsgi]', 'processes = 3'] };
    const [server] = serversOf(...family(1, ['uwsgi', '--master', '--ini', '/a.ini'], 3, { configLines: file }));
    expect(server?.workers.configured.count).toBe(3);
  });

  it.each(['home', 'virtualenv', 'venv', 'pyhome'])('%s names the virtualenv', (name) => {
    const file = { '/a.ini': [`${name} = /srv/intranet/venv`] };
    expect(factRequests.virtualenv(facts({ argv: ['uwsgi', '--ini', '/a.ini'], configLines: file }))).toBe(
      '/srv/intranet/venv',
    );
  });

  it.each([['-H'], ['--home'], ['--virtualenv']])('%s names the virtualenv', (flag) => {
    expect(factRequests.virtualenv(facts({ argv: ['uwsgi', flag, 'venv'], cwd: '/srv/x' }))).toBe('/srv/x/venv');
  });
});

it('uWSGI without a master counts its first process as a worker', () => {
  const [server] = serversOf(...family(1, ['uwsgi', '--http', ':80', '-p', '3'], 2));
  expect(server?.workers).toMatchObject({ current: 3, configured: { count: 3 } });
  expect(server?.head.role).toBe('worker');
  const configLines = { '/a.ini': ['module = x', 'processes = 2'] };
  const [read] = serversOf(...family(1, ['uwsgi', '--ini', '/a.ini'], 1, { configLines }));
  expect(read?.workers.current).toBe(2);
});

it('what the title of uWSGI hides is said to be unknown', () => {
  const [server] = serversOf(
    sample({ pid: 1, ppid: 0, argv: ['[bakery] uWSGI master'] }),
    sample({ pid: 2, ppid: 1, argv: ['[bakery] uWSGI worker 1'] }),
  );
  expect(server?.app).toBe('bakery');
  expect(server?.workers.configured).toMatchObject({ count: null, where: expect.stringContaining('title hides') });
  expect(server?.scaling.reason).toMatch(
    /title hides its command line, so workertop cannot see whether master-fifo and cheaper are set/,
  );
});
