import { join } from 'node:path';
import { asgi, type Refused, rack, wsgi } from './server-case.ts';

const POSTGRES = '/usr/lib/postgresql/15/bin';

/** Of a user who may run it, where the tests run as root, who may not. */
function as(user: string, command: readonly string[]): readonly string[] {
  if (process.geteuid?.() !== 0) return command;
  return ['/usr/bin/setpriv', `--reuid=${user}`, '--regid=nogroup', '--clear-groups', ...command];
}

export const refused: readonly Refused[] = [
  {
    kind: 'uvicorn',
    packages: ['uvicorn'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/uvicorn', '--workers', '2', '--port', String(port), 'app:app'],
    head: 'master',
    workers: 2,
    configured: [2, 'argv --workers'],
    why: /takes no TTIN or TTOU/,
  },
  {
    kind: 'puma',
    packages: ['puma'],
    files: rack,
    command: (port) => ['/usr/bin/puma', '-b', `tcp://127.0.0.1:${port}`],
    head: 'single',
    workers: 0,
    why: /single mode/,
  },
  {
    kind: 'uwsgi',
    packages: ['uwsgi-core', 'uwsgi-plugin-python3'],
    files: () => ({ 'app.py': wsgi }),
    command: (port) => [
      '/usr/bin/uwsgi-core',
      ...['--plugin', 'python3,http', '--http', `127.0.0.1:${port}`, '--master', '-p', '2', '--wsgi-file', 'app.py'],
      ...['--mule', '--die-on-term'],
    ],
    what: 'without titles, with a mule and a router',
    head: 'master',
    workers: 2,
    helpers: 2,
    configured: [2, 'argv -p'],
    why: /master-fifo and cheaper is missing/,
  },
  {
    kind: 'uwsgi',
    what: 'with titles, a mule and a router',
    packages: ['uwsgi-core', 'uwsgi-plugin-python3'],
    files: () => ({ 'app.py': wsgi }),
    command: (port) => [
      '/usr/bin/uwsgi-core',
      ...['--plugin', 'python3,http', '--http', `127.0.0.1:${port}`, '--master', '-p', '2', '--wsgi-file', 'app.py'],
      ...['--auto-procname', '--procname-prefix-spaced', 'shop', '--mule', '--die-on-term'],
    ],
    head: 'master',
    workers: 2,
    helpers: 2,
    configured: [null, null],
    why: /freeze/,
  },
  {
    kind: 'hypercorn',
    packages: ['python3-hypercorn'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/hypercorn', '-w', '2', '-b', `127.0.0.1:${port}`, 'app:app'],
    head: 'master',
    workers: 2,
    configured: [2, 'argv -w'],
    why: /another -w/,
  },
  {
    kind: 'daphne',
    packages: ['python3-daphne'],
    files: () => ({ 'app.py': asgi }),
    command: (port) => ['/usr/bin/python3', '-m', 'daphne', '-p', String(port), 'app:app'],
    head: 'single',
    workers: 0,
    why: /one process/,
  },
  {
    kind: 'php-fpm',
    packages: ['php-fpm'],
    what: 'with two pools',
    files: (port, folder) => ({
      'fpm.conf': `[global]\ndaemonize = no\nerror_log = /dev/stderr\ninclude=${folder}/pools/*.conf\n`,
      'pools/www.conf': `[www]\nuser = nobody\ngroup = nogroup\nlisten = 127.0.0.1:${port}\npm = static\npm.max_children = 2\n`,
      'pools/blog.conf': `[blog]\nuser = nobody\ngroup = nogroup\nlisten = ${folder}/blog\npm = dynamic\npm.max_children = 4\npm.start_servers = 1\npm.min_spare_servers = 1\npm.max_spare_servers = 2\n`,
    }),
    command: (_, folder) => ['/usr/sbin/php-fpm8.2', '-F', '-R', '-y', join(folder, 'fpm.conf')],
    head: 'master',
    workers: 3,
    configured: [6, 'pm.max_children'],
    pools: [
      ['blog', 1, 4],
      ['www', 2, 2],
    ],
    why: /pm\.max_children in .*kill -USR2/,
  },
  {
    kind: 'nginx',
    packages: ['nginx-light'],
    files: (port, folder) => ({
      'nginx.conf': `daemon off;\nworker_processes 2;\npid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; proxy_cache_path ${folder}/cache keys_zone=c:1m; server { listen 127.0.0.1:${port}; } }\n`,
    }),
    command: (_, folder) => ['/usr/sbin/nginx', '-p', folder, '-c', join(folder, 'nginx.conf')],
    head: 'master',
    workers: 2,
    helpers: 1,
    configured: [2, 'nginx.conf'],
    why: /worker_processes in .*nginx -s reload/,
  },
  {
    kind: 'apache',
    what: 'with a mod_wsgi daemon',
    packages: ['apache2-bin', 'libapache2-mod-wsgi-py3'],
    files: (port, folder) => ({
      'app.wsgi': wsgi,
      'httpd.conf': `ServerRoot ${folder}\nPidFile ${folder}/pid\nListen 127.0.0.1:${port}\nServerName localhost\nErrorLog /dev/stderr\nInclude mods/*.load\nUser nobody\nGroup nogroup\nMutex file:${folder}\nStartServers 2\nMinSpareServers 2\nMaxSpareServers 2\nMaxRequestWorkers 4\nWSGISocketPrefix ${folder}/wsgi\nWSGIDaemonProcess shop processes=2 threads=2 display-name=%{GROUP}\nWSGIProcessGroup shop\nWSGIScriptAlias / ${folder}/app.wsgi\n`,
      'mods/all.load': ['mpm_prefork', 'authz_core', 'wsgi']
        .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`)
        .join(''),
    }),
    command: (_, folder) => ['/usr/sbin/apache2', '-f', join(folder, 'httpd.conf'), '-DFOREGROUND'],
    head: 'master',
    workers: 4,
    configured: [4, 'MaxRequestWorkers'],
    pools: [
      ['requests', 2, 4],
      ['wsgi:shop', 2, 2],
    ],
    why: /MaxRequestWorkers.*apachectl graceful/,
  },
  {
    kind: 'postgres',
    packages: ['postgresql-15'],
    prepare: (folder) => as('postgres', [`${POSTGRES}/initdb`, '-D', join(folder, 'data'), '-N', '--auth=trust']),
    command: (port, folder) =>
      as('postgres', [
        `${POSTGRES}/postgres`,
        ...['-D', join(folder, 'data'), '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
      ]),
    head: 'master',
    workers: 0,
    helpers: 4,
    why: /max_connections/,
  },
  {
    kind: 'mariadb',
    packages: ['mariadb-server-core'],
    command: (_, folder) =>
      as('nobody', [
        '/usr/sbin/mariadbd',
        ...['--no-defaults', `--datadir=${folder}`, `--socket=${folder}/s`, `--pid-file=${folder}/pid`],
        ...['--skip-networking', '--skip-grant-tables', '--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M'],
      ]),
    head: 'single',
    workers: 0,
    why: /innodb_buffer_pool_size/,
  },
  {
    kind: 'rq',
    packages: ['python3-rq', 'redis-server'],
    redis: true,
    command: (_, __, redis) => ['/usr/bin/rq', 'worker', '--url', `redis://127.0.0.1:${redis}`, 'mail'],
    head: 'single',
    workers: 0,
    configured: [1, 'default'],
    version: /^1\./,
    why: /another `rq worker`/,
  },
  {
    kind: 'django-runserver',
    what: 'with its reloader',
    packages: ['python3-django'],
    files: () => ({
      'manage.py':
        "import sys\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\nsettings.configure(DEBUG=True, ROOT_URLCONF='urls', SECRET_KEY='x', ALLOWED_HOSTS=['*'])\nexecute_from_command_line(sys.argv)\n",
      'urls.py': 'urlpatterns = []\n',
    }),
    command: (port) => ['/usr/bin/python3', 'manage.py', 'runserver', `127.0.0.1:${port}`],
    head: 'single',
    workers: 0,
    helpers: 1,
    version: /^3\./,
    why: /for development/,
  },
  {
    kind: 'sidekiq',
    packages: ['ruby-sidekiq', 'redis-server'],
    redis: true,
    files: () => ({
      'jobs.rb': "Sidekiq.configure_server { |config| config.redis = { url: ENV.fetch('REDIS') } }\n",
    }),
    command: () => ['/usr/bin/sidekiq', '-c', '2', '-r', './jobs.rb'],
    env: (_, redis) => ({ REDIS: `redis://127.0.0.1:${redis}` }),
    head: 'single',
    workers: 0,
    version: /^6\./,
    configured: [null, null],
    why: /threads to the log on TTIN, and TTOU would freeze it/,
  },
  {
    kind: 'foreman',
    packages: ['ruby-foreman'],
    files: () => ({ Procfile: 'web: sleep 600\n' }),
    command: () => ['/usr/bin/foreman', 'start'],
    head: 'single',
    workers: 0,
    why: /-m web=2/,
  },
  {
    kind: 'supervisord',
    packages: ['supervisor'],
    files: (_, folder) => ({
      'supervisord.conf': `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n`,
      'manage.py': '',
    }),
    command: (_, folder) => ['/usr/bin/supervisord', '-c', join(folder, 'supervisord.conf')],
    head: 'single',
    workers: 0,
    why: /numprocs/,
  },
  {
    kind: 'waitress',
    packages: ['python3-waitress'],
    files: () => ({ 'app.py': wsgi }),
    command: (port) => ['/usr/bin/python3', '-m', 'waitress', `--listen=127.0.0.1:${port}`, 'app:application'],
    head: 'single',
    workers: 0,
    why: /another --threads/,
  },
  {
    kind: 'redis',
    packages: ['redis-server'],
    command: (port) => ['/usr/bin/redis-server', '--port', String(port), '--save', ''],
    head: 'single',
    workers: 0,
    why: /maxmemory/,
  },
  {
    kind: 'jupyter',
    packages: ['jupyter-notebook'],
    command: (port) => [
      '/usr/bin/jupyter-notebook',
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      `--port=${port}`,
    ],
    head: 'single',
    workers: 0,
    why: /each notebook/,
  },
  {
    kind: 'memcached',
    packages: ['memcached'],
    command: (port) => ['/usr/bin/memcached', '-u', 'nobody', '-l', '127.0.0.1', '-p', String(port)],
    head: 'single',
    workers: 0,
    why: /threads/,
  },
  {
    kind: 'node-cluster',
    packages: [],
    files: () => ({
      'cluster.js':
        "const cluster = require('node:cluster');\nif (cluster.isPrimary) { cluster.fork(); cluster.fork(); }\nelse require('node:http').createServer().listen(0);\n",
    }),
    command: () => [process.execPath, 'cluster.js'],
    head: 'master',
    workers: 2,
    why: /up to the app/,
  },
  {
    kind: 'prefork',
    packages: [],
    files: () => ({
      'served.py':
        'import os, socket, time\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen(5)\nfor _ in range(2):\n    if os.fork() == 0:\n        break\ntime.sleep(600)\n',
    }),
    command: () => ['/usr/bin/python3', 'served.py'],
    head: 'master',
    workers: 2,
    why: /is not known/,
  },
];
