import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeDirectory } from '../../src/servers/kit/code-directory.ts';
import { tomcat } from '../../src/servers/tomcat.ts';
import { containerOf } from '../../src/source/proc/containers.ts';
import { sourceOf } from '../../src/source/proc/parsers/bind-mounts.ts';
import { projectDirectory } from '../../src/source/proc/project-directory.ts';
import { viewOf } from '../helpers/files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workertop-root-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

function directoryOf(argv: readonly string[], cwd: string | null, exe: string | null = null, flags = ['--chdir']) {
  const code = codeDirectory({ argv, cwd, exe });
  return projectDirectory({ argv, cwd, flags, gemfile: undefined, virtualenvOf: null, code }, viewOf(root));
}

describe('the directory of a process', () => {
  it('that a flag names by a link is the one that the link leads to, as the kernel tells a working directory', () => {
    write('/srv/news-2.1/manage.py');
    link('/srv/news', 'news-2.1');
    const news = { path: '/srv/news-2.1', marker: 'manage.py' };
    expect(directoryOf(['gunicorn', '--chdir', '/srv/news', 'news.wsgi'], '/')).toEqual({
      ...news,
      from: '--chdir',
      link: '/srv/news',
    });
    expect(directoryOf(['celery', '-A', 'news', 'worker'], '/srv/news-2.1')).toEqual({ ...news, from: 'cwd' });
  });

  it('of Tomcat is that of its instance', () => {
    const argv = ['java', '-Dcatalina.base=/srv/billing', 'org.apache.catalina.startup.Bootstrap', 'start'];
    mkdirSync(join(root, 'srv/billing'), { recursive: true });
    expect(directoryOf(argv, '/tmp', '/usr/lib/jvm/17/bin/java', [...(tomcat.directoryFlags ?? [])])).toMatchObject({
      path: '/srv/billing',
      from: '-Dcatalina.base',
    });
  });

  it('is where its marker is, wherever that lies', () => {
    write('/usr/src/paperless/src/manage.py');
    expect(directoryOf(['python3', 'manage.py'], '/usr/src/paperless/src')?.path).toBe('/usr/src/paperless/src');
  });

  it.each<[string, string[], string, string]>([
    ['a script with / as working directory', ['/usr/bin/node', '/srv/api/server.js'], '/usr/bin/node', '/srv/api'],
    ['a script in a part of its project', ['php', '/srv/api/bin/artisan', 'queue:work'], '/usr/bin/php8.2', '/srv/api'],
    [
      'a jar',
      ['/usr/bin/java', '-Xmx64m', '-jar', '/opt/billing/billing.jar'],
      '/usr/lib/jvm/17/bin/java',
      '/opt/billing',
    ],
    [
      'a class path',
      ['java', '-Xmx64m', '-cp', '/opt/batch/lib/*:/opt/batch/conf', 'com.acme.batch.Main'],
      '/opt/jdk-17/bin/java',
      '/opt/batch',
    ],
    ['a script of deno', ['deno', 'run', '-A', '/srv/api/main.ts'], '/usr/local/bin/deno', '/srv/api'],
    ['a hidden build', ['node', '/srv/site/.output/server/index.mjs'], '/usr/bin/node', '/srv/site'],
    ['a virtualenv in its project', ['python', '/srv/site/.venv/bin/flask', 'run'], '/usr/bin/python3.11', '/srv/site'],
    ['an assembly', ['dotnet', '/var/www/orders/Orders.dll'], '/usr/share/dotnet/dotnet', '/var/www/orders'],
    ['a program of its own', ['/opt/gitea/gitea', 'web'], '/opt/gitea/gitea', '/opt/gitea'],
    ['a program in its bin', ['/opt/tool/bin/tool'], '/opt/tool/bin/tool', '/opt/tool'],
    [
      'a release of Elixir',
      ['/srv/shop/erts-13.1/bin/beam.smp', '--', '-root', '/srv/shop', '-progname', 'erl'],
      '/srv/shop/erts-13.1/bin/beam.smp',
      '/srv/shop',
    ],
    ['a program among packages', ['node', '/srv/api/node_modules/.bin/next', 'start'], '/usr/bin/node', '/srv/api'],
  ])('is that of its code: %s', (_, argv, exe, expected) => {
    write('/srv/api/package.json');
    expect(directoryOf(argv, '/', exe)).toMatchObject({ path: expected, from: 'program' });
  });

  it.each<[string, string[], string]>([
    ['the system', ['/usr/bin/python3', '/usr/bin/networkd-dispatcher'], '/usr/bin/python3.11'],
    ['a virtualenv', ['/srv/env/bin/python', '/srv/env/bin/gunicorn', 'shop.wsgi'], '/usr/bin/python3.11'],
    ['a user’s tools', ['python3', '/home/bob/.local/bin/gunicorn', 'shop.wsgi'], '/usr/bin/python3.11'],
    ['packages', ['python3', '/srv/x/lib/python3.11/site-packages/gunicorn/app.py'], '/usr/bin/python3.11'],
  ])('is not that of a program of %s', (_, argv, exe) => {
    write('/srv/env/pyvenv.cfg', 'home = /usr/bin\n');
    expect(directoryOf(argv, '/', exe)).toMatchObject({ path: '/', from: 'cwd' });
  });
});

describe('a container', () => {
  const id = '0123456789abcdef'.repeat(4);
  const cgroup = `/system.slice/docker-${id}.scope`;
  const path = `/var/lib/docker/containers/${id}/config.v2.json`;
  const config = (labels: Readonly<Record<string, string>>) =>
    JSON.stringify({ Name: '/shop-web-1', Config: { Env: ['SECRET=hush'], Labels: labels } });

  it('has the project and the service of docker compose, and of a swarm', () => {
    write(path, config({ 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' }));
    expect(containerOf(cgroup, viewOf(root))).toEqual({ name: 'shop-web-1', project: 'shop', service: 'web' });
    write(path, config({ 'com.docker.stack.namespace': 'shop', 'com.docker.swarm.service.name': 'shop_web' }));
    expect(containerOf(`/docker/${id}`, viewOf(root))).toMatchObject({ project: 'shop', service: 'web' });
  });

  it('has its name alone where it is part of nothing', () => {
    write(path, config({}));
    expect(containerOf(cgroup, viewOf(root))).toEqual({ name: 'shop-web-1', project: null, service: null });
  });

  it('of podman has its name from the list of all', () => {
    const list = [
      { id: 'f'.repeat(64), names: ['other'] },
      { id, names: ['shop_web_1'] },
    ];
    write('/var/lib/containers/storage/overlay-containers/containers.json', JSON.stringify(list));
    expect(containerOf(`/machine.slice/libpod-${id}.scope/container`, viewOf(root))?.name).toBe('shop_web_1');
  });

  it('of Kubernetes is called as its deployment is', () => {
    const annotations = {
      'io.kubernetes.cri.container-name': 'web',
      'io.kubernetes.cri.sandbox-name': 'shop-7d4b9c8f6d-x2x9k',
    };
    write(`/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/config.json`, JSON.stringify({ annotations }));
    const pod = `/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-${id}.scope`;
    expect(containerOf(pod, viewOf(root))).toEqual({ name: 'shop', project: null, service: 'web' });
  });

  it.each([['{'], ['[]'], ['7'], ['{"Name":7}'], [`{"Name":"${'x'.repeat(2 ** 20)}"}`]])(
    'says nothing in a file that is broken: %#',
    (text) => {
      write(path, text);
      expect(containerOf(cgroup, viewOf(root)) ?? { name: null, project: null, service: null }).toEqual({
        name: null,
        project: null,
        service: null,
      });
    },
  );

  it('is none without its files, and outside of containers', () => {
    expect(containerOf(cgroup, viewOf(root))).toBeNull();
    expect(containerOf('/system.slice/shop.service', viewOf(root))).toBeNull();
  });
});

it('a directory of a container is told by where it is mounted from', () => {
  const mountinfo = [
    '600 500 0:43 / / rw - overlay overlay rw',
    '601 600 8:1 /home/deploy/my\\040shop /app rw,relatime - ext4 /dev/sda1 rw',
    '602 600 8:1 /var/lib/docker/volumes/x/_data /app/media rw - ext4 /dev/sda1 rw',
  ].join('\n');
  expect(sourceOf('/app', mountinfo)).toBe('/home/deploy/my shop');
  expect(sourceOf('/app/src', mountinfo)).toBe('/home/deploy/my shop/src');
  expect(sourceOf('/srv', mountinfo)).toBeNull();
  expect(sourceOf('/app', '')).toBeNull();
});

it('a directory is told by its device and inode, whatever its path', () => {
  mkdirSync(join(root, 'a'));
  link('/b', 'a');
  const { dev, ino } = statSync(join(root, 'a'));
  expect(viewOf(root).place('/b')).toEqual({ path: '/a', identity: `${dev}:${ino}` });
});
