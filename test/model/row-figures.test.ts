import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import { buildModel } from '../../src/model/build.ts';
import { History } from '../../src/model/history/history.ts';
import { type Model, ownHead, type Server } from '../../src/model/model.ts';
import { rowFigures } from '../../src/model/row-figures.ts';
import { listTable } from '../../src/output/table.ts';
import type { Listener, ProcessSample } from '../../src/snapshot.ts';
import type { RowId } from '../../src/state/row.ts';
import { table } from '../../src/view/table.ts';
import { cases, enough } from '../helpers/cases.ts';
import { processTables } from '../helpers/process-tables.ts';
import { sample, snapshot } from '../helpers/samples.ts';
import { seenOf, theme256, told } from '../helpers/screen.ts';

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

const figuresOf = ({ server, project }: ReturnType<typeof modelOf>) => [
  rowFigures({ type: 'server', server }),
  rowFigures({ type: 'project', project }),
];

const queuesOf = (found: ReturnType<typeof modelOf>) => figuresOf(found).map(({ queue }) => queue);

describe('the connections that wait for a server', () => {
  it('are counted if it listens', () => {
    expect(queuesOf(modelOf(gunicorn(2, [port])))).toEqual([7, 7]);
  });

  it('are unknown if its sockets may not be read', () => {
    expect(queuesOf(modelOf(gunicorn(2, null)))).toEqual([null, null]);
  });

  it('are no figure of a server that listens nowhere', () => {
    const beat = sample({ pid: 10, argv: ['celery', '-A', 'shop', 'beat'], listeners: [] });
    expect(queuesOf(modelOf([beat]))).toEqual([undefined, undefined]);
  });
});

it('a server and its project say what a trim frees if there is a worker to spare', () => {
  for (const { frees } of figuresOf(modelOf(gunicorn(2, [port])))) expect(frees).toBeGreaterThan(0);
  for (const { frees } of figuresOf(modelOf(gunicorn(1, [port])))) expect(frees).toBeUndefined();
});

const titles = ['MEM', 'FREES', 'CPU%', 'QUEUE'] as const;

/** The figures of a line of text, by where the right-aligned columns end. An arrow marks the sorted column. */
function figuresIn(line: string, head: string): readonly string[] {
  return titles.map((title) => {
    const found = new RegExp(`\\b${title}[▾▴]?`).exec(head);
    const end = found === null ? 0 : found.index + found[0].length;
    // Lines of list end with their last figure.
    return line.length < end ? '' : (/\S*$/.exec(line.slice(0, end))?.[0] ?? '');
  });
}

/** By the row's id in the dashboard: memory, what a trim frees, CPU and queue. */
type Printed = ReadonlyMap<RowId, readonly string[]>;

function printedByDashboard(model: Model): Printed {
  const seen = told(seenOf({ columns: 180, lines: 400 }), { type: 'model', model });
  const [head = '', ...lines] = table({ ...seen, theme: theme256 }).map((line) =>
    line.map(({ text }) => text).join(''),
  );
  return new Map(seen.state.rows.map(({ id }, index) => [id, figuresIn(lines[index] ?? '', head)]));
}

/** Reads the table of `list`, whose lines are in the order of the model. */
function printedByList(model: Model): Printed {
  const all = listTable(model, []).split('\n');
  const top = all.findIndex((line) => line.startsWith('PROJECT'));
  const head = all[top] ?? '';
  const lines = all.slice(top + 1);
  const rows = new Map<RowId, readonly string[]>();
  const take = () => figuresIn(lines.shift() ?? '', head);
  for (const project of model.projects) {
    rows.set(`project:${project.id}`, take());
    for (const server of project.servers) {
      rows.set(`server:${server.key}`, take());
      if (server.definition.category !== 'app') continue;
      for (const { key } of server.processes) {
        if (key !== server.head.key) rows.set(`process:${key}`, take());
      }
    }
    for (const { key } of project.processes) rows.set(`process:${key}`, take());
  }
  rows.set('system', take());
  return rows;
}

it('list and the dashboard print the same figures for the same row', () => {
  let compared = 0;
  const check = fc.property(processTables, (processes) => {
    const model = buildModel(snapshot(processes), null, { memoryTotal: null });
    const inList = printedByList(model);
    const inDashboard = printedByDashboard(model);
    for (const { id } of model.projects) expect(inDashboard.has(`project:${id}`)).toBe(true);
    const apps = model.projects
      .flatMap(({ servers }) => servers)
      .filter(({ definition: { category } }) => category === 'app');
    const masters = new Set<RowId>(
      apps.filter((server) => ownHead(server) !== null).map(({ key }) => `server:${key}` as const),
    );
    for (const [id, figures] of inDashboard) {
      const listed = inList.get(id);
      if (listed === undefined) continue;
      // The line of a master in `list` shows its own memory and CPU; its workers have lines of their own.
      const [from, to] = masters.has(id)
        ? [listed, figures].map(([, frees, , queue]) => [frees, queue])
        : [listed, figures];
      expect([id, from]).toEqual([id, to]);
      compared++;
    }
  });
  fc.assert(check, { numRuns: cases(200) });
  expect(compared).toBeGreaterThanOrEqual(enough(1000));
});

it('list prints what a trim frees, and who waits, for a project and its master', () => {
  const { model } = modelOf(gunicorn(2, [port]));
  const lines = listTable(model, advise(model, new History())).split('\n');
  expect(lines.find((line) => line.includes('master 10'))).toMatch(/\d[BKMG] +\S+ +7$/);
  expect(lines[lines.findIndex((line) => line.startsWith('PROJECT')) + 1]).toMatch(/\d[BKMG] +\S+ +7$/);
});
