import type { History } from '../model/history/history.ts';
import type { Model } from '../model/model.ts';
import { filterProject } from './filter.ts';
import type { Arrangement } from './rows.ts';
import { ofProcess, ofProject, ofServer, sorted } from './sort.ts';

/** A model's projects as an arrangement selects and sorts them; the host and `system` stay as they are. */
export function arranged(
  model: Model,
  history: History,
  { filter, sort, reverse }: Pick<Arrangement, 'filter' | 'sort' | 'reverse'>,
): Model {
  const projects = model.projects
    .flatMap((project) => filterProject(project, filter) ?? [])
    .map((project) => ({
      ...project,
      servers: sorted(project.servers, ofServer, sort, reverse, history),
      processes: sorted(project.processes, ofProcess, sort, reverse, history),
    }));
  return { ...model, projects: sorted(projects, ofProject, sort, reverse, history) };
}
