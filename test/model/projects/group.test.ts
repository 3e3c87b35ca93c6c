import { describe, expect, it } from 'vitest';
import { groupProcesses } from '../../../src/model/projects/group.ts';
import { recognise } from '../../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../../src/snapshot.ts';
import { directory, type SampleOptions, sample, snapshot, virtualenv } from '../../helpers/samples.ts';

function group(processes: readonly ProcessSample[], self: number | null = null) {
  return groupProcesses(snapshot(processes, { self }), recognise(processes));
}

/** `name: kind kind | pid pid` for each project: its servers, then its loose processes. */
function outline(processes: readonly ProcessSample[], self: number | null = null) {
  return group(processes, self).projects.map(({ name, servers, processes: loose }) => {
    const kinds = servers.map(({ definition }) => definition.kind).join(' ');
    return loose.length === 0 ? `${name}: ${kinds}` : `${name}: ${kinds} | ${loose.map(({ pid }) => pid).join(' ')}`;
  });
}

const running =
  (...argv: string[]) =>
  (pid: number, options: Partial<SampleOptions>) =>
    sample({ pid, ppid: 0, argv, ...options });
const gunicorn = running('gunicorn', 'shop.wsgi');
const worker = running('celery', '-A', 'shop', 'worker');
const beat = running('celery', '-A', 'shop', 'beat');
const script = running('python3', 'job.py');

const shop = { directory: directory('/srv/shop'), virtualenv: virtualenv('/v/django') };

describe('a project', () => {
  it('has gunicorn, celery worker and celery beat of one directory', () => {
    expect(outline([gunicorn(1, shop), worker(2, shop), beat(3, shop)])).toEqual(['shop: gunicorn celery celery-beat']);
  });

  it('is named with its virtualenv and the reason', () => {
    const [project] = group([gunicorn(1, shop)]).projects;
    expect(project).toMatchObject({ id: 'dir:/srv/shop', directory: '/srv/shop', virtualenv: { path: '/v/django' } });
    expect(project?.evidence).toBe('working directory in /srv/shop, which has manage.py');
  });

  it('stays apart from another in the same virtualenv, with a marker or without', () => {
    const venv = shop.virtualenv;
    expect(
      outline([
        gunicorn(1, { virtualenv: venv, directory: directory('/srv/a', { marker: null }) }),
        gunicorn(2, { virtualenv: venv, directory: directory('/srv/b', { marker: null }) }),
        worker(3, { virtualenv: venv, directory: directory('/srv/b', { marker: null }) }),
      ]),
    ).toEqual(['a: gunicorn', 'b: gunicorn celery']);
  });

  it('checked out twice stays two, told apart by the shortest path', () => {
    expect(
      outline([
        gunicorn(1, { directory: directory('/srv/staging/blog') }),
        gunicorn(2, { directory: directory('/srv/prod/blog') }),
        gunicorn(3, { directory: directory('/srv/prod/shop') }),
      ]),
    ).toEqual(['staging/blog: gunicorn', 'prod/blog: gunicorn', 'shop: gunicorn']);
  });

  it('stays one across releases, by the name of what is released', () => {
    expect(
      outline([
        gunicorn(1, { directory: directory('/srv/blog/releases/20261101 (deleted)') }),
        worker(2, { directory: directory('/srv/blog/releases/20261123') }),
        beat(3, { directory: directory('/srv/blog/current') }),
      ]),
    ).toEqual(['blog: gunicorn celery celery-beat']);
    expect(
      outline([
        gunicorn(1, { directory: directory('/srv/blog/releases/20261101/web') }),
        worker(2, { directory: directory('/srv/blog/releases/20261123/web') }),
      ]),
    ).toEqual(['blog: gunicorn celery']);
  });

  it('in two containers stays two, although both are /app', () => {
    const app = { directory: directory('/app') };
    const docker = (digit: string) => `/system.slice/docker-${digit.repeat(64)}.scope`;
    expect(
      outline([gunicorn(1, { ...app, cgroup: docker('a') }), gunicorn(2, { ...app, cgroup: docker('b') })]),
    ).toEqual(['shop (aaaaaaaaaaaa): gunicorn', 'shop (bbbbbbbbbbbb): gunicorn']);
  });
});

describe('a server without a directory of its own', () => {
  const nowhere = { directory: directory('/', { marker: null }) };

  it('joins the one project that uses its virtualenv', () => {
    expect(outline([beat(1, { ...nowhere, virtualenv: shop.virtualenv }), gunicorn(2, shop)])).toEqual([
      'shop: gunicorn celery-beat',
    ]);
  });

  it('is named after its virtualenv where two projects use that', () => {
    const other = { ...shop, directory: directory('/srv/other') };
    expect(
      outline([gunicorn(1, shop), gunicorn(2, other), beat(3, { ...nowhere, virtualenv: shop.virtualenv })]),
    ).toEqual(['shop: gunicorn', 'other: gunicorn', 'django: celery-beat']);
  });

  it('is in the directory that its virtualenv was made for, unless that is another project’s', () => {
    const made = {
      directory: directory('/srv/shop', { from: 'virtualenv' }),
      virtualenv: virtualenv('/srv/shop/.venv'),
    };
    const [alone] = group([beat(1, made)]).projects;
    expect(alone).toMatchObject({ id: 'dir:/srv/shop', name: 'shop' });
    expect(alone?.evidence).toBe('virtualenv /srv/shop/.venv, made for /srv/shop, which has manage.py');
    const web = { directory: directory('/srv/shop/web'), virtualenv: made.virtualenv };
    expect(outline([beat(1, made), gunicorn(2, web)])).toEqual(['shop: gunicorn celery-beat']);
  });

  it('has the virtualenv of what started it, where a title has wiped all traces', () => {
    const runner = sample({ pid: 5, ppid: 0, argv: ['uv', 'run', 'gunicorn'], virtualenv: shop.virtualenv });
    const master = sample({ pid: 6, ppid: 5, argv: ['gunicorn: master [shop]'], directory: directory('/srv/new') });
    expect(group([runner, master]).projects[0]?.virtualenv?.path).toBe('/v/django');
  });

  it('is named after its unit, else its application, else its program and user', () => {
    const evidence = (options: Partial<SampleOptions>) => group([sample({ pid: 1, ...options })]).projects[0];
    const argv = ['gunicorn: worker [blog.wsgi]'];
    expect(evidence({ argv, cgroup: '/system.slice/blog-web.service' })).toMatchObject({ id: 'unit:blog-web' });
    expect(evidence({ argv, cgroup: '/system.slice/ssh.service' })).toMatchObject({ id: 'app:web:blog', name: 'blog' });
    expect(evidence({ argv: ['gunicorn'] })).toMatchObject({ id: 'program:gunicorn:web', name: 'gunicorn' });
  });

  it('has its worker’s directory where its own says nothing', () => {
    expect(outline([gunicorn(1, nowhere), gunicorn(2, { ...shop, ppid: 1 })])).toEqual(['shop: gunicorn']);
  });

  describe('a pool of php-fpm', () => {
    const main = sample({ pid: 1, ppid: 0, user: 'root', argv: ['php-fpm: master process (/etc/php-fpm.conf)'] });
    const pool = (pid: number, name: string, options: Partial<SampleOptions> = {}) =>
      sample({ ppid: 1, argv: [`php-fpm: pool ${name}`], user: 'www-data', ...options, pid });
    const at = (path: string) => ({ directory: directory(path) });

    it('is in the project of its directory, and its master too where that is the only one', () => {
      expect(outline([main, pool(2, 'shop', at('/srv/shop'))])).toEqual(['shop: php-fpm php-fpm']);
      expect(outline([main, pool(2, 'shop', at('/srv/shop')), pool(3, 'blog', at('/srv/blog'))])).toEqual([
        'blog: php-fpm',
        'shop: php-fpm',
        'php-fpm: php-fpm',
      ]);
    });

    it('has its own name where it has no directory, and its user’s where that says nothing', () => {
      expect(outline([main, pool(2, 'shop'), pool(3, 'www', { user: 'bob' }), pool(4, 'www2')])).toEqual(
        expect.arrayContaining(['php-fpm: php-fpm', 'shop: php-fpm', 'bob: php-fpm', 'www2: php-fpm']),
      );
      expect(outline([main, pool(2, 'www')])).toEqual(['php-fpm: php-fpm php-fpm']);
    });
  });

  it.each(['/', '/root', '/home/bob', '/srv', '/opt', '/var/www', '/tmp'])('takes %s for no project', (path) => {
    const [project] = group([gunicorn(1, { directory: directory(path) })]).projects;
    expect(project?.directory).toBeNull();
  });
});

describe('a process that is no server', () => {
  it('joins by its directory or its virtualenv', () => {
    const plain = directory('/srv/plain', { marker: null });
    expect(
      outline([
        gunicorn(1, shop),
        gunicorn(2, { directory: plain }),
        script(3, { directory: directory('/srv/shop') }),
        script(4, { virtualenv: shop.virtualenv }),
        script(5, { directory: plain }),
      ]),
    ).toEqual(['shop: gunicorn | 3 4', 'plain: gunicorn | 5']);
  });

  it('makes a project of its own with a marker or a virtualenv', () => {
    expect(
      outline([
        script(1, { directory: directory('/srv/bot') }),
        script(2, { virtualenv: virtualenv('/v/tool') }),
        sample({ pid: 3, argv: ['/srv/app/bin/app'], exe: '/srv/app/bin/app', directory: directory('/srv/app') }),
      ]),
    ).toEqual(['bot:  | 1', 'app:  | 3', 'tool:  | 2']);
  });

  it('is the system’s without either', () => {
    const guess = virtualenv('/home/bob/venv', { evidence: 'guess' });
    const { projects, system } = group([script(1, {}), script(2, { virtualenv: guess }), sample({ pid: 3 })]);
    expect(projects).toEqual([]);
    expect(new Set(system.map(({ process }) => process.pid))).toEqual(new Set([1, 2, 3]));
  });

  it.each([
    [['-bash']],
    [['bash']],
    [['vim', 'settings.py']],
    [['tmux: server']],
    [['ssh', 'host']],
    [['less', 'log']],
  ])('stays out although it is in the project: %j', (argv) => {
    const inside = sample({ pid: 2, ppid: 0, argv, exe: `/v/django/bin/${argv[0]}`, cwd: '/srv/shop', ...shop });
    expect(outline([gunicorn(1, shop), inside])).toEqual(['shop: gunicorn']);
  });

  it('joins as a shell only by the script it runs', () => {
    const shell = (pid: number, path: string) =>
      sample({ pid, ppid: 0, argv: ['/bin/sh', path], cwd: '/srv/shop', ...shop });
    expect(outline([gunicorn(1, shop), shell(2, '../run.sh'), shell(3, '/etc/cron.daily/x')])).toEqual([
      'shop: gunicorn | 2',
    ]);
  });

  it('is never workertop itself', () => {
    const inside = { ppid: 0, argv: ['node', 'workertop'], ...shop };
    expect(outline([gunicorn(1, shop), sample({ pid: 2, ...inside })], 2)).toEqual(['shop: gunicorn']);
    expect(outline([gunicorn(1, shop), sample({ pid: 2, ...inside })], 3)).toEqual(['shop: gunicorn | 2']);
  });
});

it('gives services rows of their own, wherever they were started', () => {
  const redis = { argv: ['redis-server *:6379'] };
  const { projects } = group([
    gunicorn(1, shop),
    sample({ pid: 2, ...redis, user: 'redis', ...shop }),
    sample({ pid: 3, ...redis, user: 'bob' }),
  ]);
  expect(projects.map(({ id, name }) => [id, name])).toEqual([
    ['dir:/srv/shop', 'shop'],
    ['service:redis:redis', 'redis'],
    ['service:redis:bob', 'redis (bob)'],
  ]);
});
