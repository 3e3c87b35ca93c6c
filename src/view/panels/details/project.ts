import { type Model, type Project, serverTitle } from '../../../model/model.ts';
import { unreadFiles } from '../../../model/silent-mount.ts';
import { bytes, cpuText } from '../../format.ts';
import type { Line } from '../../style.ts';
import type { Context } from './context.ts';
import { memoryLines } from './memory.ts';
import { versionsOf, virtualenvText } from './virtualenv.ts';

export function projectLines(project: Project, context: Context): readonly Line[] {
  const { say } = context;
  const { virtualenv } = project;
  return [
    ...say('project', project.name),
    ...say('grouped by', project.evidence),
    ...say('directory', project.directory),
    ...say('virtualenv', virtualenv === null ? 'none found' : virtualenvText(virtualenv)),
    ...say('versions', versionsOf(project)),
    ...say('files', unreadFilesOf(project, context.model)),
    ...say('servers', project.servers.map(serverTitle).join(', ')),
    ...memoryLines(project.memory, `project:${project.id}`, context),
    ...say('limit', project.memoryLimit === null ? null : `${bytes(project.memoryLimit)}, of its cgroup`),
    ...say('CPU', `${cpuText(project.cpu)} % of a core`),
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
