import { byPid } from '../../recognise/process-table.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import { definitions } from '../../servers/registry.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { evidenceOf } from './evidence.ts';

/** A table read while processes come and go may hold circles. */
const MOST_ANCESTORS = 50;

/**
 * What starts each server, and so gives it its command line and its environment: where a number of workers is to be set that stands in one
 * of these. A phrase for people; null where nothing tells.
 */
export function launchersOf(
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
      const found = supervisors.get(parent.pid) ?? workedFor(parent);
      if (found !== null) return found;
      parent = table.get(parent.ppid);
    }
    return null;
  };
  return (server) => {
    if (server.definition.category === 'supervisor') return placed(server);
    const found = above(server.head);
    if (typeof found === 'string') return found;
    return (found === null ? startedOutOfSight(server) : startedBy(server, found)) ?? placed(server);
  };
}

function startedBy(server: RecognisedServer, supervisor: RecognisedServer): string {
  const { definition, head } = supervisor;
  const named = definition.program?.(supervisor, (name) => variable(server, name)) ?? null;
  return named ?? `${definition.label} ${head.pid}`;
}

/** By its environment alone, where its supervisor is in another namespace. */
function startedOutOfSight(server: RecognisedServer): string | null {
  for (const { program } of definitions) {
    const phrase = program?.(null, (name) => variable(server, name)) ?? null;
    if (phrase !== null) return phrase;
  }
  return null;
}

/** The supervisor that a process works for, though it is not its child. */
function workedFor({ facts }: ProcessSample): string | null {
  for (const { startsFor } of definitions) {
    const phrase = startsFor?.(facts) ?? null;
    if (phrase !== null) return phrase;
  }
  return null;
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
