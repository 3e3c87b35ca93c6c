import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOf, maskArgv } from '../../src/model/mask.ts';
import { facts } from '../helpers/samples.ts';

it('stays quick and closed for command lines of megabytes', () => {
  const long = 'x'.repeat(3_000_000);
  expect(maskArgv([long]).join(' ').length).toBeLessThan(2000);
  expect(maskArgv(['celery', `redis://:hunter2${long}@host`]).join(' ')).toBe('celery redis://***');
  expect(maskArgv(Array.from({ length: 100_000 }, () => 'a')).length).toBeLessThan(1000);
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
  ])('stays as it is without any: %j', (argv) => {
    expect(maskArgv(argv)).toEqual(argv);
  });

  it('never shows a password of a URL or an assignment', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9/@:+=%.-]{6,20}$/).map((text) => `S3${text}Z`);
    fc.assert(
      fc.property(secret, fc.constantFrom('redis', 'postgres+psycopg'), (text, scheme) => {
        const argv = ['x', `${scheme}://bob:${text}@host/0`, `TOKEN=${text}`, '--api-key', text];
        expect(maskArgv(argv).join(' ')).not.toContain(text);
      }),
    );
  });
});

it('shows the name in brackets where there is no command line', () => {
  expect(commandOf(facts({ argv: [], comm: 'kworker' }))).toBe('[kworker]');
});
