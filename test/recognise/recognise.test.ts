import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { recognise } from '../../src/recognise/recognise.ts';
import { catches } from '../../src/servers/kit/signal-mask.ts';
import { definitions } from '../../src/servers/registry.ts';
import { cases } from '../helpers/cases.ts';
import { processTables } from '../helpers/process-tables.ts';
import { sample } from '../helpers/samples.ts';

it('a process is in one server at most, once, and servers are told apart', () => {
  fc.assert(
    fc.property(processTables, (processes) => {
      const servers = recognise(processes);
      const pids = servers.flatMap((server) => server.processes.map(({ process }) => process.pid));
      expect(new Set(pids).size).toBe(pids.length);
      expect(new Set(servers.map(({ key }) => key)).size).toBe(servers.length);
    }),
  );
});

it('a server lists every living worker, oldest first, and no dead one', () => {
  fc.assert(
    fc.property(processTables, (processes) => {
      for (const { workers, head, processes: all } of recognise(processes)) {
        const ages = workers.map(({ startTicks }) => startTicks);
        expect(ages).toEqual(ages.toSorted((a, b) => a - b));
        const living = all.filter(
          ({ process, role }) => role === 'worker' && process.state !== 'Z' && process !== head,
        );
        expect(living.map(({ process }) => process)).toEqual(workers);
      }
    }),
  );
});

it('no signal may be sent but to a running master of a known kind that catches both signals and blocks neither', () => {
  fc.assert(
    fc.property(processTables, (processes) => {
      for (const server of recognise(processes)) {
        const { definition, head, headRole } = server;
        if (definition.scaling.method !== 'signal' || scalingRefusal(definition, server, headRole) !== null) continue;
        expect(definitions).toContain(definition);
        expect(headRole).toBe('master');
        expect('TtZX').not.toContain(head.state);
        for (const signal of ['SIGTTIN', 'SIGTTOU'] as const) {
          expect(catches(head.facts.caught, signal)).toBe(true);
          expect(catches(head.facts.blocked, signal)).toBe(false);
        }
      }
    }),
    { numRuns: cases(10_000) },
  );
});

it('a program that merely catches both signals, as top does, is no server', () => {
  expect(recognise([sample({ pid: 1, argv: ['/usr/bin/top'], caught: 0x300000 })])).toEqual([]);
});

it('services are known with their parts', () => {
  const servers = recognise([
    sample({ pid: 10, argv: ['/usr/lib/postgresql/15/bin/postgres', '-D', '/var/lib/postgresql'] }),
    sample({ pid: 11, ppid: 10, argv: ['postgres: 15/main: checkpointer '] }),
    sample({ pid: 20, argv: ['redis-server *:6379'] }),
    sample({ pid: 21, ppid: 20, argv: ['redis-rdb-bgsave *:6379'] }),
    sample({ pid: 30, argv: ['nginx: master process nginx'] }),
    sample({ pid: 31, ppid: 30, argv: ['nginx: worker process'] }),
  ]);
  expect(servers.map(({ definition, processes }) => [definition.kind, processes.map(({ role }) => role)])).toEqual([
    ['postgres', ['master', 'helper']],
    ['redis', ['single', 'helper']],
    ['nginx', ['master', 'worker']],
  ]);
});

it('a stranger with the pid of a master in its title is no worker of that master', () => {
  const master = sample({ pid: 10, argv: ['puma 6.4.2 (tcp://0.0.0.0:80) [shop]'], uid: 33 });
  const own = sample({ pid: 11, ppid: 10, argv: ['puma: cluster worker 0: 10 [shop]'], uid: 33 });
  const strange = sample({ pid: 12, ppid: 1, argv: ['puma: cluster worker 1: 10 [shop]'], uid: 1000 });
  const server = recognise([master, own, strange]).find(({ head }) => head === master);
  expect(server?.workers).toEqual([own]);
});
