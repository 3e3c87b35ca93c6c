import { describe, expect, it } from 'vitest';
import { programOf, titleOf } from '../../../src/servers/kit/program.ts';
import { maskArgv } from '../../../src/text/mask-secrets.ts';

describe('the program and its arguments are found in argv', () => {
  it.each([
    [
      ['/p/.venv/bin/python3', '/p/.venv/bin/gunicorn', '-w', '3', 'a.wsgi'],
      'python',
      'gunicorn',
      ['-w', '3', 'a.wsgi'],
    ],
    [['.venv/bin/python', '-m', 'gunicorn', 'a.wsgi'], 'python', 'gunicorn', ['a.wsgi']],
    [['python3.11', '-um', 'celery', 'worker'], 'python', 'celery', ['worker']],
    [['python3', '-X', 'dev', '-W', 'once', 'manage.py', 'runserver'], 'python', 'manage.py', ['runserver']],
    [['python3', '-Wonce', '-mcelery', 'beat'], 'python', 'celery', ['beat']],
    [['python3', '-c', 'import time', 'x'], 'python', null, []],
    [['python3'], 'python', null, []],
    [['/usr/bin/ruby3.1', '-I', 'lib', '/usr/bin/puma', '-w', '2'], 'ruby', 'puma', ['-w', '2']],
    [['node', '--max-old-space-size=400', '-r', 'x', 'app.js', '1'], 'node', 'app.js', ['1']],
    [['php8.2', '-d', 'a=b', 'artisan', 'queue:work'], 'php', 'artisan', ['queue:work']],
    [['deno', 'run', '--allow-net', '/srv/api/main.ts', '--port'], 'deno', 'main.ts', ['--port']],
    [['/usr/local/bin/deno', 'serve', '-c', 'deno.json', 'main.ts'], 'deno', 'main.ts', []],
    [['deno', 'task', 'start'], 'deno', null, []],
    [['bun', '--watch', 'run', 'src/index.ts'], 'bun', 'index.ts', []],
    [['bun', './server.js', '1'], 'bun', 'server.js', ['1']],
    [['bun', 'run', 'start'], 'bun', null, []],
    [['perl', '-e', 'sleep 1', 'x'], 'perl', null, []],
    [['/usr/bin/node_exporter', '--web'], null, 'node_exporter', ['--web']],
    [['gunicorn: master [a.wsgi]'], null, null, []],
    [[], null, null, []],
  ])('%j', (argv, interpreter, name, args) => {
    expect(programOf(argv)).toMatchObject({ interpreter, name, args });
  });
});

it('an argv of one argument with spaces is a title, padding left off', () => {
  expect(titleOf(['gunicorn: master [a]   '])).toBe('gunicorn: master [a]');
  expect(titleOf(['redis-server'])).toBeNull();
  expect(titleOf(['sh', '-c', 'a b'])).toBeNull();
});

it.each(['constructor', 'toString', '__proto__', 'valueOf'])('a program called %s is found by that name', (name) => {
  expect(programOf([name, 'a'])).toEqual({ interpreter: null, name, script: null, args: ['a'] });
  expect(maskArgv([name, 'a'])).toEqual([name, 'a']);
});
