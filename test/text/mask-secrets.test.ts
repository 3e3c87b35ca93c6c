import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOf, maskArgv } from '../../src/text/mask-secrets.ts';
import { facts } from '../helpers/samples.ts';

it('a command line of megabytes is masked quickly, and shows no secret', () => {
  const long = 'x'.repeat(3_000_000);
  expect(maskArgv([long]).join(' ').length).toBeLessThan(2000);
  expect(maskArgv(['celery', `redis://:hunter2${long}@host`]).join(' ')).toBe('celery redis://***');
  expect(maskArgv(Array.from({ length: 100_000 }, () => 'a')).length).toBeLessThan(1000);
});

it('a longer command line takes no longer for each character to mask', () => {
  const hostile = ['token', 'eyJ-', '://a:', 'a@', 'key: ', 'pass"  ', 'bearer ', ') [', 'mysql -p '].flatMap(
    (piece) => [piece.repeat(1000).slice(0, 1000), piece.repeat(20).trimEnd()],
  );
  const timeOf = (argv: readonly string[]) => {
    const started = performance.now();
    maskArgv(argv);
    return performance.now() - started;
  };
  for (const word of hostile) {
    const most = Math.min(...[1, 2, 3].map(() => timeOf(Array.from({ length: 200 }, () => word))));
    expect(most, word.slice(0, 20)).toBeLessThan(100);
  }
});

describe('a command line', () => {
  it.each([
    [['celery', '-b', 'redis://:hunter2@host:6379/0'], 'celery -b redis://:***@host:6379/0'],
    [['x', 'amqp://bob:p@ss/w@host/v'], 'x amqp://bob:***@host/v'],
    [['x', '--password', 'hunter2', '--port', '1'], 'x --password *** --port 1'],
    [['x', '--db-password=my hunter2'], 'x --db-password=***'],
    [['env', 'SECRET_KEY=hunter2', 'AWS_SECRET_ACCESS_KEY=h u', 'x'], 'env SECRET_KEY=*** AWS_SECRET_ACCESS_KEY=*** x'],
    [['sh', '-c', 'API_KEY=hunter2 gunicorn -w 3'], 'sh -c API_KEY=*** gunicorn -w 3'],
    [['mysqldump', '-phunter2', 'shop'], 'mysqldump -p*** shop'],
    [['mysql', '-p', 'shop'], 'mysql -p shop'],
    [['redis-cli', '-a', 'hunter2', 'ping'], 'redis-cli -a *** ping'],
    [['sshpass', '-p', 'hunter2', 'ssh', 'host'], 'sshpass -p *** ssh host'],
    [['curl', '-H', 'Authorization: Bearer hunter2'], 'curl -H Authorization: Bearer ***'],
    [['curl', '-H', 'X-Api-Key: hunter2'], 'curl -H X-Api-Key: ***'],
    [['curl', '-u', 'bob:hunter2', 'http://h/'], 'curl -u *** http://h/'],
    [['curl', '--user', 'bob:hunter2', 'http://h/'], 'curl --user *** http://h/'],
    [['curl', 'http://h/?user=bob&token=hunter2'], 'curl http://h/?user=bob&token=***'],
    [
      ['redis-server', '*:6379', '--requirepass', 'hunter2', '--masterauth', 'h2'],
      'redis-server *:6379 --requirepass *** --masterauth ***',
    ],
    [['mysqladmin', '-uroot', '-phunter2', 'ping'], 'mysqladmin -uroot -p*** ping'],
    [
      ['docker', 'run', '-eDB_PASSWORD=hunter2', '--env=SECRET_KEY=h2', 'x'],
      'docker run -eDB_PASSWORD=*** --env=SECRET_KEY=*** x',
    ],
    [['psql', 'host=h password=hunter2 dbname=shop'], 'psql host=h password=***'],
    [['x', '{"user": "bob", "password": "hunter2"}'], 'x {"user": "bob", "password":***'],
    [['openssl', 'rsa', '-passin', 'pass:hunter2'], 'openssl rsa -passin pass:***'],
    [['openssl', 'enc', '-k', 'pass:hunter2'], 'openssl enc -k pass:***'],
    [['x', 'MYSQL_PWD=hunter2', 'SENTRY_DSN=https://k@h/1'], 'x MYSQL_PWD=*** SENTRY_DSN=***'],
    [['x', '--dsn', 'https://k@h/1'], 'x --dsn ***'],
    [['x', 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1'], 'x https://***@o1.ingest.sentry.io/1'],
    [['git', 'clone', 'https://ghp_0123456789abcdefghij@github.com/a/b'], 'git clone https://***@github.com/a/b'],
    [['x', '--aws-access-key-id', 'AKIAIOSFODNN7EXAMPLE'], 'x --aws-access-key-id ***'],
    [['x', 'AKIAIOSFODNN7EXAMPLE', 'sk_live_0123456789abcdef'], 'x *** ***'],
    [['x', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'], 'x ***'],
    [
      ['env', 'STRIPE_KEY=sk_live_1', 'PGPASSWORD=h2', 'BASIC_AUTH=a:b'],
      'env STRIPE_KEY=*** PGPASSWORD=*** BASIC_AUTH=***',
    ],
    [['x', '-bredis://:hunter2@h', '--pgpassword', 'h2'], 'x -bredis://:***@h --pgpassword ***'],
    [
      ['pip', '--index-url=https://a1b2c3d4e5f6@pypi.shop.io/simple'],
      'pip --index-url=https://***@pypi.shop.io/simple',
    ],
    [['x', 'https://user@host/', 'https://x%2Fy0123456789abc@h'], 'x https://user@host/ https://***@h'],
    [['x', 'amqp://a:s@h1,amqp://b:t@h2//'], 'x amqp://a:***@h2//'],
    [['x', 'bob:hunter2@tcp(db:3306)/shop'], 'x bob:***@tcp(db:3306)/shop'],
    [['x', 'DefaultEndpointsProtocol=https;AccountKey=hunter2=='], 'x DefaultEndpointsProtocol=https;AccountKey=***'],
    [['curl', '-b', 'sessionid=hunter2', 'http://h/'], 'curl -b *** http://h/'],
    [
      ['curl', '-H', 'Cookie: a=hunter2', '-H', 'Authorization: Basic aHVudGVyMg=='],
      'curl -H Cookie: *** -H Authorization: Basic ***',
    ],
    [
      ['x', 'SG.0123456789abcdef', 'glpat-0123456789abcdef', 'xoxb-0123456789-abc', 'npm_0123456789abcdef'],
      'x *** *** *** ***',
    ],
    [['x', 'github_pat_0123456789abcdef', 'AIzaSyA0123456789abcdef', 'sk-ant-0123456789abcdef'], 'x *** *** ***'],
    [['mongodump', '-u', 'bob', '-p', 'hunter2'], 'mongodump -u bob -p ***'],
    [['bash', '-lc', 'export TOKEN=hunter2\nrun'], 'bash -lc export TOKEN=*** run'],
    [['ssh', 'host', 'mysql -phunter2 shop'], 'ssh host mysql -p*** shop'],
    [['su', 'web', '-c', 'celery -b redis://:hunter2@h'], 'su web -c celery -b redis://:***@h'],
    [['gunicorn: master [shop] SECRET_KEY=hunter2 -w 3'], 'gunicorn: master [shop] SECRET_KEY=*** -w 3'],
    [
      ['[celeryd: a@h:MainProcess] -active- (-A shop -b redis://:hunter2@h worker)'],
      '[celeryd: a@h:MainProcess] -active- (-A shop -b redis://:***@h worker)',
    ],
  ])('has its secrets masked: %j', (argv, masked) => {
    expect(maskArgv(argv).join(' ')).toBe(masked);
  });

  it.each([
    [['gunicorn', '-p', '/run/shop.pid', '-w', '3', 'shop.wsgi']],
    [['nginx: master process nginx -g daemon off;']],
    [['celery', '-A', 'shop', 'worker', '-n', 'celery@host']],
    [['curl', 'http://127.0.0.1:8000/a']],
    [['ssh', 'git@host']],
    [['x', '--secret', '--verbose']],
    [['gunicorn', 'shop.secrets:app', '-b', 'unix:/run/secrets/shop.sock']],
    [['gunicorn', '--env', 'DJANGO_SETTINGS_MODULE=shop.settings', '--keyfile', '/etc/ssl/key.pem']],
    [['sh', '-c', 'cd /srv/passwords && exec ./run --port 8000']],
    [['env', 'PWD=/srv/shop', 'OLDPWD=/', 'run']],
    [['celery', '-A', 'tokens', 'worker', '-n', 'celery@host-with-a-very-long-name']],
    [['nginx', '--ssl-key=/etc/ssl/key.pem', '--key', './key.pem', 'monkey=1']],
    [['celery', '-A', 'shop', 'worker', '--hostname=shop@host-0123456789']],
    [['python3', 'sort.py', '--sort', 'key', 'keyword=shop']],
    [['rsync', 'rsync://backup@host/module', 'https://user@host/']],
  ])('stays as it is without any: %j', (argv) => {
    expect(maskArgv(argv)).toEqual(argv);
  });

  it('never shows a password of a URL or an assignment', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9/@:+=%.-]{6,20}$/).map((text) => `S3${text}Z`);
    fc.assert(
      fc.property(secret, fc.constantFrom('redis', 'postgres+psycopg'), (text, scheme) => {
        const argv = [
          'x',
          `${scheme}://bob:${text}@host/0`,
          `TOKEN=${text}`,
          `-eKEY_PASSWORD=${text}`,
          '--api-key',
          text,
        ];
        expect(maskArgv(argv).join(' ')).not.toContain(text);
      }),
    );
  });
});

it('a process without a command line is shown by its name in brackets', () => {
  expect(commandOf(facts({ argv: [], comm: 'kworker' }))).toBe('[kworker]');
});
