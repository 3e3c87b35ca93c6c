import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import type { Server } from '../../src/model/model.ts';
import { freesOf, queueOf, queueOfProject } from '../../src/model/row-figures.ts';
import { listTable } from '../../src/output/table.ts';
import type { Listener, ProcessSample } from '../../src/snapshot.ts';
import { sample, snapshot } from '../helpers/samples.ts';

const caught = 0x8314a07;
const port: Listener = { address: '127.0.0.1:8000', inode: 1, queue: 7 };

function gunicorn(workers: number, listeners: readonly Listener[] | null): readonly ProcessSample[] {
  const argv = ['gunicorn', 'shop.wsgi'];
  return Array.from({ length: workers + 1 }, (_, index) =>
    sample({ pid: 10 + index, ppid: index === 0 ? 1 : 10, argv, caught, listeners }),
  );
}

function modelOf(processes: readonly ProcessSample[]) {
  const model = buildModel(snapshot(processes), null, { memoryTotal: null });
  const [project] = model.projects;
  if (project === undefined) throw new Error('there is no project');
  const [server] = project.servers as readonly [Server];
  return { model, project, server };
}

describe('connections that wait', () => {
  it('are told of a server that listens', () => {
    const { server, project } = modelOf(gunicorn(2, [port]));
    expect([queueOf(server), queueOfProject(project)]).toEqual([7, 7]);
  });

  it('are unknown where nobody may see whether it listens', () => {
    const { server, project } = modelOf(gunicorn(2, null));
    expect([queueOf(server), queueOfProject(project)]).toEqual([null, null]);
  });

  it('are not told of a server that listens nowhere', () => {
    const { server, project } = modelOf([sample({ pid: 10, argv: ['celery', '-A', 'shop', 'beat'], listeners: [] })]);
    expect([queueOf(server), queueOfProject(project)]).toEqual([undefined, undefined]);
  });
});

it('what a trim frees is told of a master that has a worker to spare', () => {
  expect(freesOf(modelOf(gunicorn(2, [port])).server)).toBeGreaterThan(0);
  expect(freesOf(modelOf(gunicorn(1, [port])).server)).toBeUndefined();
});

it('list tells them of project and master', () => {
  const { model } = modelOf(gunicorn(2, [port]));
  const lines = listTable(model, advise(model, new History())).split('\n');
  expect(lines.find((line) => line.includes('master 10'))).toMatch(/\d[BKMG] +\S+ +7$/);
  expect(lines[lines.findIndex((line) => line.startsWith('PROJECT')) + 1]).toMatch(/ 7$/);
});
