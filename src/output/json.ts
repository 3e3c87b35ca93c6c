import { type Advice, pidOf, projectOf } from '../model/advice/advice.ts';
import { configuredByText } from '../model/configured-by.ts';
import { History } from '../model/history/history.ts';
import { sumMemory } from '../model/memory.ts';
import type { Memory, MemoryPart, Model, ProcessNode, Project, Server, SystemGroup } from '../model/model.ts';
import { moreThatFit } from '../model/scaling/price.ts';
import type { Operation } from '../state/operation.ts';
import { json } from '../text/sanitize.ts';
import { largestOf } from './system.ts';

/** A reading of one of several machines; or why it could not be read. */
export type MachineReading =
  | { readonly host: string; readonly error: null; readonly list: object }
  | { readonly host: string; readonly error: string; readonly list: null };

/** A document as `list --json` prints it. */
export function printedJson(document: object): string {
  return `${json(document, 2)}\n`;
}

/** What `list --json` prints of several machines, in the shape of schema/list-hosts.json. */
export function machinesDocument(machines: readonly MachineReading[]): object {
  return { schema: 1, machines };
}

/**
 * What `list --json` prints of a model, in the shape of schema/list.json. Sizes are bytes; unknown is null.
 * @param system the `system` group; null to leave it out
 */
export function listDocument(
  model: Model,
  advice: readonly Advice[],
  system: SystemGroup | null = model.system,
  history = new History(),
) {
  const { host, coverage, memoryMap } = model;
  return {
    schema: 1,
    at: new Date(model.at).toISOString(),
    host: {
      name: host.name,
      cores: host.cores,
      memory: {
        total: host.memory.total,
        limitedBy: host.memory.limitedBy,
        used: host.memory.used,
        available: host.memory.available,
        free: host.memory.free,
        cache: host.memory.cache,
        where: memoryMap === null ? null : memoryMap.parts.map(partJson),
      },
      swap: host.swap,
      load: host.load,
      recommendedWorkers: host.recommendedWorkers,
    },
    coverage: { processes: coverage.processes, exact: coverage.exact, hidden: coverage.hidden },
    projects: model.projects.map((project) => projectJson(project, model, history)),
    system: systemJson(system ?? { ...model.system, processes: [] }, model),
    advice: advice.map(adviceJson),
  };
}

function adviceJson(advice: Advice) {
  const { kind, text, frees } = advice;
  return { kind, project: projectOf(advice)?.name ?? null, pid: pidOf(advice), text, frees };
}

function projectJson(project: Project, model: Model, history: History) {
  const { id, name, directory, memory, cpu, servers, processes } = project;
  return {
    id,
    name,
    directory,
    virtualenv: virtualenvJson(project.virtualenv),
    memory: memoryJson(memory),
    cpu,
    servers: servers.map((server) => serverJson(server, model, history)),
    processes: processes.map((process) => processJson(process, model)),
  };
}

/** The `system` group. If a filter is active, the sum is of the processes that are left. */
function systemJson(system: SystemGroup, model: Model) {
  const memories = system.processes.map(({ memory }) => memory);
  return {
    processes: system.processes.length,
    memory: memoryJson(sumMemory(memories, model.host.memory.total)),
    largest: largestOf(system).map((process) => processJson(process, model)),
  };
}

function virtualenvJson(virtualenv: Project['virtualenv']) {
  if (virtualenv === null) return null;
  const { name, path, evidence } = virtualenv;
  return { name, path, evidence };
}

function serverJson(server: Server, model: Model, history: History) {
  const { workers } = server;
  return {
    kind: server.kind,
    version: server.version,
    app: server.app,
    remark: server.remark,
    startedBy: server.startedBy,
    bind: server.bind,
    queue: server.queue,
    activity: activityJson(server, history),
    workers: {
      current: workers.current,
      configured: workers.configured.count,
      configuredBy: configuredByText(workers.configured.by),
      floor: workers.floor,
      most: workers.most === null ? null : { count: workers.most.count, by: workers.most.by },
      moreThatFit: moreThatFit(server, model),
      pools: server.pools.map(({ name, pids, configured }) => ({
        name,
        current: pids.length,
        configured: configured.count,
        configuredBy: configuredByText(configured.by),
      })),
    },
    scaling: { method: server.scaling.method, available: server.scaling.available, reason: server.scaling.reason },
    memory: memoryJson(server.memory),
    cpu: server.cpu,
    processes: server.processes.map((process) => processJson(process, model)),
  };
}

/** The mean number of workers in use over the readings in history; null if unknown. */
function activityJson({ activity, key }: Server, history: History) {
  if (activity === null || activity.basis === null) return null;
  const { basis, unit, total, accepted, waitingInside } = activity;
  const share = history.series(`server:${key}`, 'inUse').values.at(-1) ?? null;
  return {
    basis,
    unit,
    total,
    inUse: share === null || total === null ? activity.inUse : share * total,
    accepted,
    waitingInside,
    uses: history.uses(key).map(({ use, share: part }) => ({
      type: use.type,
      port: use.type === 'net' ? use.port : null,
      share: part,
    })),
  };
}

function processJson({ pid, startedAt, role, sample, command, memory, cpu }: ProcessNode, model: Model) {
  return {
    pid,
    started: dateText(model.at - (model.uptime - startedAt) * 1000),
    role,
    parent: sample.ppid,
    user: sample.facts.user ?? (sample.facts.uid === null ? null : String(sample.facts.uid)),
    state: sample.state,
    doing: sample.activity?.doing.map((thread) => (typeof thread === 'string' ? thread : thread.wait)) ?? null,
    command,
    memory: memoryJson(memory),
    cpu,
  };
}

/** The latest date that JavaScript can express, in milliseconds since 1970 (ECMA-262, time values). */
const FURTHEST = 8.64e15;

function dateText(milliseconds: number): string {
  return new Date(Math.max(-FURTHEST, Math.min(FURTHEST, milliseconds))).toISOString();
}

function memoryJson({ rss, pss, uss, anon, file, shmem, frees, swap, share, exact }: Memory) {
  return { rss, pss, uss, anon, file, shmem, frees, swap, share, exact };
}

function partJson({ kind, name, bytes, droppable, project }: MemoryPart) {
  return { kind, name, bytes, droppable, project };
}

/** How a change ended, as JSON. */
export function scaleJson(operation: Operation): string {
  const { pid, project, kind, from, target, current, phase, predicted, freed, usedBefore, usedNow, text, reminder } =
    operation;
  const document = {
    schema: 1,
    pid,
    project,
    kind,
    from,
    target,
    current,
    phase,
    predicted,
    freed,
    memory: { usedBefore, usedAfter: usedNow },
    text,
    reminder,
  };
  return `${json(document, 2)}\n`;
}

/** The change that `--dry-run` describes, as JSON. */
export function planJson(server: Server, project: Project, target: number, predicted: number | null): string {
  const document = {
    schema: 1,
    pid: server.head.pid,
    project: project.name,
    kind: server.kind,
    from: server.workers.current,
    target,
    predicted,
    dryRun: true,
  };
  return `${json(document, 2)}\n`;
}
