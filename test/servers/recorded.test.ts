import { describe, expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { recognise } from '../../src/recognise/recognise.ts';
import { caught, MB, sample } from '../helpers/samples.ts';
import { family, python, recorded } from './recorded-cases.ts';

describe('servers, as recorded of the real ones', () => {
  it.each(recorded)('$what', ({ processes, kind, roles, app, apps = [], configured, refusal }) => {
    const found = recognise(processes);
    const server = found.find(({ managed }) => managed === null);
    expect(found.filter((one) => one !== server && !server?.apps.includes(one))).toEqual([]);
    expect(server?.definition.kind).toBe(kind);
    expect(server?.processes.map(({ role }) => role)).toEqual(roles);
    if (server === undefined) return;
    expect(server.apps.map((one) => [one.managed, one.processes.map(({ role }) => role)])).toEqual(apps);
    if (app !== undefined) expect(server.claim.app).toBe(app);
    if (configured !== undefined) expect(server.definition.configured?.(server).count).toBe(configured);
    const refused = scalingRefusal(server.definition, server, server.headRole);
    if (refusal === null) expect(refused).toBeNull();
    else expect(refused).toContain(refusal);
  });
});

it('two unicorns are shown while one replaces the other, each with its own workers', () => {
  const found = recognise([
    sample({ pid: 10, argv: ['unicorn master (old) -c u.rb'] }),
    sample({ pid: 11, ppid: 10, argv: ['unicorn worker[0] -c u.rb'] }),
    sample({ pid: 20, ppid: 10, argv: ['unicorn master -c u.rb'] }),
    sample({ pid: 21, ppid: 20, argv: ['unicorn worker[0] -c u.rb'] }),
  ]);
  expect(found.map((server) => [server.head.pid, server.workers.map(({ pid }) => pid)])).toEqual([
    [10, [11]],
    [20, [21]],
  ]);
  expect(found.map((server) => server.definition.remark?.(server))).toEqual(['being replaced, after USR2', null]);
});

it.each([
  [['sh', '-c', 'gunicorn shop.wsgi']],
  [['uv', 'run', 'gunicorn', 'shop.wsgi']],
  [['deno', 'task', 'start']],
  [['/root/.bun/bin/bun', 'run', 'start']],
  [['/usr/bin/tini', '--', 'gunicorn', 'shop.wsgi']],
  [['/opt/conda/bin/python', '/opt/conda/bin/conda', 'run', '-n', 'shop', 'gunicorn']],
])('%j is taken for what started a server, and neither for a master nor for a worker', (argv) => {
  const [server, ...others] = recognise([
    sample({ pid: 9, argv, caught: 0x300000 }),
    sample({ pid: 10, ppid: 9, argv: python('gunicorn', 'shop.wsgi'), caught: caught.gunicornMaster }),
    sample({ pid: 11, ppid: 10, argv: python('gunicorn', 'shop.wsgi'), caught: caught.gunicornWorker }),
  ]);
  expect(others).toEqual([]);
  expect(server?.processes.map(({ process, role }) => [process.pid, role])).toEqual([
    [10, 'master'],
    [11, 'worker'],
    [9, 'helper'],
  ]);
});

it('what a supervisor has started is not taken for its workers', () => {
  const servers = recognise(
    family({ argv: python('supervisord', '-n') }, python('gunicorn', 'shop.wsgi'), ['/usr/bin/other']),
  );
  expect(servers.map(({ definition, processes }) => [definition.kind, processes.length])).toEqual([
    ['supervisord', 1],
    ['gunicorn', 1],
  ]);
});

it.each([
  [['vim', 'gunicorn.py']],
  [['grep', 'puma']],
  [['tail', '-f', '/var/log/unicorn.log']],
  [['node', 'server.js']],
  [['python3', 'uvicorn_test.py']],
  [['/usr/bin/perl', 'script.pl']],
  [['bash', '-c', 'sleep 1; starman']],
  [['ruby', 'sidekiq_spec.rb']],
])('%j is taken for no server', (argv) => {
  expect(recognise([sample({ pid: 10, argv, caught: 0x300000 })])).toEqual([]);
});

it('tells what a connection to PostgreSQL costs, by its clients’ backends alone', () => {
  const helper = (pid: number, title: string, uss: number) =>
    sample({ pid, ppid: 10, argv: [`postgres: 15/main: ${title}`], memory: { uss: uss * MB } });
  const [server] = recognise([
    sample({ pid: 10, argv: ['/usr/lib/postgresql/15/bin/postgres', '-D', '/d'] }),
    helper(11, 'checkpointer ', 90),
    helper(12, 'walsender replicator 10.0.0.9(5000) streaming 0/3000148', 80),
    helper(13, 'web shop 10.0.0.5(52000) idle', 2),
    helper(14, 'web shop [local] SELECT', 3),
    helper(15, 'web shop 10.0.0.5(52001) idle', 4),
  ]);
  expect(server ? server.definition.remark?.(server) : null).toBe('3 connections, 3.0M each');
});
