import type { HistoryReader } from '../model/history/history-reader.ts';
import type { Model, ProcessNode, Project, Server } from '../model/model.ts';
import { type Filter, filterProject, filterSystem } from './filter.ts';
import { shownProcesses } from './launchers.ts';
import type { Order } from './order.ts';
import type { Row, RowId } from './row.ts';
import { ofProcess, ofProject, ofServer, type Sorting, type SortKey, sorted } from './sort.ts';

/** How the rows are selected and sorted. */
export interface Arrangement {
  readonly sort: SortKey;
  readonly reverse: boolean;
  readonly filter: Filter;
  /** Rows that the user opened or closed, against the default. */
  readonly toggled: ReadonlySet<RowId>;
}

export interface RowOptions {
  readonly arrangement: Arrangement;
  readonly history: HistoryReader;
  readonly order: Order;
  /** Whether projects are closed unless opened. */
  readonly compact: boolean;
  /** Called with the rows that want to move up. Optional. */
  readonly wishes?: Set<string>;
}

/** The rows of the table, from top to bottom. Workers stay in order of age: the eldest is mostly the first to go. */
export function makeRows(
  model: Model,
  { arrangement, history, order, compact, wishes = new Set() }: RowOptions,
): readonly Row[] {
  const { sort, reverse, filter, toggled } = arrangement;
  const { uptime } = model;
  const { total } = model.host.memory;
  const sorting: Sorting = { key: sort, reverse, order, uptime, history, wishes };
  const filtering = filter.text.trim() !== '';
  const isOpen = (id: RowId, usually: boolean) => toggled.has(id) !== usually;
  const rows: Row[] = [];

  const addProcess = (process: ProcessNode, parent: RowId, depth: number, of: [Project | null, Server | null]) => {
    const [project, server] = of;
    const id = `process:${process.key}` as const;
    rows.push({ type: 'process', id, parent, depth, expanded: null, project, server, process });
  };

  const addServer = (project: Project, server: Server, parent: RowId) => {
    const id = `server:${server.key}` as const;
    const expanded = hasParts(server) ? isOpen(id, server.definition.category === 'app') : null;
    rows.push({ type: 'server', id, parent, depth: 1, expanded, project, server });
    if (expanded) for (const process of shownProcesses(server)) addProcess(process, id, 2, [project, server]);
  };

  const projects = model.projects.flatMap((project) => filterProject(project, filter, total) ?? []);
  for (const project of sorted(projects, ofProject, sorting)) {
    const id = `project:${project.id}` as const;
    const [only] = project.servers;
    const server = only !== undefined && project.servers.length === 1 && project.processes.length === 0 ? only : null;
    const isApp = project.servers.some(({ definition }) => definition.category === 'app');
    const expanded = server !== null && !hasParts(server) ? null : isOpen(id, filtering || (isApp && !compact));
    rows.push({ type: 'project', id, parent: null, depth: 0, expanded, project, server });
    if (!expanded) continue;
    if (server !== null) {
      for (const process of shownProcesses(server)) addProcess(process, id, 1, [project, server]);
      continue;
    }
    for (const part of sorted(project.servers, ofServer, sorting)) addServer(project, part, id);
    for (const process of sorted(project.processes, ofProcess, sorting)) addProcess(process, id, 1, [project, null]);
  }

  const system = filterSystem(model.system, filter, total);
  if (system === null) return rows;
  const expanded = isOpen('system', filtering);
  rows.push({ type: 'system', id: 'system', parent: null, depth: 0, expanded, system });
  if (!expanded) return rows;
  for (const process of sorted(system.processes, ofProcess, sorting)) addProcess(process, 'system', 1, [null, null]);
  return rows;
}

/** Whether a server has rows of its own for its processes. A single process shares the server's row. */
function hasParts(server: Server): boolean {
  return shownProcesses(server).length > 1;
}
