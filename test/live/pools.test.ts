import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { type Job, startJob } from '../helpers/job.ts';
import * as kernel from '../helpers/kernel.ts';
import { requireRoot } from '../helpers/namespace.ts';
import { requireServer } from '../helpers/requirements.ts';
import { freePort } from '../helpers/story.ts';
import { type ListedServer, type Listing, list, workertop } from '../helpers/workertop.ts';
import { wsgi } from './server-case.ts';

let folder: string;
let jobs: Job[] = [];
let sockets: Socket[] = [];

beforeEach(async () => {
  requireRoot();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'workertop-pools-')));
  await chmod(folder, 0o777);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await Promise.all(jobs.map((job) => job.stop()));
  jobs = [];
  await rm(folder, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function start(...command: readonly string[]): Promise<Job> {
  const job = await startJob(command, { cwd: folder, log: join(folder, 'log') });
  jobs.push(job);
  return job;
}

/**
 * Opens a connection with the first byte of a FastCGI record, for the rest of which php-fpm waits. It drops one that says
 * nothing after 5 seconds (fcgi_accept_request of main/fastcgi.c).
 */
async function hold(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
  socket.write(Buffer.from([1]));
}

async function ask(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/`)).text();
}

/** The servers of one kind in each project of a folder of the test, or of a name. */
function serversOf(listing: Listing, kind: string, project: string): readonly ListedServer[] {
  const found = listing.projects.filter(({ directory, name }) =>
    directory === null ? name === project : directory === join(folder, project),
  );
  return found.flatMap(({ servers }) => servers.filter((server) => server.kind === kind));
}

/** What the kernel says that processes have, in bytes. */
function pssOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (kernel.memory(pid)?.pss ?? 0), 0);
}

function workersOf({ processes }: ListedServer): readonly number[] {
  return processes.flatMap(({ role, pid }) => (role === 'worker' ? [pid] : []));
}

it('php-fpm has each of four pools in its own project, with its memory, its queue and its limit', async () => {
  requireServer('php-fpm');
  const [shop, blog, games] = [await freePort(), await freePort(), await freePort()];
  const pool = (name: string, user: string, listen: string | number, more: string) =>
    `[${name}]\nuser = ${user}\ngroup = nogroup\nlisten = ${listen}\n${more}\n`;
  await write({
    'fpm.conf': `[global]\ndaemonize = no\nerror_log = /dev/stderr\ninclude=${folder}/pools/*.conf\n`,
    'shop/composer.json': '{}',
    'blog/index.php': '',
    'pools/shop.conf': pool(
      'shop',
      'www-data',
      `127.0.0.1:${shop}`,
      `chdir = ${folder}/shop\npm = static\npm.max_children = 2`,
    ),
    'pools/blog.conf': pool(
      'blog',
      'www-data',
      `127.0.0.1:${blog}`,
      `chdir = ${folder}/blog\npm = dynamic\npm.max_children = 900000\npm.start_servers = 1\npm.min_spare_servers = 1\npm.max_spare_servers = 1`,
    ),
    'pools/www.conf': pool('www', 'games', `127.0.0.1:${games}`, 'chdir = /\npm = static\npm.max_children = 1'),
    'pools/idle.conf': pool('idle', 'www-data', `${folder}/idle.sock`, 'pm = ondemand\npm.max_children = 4'),
  });
  const { pid } = await start('/usr/sbin/php-fpm8.2', '-F', '-R', '-y', join(folder, 'fpm.conf'));
  await eventually('its workers', () => kernel.children(pid).length === 4);
  for (let held = 0; held < 5; held++) await hold(shop);

  const [first, listing] = await eventually('the queue of the pool', async () => {
    const all = await list();
    const [found] = serversOf(all, 'php-fpm', 'shop');
    return found?.queue === 3 && ([found, all] as const);
  });
  expect(first).toMatchObject({ app: 'shop', bind: [`127.0.0.1:${shop}`] });
  expect(first.workers).toMatchObject({ current: 2, configured: 2, most: { count: 2, by: 'pm.max_children' } });
  expect(first.scaling.reason).toContain(`pm.max_children in [shop] of ${folder}/pools/shop.conf`);
  expect(first.memory.pss).toBeCloseTo(pssOf(workersOf(first)), -6);

  expect(serversOf(listing, 'php-fpm', 'blog')).toMatchObject([{ app: 'blog', queue: 0, workers: { current: 1 } }]);
  expect(serversOf(listing, 'php-fpm', 'games')).toMatchObject([{ app: 'www', queue: 0, workers: { current: 1 } }]);
  const master = listing.projects.flatMap(({ servers }) => servers).find(({ processes }) => processes[0]?.pid === pid);
  expect(master?.workers.pools.map(({ name, current, configured }) => [name, current, configured])).toEqual([
    ['blog', 1, 900000],
    ['idle', 0, 4],
    ['shop', 2, 2],
    ['www', 1, 1],
  ]);
  expect(master?.bind).toEqual([`unix:${folder}/idle.sock`]);

  const { stdout } = await workertop('list');
  expect(stdout).toMatch(/php-fpm shop {2}127\.0\.0\.1:\d+ over 50 more fit +2\/2 /);
  expect(stdout).toMatch(/blog: pm\.max_children is 900000 and 1 worker runs: .* may start, and \d+ fit in memory\./);
});

it('Passenger has each of its apps in its own project, and still when their preloaders have ended', async () => {
  requireServer('libapache2-mod-passenger', 'apache2-bin');
  const ports = { shop: await freePort(), blog: await freePort() };
  const sites = Object.entries(ports).map(
    ([name, port]) =>
      `Listen 127.0.0.1:${port}\n<VirtualHost *:${port}>\nDocumentRoot ${folder}/${name}/public\n</VirtualHost>\n`,
  );
  const modules = ['mpm_prefork', 'authz_core', 'passenger'].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`,
  );
  const rackup = "run lambda { |env| [200, { 'Content-Type' => 'text/plain' }, ['ok']] }\n";
  await write({
    'shop/config.ru': rackup,
    'shop/public/x': '',
    'blog/config.ru': rackup,
    'blog/public/x': '',
    'httpd.conf': `ServerRoot ${folder}\nPidFile ${folder}/pid\nServerName localhost\nErrorLog /dev/stderr\nUser nobody\nGroup nogroup\nMutex file:${folder}\nStartServers 1\n${modules.join('')}PassengerRoot /usr/lib/ruby/vendor_ruby/phusion_passenger/locations.ini\nPassengerInstanceRegistryDir ${folder}\nPassengerUserSwitching off\nPassengerMaxPreloaderIdleTime 1\nPassengerDisableSecurityUpdateCheck on\n<Directory ${folder}>\nRequire all granted\n</Directory>\n${sites.join('')}`,
  });
  const { pid } = await start('/usr/sbin/apache2', '-f', join(folder, 'httpd.conf'), '-DFOREGROUND');
  const apps = await eventually('both apps', async () => {
    for (const port of Object.values(ports)) if ((await ask(port).catch(() => '')) !== 'ok') return false;
    const all = await list();
    const found = ['shop', 'blog'].flatMap((name) => serversOf(all, 'passenger', name));
    return found.length === 2 && found;
  });
  expect(apps.map(({ app, workers }) => [app, workers.current])).toEqual([
    [join(folder, 'shop'), 1],
    [join(folder, 'blog'), 1],
  ]);
  const serving = apps.flatMap(workersOf);
  const orphaned = await eventually(
    'its preloaders to end',
    async () => {
      const all = await list();
      const found = ['shop', 'blog'].flatMap((name) => serversOf(all, 'passenger', name));
      const alone = found.every(({ processes }) => processes.every(({ role }) => role === 'worker'));
      return alone && found;
    },
    20,
  );
  expect(orphaned.flatMap(workersOf)).toEqual(serving);
  expect(serving.flatMap((one) => (kernel.isAlive(one) ? [kernel.commandLine(one)] : []))).toHaveLength(2);
  const { code, stderr } = await workertop('scale', `${serving[0]}`, '+1');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('max_pool_size') });
  expect(kernel.state(pid)).not.toBe('T');
});

it('mod_wsgi has each of its groups of daemons in its own project', async () => {
  requireServer('apache2-bin', 'libapache2-mod-wsgi-py3');
  const port = await freePort();
  const modules = ['mpm_prefork', 'authz_core', 'wsgi'].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`,
  );
  const group = (name: string, processes: number) =>
    `WSGIDaemonProcess ${name} processes=${processes} threads=2 home=${folder}/${name} display-name=%{GROUP}\nWSGIScriptAlias /${name} ${folder}/${name}/app.wsgi process-group=${name}\n`;
  await write({
    'shop/app.wsgi': wsgi,
    'blog/app.wsgi': wsgi,
    'httpd.conf': `ServerRoot ${folder}\nPidFile ${folder}/pid\nListen 127.0.0.1:${port}\nServerName localhost\nErrorLog /dev/stderr\nUser nobody\nGroup nogroup\nMutex file:${folder}\nStartServers 2\nMinSpareServers 2\nMaxSpareServers 2\nMaxRequestWorkers 4\n${modules.join('')}WSGISocketPrefix ${folder}/wsgi\n${group('shop', 2)}${group('blog', 1)}`,
  });
  await start('/usr/sbin/apache2', '-f', join(folder, 'httpd.conf'), '-DFOREGROUND');
  const [shop, blog] = await eventually('both groups', async () => {
    const all = await list();
    const found = ['shop', 'blog'].flatMap((name) => serversOf(all, 'mod_wsgi', name));
    return found.length === 2 && found[0]?.workers.current === 2 && found;
  });
  expect(shop).toMatchObject({ app: 'shop', workers: { current: 2, configured: 2 } });
  expect(blog).toMatchObject({ app: 'blog', workers: { current: 1, configured: 1 } });
  expect(blog?.scaling.reason).toMatch(/processes of WSGIDaemonProcess blog in .*, then: apachectl graceful/);
});
