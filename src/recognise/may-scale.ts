import type { Role, ServerDefinition, ServerProcesses } from '../servers/definition.ts';
import { catches } from '../servers/kit/signal-mask.ts';

/**
 * Why a process must not be told to add or trim workers, as a sentence that says what to do instead; null if it may.
 * TTIN and TTOU stop a process that does not catch them (signal(7)), and workers of gunicorn and puma catch them
 * without effect. So both are required: the master of a known server, and both signals caught.
 */
export function scalingRefusal(definition: ServerDefinition, server: ServerProcesses, role: Role): string | null {
  const { scaling, label } = definition;
  if (scaling.method === 'none') return scaling.refuse(server);
  const { pid, state } = server.head;
  const unowned = whyNotOwned(server);
  if (unowned !== null) return unowned;
  if (role !== 'master') {
    return (
      scaling.refuse?.(server) ?? `${pid} is not the master of its ${label}: only a master starts and ends workers.`
    );
  }
  if (state === 'Z' || state === 'X') return `${label} ${pid} has ended.`;
  if (state === 'T') return `${label} ${pid} is stopped and handles nothing. Continue it first: kill -CONT ${pid}`;
  if (state === 't') return `${label} ${pid} is held by a debugger and handles nothing.`;
  const refused = scaling.refuse?.(server) ?? null;
  if (refused !== null || scaling.method !== 'signal') return refused;
  return whyNoSignal(label, server.head);
}

/** The refusal for a process with mixed ids. */
export const mixedIds = 'runs with the ids of several users, as a set-uid program does, and its title may be made up';

/**
 * Why the owner of a server is not certain, as a sentence; null if its owner is one user. A set-uid program keeps the
 * title, environment and directory that its caller chose. Only root's server may have workers of another user.
 */
function whyNotOwned({ head, workers }: ServerProcesses): string | null {
  const mixed = [head, ...workers].find(({ facts }) => facts.ids === 'mixed');
  if (mixed !== undefined) return `${mixed.pid} ${mixedIds}: nothing is sent.`;
  const { uid } = head.facts;
  const foreign =
    uid === null || uid === 0 ? undefined : workers.find(({ facts }) => facts.uid !== null && facts.uid !== uid);
  return foreign === undefined ? null : `Its worker ${foreign.pid} belongs to another user than ${head.pid} does.`;
}

function whyNoSignal(label: string, { pid, facts }: ServerProcesses['head']): string | null {
  if (facts.caught === null)
    return `workertop cannot read which signals ${label} ${pid} handles, and a wrong one would freeze it.`;
  if (!catches(facts.caught, 'SIGTTIN') || !catches(facts.caught, 'SIGTTOU')) {
    return `${label} ${pid} does not handle TTIN and TTOU (is it still starting?): they would freeze it.`;
  }
  if (catches(facts.blocked, 'SIGTTIN') || catches(facts.blocked, 'SIGTTOU')) {
    return `${label} ${pid} blocks TTIN or TTOU now: the kernel would merge several signals into one.`;
  }
  return null;
}
