import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import { maskArgv } from '../../text/mask-secrets.ts';
import { placeOf } from '../projects/cgroup.ts';

/** The container that a process is in, and how a command is run in it. */
interface Container {
  /** The first 12 digits of its id, or its name. */
  readonly id: string;
  /** The host name that its processes see. By default engines use the id. */
  readonly host: string;
  readonly exec: readonly string[];
}

/** The container of a process; null outside containers. */
export function containerOf({ cgroup, container }: ProcessFacts): Container | null {
  const { container: id } = placeOf(cgroup);
  if (id === null) return null;
  const path = cgroup ?? '';
  const name = container?.name ?? id;
  if (path.includes('libpod-')) return { id, host: id, exec: ['podman', 'exec', name] };
  if (path.includes('kubepods')) return { id, host: id, exec: ['crictl', 'exec', id] };
  if (/[/.]lxc[./]|\/lxc\.payload\./.test(path)) return { id, host: id, exec: ['lxc-attach', '-n', id, '--'] };
  return /[0-9a-f]{12}/.test(id) ? { id, host: id, exec: ['docker', 'exec', name] } : { id, host: id, exec: [] };
}

/**
 * The refusal for a server in a container whose command has to be run there: a sentence with the whole command. Null if
 * its kind runs no command.
 */
export function refusalWithin(
  server: RecognisedServer,
  container: Container,
  hostName: string,
  direction: 1 | -1,
): string | null {
  const { definition, head } = server;
  if (definition.scaling.method !== 'command') return null;
  const command = definition.scaling.command(server, direction);
  const text = command === null ? null : maskArgv([...container.exec, command.program, ...command.args]).join(' ');
  const use = text === null ? '' : ` Use: ${text.replaceAll('%h', hostName)}`;
  return `${definition.label} ${head.pid} is in container ${container.id}, so its command must be run there.${use}`;
}
