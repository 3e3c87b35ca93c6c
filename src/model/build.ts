import { scalingRefusal } from '../recognise/may-scale.ts';
import { type RecognisedServer, recognise } from '../recognise/recognise.ts';
import type { ConfiguredWorkers, Role } from '../servers/definition.ts';
import { startedWith } from '../servers/kit/start-command.ts';
import { claimOf, tookTooLong } from '../servers/registry.ts';
import { type Listener, type MemoryReading, type ProcessSample, processKey, type Snapshot } from '../snapshot.ts';
import { commandOf } from '../text/mask-secrets.ts';
import { type ServerActivity, serverActivity } from './activity/in-use.ts';
import { hostModel } from './host.ts';
import { boundByMaster, hugePart, processMemory, sumMemory } from './memory.ts';
import { memoryMap } from './memory-map.ts';
import type { Coverage, Memory, Model, ProcessNode, Project, ScalingAnswer, ScalingMethod, Server } from './model.ts';
import { placeOf } from './projects/cgroup.ts';
import { groupProcesses } from './projects/group.ts';
import type { ProjectGroup } from './projects/groups.ts';
import { type Launcher, launchersOf, type Start } from './projects/launcher.ts';
import type { GroupRule } from './projects/rules.ts';
import { cpuSince, sumKnown } from './rates.ts';
import { containerOf, refusalWithin } from './scaling/in-container.ts';

/** Nodes by sample: idle processes keep the same sample, and so the same node. */
const nodes = new WeakMap<
  ProcessSample,
  {
    readonly node: ProcessNode;
    readonly cpu: number | null;
    readonly role: Role | null;
    readonly total: number;
    readonly accounting: Snapshot['accounting'];
    readonly huge: number;
  }
>();

export interface ModelOptions {
  /** Bytes that shares refer to; null for the host's memory. */
  readonly memoryTotal: number | null;
  /** The user's rules for projects. */
  readonly rules?: readonly GroupRule[];
}

/** Makes a model of a snapshot. Rates are counted from the previous one. */
export function buildModel(snapshot: Snapshot, previous: Snapshot | null, options: ModelOptions): Model {
  const host = hostModel(snapshot, options.memoryTotal, previous);
  const { total } = host.memory;
  const cpu = cpuSince(previous, snapshot);
  const { accounting } = snapshot;
  const part = hugePart(
    snapshot.processes.map(({ memory }) => memory),
    snapshot.host.use?.huge?.used ?? null,
  );
  const node: MakeNode = (process, role, reading = process.memory) => {
    const used = cpu(process);
    const known = nodes.get(process);
    const huge = part * (reading.sharedHuge ?? 0);
    const alike = known?.cpu === used && known.role === role && known.total === total && known.huge === huge;
    if (alike && known.accounting === accounting && reading === process.memory) return known.node;
    const made: ProcessNode = {
      key: processKey(process),
      pid: process.pid,
      sample: process,
      role,
      memory: processMemory(reading, total, accounting, huge),
      cpu: used,
      startedAt: process.startTicks / snapshot.host.ticksPerSecond,
      cpuSeconds: process.cpuTicks / snapshot.host.ticksPerSecond,
      command: commandOf(process.facts),
      unrecognised: tookTooLong(process.facts),
    };
    nodes.set(process, { node: made, cpu: used, role, total, accounting, huge });
    return made;
  };
  const self = snapshot.processes.find(({ pid }) => pid === snapshot.self);
  const here = {
    name: snapshot.host.name,
    container: self === undefined ? null : placeOf(self.facts.cgroup).container,
    at: snapshot.at / 1000,
    booted: snapshot.at / 1000 - snapshot.uptime,
  };
  const recognised = recognise(snapshot.processes);
  const launcher = launchersOf(snapshot.processes, recognised);
  const grouping = groupProcesses(snapshot, recognised, options.rules);
  const projects = grouping.projects
    .map((group) => project(group, launcher, node, total, here))
    .sort((a, b) => (b.memory.counted ?? -1) - (a.memory.counted ?? -1) || (a.id < b.id ? -1 : 1));
  const others = grouping.system.map(({ process, role }) => node(process, role));
  const system = { ...sums(others, total), processes: others };
  return {
    at: snapshot.at,
    uptime: snapshot.uptime,
    accounting,
    host,
    coverage: coverageOf(snapshot),
    silentMounts: snapshot.silentMounts ?? [],
    incomplete: snapshot.processes.some(({ facts }) => facts.files === 'waiting'),
    projects,
    system,
    memoryMap: accounting === 'rss' ? null : memoryMap(snapshot.host, projects, system),
  };
}

/** Counts estimates by reason: not read yet, or not readable by this user. */
function coverageOf({ processes, self, othersHidden }: Snapshot): Coverage {
  const asRoot = processes.some(({ pid, facts }) => pid === self && facts.uid === 0);
  const denied = processes.filter(({ memory }) => memory.quality === 'estimate' && memory.pss !== null);
  return {
    processes: processes.length,
    exact: processes.filter(({ memory }) => memory.quality === 'exact').length,
    rootOnly: asRoot ? 0 : denied.length,
    hidden: othersHidden ?? false,
  };
}

/** The machine, or the container, that workertop runs in. */
interface Here {
  readonly name: string;
  readonly container: string | null;
  /** The time, and when it was started, in seconds since 1970. */
  readonly at: number;
  readonly booted: number;
}

/** @param reading replaces the memory in the sample */
type MakeNode = (process: ProcessSample, role: Role | null, reading?: MemoryReading) => ProcessNode;

function project(
  group: ProjectGroup,
  launcher: (server: RecognisedServer) => Launcher,
  node: MakeNode,
  total: number,
  here: Here,
): Project {
  const servers = group.servers.map((recognised) => server(recognised, launcher(recognised), node, total, here));
  const processes = group.processes.map((process) => node(process, null));
  const { id, name, numbered, directory, virtualenv, evidence } = group;
  const limits = group.servers.flatMap(({ head }) => head.facts.memoryLimit ?? []).filter((limit) => limit < total);
  const memoryLimit = limits.length === 0 ? null : Math.min(...limits);
  return {
    id,
    name,
    numbered,
    directory,
    virtualenv,
    evidence,
    memoryLimit,
    ...sums([...servers, ...processes], total),
    servers,
    processes,
  };
}

function server(
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
  const all = managed === null ? listenersOf(recognised) : sharedBy(workers);
  const { isControl } = definition;
  const listeners = isControl ? (all?.filter(({ address }) => !isControl(address)) ?? null) : all;
  const told = definition.bind?.(recognised) ?? [];
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
    bind: told.length > 0 ? told : (listeners ?? []).map(({ address }) => address),
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
    newerCode: newerCode(head.codeChangedAt, processes, here),
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

/** Without those of its pools, which have them for themselves: what they do is theirs. */
function listenersOf({ head, apps }: RecognisedServer): readonly Listener[] | null {
  const taken = new Set(
    apps.flatMap(({ workers }) => workers.flatMap(({ listeners }) => listeners ?? [])).map(inodeOf),
  );
  return taken.size === 0 ? head.listeners : (head.listeners?.filter(({ inode }) => !taken.has(inode)) ?? null);
}

/**
 * What the workers of one app listen on, each once. php-fpm leaves each worker the socket of its pool. Null where a
 * worker's listeners cannot be read.
 */
function sharedBy(workers: readonly ProcessSample[]): readonly Listener[] | null {
  const found = new Map<number, Listener>();
  for (const { listeners } of workers) {
    if (listeners === null) return null;
    for (const listener of listeners) found.set(listener.inode, listener);
  }
  return [...found.values()];
}

function inodeOf({ inode }: Listener): number {
  return inode;
}

/**
 * Seconds by which code must be newer than a worker to be called so. The kernel tells starts and file times by clocks of
 * 10 ms each, and a reading of the whole machine lies between the two.
 */
const NEWER_BY = 1;

/** Seconds since the code was changed; null if its newest worker may have loaded it. */
function newerCode(
  changedAt: number | undefined,
  processes: readonly ProcessNode[],
  { at, booted }: Here,
): number | null {
  if (changedAt === undefined) return null;
  const newest = Math.max(...processes.flatMap(({ role, startedAt }) => (role === 'worker' ? [startedAt] : [])));
  const changed = changedAt / 1000;
  return changed > booted + newest + NEWER_BY ? Math.max(0, at - changed) : null;
}

const unknown: ConfiguredWorkers = { count: null, by: null, where: 'unknown' };

/** Where its title hides what it was started with, what starts it answers. */
function configuredOf(server: RecognisedServer, start: Start | null): ConfiguredWorkers {
  const { definition, head, claim } = server;
  const found = definition.configured?.(server) ?? unknown;
  if (found.count !== null || claim.args !== null || start === null) return found;
  const facts = { ...startedWith(head.facts, start.command), configLines: start.configLines };
  const claimed = definition.claim(facts);
  const told =
    claimed === null ? null : definition.configured?.({ ...server, head: { ...head, facts }, claim: claimed });
  // A variable that starts it so may be hidden as well: a default is a guess.
  return told == null || told.by === null || told.by.type === 'default' ? found : told;
}

/** A flag or variable is set by whatever starts the server: adds it to the place. */
function configuredBy(configured: ConfiguredWorkers, startedBy: string | null): ConfiguredWorkers {
  const { by, where } = configured;
  const given = by === null || by.type === 'default' || by.type === 'flag' || by.type === 'variable';
  return startedBy === null || !given ? configured : { ...configured, where: `${where}; started by ${startedBy}` };
}

/**
 * Null if it listens nowhere, or if one listener's queue is unknown. Includes connections accepted and waiting inside.
 */
function queueOf(listeners: readonly Listener[], activity: ServerActivity | null): number | null {
  const known = listeners.flatMap(({ queue }) => queue ?? []);
  if (known.length === 0 || known.length < listeners.length) return null;
  const inside = activity === null ? 0 : activity.waitingInside;
  return inside === null ? null : known.reduce((sum, queue) => sum + queue, inside);
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

interface Measured {
  readonly memory: Memory;
  readonly cpu: number | null;
}

function sums(parts: readonly Measured[], total: number): Measured {
  return {
    memory: sumMemory(
      parts.map(({ memory }) => memory),
      total,
    ),
    cpu: sumKnown(parts.map(({ cpu }) => cpu)),
  };
}
