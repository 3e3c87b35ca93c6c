import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build.ts';
import { placeOf } from '../../../src/model/projects/cgroup.ts';
import { factRequests } from '../../../src/servers/registry.ts';
import type { ProcessSample } from '../../../src/snapshot.ts';
import { caught, type SampleOptions, sample, snapshot } from '../../helpers/samples.ts';

const id = '0123456789abcdef'.repeat(4);
const short = id.slice(0, 12);

describe('a cgroup', () => {
  const user = '/user.slice/user-1000.slice/user@1000.service';

  it.each([
    ['/system.slice/gunicorn.service', null, 'gunicorn.service'],
    ['/system.slice/system-worker.slice/worker@3.service', null, 'worker@3.service'],
    ['/system.slice/shop\\x2dweb.service', null, 'shop\\x2dweb.service'],
    [`${user}/app.slice/foo.service`, null, 'foo.service'],
    ['/user.slice/user-1000.slice/session-3.scope', null, null],
    ['/system.slice/cron.service', null, null],
    [`/system.slice/docker-${id}.scope`, short, null],
    [`/docker/${id}`, short, null],
    [`${user}/user.slice/docker-${id}.scope`, short, null],
    [`/machine.slice/libpod-${id}.scope/container`, short, null],
    [`/machine.slice/libpod-conmon-${id}.scope`, null, null],
    [`/kubepods/burstable/pod12345678-1234-1234-1234-123456789abc/${id}`, short, null],
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-${id}.scope`,
      short,
      null,
    ],
    [`/kubepods.slice/kubepods-pod1_2.slice/crio-${id}.scope`, short, null],
    ['/lxc.payload.web1/system.slice/gunicorn.service', 'web1', 'gunicorn.service'],
    ['/lxc/web1', 'web1', null],
    ['/lxc.monitor.web1', null, null],
    ['/machine.slice/systemd-nspawn@shop.service/payload/system.slice/web.service', 'shop', 'web.service'],
    ['/machine.slice/machine-my\\x2dshop.scope', 'my-shop', null],
    ['/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-1234567890', short, null],
    ['/', null, null],
    [null, null, null],
  ])('%s gives its container and its systemd unit', (cgroup, container, unit) => {
    const place = placeOf(cgroup);
    expect([place.container, place.unit?.name ?? null]).toEqual([container, unit]);
  });

  it('tells the units of a user’s own systemd', () => {
    expect(placeOf(`${user}/app.slice/foo.service`).unit?.ofUser).toBe(true);
    expect(placeOf('/system.slice/foo.service').unit?.ofUser).toBe(false);
  });
});

describe('who starts a server', () => {
  const gunicorn = (options: Partial<SampleOptions>, argv = ['gunicorn', '-w', '3', 'shop.wsgi']) =>
    sample({ pid: 90, ppid: 80, argv, caught: caught.gunicornMaster, ...options });

  function configuredWhere(...processes: readonly ProcessSample[]): string | undefined {
    const model = buildModel(snapshot(processes), null, { memoryTotal: null });
    return model.projects.flatMap(({ servers }) => servers).find(({ kind }) => kind === 'gunicorn')?.workers.configured
      .where;
  }
  const flag = '-w 3 on the command line';

  it('is a systemd unit, by the cgroup', () => {
    expect(configuredWhere(gunicorn({ cgroup: '/system.slice/shop.service' }))).toBe(
      `${flag}; started by systemd unit shop.service (systemctl edit shop.service)`,
    );
    const own = '/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service';
    expect(configuredWhere(gunicorn({ cgroup: own }))).toContain('(systemctl --user edit shop.service)');
  });

  it('is a container', () => {
    expect(configuredWhere(gunicorn({ cgroup: `/docker/${id}` }))).toBe(`${flag}; started by container ${short}`);
  });

  it('is the program that supervisord calls so, in its file, through a shell that still knows it', () => {
    const environment = { SUPERVISOR_PROCESS_NAME: 'web_00', SUPERVISOR_GROUP_NAME: 'web' };
    const supervisord = sample({
      pid: 70,
      argv: ['/usr/bin/python3', '/usr/bin/supervisord', '-c', 'conf/supervisord.conf'],
      cwd: '/etc',
      cgroup: '/system.slice/supervisor.service',
    });
    const told = 'supervisord’s program web:web_00 (/etc/conf/supervisord.conf)';
    expect(configuredWhere(supervisord, gunicorn({ ppid: 70, environment }))).toBe(`${flag}; started by ${told}`);
    const shell = sample({ pid: 80, ppid: 70, argv: ['sh', '-c', 'gunicorn'], environment });
    expect(configuredWhere(supervisord, shell, gunicorn({}, ['gunicorn: master [shop]']))).toContain(told);
    expect(configuredWhere(supervisord, gunicorn({ ppid: 70 }))).toContain('supervisord (/etc/conf/supervisord.conf)');
  });

  it.each([
    ['foreman', ['foreman: master'], { PS: 'web.1' }, 'foreman (web of /srv/shop/Procfile)'],
    [
      'honcho',
      ['python3', '/v/bin/honcho', '-f', 'Procfile.prod', 'start'],
      { HONCHO_PROCESS_NAME: 'web.2' },
      'honcho (web of /srv/shop/Procfile.prod)',
    ],
    ['overmind', ['tmux', '-C', '-L', 'overmind-shop-x1', 'new'], {}, 'overmind (/srv/shop/Procfile)'],
  ])('is a Procfile, run by %s', (_, argv, environment, told) => {
    const runner = sample({ pid: 80, argv, cwd: '/srv/shop' });
    expect(configuredWhere(runner, gunicorn({ environment }))).toBe(`${flag}; started by ${told}`);
  });

  it('is said where the command line is hidden, too, and not where a file says the number', () => {
    const cgroup = '/system.slice/shop.service';
    const title = ['gunicorn: master [shop]'];
    expect(configuredWhere(gunicorn({ cgroup }, title))).toMatch(/^unknown: .*; started by systemd unit shop\.service/);
    const configLines = { '/srv/gunicorn.conf.py': ['workers = 3'] };
    expect(configuredWhere(gunicorn({ cgroup, configLines, cwd: '/srv' }, ['gunicorn', 'shop.wsgi']))).toBe(
      'workers = 3 in /srv/gunicorn.conf.py',
    );
  });

  it('is nobody where nothing tells', () => {
    expect(configuredWhere(gunicorn({}))).toBe(flag);
    const circle = [gunicorn({ ppid: 80 }), sample({ pid: 80, ppid: 81 }), sample({ pid: 81, ppid: 80 })];
    expect(configuredWhere(...circle)).toBe(flag);
  });
});

describe('a gunicorn whose title hides its command line', () => {
  const master = (options: Partial<SampleOptions>) =>
    sample({
      pid: 90,
      ppid: 80,
      argv: ['gunicorn: master [shop.wsgi]'],
      caught: caught.gunicornMaster,
      cwd: '/srv/shop',
      ...options,
    });
  const configured = (...processes: readonly ProcessSample[]) => {
    const { projects } = buildModel(snapshot(processes), null, { memoryTotal: null });
    const server = projects.flatMap(({ servers }) => servers).find(({ kind }) => kind === 'gunicorn');
    return server && { ...server.workers.configured, startedBy: server.startedBy };
  };

  describe('in a systemd unit', () => {
    const cgroup = '/system.slice/shop.service';
    const file = '/etc/systemd/system/shop.service';

    it('has the number of its ExecStart', () => {
      const configLines = { [file]: ['ExecStart=-/v/bin/gunicorn   -w 3 shop.wsgi'] };
      expect(configured(master({ cgroup, configLines }))).toMatchObject({ count: 3, by: { type: 'flag', name: '-w' } });
    });

    it('has that of the file that its ExecStart names, which is asked for', () => {
      const unit = { [file]: ['WorkingDirectory=/srv/shop/web', 'ExecStart=/v/bin/gunicorn -c conf.py shop.wsgi'] };
      const asked = factRequests.configRequests(master({ cgroup, configLines: unit }).facts).map(({ path }) => path);
      expect(asked).toContain(file);
      expect(asked).toContain('/srv/shop/web/conf.py');
      const configLines = { ...unit, '/srv/shop/web/conf.py': ['workers = 5'] };
      expect(configured(master({ cgroup, configLines }))).toMatchObject({
        count: 5,
        where: 'workers = 5 in /srv/shop/web/conf.py',
      });
    });

    it('goes by what an administrator has put over it, and by the instance of a template', () => {
      const configLines = {
        '/lib/systemd/system/gunicorn@.service': ['ExecStart=/v/bin/gunicorn -w 2 %i.wsgi'],
        '/etc/systemd/system/gunicorn@.service.d/override.conf': [
          'ExecStart=',
          'ExecStart=/v/bin/gunicorn -w 7 %i.wsgi',
        ],
      };
      const instance = '/system.slice/system-gunicorn.slice/gunicorn@shop.service';
      expect(configured(master({ cgroup: instance, configLines }))?.count).toBe(7);
    });

    it('has an unknown one where that is a script, or leaves the number to the environment', () => {
      for (const command of ['/srv/shop/start.sh', '/v/bin/gunicorn shop.wsgi'])
        expect(configured(master({ cgroup, configLines: { [file]: [`ExecStart=${command}`] } }))?.count).toBeNull();
    });
  });

  describe('under supervisord', () => {
    const conf = '/etc/supervisor/supervisord.conf';
    const program = (name: string, command: string) => [
      `[program:${name}]`,
      `command=${command}`,
      'directory=/srv/shop',
    ];
    const supervisor = (lines: readonly string[], more: Record<string, readonly string[]> = {}) =>
      sample({
        pid: 80,
        argv: ['/usr/bin/python3', '/usr/bin/supervisord', '-c', conf],
        configLines: {
          [conf]: ['[include]', 'files = conf.d/*.conf'],
          '/etc/supervisor/conf.d/a.conf': lines,
          ...more,
        },
      });

    it('has the number of its program, which is named', () => {
      const lines = [
        ...program('news', '/v/bin/gunicorn -w 9 news.wsgi'),
        ...program('web', '/v/bin/gunicorn -w 4 shop.wsgi ; x'),
      ];
      expect(configured(supervisor(lines), master({}))).toMatchObject({
        count: 4,
        startedBy: `supervisord’s program web (${conf})`,
      });
    });

    it('has that of the file that its program names', () => {
      const lines = program('web', '/v/bin/gunicorn -c %(here)s/g.py shop.wsgi');
      const path = '/etc/supervisor/conf.d/g.py';
      expect(factRequests.configRequests(supervisor(lines).facts).map((one) => one.path)).toEqual(
        expect.arrayContaining([conf, '/etc/supervisor/conf.d/*.conf', path]),
      );
      expect(configured(supervisor(lines, { [path]: ['workers = 6'] }), master({}))?.count).toBe(6);
    });

    it('has an unknown one where two programs may be it, or it is another app’s', () => {
      const twice = [
        ...program('a', '/v/bin/gunicorn -w 4 shop.wsgi'),
        ...program('b', '/v/bin/gunicorn -w 5 shop.wsgi'),
      ];
      expect(configured(supervisor(twice), master({}))?.count).toBeNull();
      expect(configured(supervisor(program('a', '/v/bin/gunicorn -w 4 news.wsgi')), master({}))?.count).toBeNull();
    });
  });
});
