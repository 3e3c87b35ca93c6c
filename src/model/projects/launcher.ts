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

/** Most parents that are followed: a table read while processes come and go may contain cycles. */
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
      const supervisor = supervisors.get(parent.pid) ?? supervisorOf(parent);
      if (supervisor !== null) return supervisor;
      parent = table.get(parent.ppid);
    }
    return null;
  };
  return (server) => {
    if (server.definition.category === 'supervisor') return { phrase: byCgroup(server), start: null };
    const supervisor = above(server.head);
    if (typeof supervisor === 'string') return { phrase: supervisor, start: null };
    if (supervisor === null) return { phrase: byEnvironment(server) ?? byCgroup(server), start: ofUnit(server) };
    const start = ofSupervisor(server, supervisor);
    return { phrase: startedBy(server, supervisor, start), start };
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
  const candidates = (definition.starts?.(facts) ?? []).flatMap((command) => {
    const claimed = server.definition.claim(startedWith(head.facts, command));
    return claimed === null ? [] : [{ command, app: claimed.app, name: command.name }];
  });
  const named = candidates.filter((candidate) => candidate.name === name);
  const sameApp = candidates.filter(({ app }) => app !== undefined && app === claim.app);
  const sameDirectory = candidates.filter(({ command }) => command.cwd !== null && command.cwd === head.facts.cwd);
  const [only] = [named, sameApp, sameDirectory, candidates].find((group) => group.length === 1) ?? [];
  // The program of another app does not count, even if it is the only one.
  if (only === undefined || (only.app !== undefined && claim.app !== undefined && only.app !== claim.app)) return null;
  return { command: only.command, configLines: facts.configLines };
}

/** The phrase for a supervisor's program. If a title has wiped the variable that names it, the start command does. */
function startedBy(server: RecognisedServer, supervisor: RecognisedServer, start: Start | null): string {
  const { definition, head } = supervisor;
  const lookUp = (name: string) =>
    variable(server, name) ?? (name === 'SUPERVISOR_PROCESS_NAME' ? (start?.command.name ?? null) : null);
  const named = definition.program?.(supervisor, lookUp) ?? null;
  return named ?? `${definition.label} ${head.pid}`;
}

/** The phrase by its environment alone, if its supervisor is in another namespace; null if unknown. */
function byEnvironment(server: RecognisedServer): string | null {
  for (const { program } of definitions) {
    const phrase = program?.(null, (name) => variable(server, name)) ?? null;
    if (phrase !== null) return phrase;
  }
  return null;
}

/** The supervisor that started a process which is not its child, as a phrase; null if there is none. */
function supervisorOf({ facts }: ProcessSample): string | null {
  for (const { startsFor } of definitions) {
    const phrase = startsFor?.(facts) ?? null;
    if (phrase !== null) return phrase;
  }
  return null;
}

/** The phrase by its cgroup: its systemd unit and container; null if it has neither. */
function byCgroup({ head }: RecognisedServer): string | null {
  const { unit, container } = evidenceOf(head.facts);
  const within = container === null ? null : `container ${container}`;
  if (unit === null) return within;
  const edit = `systemctl ${unit.ofUser ? '--user ' : ''}edit ${unit.name}`;
  return `systemd unit ${unit.name} (${edit})${within === null ? '' : ` in ${within}`}`;
}

/** A variable of its head, or of a wrapper that started it, if a title has wiped the head's environment. */
function variable({ processes }: RecognisedServer, name: string): string | null {
  for (const { process } of processes) {
    const value = process.facts.environment[name];
    if (value !== undefined) return value;
  }
  return null;
}
