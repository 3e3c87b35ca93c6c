import type { History } from '../model/history/history.ts';
import type { Model, ProcessNode, Project, Server } from '../model/model.ts';
import { type Filter, filterProject, filterSystem } from './filter.ts';
import type { Row, RowId } from './row.ts';
import { ofProcess, ofProject, ofServer, type SortKey, sorted } from './sort.ts';

/** How the table is to be laid out. */
export interface Arrangement {
  readonly sort: SortKey;
  readonly reverse: boolean;
  readonly filter: Filter;
  /** Rows that are open where they would be closed, or closed where they would be open. */
  readonly toggled: ReadonlySet<RowId>;
}

/** The rows of the table, from top to bottom. Workers stay in order of age: the eldest is mostly the first to go. */
export function makeRows(model: Model, history: History, arrangement: Arrangement): readonly Row[] {
  const { sort, reverse, filter, toggled } = arrangement;
  const filtering = filter.text.trim() !== '';
  const isOpen = (id: RowId, usually: boolean) => toggled.has(id) !== usually;
  const rows: Row[] = [];

  const addProcess = (process: ProcessNode, parent: RowId, depth: number, of: [Project | null, Server | null]) => {
    const [project, server] = of;
    rows.push({
      type: 'process',
      id: `process:${process.key}`,
      parent,
      depth,
      expanded: null,
      project,
      server,
      process,
    });
  };

  const addServer = (project: Project, server: Server, parent: RowId) => {
    const id = `server:${server.key}` as const;
    const others = server.processes.filter(({ key }) => key !== server.head.key);
    const expanded = others.length === 0 ? null : isOpen(id, server.definition.category === 'app');
    rows.push({ type: 'server', id, parent, depth: 1, expanded, project, server });
    if (expanded) for (const process of others) addProcess(process, id, 2, [project, server]);
  };

  const projects = model.projects.flatMap((project) => filterProject(project, filter) ?? []);
  for (const project of sorted(projects, ofProject, sort, reverse, history)) {
    const id = `project:${project.id}` as const;
    const expanded = isOpen(id, filtering || project.servers.some(({ definition }) => definition.category === 'app'));
    rows.push({ type: 'project', id, parent: null, depth: 0, expanded, project });
    if (!expanded) continue;
    for (const server of sorted(project.servers, ofServer, sort, reverse, history)) addServer(project, server, id);
    for (const process of sorted(project.processes, ofProcess, sort, reverse, history)) {
      addProcess(process, id, 1, [project, null]);
    }
  }

  const system = filterSystem(model.system, filter);
  if (system === null) return rows;
  const expanded = isOpen('system', filtering);
  rows.push({ type: 'system', id: 'system', parent: null, depth: 0, expanded, system });
  if (!expanded) return rows;
  for (const process of sorted(system.processes, ofProcess, sort, reverse, history)) {
    addProcess(process, 'system', 1, [null, null]);
  }
  return rows;
}
