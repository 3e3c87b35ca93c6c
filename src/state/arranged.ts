import type { HistoryReader } from '../model/history/history-reader.ts';
import type { Model } from '../model/model.ts';
import { filterProject } from './filter.ts';
import { noOrder } from './order.ts';
import type { Arrangement } from './rows.ts';
import { ofProcess, ofProject, ofServer, type Sorting, sorted } from './sort.ts';

/** A model's projects as an arrangement selects and sorts them; the host and `system` stay as they are. */
export function arranged(
  model: Model,
  history: HistoryReader,
  { filter, sort, reverse }: Pick<Arrangement, 'filter' | 'sort' | 'reverse'>,
): Model {
  const sorting: Sorting = { key: sort, reverse, order: noOrder, uptime: model.uptime, history, wishes: new Set() };
  const projects = model.projects
    .flatMap((project) => filterProject(project, filter, model.host.memory.total) ?? [])
    .map((project) => ({
      ...project,
      servers: sorted(project.servers, ofServer, sorting),
      processes: sorted(project.processes, ofProcess, sorting),
    }));
  return { ...model, projects: sorted(projects, ofProject, sorting) };
}
