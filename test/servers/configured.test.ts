/** Where the number of workers is set, for servers that have it in files of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recognise } from '../../src/recognise/recognise.ts';
import { factRequests } from '../../src/servers/registry.ts';
import { readConfigLines } from '../../src/source/proc/config-lines.ts';
import { viewOf } from '../helpers/files.ts';
import { facts, type SampleOptions, sample } from '../helpers/samples.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workertop-etc-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** The server that a process heads, with the lines of its files that it asked for. */
function server(options: Partial<SampleOptions>, ...others: readonly SampleOptions[]) {
  const known = facts({ cwd: '/srv/shop', ...options });
  const configLines = readConfigLines(
    (found) => factRequests.configRequests({ ...known, configLines: found }),
    viewOf(root),
  );
  const [found] = recognise([
    sample({ pid: 10, ppid: 0, facts: { ...known, configLines } }),
    ...others.map((one) => sample({ ppid: 10, ...one })),
  ]);
  if (found === undefined) throw new Error('nothing was recognised');
  return found;
}

function configured(options: Partial<SampleOptions>) {
  const found = server(options);
  return found.definition.configured?.(found);
}

describe('php-fpm', () => {
  const main = '/etc/php/8.2/fpm/php-fpm.conf';
  const argv = [`php-fpm: master process (${main})`];
  const pool = (pid: number, name: string) => ({ pid, argv: [`php-fpm: pool ${name}`] });

  beforeEach(() =>
    write({
      [main]: '[global]\npid = /run/php.pid\ninclude=/etc/php/8.2/fpm/pool.d/*.conf\n',
      '/etc/php/8.2/fpm/pool.d/www.conf':
        '[www]\nuser = www-data\n;pm.max_children = 99\npm = dynamic\npm.max_children = 5 ; enough\n',
      '/etc/php/8.2/fpm/pool.d/blog.conf': '[blog]\npm.max_children = 3\nenv[SECRET] = hunter2\n',
      '/etc/php/8.2/fpm/pool.d/blog.conf.dpkg-old': '[blog]\npm.max_children = 77\n',
      '/etc/php/8.2/fpm/pool.d/idle.conf': '[idle]\npm = ondemand\npm.max_children = 2\n',
    }),
  );

  it('has each pool by itself, with its workers and its own file', () => {
    const found = server({ argv }, pool(11, 'www'), pool(12, 'www'), pool(13, 'blog'), pool(14, 'new'));
    const pools = found.definition.pools?.(found).map(({ name, pids, configured: { count, where } }) => ({
      name,
      pids,
      count,
      where,
    }));
    expect(pools).toEqual([
      {
        name: 'blog',
        pids: [13],
        count: 3,
        where: 'pm.max_children = 3 of [blog] in /etc/php/8.2/fpm/pool.d/blog.conf',
      },
      { name: 'idle', pids: [], count: 2, where: 'pm.max_children = 2 of [idle] in /etc/php/8.2/fpm/pool.d/idle.conf' },
      {
        name: 'www',
        pids: [11, 12],
        count: 5,
        where: 'pm.max_children = 5 of [www] in /etc/php/8.2/fpm/pool.d/www.conf',
      },
      { name: 'new', pids: [14], count: null, where: `unknown: pm.max_children in ${main}` },
    ]);
    expect(JSON.stringify(found.head.facts.configLines)).not.toContain('hunter2');
  });

  it('has a server for each pool, with its limit and advice of its own', () => {
    const { apps } = server({ argv }, pool(11, 'www'), pool(12, 'www'), pool(13, 'blog'));
    expect(
      apps.map((app) => [
        app.managed,
        app.workers.map(({ pid }) => pid),
        app.definition.most?.(app)?.count,
        app.definition.scaling.method === 'none' && app.definition.scaling.refuse(app),
      ]),
    ).toEqual([
      [
        'www',
        [11, 12],
        5,
        expect.stringContaining('in [www] of /etc/php/8.2/fpm/pool.d/www.conf, then: kill -USR2 10'),
      ],
      ['blog', [13], 3, expect.stringContaining('in [blog] of /etc/php/8.2/fpm/pool.d/blog.conf')],
    ]);
  });

  it('does not know the limit of a pool where its file cannot be read', () => {
    const { apps } = server({ argv: ['php-fpm: master process (/nowhere/php-fpm.conf)'] }, pool(11, 'www'));
    expect(apps.map((app) => [app.definition.configured?.(app), app.definition.most?.(app)])).toEqual([
      [{ count: null, by: null, where: 'unknown: pm.max_children in /nowhere/php-fpm.conf' }, null],
    ]);
  });

  it('takes a child that still bears its master’s title for no master', () => {
    expect(server({ argv }, { pid: 11, argv }).processes.map(({ role }) => role)).toEqual(['master', 'helper']);
  });
});

describe('nginx', () => {
  const title = (...args: string[]) => ({ argv: [`nginx: master process ${['nginx', ...args].join(' ')}`] });

  it.each([
    ['worker_processes 4;\n', 4, 'worker_processes 4 in /etc/nginx/nginx.conf'],
    ['user www;\nworker_processes  auto;\n', null, 'worker_processes auto in /etc/nginx/nginx.conf'],
    ['events {}\n', 1, 'nginx’s default of 1'],
  ])('has its number in its file: %j', (text, count, where) => {
    write({ '/etc/nginx/nginx.conf': text });
    expect(configured(title())).toMatchObject({ count, where });
  });

  it('has its file where -c and -p say, and the number on its command line where -g says it', () => {
    write({ '/srv/web/conf/n.conf': 'worker_processes 3;' });
    expect(configured(title('-p', '/srv/web', '-c', 'conf/n.conf'))).toMatchObject({
      count: 3,
      by: { type: 'file', name: 'n.conf' },
    });
    expect(configured(title('-g', 'daemon off; worker_processes 2;'))).toMatchObject({
      count: 2,
      by: { type: 'flag', name: '-g' },
    });
  });

  it('is not known where the file cannot be read', () => {
    expect(configured(title())).toMatchObject({ count: null, by: null });
  });
});

describe('apache', () => {
  const argv = ['/usr/sbin/apache2', '-k', 'start'];
  const daemon = (pid: number, name: string) => ({ pid, argv: [name, '-k', 'start'] });
  /** Of its child, and of mod_wsgi's daemon. */
  const [child, wsgi] = [0x80046e9, 0x804202];
  const debian = (mpm: string) => ({
    '/etc/apache2/apache2.conf':
      'IncludeOptional mods-enabled/*.load\nIncludeOptional mods-enabled/*.conf\nIncludeOptional sites-enabled/*.conf\n',
    [`/etc/apache2/mods-enabled/mpm_${mpm}.load`]: `LoadModule mpm_${mpm}_module /usr/lib/x.so\n`,
    [`/etc/apache2/mods-enabled/mpm_${mpm}.conf`]: `<IfModule mpm_${mpm}_module>\n\tMaxRequestWorkers 150\n</IfModule>\n`,
    '/etc/apache2/mods-enabled/other.conf':
      '<IfModule mpm_other_module>\n</IfModule>\n<IfModule !prefork.c>\n</IfModule>\n',
    '/etc/apache2/sites-enabled/shop.conf':
      'WSGIDaemonProcess shop processes=3 threads=2 python-home=/v/shop\n<IfModule mpm_worker_module>\nMaxRequestWorkers 9\n</IfModule>\n',
  });

  it('has its ceiling as processes under prefork, and as threads under the others', () => {
    write(debian('prefork'));
    expect(configured({ argv })).toEqual({
      count: 150,
      by: { type: 'directive', name: 'MaxRequestWorkers' },
      where: 'MaxRequestWorkers 150 in /etc/apache2/mods-enabled/mpm_prefork.conf',
    });
    rmSync(root, { recursive: true });
    write(debian('event'));
    expect(configured({ argv })).toMatchObject({
      count: null,
      where: expect.stringMatching(/150 in .*which are threads/),
    });
  });

  it.each([
    ['by name', { ...daemon(13, '(wsgi:shop)'), caught: wsgi }],
    ['by what is left of their name', { ...daemon(13, '(wsgi:s'), caught: wsgi }],
    ['by their mask', { pid: 13, argv, caught: wsgi }],
  ])('tells the daemons of mod_wsgi from those that serve requests, %s', (_, options) => {
    write(debian('prefork'));
    const configLines = readConfigLines(
      (found) => factRequests.configRequests(facts({ argv, configLines: found })),
      viewOf(root),
    );
    const daemonOf = { ...options, exe: '/usr/sbin/apache2', configLines };
    const found = server({ argv }, { pid: 11, argv, caught: child }, { pid: 12, argv, caught: child }, daemonOf);
    expect(found.workers.map(({ pid }) => pid)).toEqual([11, 12]);
    expect(found.definition.most?.(found)?.count).toBe(150);
    const [group, ...others] = found.apps;
    expect(others).toEqual([]);
    expect(group?.workers.map(({ pid }) => pid)).toEqual([13]);
    expect(group?.managed).toBe('shop');
    if (group) expect(group.definition.configured?.(group).count).toBe(3);
  });

  it('is not known where its files cannot be read', () => {
    expect(configured({ argv })).toMatchObject({ count: null, by: null });
  });
});

describe('puma', () => {
  const argv = ['puma 6.4.2 (tcp://0.0.0.0:80) [shop]'];

  it('has the file of its environment before the common one', () => {
    write({ '/srv/shop/config/puma.rb': 'workers 2\n' });
    expect(configured({ argv })).toMatchObject({ count: 2, by: { type: 'file', name: 'puma.rb' } });
    write({ '/srv/shop/config/puma/production.rb': 'workers 5\n' });
    const production = { argv, environment: { RAILS_ENV: 'production', WEB_CONCURRENCY: '9' } };
    expect(configured(production)).toMatchObject({ count: 5, by: { type: 'file', name: 'production.rb' } });
  });

  it.each([
    ['workers ENV.fetch("WEB_CONCURRENCY") { 2 }', {}, 2],
    ['workers ENV.fetch("WEB_CONCURRENCY") { 2 }', { WEB_CONCURRENCY: '4' }, 4],
    ["workers Integer(ENV.fetch('WEB_CONCURRENCY', 3))", {}, 3],
    ['workers(ENV.fetch("WEB_CONCURRENCY", "3").to_i)', {}, 3],
    ['workers ENV.fetch("WEB_CONCURRENCY")', {}, null],
    ['workers Etc.nprocessors', {}, null],
    ['workers ENV.fetch("WEB_CONCURRENCY") { Etc.nprocessors }', {}, null],
  ])('reads %j, and runs nothing', (line, environment, count) => {
    write({ '/srv/shop/config/puma.rb': `threads 5, 5\n${line}\n` });
    const where = `${line} in /srv/shop/config/puma.rb`;
    expect(configured({ argv, environment })).toEqual({ count, by: { type: 'file', name: 'puma.rb' }, where });
  });

  it('is not known where nothing but its hidden command line can tell', () => {
    expect(configured({ argv })).toMatchObject({ count: null, where: expect.stringContaining('hides') });
  });
});

it.each([
  [
    'celery multi',
    ['python', '-m', 'celery', 'worker', '-A', 'shop', '--concurrency=8', '--pidfile=/run/c.pid'],
    { '/etc/default/celeryd': 'CELERYD_NODES="w1"\nCELERYD_OPTS="--time-limit=300 --concurrency=8"\n' },
    8,
    '--concurrency=8 in CELERYD_OPTS of /etc/default/celeryd',
  ],
  [
    'a celery that the file says something else for',
    ['python', '-m', 'celery', 'worker', '-A', 'shop', '-c', '1', '--pidfile=/run/c.pid'],
    { '/etc/default/celeryd': 'CELERYD_OPTS="-c 12"\n' },
    1,
    '-c 1 on the command line',
  ],
  [
    'odoo',
    ['/usr/bin/python3', '/usr/bin/odoo', '--config', '/etc/odoo/odoo.conf'],
    { '/etc/odoo/odoo.conf': '[options]\ndb_password = hunter2\nworkers = 4\n' },
    4,
    'workers = 4 in /etc/odoo/odoo.conf',
  ],
  [
    'hypercorn',
    ['/v/bin/python', '/v/bin/hypercorn', '-c', 'hypercorn.toml', 'shop:app'],
    { '/srv/shop/hypercorn.toml': 'bind = "0.0.0.0:80"\nworkers = 3\n' },
    3,
    'workers = 3 in /srv/shop/hypercorn.toml',
  ],
  [
    'hypnotoad, whose own configuration is code',
    ['/usr/bin/perl', '/srv/shop/app.pl'],
    {},
    null,
    'unknown: workers of hypnotoad in the app’s configuration, else 4',
  ],
])('the configured number of workers is read: %s', (_, argv, files, count, where) => {
  write(files);
  const environment = argv[0] === '/usr/bin/perl' ? { HYPNOTOAD_APP: '/srv/shop/app.pl' } : {};
  expect(configured({ argv: [...argv], environment })).toMatchObject({ count, where });
});

it('the configured number of workers is not the default where the environment may be read by root only', () => {
  expect(configured({ argv: ['uvicorn', 'shop:app'], cwd: null })).toMatchObject({ count: null, by: null });
  expect(configured({ argv: ['uvicorn', 'shop:app'] })).toMatchObject({ count: 1, by: { type: 'default' } });
});

it('a configuration file that includes itself is not followed for ever', () => {
  const line = 'include=/etc/loop/*.conf\n';
  write({ '/etc/loop/a.conf': line, '/etc/loop/b.conf': line });
  expect(Object.keys(server({ argv: ['php-fpm: master process (/etc/loop/a.conf)'] }).head.facts.configLines)).toEqual([
    '/etc/loop/a.conf',
    '/etc/loop/b.conf',
  ]);
});
