import { type RecognisedServer, recognise } from '../recognise/recognise.ts';
import type { Role } from '../servers/definition.ts';
import { tookTooLong } from '../servers/registry.ts';
import { type ProcessSample, processKey, type Snapshot } from '../snapshot.ts';
import { commandOf } from '../text/mask-secrets.ts';
import { buildServer, type Here, type MakeNode } from './build-server.ts';
import { hostModel } from './host.ts';
import { hugePart, processMemory } from './memory.ts';
import { memoryMap } from './memory-map.ts';
import type { Coverage, Model, ProcessNode, Project } from './model.ts';
import { placeOf } from './projects/cgroup.ts';
import { groupProcesses } from './projects/group.ts';
import type { ProjectGroup } from './projects/groups.ts';
import { type Launcher, launchersOf } from './projects/launcher.ts';
import type { GroupRule } from './projects/rules.ts';
import { cpuSince } from './rates.ts';
import { sums } from './sums.ts';

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
  const hugeShare = hugePart(
    snapshot.processes.map(({ memory }) => memory),
    snapshot.host.use?.huge?.used ?? null,
  );
  const node: MakeNode = (process, role, reading = process.memory) => {
    const cpuUse = cpu(process);
    const kept = nodes.get(process);
    const huge = hugeShare * (reading.sharedHuge ?? 0);
    const alike = kept?.cpu === cpuUse && kept.role === role && kept.total === total && kept.huge === huge;
    if (alike && kept.accounting === accounting && reading === process.memory) return kept.node;
    const fresh: ProcessNode = {
      key: processKey(process),
      pid: process.pid,
      sample: process,
      role,
      memory: processMemory(reading, total, accounting, huge),
      cpu: cpuUse,
      startedAt: process.startTicks / snapshot.host.ticksPerSecond,
      cpuSeconds: process.cpuTicks / snapshot.host.ticksPerSecond,
      command: commandOf(process.facts),
      unrecognised: tookTooLong(process.facts),
    };
    nodes.set(process, { node: fresh, cpu: cpuUse, role, total, accounting, huge });
    return fresh;
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
    .map((group) => buildProject(group, launcher, node, total, here))
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

function buildProject(
  group: ProjectGroup,
  launcher: (server: RecognisedServer) => Launcher,
  node: MakeNode,
  total: number,
  here: Here,
): Project {
  const servers = group.servers.map((recognised) => buildServer(recognised, launcher(recognised), node, total, here));
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
