import { byPid } from '../../recognise/process-table.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import { flag } from '../../servers/kit/flags.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { evidenceOf } from './evidence.ts';

/** A table read while processes come and go may hold circles. */
const MOST_ANCESTORS = 50;

/**
 * What starts each server, and so gives it its command line and its environment: where a number of workers is to be set that stands in one
 * of these. A phrase for people; null where nothing tells.
 */
export function startersOf(
  processes: readonly ProcessSample[],
  servers: readonly RecognisedServer[],
): (server: RecognisedServer) => string | null {
  const table = byPid(processes);
  const supervisors = new Map<number, RecognisedServer>();
  for (const server of servers) {
    if (server.definition.category !== 'supervisor') continue;
    for (const { process } of server.processes) supervisors.set(process.pid, server);
  }
  const above = ({ ppid }: ProcessSample): RecognisedServer | string | null => {
    let parent = table.get(ppid);
    for (let steps = 0; parent !== undefined && steps < MOST_ANCESTORS; steps++) {
      const found = supervisors.get(parent.pid) ?? overmind(parent);
      if (found !== null) return found;
      parent = table.get(parent.ppid);
    }
    return null;
  };
  return (server) => {
    if (server.definition.category === 'supervisor') return placed(server);
    const found = above(server.head);
    if (typeof found === 'string') return found;
    return (found === null ? supervised(server) : startedBy(server, found)) ?? placed(server);
  };
}

function startedBy(server: RecognisedServer, supervisor: RecognisedServer): string | null {
  switch (supervisor.definition.kind) {
    case 'supervisord':
      return supervised(server, supervisor) ?? `supervisord${inFile(configOf(supervisor))}`;
    case 'foreman':
      return procfile(supervisor, 'foreman', variable(server, 'PS'));
    case 'procfile':
      return procfile(supervisor, supervisor.claim.app ?? 'Procfile', variable(server, 'HONCHO_PROCESS_NAME'));
    default:
      return `${supervisor.definition.label} ${supervisor.head.pid}`;
  }
}

/** As supervisorctl calls it; known though its supervisord is in another namespace. */
function supervised(server: RecognisedServer, supervisor: RecognisedServer | null = null): string | null {
  const name = variable(server, 'SUPERVISOR_PROCESS_NAME');
  if (name === null) return null;
  const group = variable(server, 'SUPERVISOR_GROUP_NAME') ?? name;
  return `supervisord’s program ${group === name ? name : `${group}:${name}`}${inFile(supervisor && configOf(supervisor))}`;
}

function inFile(path: string | null): string {
  return path === null ? '' : ` (${path})`;
}

function configOf({ claim, head }: RecognisedServer): string | null {
  const told = flag(claim.args ?? [], ['-c', '--configuration'])?.value;
  return told === undefined ? null : absolute(told, head);
}

function procfile({ claim, head }: RecognisedServer, program: string, name: string | null): string {
  const file = absolute(flag(claim.args ?? [], ['-f', '--procfile'])?.value ?? 'Procfile', head);
  return `${program} (${name === null ? '' : `${name.replace(/\.\d+$/, '')} of `}${file})`;
}

/** overmind's processes are children of a tmux of its own (start/tmux.go), which has forgotten who started it. */
function overmind({ facts: { argv, cwd } }: ProcessSample): string | null {
  const socket = flag(argv, ['-L'])?.value ?? '';
  if (!/(?:^|\/)tmux$/.test(argv[0] ?? '') || !socket.startsWith('overmind-')) return null;
  return `overmind (${cwd === null ? 'its Procfile' : `${cwd}/Procfile`})`;
}

/** By its cgroup. */
function placed({ head }: RecognisedServer): string | null {
  const { unit, container } = evidenceOf(head.facts);
  const within = container === null ? null : `container ${container}`;
  if (unit === null) return within;
  const edit = `systemctl ${unit.ofUser ? '--user ' : ''}edit ${unit.name}`;
  return `systemd unit ${unit.name} (${edit})${within === null ? '' : ` in ${within}`}`;
}

/** Of its head, or of a shell or the like that has led to it, where its own title has wiped the environment. */
function variable({ processes }: RecognisedServer, name: string): string | null {
  for (const { process } of processes) {
    const value = process.facts.environment[name];
    if (value !== undefined) return value;
  }
  return null;
}

function absolute(path: string, { facts: { cwd } }: ProcessSample): string {
  return path.startsWith('/') || cwd === null ? path : `${cwd.replace(/\/$/, '')}/${path}`;
}
