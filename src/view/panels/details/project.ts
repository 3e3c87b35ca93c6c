import { type Model, type Project, serverTitle } from '../../../model/model.ts';
import { unreadFiles } from '../../../model/silent-mount.ts';
import type { Line } from '../../style.ts';
import type { Context } from './context.ts';
import { versionsOf, virtualenvText } from './virtualenv.ts';

/** What a project is, and why its processes are taken for one. */
export function groupLines(project: Project, context: Context): readonly Line[] {
  const { say } = context;
  const { virtualenv } = project;
  return [
    ...say('project', project.name),
    ...say('virtualenv', virtualenv === null ? 'none found' : virtualenvText(virtualenv)),
    ...say('versions', versionsOf(project)),
    ...say('directory', project.directory),
    ...say('grouped by', project.evidence),
    ...say('files', unreadFilesOf(project, context.model)),
    ...say('servers', project.servers.map(serverTitle).join(', ')),
  ];
}

/** Of the first process that has files which could not be read. */
function unreadFilesOf({ servers, processes }: Project, { silentMounts }: Model): string | null {
  for (const { sample } of [...servers.flatMap((server) => server.processes), ...processes]) {
    const why = unreadFiles(sample.facts, silentMounts);
    if (why !== null) return why;
  }
  return null;
}
