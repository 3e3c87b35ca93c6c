import { describe, expect, it } from 'vitest';
import { groupProcesses } from '../../../src/model/projects/group.ts';
import { recognise } from '../../../src/recognise/recognise.ts';
import type { ProcessSample } from '../../../src/snapshot.ts';
import { directory, MB, type SampleOptions, sample, snapshot } from '../../helpers/samples.ts';

function namesOf(...processes: readonly ProcessSample[]): readonly string[] {
  return groupProcesses(snapshot(processes), recognise(processes)).projects.map(({ name }) => name);
}

function unit(name: string, argv: readonly string[], options: Partial<SampleOptions> = {}): ProcessSample {
  return sample({ pid: 7, argv, exe: argv[0] ?? null, cgroup: `/system.slice/${name}.service`, ...options });
}

describe('a program that is no known server', () => {
  it.each<[string, ProcessSample]>([
    [
      'billing',
      unit('billing', ['/usr/bin/java', '-jar', '/opt/billing/billing.jar'], { exe: '/usr/lib/jvm/17/bin/java' }),
    ],
    [
      'gitea',
      unit('gitea', ['/usr/local/bin/gitea', 'web'], { directory: directory('/var/lib/gitea', { marker: null }) }),
    ],
    ['orders', unit('orders', ['/usr/bin/dotnet', 'Orders.dll'], { exe: '/usr/share/dotnet/dotnet' })],
    ['bot', unit('bot', ['/usr/bin/python3', '/opt/bot/bot.py'], { exe: '/usr/bin/python3.11' })],
    [
      'elasticsearch',
      unit('elasticsearch', ['/usr/share/elasticsearch/jdk/bin/java', 'org.elasticsearch.bootstrap.Elasticsearch'], {
        directory: directory('/usr/share/elasticsearch', { marker: null }),
      }),
    ],
    ['shop-front', unit('shop-front', ['next-server (v14.2.35)'], { exe: '/usr/bin/node' })],
  ])('has the project of its unit, %s', (name, process) => {
    expect(namesOf(process)).toEqual([name]);
  });

  it('has the project of its directory, where its title was rewritten or no marker is there', () => {
    const blog = { exe: '/usr/bin/node', directory: directory('/srv/blog-front', { marker: 'package.json' }) };
    expect(namesOf(sample({ pid: 1, argv: ['npm start'], ...blog }))).toEqual(['blog-front']);
    const bot = { exe: '/usr/bin/python3.11', directory: directory('/srv/bot', { marker: null }) };
    expect(namesOf(sample({ pid: 1, argv: ['python3', 'bot.py'], cwd: '/srv/bot', ...bot }))).toEqual(['bot']);
  });

  it.each([
    ['/srv/apps', ['java', '-jar', '/srv/apps/crm-1.4.2.jar'], ['java', '-jar', '/srv/apps/pim-2.0-SNAPSHOT.jar']],
    ['/opt/scripts', ['python3', '/opt/scripts/a.py'], ['python3', '/opt/scripts/b.py']],
  ])('has the project of its unit, not of a directory that says nothing: %s', (path, one, other) => {
    const shared = { directory: directory(path, { marker: null, from: 'program' }), exe: '/usr/bin/x' };
    expect(namesOf(unit('crm', one, { ...shared, pid: 7 }), unit('pim', other, { ...shared, pid: 8 }))).toEqual([
      'crm',
      'pim',
    ]);
  });

  it('has the project of its directory, whatever its units are called, if that has a name', () => {
    const shop = { directory: directory('/srv/shop/app', { marker: null, from: 'program' }), exe: '/usr/bin/node' };
    const web = unit('web', ['node', '/srv/shop/app/web.js'], { ...shop, pid: 7 });
    const mails = unit('mails', ['node', '/srv/shop/app/mails.js'], { ...shop, pid: 8 });
    expect(namesOf(web, mails)).toEqual(['shop']);
  });

  it('joins the project that its unit’s server is of', () => {
    const cgroup = '/system.slice/shop-web.service';
    const server = sample({
      pid: 1,
      ppid: 0,
      argv: ['gunicorn', 'shop.wsgi'],
      cgroup,
      directory: directory('/srv/shop'),
    });
    const policy = unit('shop-web', ['policyd'], { exe: '/usr/local/bin/policyd', cwd: '/' });
    expect(namesOf(server, policy)).toEqual(['shop']);
  });

  it('is a project by itself where it was installed beside the system', () => {
    expect(namesOf(sample({ pid: 1, argv: ['vault', 'server'], exe: '/usr/local/bin/vault' }))).toEqual(['vault']);
  });
});

describe('a daemon that came with the system', () => {
  it('is the system’s as long as it is small, and has its unit’s row from 1 % of memory on', () => {
    const daemon = (rss: number) => unit('clamav-daemon', ['/usr/sbin/clamd'], { memory: { rss } });
    expect(namesOf(daemon(10 * MB))).toEqual([]);
    expect(namesOf(daemon(900 * MB))).toEqual(['clamav-daemon']);
  });

  it('is the system’s though an interpreter runs it', () => {
    const argv = ['/usr/bin/python3', '/usr/bin/networkd-dispatcher'];
    expect(namesOf(unit('networkd-dispatcher', argv, { exe: '/usr/bin/python3.11' }))).toEqual([]);
  });
});

describe('a project’s name', () => {
  const at = (path: string, options: Partial<SampleOptions> = {}) =>
    sample({ pid: 1, ppid: 0, argv: ['python3', 'job.py'], directory: directory(path), ...options });

  it.each([
    ['/home/mastodon/live', 'mastodon'],
    ['/var/opt/gitlab/gitlab-rails/working', 'gitlab-rails'],
    ['/srv/shop/src', 'shop'],
    ['/opt/shop/backend', 'shop'],
    ['/srv/shop/releases/20140319101010/web', 'shop'],
    ['/home/deploy/shop/current', 'shop'],
    ['/srv/web', 'web'],
  ])('in %s is %s', (path, name) => {
    expect(namesOf(at(path))).toEqual([name]);
  });

  it('is its own directory’s where its parent has that name too', () => {
    const shop = at('/srv/shop');
    expect(namesOf(shop, { ...at('/srv/shop/web'), pid: 2 })).toEqual(['shop', 'shop/web']);
  });

  it('is its unit’s where its directory and its app say nothing', () => {
    expect(namesOf(at('/srv/app', { cgroup: '/system.slice/orders.service' }))).toEqual(['orders']);
  });

  it('of a service has no user that was made for that', () => {
    expect(namesOf(sample({ pid: 1, ppid: 0, argv: ['/usr/sbin/mariadbd'], user: 'mysql' }))).toEqual(['mariadb']);
  });
});

it.each([
  ['the command', ['node', '/usr/local/bin/workertop']],
  ['its program', ['/usr/bin/node', '/usr/lib/node_modules/workertop/cli.js', 'export']],
  ['a helper of it', ['/usr/bin/node', '/usr/lib/node_modules/workertop/file-helper.js']],
])('another workertop, by %s, is no project', (_, argv) => {
  const where = directory('/srv/shop', { marker: 'manage.py' });
  expect(namesOf(sample({ pid: 1, argv, exe: '/usr/bin/node', cwd: '/srv/shop', directory: where }))).toEqual([]);
  const other = ['node', '/srv/shop/workertop-report.js'];
  expect(namesOf(sample({ pid: 1, argv: other, exe: '/usr/bin/node', cwd: '/srv/shop', directory: where }))).toEqual([
    'shop',
  ]);
});
