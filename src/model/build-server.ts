import { scalingRefusal } from '../recognise/may-scale.ts';
import type { RecognisedServer } from '../recognise/recognise.ts';
import type { ConfiguredWorkers, Role } from '../servers/definition.ts';
import { startedWith } from '../servers/kit/start-command.ts';
import { claimOf } from '../servers/registry.ts';
import type { Listener, MemoryReading, ProcessSample } from '../snapshot.ts';
import { type ServerActivity, serverActivity } from './activity/in-use.ts';
import { boundByMaster } from './memory.ts';
import type { ProcessNode, ScalingAnswer, ScalingMethod, Server } from './model.ts';
import type { Launcher, Start } from './projects/launcher.ts';
import { containerOf, refusalWithin } from './scaling/in-container.ts';
import { sums } from './sums.ts';

/** The machine, or the container, that workertop runs in. */
export interface Here {
  readonly name: string;
  readonly container: string | null;
  /** The time now and the time of boot, in seconds since 1970. */
  readonly at: number;
  readonly booted: number;
}

/** @param reading replaces the memory in the sample */
export type MakeNode = (process: ProcessSample, role: Role | null, reading?: MemoryReading) => ProcessNode;

/**
 * Makes a server of the processes that were recognised as one.
 * @param total bytes that shares refer to
 */
export function buildServer(
  recognised: RecognisedServer,
  { phrase: startedBy, start }: Launcher,
  node: MakeNode,
  total: number,
  here: Here,
): Server {
  const { name, container: ours } = here;
  const { key, definition, head, headRole, managed, claim, workers } = recognised;
  const { scaling } = definition;
  const headNode = node(head, headRole);
  const forks = managed === null || claimOf(head.facts)?.definition === definition;
  const within = containerOf(head.facts);
  const hostName = within?.host ?? name;
  const processes = recognised.processes.map(({ process, role }) => {
    if (process === head) return headNode;
    const forked = role === 'worker' && process.ppid === head.pid && forks;
    return node(process, role, forked ? boundByMaster(process.memory, head.memory, workers.length) : undefined);
  });
  const refused = scalingRefusal(definition, recognised, headRole);
  const refusal = (direction: 1 | -1) => {
    const elsewhere =
      within === null || within.id === ours ? null : refusalWithin(recognised, within, hostName, direction);
    return (refused ?? elsewhere)?.replaceAll('%h', hostName) ?? null;
  };
  const open = managed === null ? listenersOf(recognised) : listenersOfWorkers(workers);
  const { isControl } = definition;
  const listeners = isControl ? (open?.filter(({ address }) => !isControl(address)) ?? null) : open;
  const fromArguments = definition.bind?.(recognised) ?? [];
  const activity = serverActivity(recognised, listeners);
  return {
    key,
    definition,
    claim,
    kind: definition.kind,
    managed,
    version: versionOf(recognised),
    app: claim.app ?? null,
    remark: definition.remark?.(recognised) ?? null,
    names: definition.names?.(recognised) ?? [],
    startedBy,
    bind: fromArguments.length > 0 ? fromArguments : (listeners ?? []).map(({ address }) => address),
    listeners,
    activity,
    queue: queueOf(listeners ?? [], activity),
    workers: {
      current: workers.length,
      configured: configuredBy(configuredOf(recognised, start), startedBy),
      floor: scaling.method === 'none' ? 1 : Math.max(1, scaling.floor),
      most: definition.most?.(recognised) ?? null,
    },
    pools: definition.pools?.(recognised) ?? [],
    newerCode: newerCode(managed === null ? [head] : workers, processes, here),
    scaling: scalingAnswer(scaling.method, refusal(-1), refusal(1)),
    ...sums(processes, total),
    head: headNode,
    processes,
  };
}

function scalingAnswer(method: ScalingMethod, reason: string | null, reasonToAdd: string | null): ScalingAnswer {
  if (reason !== null) return { method, available: false, reason, reasonToAdd: reasonToAdd ?? reason };
  const never = 'It does not scale while it runs.';
  if (method === 'none') return { method, available: false, reason: never, reasonToAdd: never };
  return { method, available: true, reason: null, reasonToAdd: null };
}

/** The listeners of a server, without those of its pools, which are servers of their own. */
function listenersOf({ head, apps }: RecognisedServer): readonly Listener[] | null {
  const taken = new Set(
    apps.flatMap(({ workers }) => workers.flatMap(({ listeners }) => listeners ?? [])).map(inodeOf),
  );
  return taken.size === 0 ? head.listeners : (head.listeners?.filter(({ inode }) => !taken.has(inode)) ?? null);
}

/**
 * The listeners of an app's workers, each once: php-fpm leaves each worker only the socket of its pool. Null if a
 * worker's listeners cannot be read.
 */
function listenersOfWorkers(workers: readonly ProcessSample[]): readonly Listener[] | null {
  const byInode = new Map<number, Listener>();
  for (const { listeners } of workers) {
    if (listeners === null) return null;
    for (const listener of listeners) byInode.set(listener.inode, listener);
  }
  return [...byInode.values()];
}

function inodeOf({ inode }: Listener): number {
  return inode;
}

/**
 * Seconds by which code must be newer than a worker to be called so. Starts and file times are known to 10 ms, and a
 * reading of the whole machine lies between the two.
 */
const NEWER_BY = 1;

/** Seconds since the code was changed; null if its newest worker may have loaded it. */
function newerCode(
  loaders: readonly ProcessSample[],
  processes: readonly ProcessNode[],
  { at, booted }: Here,
): number | null {
  const known = loaders.flatMap(({ codeChangedAt }) => codeChangedAt ?? []);
  if (known.length === 0) return null;
  const changedAt = Math.max(...known);
  const newest = Math.max(...processes.flatMap(({ role, startedAt }) => (role === 'worker' ? [startedAt] : [])));
  const changed = changedAt / 1000;
  return changed > booted + newest + NEWER_BY ? Math.max(0, at - changed) : null;
}

const unknown: ConfiguredWorkers = { count: null, by: null, where: 'unknown' };

/** The configured number. If a title hides the command line, its unit or supervisor may tell. */
function configuredOf(server: RecognisedServer, start: Start | null): ConfiguredWorkers {
  const { definition, head, claim } = server;
  const own = definition.configured?.(server) ?? unknown;
  if (own.count !== null || claim.args !== null || start === null) return own;
  const facts = { ...startedWith(head.facts, start.command), configLines: start.configLines };
  const claimed = definition.claim(facts);
  const ofStart =
    claimed === null ? null : definition.configured?.({ ...server, head: { ...head, facts }, claim: claimed });
  // A default is a guess: a variable that overrides it may be hidden as well.
  return ofStart == null || ofStart.by === null || ofStart.by.type === 'default' ? own : ofStart;
}

/** A flag or variable is set by whatever starts the server: adds it to the place. */
function configuredBy(configured: ConfiguredWorkers, startedBy: string | null): ConfiguredWorkers {
  const { by, where } = configured;
  const given = by === null || by.type === 'default' || by.type === 'flag' || by.type === 'variable';
  return startedBy === null || !given ? configured : { ...configured, where: `${where}; started by ${startedBy}` };
}

/**
 * Connections that wait: to be accepted, or inside. Null if it listens nowhere, or if one listener's queue is unknown.
 */
function queueOf(listeners: readonly Listener[], activity: ServerActivity | null): number | null {
  const queues = listeners.flatMap(({ queue }) => queue ?? []);
  if (queues.length === 0 || queues.length < listeners.length) return null;
  const inside = activity === null ? 0 : activity.waitingInside;
  return inside === null ? null : queues.reduce((sum, queue) => sum + queue, inside);
}

function versionOf({ definition: { distribution }, claim, processes }: RecognisedServer): string | null {
  if (claim.version !== undefined) return claim.version;
  if (distribution === undefined) return null;
  for (const { process } of processes) {
    const version = process.facts.packages[distribution];
    if (version !== undefined) return version;
  }
  return null;
}
