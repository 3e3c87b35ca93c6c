/** The code that a new worker would load from disk: workertop warns if it is newer than the workers. */
import { describe, expect, it } from 'vitest';
import { factRequests } from '../../src/servers/registry.ts';
import { type SampleOptions, sample } from '../helpers/samples.ts';

/** Which of these files a new worker loads. */
function loaded(argv: readonly string[], rest: Partial<SampleOptions> = {}): readonly string[] {
  const wanted = factRequests.code(sample({ pid: 1, argv, cwd: '/p', ...rest }).facts);
  const files = ['views.py', 'user.rb', 'config.ru', 'puma.rb', 'unicorn.rb', 'app.psgi', 'app.js', 'app.css'];
  return files.filter((name) => wanted?.test(name));
}

const lines = (path: string, ...written: readonly string[]) => ({ configLines: { [path]: written } });

describe('a new worker of puma', () => {
  const ruby = ['user.rb', 'config.ru'];
  const puma = (version: string, ...written: readonly string[]) =>
    loaded([`puma ${version} (tcp://0.0.0.0:9292) [p]`], lines('/p/config/puma.rb', ...written));

  it('takes over the code of its master in a cluster, unless that is switched off', () => {
    expect(puma('5.6.5', 'workers 2')).toEqual([]);
    expect(puma('6.4.0', 'workers 2', 'preload_app!')).toEqual([]);
    expect(puma('6.4.0', 'workers 2', 'preload_app! false')).toEqual(ruby);
    expect(puma('6.4.0', 'workers 2', 'preload_app!(false)')).toEqual(ruby);
    expect(puma('6.4.0', 'workers 2', 'prune_bundler')).toEqual(ruby);
  });

  it('takes over the code of worker 0 with fork_worker', () => {
    expect(puma('6.4.0', 'workers 2', 'preload_app! false', 'fork_worker')).toEqual([]);
  });

  it('loads it itself before puma 5, unless preload_app! is set', () => {
    expect(puma('4.3.8', 'workers 2')).toEqual(ruby);
    expect(puma('4.3.8', 'workers 2', 'preload_app!')).toEqual([]);
  });
});

it('a new worker of unicorn loads the app, unless preload_app is true', () => {
  const title = ['unicorn master -c /p/unicorn.rb -D'];
  expect(loaded(title)).toEqual(['user.rb', 'config.ru']);
  expect(loaded(title, lines('/p/unicorn.rb', 'worker_processes 2', 'preload_app false'))).not.toEqual([]);
  expect(loaded(title, lines('/p/unicorn.rb', 'worker_processes 2', 'preload_app true'))).toEqual([]);
});

it('a new worker of Starman loads the app, unless it has --preload-app', () => {
  expect(loaded(['starman master --workers 3 app.psgi'])).toEqual(['app.psgi']);
  expect(loaded(['starman master --preload-app app.psgi'])).toEqual([]);
});

it('a new worker of uWSGI loads the app with lazy-apps only', () => {
  const argv = ['uwsgi', '--ini', '/p/shop.ini'];
  expect(loaded(argv, lines('/p/shop.ini', '[uwsgi]', 'master = true'))).toEqual([]);
  expect(loaded(argv, lines('/p/shop.ini', '[uwsgi]', 'lazy-apps = true'))).toContain('views.py');
  expect(loaded([...argv, '--lazy-apps'])).toContain('views.py');
});

it('a new process of an app of pm2 loads its code', () => {
  const environment = { name: 'web', pm_id: '3' };
  expect(loaded(['node', '/p/app.js'], { environment })).toContain('app.js');
  expect(loaded(['node', '/p/app.js'])).toEqual([]);
});

it('a new worker loads nothing anew if its pool forks from what has loaded the app', () => {
  expect(loaded(['celery', '-A', 'shop', 'worker'])).toEqual([]);
  expect(loaded(['pitchfork monitor - -c /p/pitchfork.rb'])).toEqual([]);
  expect(loaded(['php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)'])).toEqual([]);
});

it('a title hides --preload, and the systemd unit tells it', () => {
  const file = '/etc/systemd/system/shop.service';
  const unit = { cgroup: '/system.slice/shop.service' };
  const title = ['gunicorn: master [shop.wsgi]'];
  expect(loaded(title, { ...unit, ...lines(file, 'ExecStart=/v/bin/gunicorn -w 3 shop.wsgi') })).toEqual(['views.py']);
  expect(loaded(title, { ...unit, ...lines(file, 'ExecStart=/v/bin/gunicorn --preload shop.wsgi') })).toEqual([]);
});
