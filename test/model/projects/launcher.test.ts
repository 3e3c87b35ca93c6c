import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build.ts';
import { placeOf } from '../../../src/model/projects/cgroup.ts';
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
  ])('%s', (cgroup, container, unit) => {
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
    const settings = { '/srv/gunicorn.conf.py': ['workers = 3'] };
    expect(configuredWhere(gunicorn({ cgroup, settings, cwd: '/srv' }, ['gunicorn', 'shop.wsgi']))).toBe(
      'workers = 3 in /srv/gunicorn.conf.py',
    );
  });

  it('is nobody where nothing tells', () => {
    expect(configuredWhere(gunicorn({}))).toBe(flag);
    const circle = [gunicorn({ ppid: 80 }), sample({ pid: 80, ppid: 81 }), sample({ pid: 81, ppid: 80 })];
    expect(configuredWhere(...circle)).toBe(flag);
  });
});
