/** A host that serves several things, as small servers do. A bash script starts them all, and waits for none. */
export interface Scene {
  readonly name: string;
  /** `$D` is an empty directory, `$PORT` the first of 20 free ports; `as USER CMD…` runs a command as that user. */
  readonly script: string;
  /** Seconds until all have loaded. */
  readonly loads: number;
  /** Names that its owner would look for among the projects. */
  readonly projects: readonly string[];
}

/** A Django-like app that takes some memory. */
const wsgi = String.raw`
app() { mkdir -p $D/$1; touch $D/$1/manage.py
  printf 'B = [bytes([i %% 250 + 1]) * 1048576 for i in range(%d)]\ndef application(e, s):\n    s("200 OK", [])\n    return [b"ok"]\n' $2 > $D/$1/wsgi.py; }
web() { ( cd $D/$1; shift; exec /usr/bin/gunicorn "$@" wsgi ) & }
`;

export const scenes: readonly Scene[] = [
  {
    name: 'two gunicorn projects',
    script: `${wsgi}
app shop 40; app blog 25
web shop -w 3 -b 127.0.0.1:$PORT
web blog -w 2 --preload -b 127.0.0.1:$((PORT + 1))`,
    loads: 2,
    projects: ['shop', 'blog'],
  },
  {
    name: 'php-fpm with four pools, nginx',
    script: String.raw`
mkdir $D/pools; for site in cloud forum wiki games; do mkdir $D/$site
printf '<?php $page = str_repeat("x", 25_000_000); sleep(120);' > $D/$site/index.php
printf '[%s]\nuser = www-data\ngroup = www-data\nlisten = %s/%s.sock\nchdir = %s/%s\npm = static\npm.max_children = 4\n' $site $D $site $D $site > $D/pools/$site.conf; done
chmod -R a+rX $D
printf '[global]\nerror_log = %s/log\ninclude = %s/pools/*.conf\n' $D $D > $D/fpm.conf
{ printf 'daemon off;\npid %s/pid;\nerror_log %s/nginx.log;\nevents {}\nhttp { access_log off;\n' $D $D; n=0
for site in cloud forum wiki games; do printf 'server { listen 127.0.0.1:%d; location / { fastcgi_param SCRIPT_FILENAME %s/%s/index.php; fastcgi_param REQUEST_METHOD GET; fastcgi_pass unix:%s/%s.sock; } }\n' $((PORT + n)) $D $site $D $site; n=$((n + 1)); done; echo '}'; } > $D/nginx.conf
/usr/sbin/php-fpm8.2 -F -R -y $D/fpm.conf &
/usr/sbin/nginx -c $D/nginx.conf &
sleep 1; for n in 0 1 2 3; do for request in 1 2 3; do ( exec 3<>/dev/tcp/127.0.0.1/$((PORT + n)) && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && exec cat <&3 ) & done; done`,
    loads: 3,
    projects: ['cloud', 'forum', 'wiki', 'games', 'nginx'],
  },
  {
    name: 'Rails on 1 GB: puma, sidekiq, redis',
    script: String.raw`
mkdir $D/store; cd $D/store; touch Gemfile
printf '$ballast = Array.new(30) { |i| (i + 1).chr * 1048576 }\nrun ->(env) { [200, {}, ["ok"]] }\n' > config.ru
printf '$ballast = Array.new(20) { |i| (i + 1).chr * 1048576 }\nclass Job; include Sidekiq::Worker; end\n' > jobs.rb
/usr/bin/redis-server --port $PORT --save "" --dir $D &
/usr/bin/puma -w 2 -t 1:2 -b tcp://127.0.0.1:$((PORT + 1)) config.ru &
REDIS_URL=redis://127.0.0.1:$PORT/0 /usr/bin/sidekiq -c 2 -r ./jobs.rb &`,
    loads: 3,
    projects: ['store', 'redis'],
  },
  {
    name: 'pm2 with three apps',
    script: `
for name in orders mails portal; do mkdir $D/$name; printf '{"name": "%s"}' $name > $D/$name/package.json
printf 'const b = Buffer.alloc(20e6, 1); require("http").createServer((q, r) => r.end("ok")).listen(%d, "127.0.0.1")' $PORT > $D/$name/server.js
PORT=$((PORT + 1)); done
export PM2_HOME=$D/.pm2
( cd $D/orders && $PM2 start server.js --name orders -i 2; cd ../mails && $PM2 start server.js --name mails; cd ../portal && $PM2 start server.js --name portal ) >/dev/null
trap '$PM2 kill >/dev/null' EXIT
# pm2 leaves its daemon to itself: this shell stands for the host.
sleep 600 &`,
    loads: 3,
    projects: ['orders', 'mails', 'portal'],
  },
  {
    name: 'a JVM, a Go program and Django',
    script: `${wsgi}
app tickets 30; web tickets -w 2 -b 127.0.0.1:$PORT
mkdir -p $D/billing/{conf,logs,temp,webapps,work}; cp /usr/share/tomcat10/etc/web.xml $D/billing/conf/ 2>/dev/null || touch $D/billing/conf/web.xml
echo "<Server port='-1'><Service name='c'><Connector port='$((PORT + 1))' address='127.0.0.1'/><Engine name='c' defaultHost='localhost'><Host name='localhost'/></Engine></Service></Server>" > $D/billing/conf/server.xml
CATALINA_HOME=/usr/share/tomcat10 CATALINA_BASE=$D/billing CATALINA_OPTS=-Xmx128m /usr/share/tomcat10/bin/catalina.sh run >/dev/null 2>&1 &
mkdir -p $D/downloads/bin; cp /usr/bin/caddy $D/downloads/bin/downloads; ( cd $D/downloads; exec bin/downloads file-server --listen 127.0.0.1:$((PORT + 2)) ) >/dev/null 2>&1 &`,
    loads: 3,
    projects: ['tickets', 'billing', 'downloads'],
  },
  {
    name: 'a database host',
    script: `
chmod a+rx $D; mkdir $D/pg $D/my; chown postgres $D/pg; chown nobody $D/my
as postgres /usr/lib/postgresql/15/bin/initdb -D $D/pg -N --auth=trust >/dev/null
as postgres /usr/lib/postgresql/15/bin/postgres -D $D/pg -c listen_addresses= -c unix_socket_directories=$D/pg -c shared_buffers=64MB &
as nobody /usr/sbin/mariadbd --no-defaults --datadir=$D/my --socket=$D/my/s --pid-file=$D/my/pid --skip-networking --skip-grant-tables &
/usr/bin/redis-server --port $PORT --save "" --dir $D &
/usr/bin/memcached -u nobody -l 127.0.0.1 -p $((PORT + 1)) &`,
    loads: 3,
    projects: ['postgres', 'mariadb', 'redis', 'memcached'],
  },
  {
    name: 'celery, beat, redis and a site',
    script: String.raw`
mkdir $D/shop; cd $D/shop; touch manage.py
printf 'from celery import Celery, signals\nB = []\n@signals.worker_process_init.connect\ndef load(**_):\n    B.extend(bytes([i + 1]) * 1048576 for i in range(40))\napp = Celery("shop", broker="redis://127.0.0.1:%d/0")\n' $PORT > shop.py
printf 'def application(e, s):\n    s("200 OK", [])\n    return [b"ok"]\n' > wsgi.py
/usr/bin/redis-server --port $PORT --save "" --dir $D & sleep 1
/usr/bin/celery -A shop worker -c 3 -Q mail,news &
/usr/bin/celery -A shop beat -s $D/schedule &
/usr/bin/gunicorn -w 2 -b 127.0.0.1:$((PORT + 1)) wsgi &`,
    loads: 3,
    projects: ['shop', 'redis'],
  },
  {
    name: 'uWSGI emperor with three vassals',
    script: String.raw`
mkdir $D/vassals; n=0; for s in teas coffee bakery; do mkdir $D/$s; n=$((n + 1))
printf 'B = [bytes([i + 1]) * 1048576 for i in range(25)]\ndef application(e, s):\n    s("200 OK", [])\n    return [b"hi"]\n' > $D/$s/wsgi.py
printf '[uwsgi]\nplugin = python3\nchdir = %s/%s\nmodule = wsgi\nmaster = true\nprocesses = %d\nhttp-socket = 127.0.0.1:%d\n' $D $s $((n + 1)) $((PORT + n)) > $D/vassals/$s.ini; done
/usr/bin/uwsgi --emperor $D/vassals --master >/dev/null 2>&1 &`,
    loads: 2,
    projects: ['teas', 'coffee', 'bakery'],
  },
  {
    name: 'Next.js behind caddy',
    script: String.raw`
mkdir $D/portal; cd $D/portal; printf '{"name": "portal", "scripts": {"start": "node server.js"}}' > package.json
printf 'process.title = "next-server (v14.2.35)"; const b = Buffer.alloc(60e6, 1); require("http").createServer((q, r) => r.end("ok")).listen(%d, "127.0.0.1")' $PORT > server.js
npm start >/dev/null &
printf '{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:%d {\n reverse_proxy 127.0.0.1:%d\n}\n' $((PORT + 1)) $PORT > $D/Caddyfile
HOME=$D XDG_DATA_HOME=$D XDG_CONFIG_HOME=$D /usr/bin/caddy run --config $D/Caddyfile --adapter caddyfile >/dev/null 2>&1 &`,
    loads: 3,
    projects: ['portal', 'caddy'],
  },
  {
    name: 'jobs and scripts, files in memory',
    script: String.raw`
mkdir -p $D/bot $D/import $D/acme.test; head -c 60M /dev/zero > /dev/shm/workertop-hosts; trap 'rm -f /dev/shm/workertop-hosts' EXIT
printf 'import time\nB = bytearray(b"x" * 40_000_000)\nwhile True: time.sleep(1)\n' > $D/bot/bot.py
printf 'my $b = "x" x 30_000_000; sleep 1 while 1;' > $D/import/import.pl
printf '<?php $b = str_repeat("x", 20_000_000); while (true) sleep(1);' > $D/acme.test/artisan
( cd /; exec /usr/bin/python3 $D/bot/bot.py ) &
( cd /; exec /usr/bin/perl $D/import/import.pl ) &
( cd /; exec /usr/bin/php -d memory_limit=-1 $D/acme.test/artisan queue:work redis ) &
( cd $D/import; exec sh -c 'while :; do /usr/bin/perl -e "1" ; sleep 1; done' ) &`,
    loads: 3,
    projects: ['bot', 'import', 'acme.test'],
  },
];
