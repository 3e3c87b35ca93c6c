import { byPid } from '../../recognise/process-table.ts';
import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { StartCommand } from '../../servers/definition.ts';
import { startedWith, unitCommand } from '../../servers/kit/start-command.ts';
import { definitions } from '../../servers/registry.ts';
import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { evidenceOf } from './evidence.ts';

export interface Launcher {
  /** For people; null if unknown. */
  readonly phrase: string | null;
  /** What it starts, with the lines of configuration files read for it; null if unknown. */
  readonly start: Start | null;
}

export interface Start {
  readonly command: StartCommand;
  readonly configLines: ProcessFacts['configLines'];
}

/** A table read while processes come and go may hold circles. */
const MOST_ANCESTORS = 50;

/**
 * Finds what starts each server and so sets its command line and environment. A number of workers that stands in one of
 * these has to be changed there.
 */
export function launchersOf(
  processes: readonly ProcessSample[],
  servers: readonly RecognisedServer[],
): (server: RecognisedServer) => Launcher {
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
    if (server.definition.category === 'supervisor') return { phrase: placed(server), start: null };
    const found = above(server.head);
    if (typeof found === 'string') return { phrase: found, start: null };
    if (found === null) return { phrase: startedOutOfSight(server) ?? placed(server), start: ofUnit(server) };
    const start = ofSupervisor(server, found);
    return { phrase: startedBy(server, found, start), start };
  };
}

function ofUnit({ head: { facts } }: RecognisedServer): Start | null {
  const command = unitCommand(facts);
  return command === null ? null : { command, configLines: facts.configLines };
}

/**
 * What a supervisor starts as this server: the one program with its name in the environment, else with its app or
 * directory.
 */
function ofSupervisor(server: RecognisedServer, { definition, head: { facts } }: RecognisedServer): Start | null {
  const name = variable(server, 'SUPERVISOR_PROCESS_NAME');
  const { head, claim } = server;
  const alike = (definition.starts?.(facts) ?? []).flatMap((command) => {
    const claimed = server.definition.claim(startedWith(head.facts, command));
    return claimed === null ? [] : [{ command, app: claimed.app, name: command.name }];
  });
  const named = alike.filter((one) => one.name === name);
  const sameApp = alike.filter(({ app }) => app !== undefined && app === claim.app);
  const here = alike.filter(({ command }) => command.cwd !== null && command.cwd === head.facts.cwd);
  const [only] = [named, sameApp, here, alike].find((some) => some.length === 1) ?? [];
  // Another app's program is none of its own, even where it is the only one.
  if (only === undefined || (only.app !== undefined && claim.app !== undefined && only.app !== claim.app)) return null;
  return { command: only.command, configLines: facts.configLines };
}

/** A title has often wiped the environment that names the program. */
function startedBy(server: RecognisedServer, supervisor: RecognisedServer, start: Start | null): string {
  const { definition, head } = supervisor;
  const told = (name: string) =>
    variable(server, name) ?? (name === 'SUPERVISOR_PROCESS_NAME' ? (start?.command.name ?? null) : null);
  const named = definition.program?.(supervisor, told) ?? null;
  return named ?? `${definition.label} ${head.pid}`;
}

/** By its environment alone, if its supervisor is in another namespace. */
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
