import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupProcesses } from '../../../src/model/projects/group.ts';
import { recognise } from '../../../src/recognise/recognise.ts';
import { factRequests } from '../../../src/servers/registry.ts';
import type { ProcessSample } from '../../../src/snapshot.ts';
import { projectDirectory } from '../../../src/source/proc/project-directory.ts';
import { findVirtualenv } from '../../../src/source/proc/virtualenv.ts';
import { viewOf } from '../../helpers/files.ts';
import { MB, sample, snapshot } from '../../helpers/samples.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workertop-root-'));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Running {
  /** Its command line, or its title if that contains no further arguments. */
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly exe?: string;
  readonly unit?: string;
  readonly cgroup?: string;
  /** The index of its parent in the list. */
  readonly child?: number;
}

const NODE = '/usr/bin/node';
const PYTHON = '/usr/bin/python3.11';
const JAVA = '/usr/lib/jvm/java-17/bin/java';
const ID = 'ab'.repeat(32);

const run = (cwd: string, command: string, more: Partial<Running> = {}): Running => ({
  argv: command.split(' '),
  cwd,
  ...more,
});
const titled = (cwd: string, title: string, exe: string): Running => ({ argv: [title], cwd, exe });

/** The names of the projects on a machine with these files and processes. */
function namesOf(
  processes: readonly Running[],
  files: readonly string[],
  links: Readonly<Record<string, string>> = {},
) {
  for (const file of files) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), file.endsWith('pyvenv.cfg') ? 'home = /usr/bin\nversion = 3.11.2\n' : '');
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  const samples = processes.map((running, index) => read(running, index));
  return groupProcesses(snapshot(samples), recognise(samples))
    .projects.map(({ name }) => name)
    .sort();
}

/** As the source reads it. */
function read({ argv, cwd = '/', exe, unit, cgroup, child }: Running, index: number): ProcessSample {
  const files = viewOf(root);
  const program = exe ?? argv[0] ?? '';
  const virtualenv = findVirtualenv({ argv, cwd, exe: program, environment: {}, mapped: () => new Set() }, files);
  const code = factRequests.codeDirectory({ argv, cwd, exe: program });
  const flags = factRequests.directoryFlags;
  return sample({
    pid: 100 + index,
    ppid: child === undefined ? 1 : 100 + child,
    argv,
    cwd,
    exe: program,
    virtualenv,
    directory: projectDirectory({ argv, cwd, flags, gemfile: undefined, virtualenvOf: null, code }, files),
    cgroup: cgroup ?? (unit === undefined ? '/user.slice/session-3.scope' : `/system.slice/${unit}.service`),
    memory: { rss: 10 * MB },
  });
}

describe('a project is named as its owner would, in the layout of', () => {
  it.each<[string, string, readonly Running[], readonly string[]]>([
    [
      'an app of a repository with several',
      'mono/api',
      [run('/srv/mono/apps/api', 'node dist/main.js')],
      ['/srv/mono/package.json', '/srv/mono/apps/api/package.json'],
    ],
    [
      'two such apps',
      'mono/api mono/web',
      [run('/srv/mono/apps/api', 'node main.js'), titled('/srv/mono/apps/web', 'next-server (v15.1.0)', NODE)],
      ['/srv/mono/apps/api/package.json', '/srv/mono/apps/web/package.json'],
    ],
    [
      'such an app with a name of its own',
      'billing',
      [run('/srv/mono/packages/billing', 'node main.js')],
      ['/srv/mono/packages/billing/package.json'],
    ],
    [
      'a backend beside a frontend',
      'shop/backend shop/frontend',
      [run('/srv/shop/backend', 'python3 manage.py x'), run('/srv/shop/frontend', 'node server.js')],
      ['/srv/shop/backend/manage.py', '/srv/shop/frontend/package.json'],
    ],
    [
      'directories of versions',
      'shop',
      [run('/opt/shop/versions/1.2.3', 'python3 manage.py x'), run('/opt/shop/versions/1.2.4', 'python3 manage.py x')],
      ['/opt/shop/versions/1.2.3/manage.py', '/opt/shop/versions/1.2.4/manage.py'],
    ],
    [
      'a directory with its version in the name',
      'shop',
      [
        run('/', 'java -Duser.dir=/opt/shop-1.0-SNAPSHOT -cp /opt/shop-1.0-SNAPSHOT/lib/a.jar play.Server', {
          exe: JAVA,
        }),
      ],
      ['/opt/shop-1.0-SNAPSHOT/lib/a.jar'],
    ],
    [
      'two versions beside each other',
      'shop-1.0.1 shop-1.0.2',
      [run('/opt/shop-1.0.1', 'node a.js'), run('/opt/shop-1.0.2', 'node a.js')],
      ['/opt/shop-1.0.1/package.json', '/opt/shop-1.0.2/package.json'],
    ],
    ['blue and green', 'shop', [run('/', 'node /srv/shop/blue/server.js')], ['/srv/shop/blue/package.json']],
    [
      'Elastic Beanstalk',
      'ebdjango',
      [
        run(
          '/var/app/current',
          '/var/app/venv/staging-x/bin/python3 /var/app/venv/staging-x/bin/gunicorn ebdjango.wsgi',
        ),
      ],
      ['/var/app/current/requirements.txt', '/var/app/venv/staging-x/pyvenv.cfg'],
    ],
    [
      'cPanel and CloudLinux',
      'crm',
      [run('/home/u/crm', '/home/u/virtualenv/crm/3.11/bin/python3.11_bin /opt/cpanel/passenger/wsgi-loader.py')],
      ['/home/u/virtualenv/crm/3.11/pyvenv.cfg', '/home/u/crm/passenger_wsgi.py'],
    ],
    [
      'LiteSpeed',
      'crm',
      [titled('/home/u/crm', 'lswsgi:/home/u/crm/', '/usr/local/lsws/fcgi-bin/lswsgi')],
      ['/home/u/crm/passenger_wsgi.py'],
    ],
    [
      'Plesk',
      'example.com',
      [run('/var/www/vhosts/example.com/httpdocs', 'node app.js')],
      ['/var/www/vhosts/example.com/httpdocs/package.json'],
    ],
    [
      'HestiaCP',
      'example.com',
      [run('/home/u/web/example.com/nodeapp', 'node app.js')],
      ['/home/u/web/example.com/nodeapp/package.json'],
    ],
    [
      'DirectAdmin',
      'example.com',
      [run('/home/u/domains/example.com/public_html', 'node app.js')],
      ['/home/u/domains/example.com/public_html/package.json'],
    ],
    [
      'FrankenPHP',
      'acme',
      [run('/srv/acme/public', 'frankenphp php-server', { exe: '/usr/local/bin/frankenphp' })],
      ['/srv/acme/composer.json'],
    ],
    [
      'Horizon with / as its working directory',
      'acme.test',
      [
        run('/', 'php8.3 /home/forge/acme.test/artisan horizon'),
        run('/', '/usr/bin/php8.3 artisan horizon:supervisor one redis', { child: 0 }),
        run('/', '/usr/bin/php8.3 artisan horizon:work redis', { child: 1 }),
      ],
      ['/home/forge/acme.test/composer.json'],
    ],
    [
      'Next.js standalone',
      'site',
      [titled('/srv/site/.next/standalone', 'next-server (v14.2.35)', NODE)],
      ['/srv/site/package.json', '/srv/site/.next/standalone/package.json'],
    ],
    ['Nuxt', 'site', [run('/srv/site/.output', 'node server/index.mjs')], ['/srv/site/.output/server/index.mjs']],
    ['SvelteKit', 'site', [run('/srv/site', 'node build')], ['/srv/site/package.json']],
    ['Meteor', 'shop', [run('/opt/shop/bundle', 'node main.js')], ['/opt/shop/bundle/main.js']],
    [
      'Spring Boot in Maven’s directory',
      'shop',
      [run('/srv/shop/target', 'java -jar shop-0.0.1-SNAPSHOT.jar', { exe: JAVA })],
      ['/srv/shop/target/shop-0.0.1-SNAPSHOT.jar'],
    ],
    [
      '.NET',
      'orders',
      [
        run('/srv/orders/bin/Release/net8.0/linux-x64/publish', 'dotnet Orders.dll', {
          exe: '/usr/share/dotnet/dotnet',
        }),
      ],
      ['/srv/orders/bin/Release/net8.0/linux-x64/publish/Orders.dll'],
    ],
    ['Rust', 'shop', [run('/', '/srv/shop/target/release/shopd')], ['/srv/shop/Cargo.toml']],
    [
      'go run',
      'shopd',
      [
        run('/home/u/shopd', 'go run .', { exe: '/usr/local/go/bin/go' }),
        run('/home/u/shopd', '/tmp/go-build1/b001/exe/shopd', { child: 0 }),
      ],
      ['/home/u/shopd/go.mod'],
    ],
    [
      'Starman with / as its working directory',
      'shop',
      [titled('/', 'starman master --workers 3 /srv/shop/app.psgi', '/usr/bin/perl')],
      ['/srv/shop/app.psgi'],
    ],
    [
      'a quadlet of podman',
      'shop',
      [run('/app', 'node server.js', { cgroup: `/system.slice/shop.service/libpod-payload-${ID}` })],
      ['/app/package.json'],
    ],
    ['a script at home', 'bot', [run('/home/u', 'python3 bot.py', { exe: PYTHON })], ['/home/u/bot.py']],
    ['a script in /opt', 'collector', [run('/', 'python3 /opt/collector.py', { exe: PYTHON })], ['/opt/collector.py']],
    ['a binary at home', 'shopd', [run('/home/u', './shopd', { exe: '/home/u/shopd' })], []],
    ['a binary in ~/go/bin', 'shopd', [run('/home/u', '/home/u/go/bin/shopd')], []],
    [
      'a package that npm installed for all',
      'n8n',
      [run('/root', 'node /usr/local/lib/node_modules/n8n/bin/n8n start', { exe: NODE })],
      [],
    ],
    [
      'the server of an editor, whatever it has opened',
      'vscode-server',
      [
        run('/home/u', '/home/u/.vscode-server/bin/a/node /home/u/.vscode-server/bin/a/out/server-main.js'),
        run('/home/u/shop', '/home/u/.vscode-server/bin/a/node --type=extensionHost', { child: 0 }),
      ],
      ['/home/u/shop/manage.py'],
    ],
  ])('%s', (_, names, processes, files) => {
    expect(namesOf(processes, files).join(' ')).toBe(names);
  });

  it('Deployer, by a link', () => {
    const artisan = run('/', 'php /var/www/example.com/current/artisan queue:work', { exe: '/usr/bin/php8.2' });
    const files = ['/var/www/example.com/releases/12/composer.json'];
    expect(namesOf([artisan], files, { '/var/www/example.com/current': 'releases/12' })).toEqual(['example.com']);
  });
});

describe('what a project’s process starts belongs to the project', () => {
  const server = run('/srv/shots', 'node /srv/shots/server.js');
  const files = ['/srv/shots/package.json'];
  const projectsOf = (processes: readonly Running[]) => {
    const samples = processes.map((running, index) => read(running, index));
    const { projects, system } = groupProcesses(snapshot(samples), recognise(samples));
    return { names: projects.map(({ name }) => name), system: system.map(({ process: { pid } }) => pid) };
  };

  it.each<[string, readonly Running[]]>([
    ['a browser', [server, run('/', '/usr/lib/chromium/chromium --headless', { child: 0 })]],
    [
      'a browser’s own processes',
      [
        server,
        run('/', '/opt/google/chrome/chrome --headless', { child: 0 }),
        run('/', '/opt/google/chrome/chrome --type=renderer', { child: 1 }),
      ],
    ],
    ['a converter, by a shell', [server, run('/', 'sh -c ffmpeg', { child: 0 }), run('/', 'ffmpeg', { child: 1 })]],
    [
      'and what started it',
      [
        run('/srv/shots', 'uv run bot.py', { exe: '/usr/local/bin/uv' }),
        run('/srv/shots', 'python3 bot.py', { child: 0 }),
      ],
    ],
  ])('%s', (_, processes) => {
    expect(namesOf(processes, files)).toEqual(['shots']);
    expect(projectsOf(processes).system).toEqual([]);
  });

  it('but what a script in its directory starts elsewhere is a project of its own', () => {
    const script = run('/srv/shots', 'bash start-all.sh', { exe: '/usr/bin/bash' });
    const others = [
      run('/', 'python3 /srv/bot/bot.py', { child: 0 }),
      run('/srv/downloads', 'bin/downloads', { exe: '/srv/downloads/bin/downloads', child: 0 }),
    ];
    expect(namesOf([script, ...others], files)).toEqual(['bot', 'downloads', 'shots']);
    // A converter that a server starts by a shell is the server's, wherever it lies.
    const converter = [run('/', 'sh -c convert', { child: 0 }), run('/', '/opt/convert/bin/convert', { child: 1 })];
    expect(namesOf([server, ...converter], files)).toEqual(['shots']);
  });

  it('but not a prompt in its terminal, nor what runs in another unit', () => {
    namesOf([], files);
    const prompt = run('/srv/shots', 'bash', { exe: '/usr/bin/bash', child: 0 });
    const apart = run('/', '/usr/bin/convertd', { child: 0, unit: 'convertd' });
    expect(projectsOf([server, prompt, apart])).toEqual({ names: ['shots'], system: [101, 102] });
  });
});
