import type { Observations } from '../model/activity/observations.ts';
import type { Model, ProcessNode, Project, Server } from '../model/model.ts';
import { freedBy } from '../model/scaling/next-to-stop.ts';
import type { ProcessKey } from '../snapshot.ts';
import { ActivityCounters, activityNow } from './activity.ts';
import type { Sample } from './exposition.ts';
import { metrics } from './metric.ts';
import { Recommended } from './recommended.ts';
import { knownSample, label, Peaks, sampleOf, sum, total } from './samples.ts';

/** Limits of what one machine exports, whatever runs on it. */
export const limits = { projects: 200, series: 5000 } as const;

/** Series kept for the rest beyond the limits: the memory of `other`, and the number dropped. */
const KEPT_BACK = 4;

/** The label for all projects beyond the limit. */
const OTHER = 'other';

/** Counters of one server, from its first reading until it is gone. */
interface Counters {
  /** CPU seconds by role. */
  readonly cpu: Map<string, number>;
  readonly activity: ActivityCounters;
  starts: number;
}

/** What is remembered of a process from the last reading. */
interface Seen {
  readonly cpuSeconds: number;
}

/**
 * Turns models into samples. A counter lives as long as its server: it starts at 0, never decreases, and is absent once
 * the server is gone. No label holds a pid, so a restarted worker makes no new series.
 */
export class Series {
  readonly #counters = new Map<string, Counters>();
  readonly #version: string;
  #seen: ReadonlyMap<ProcessKey, Seen> | null = null;
  readonly #queues = new Peaks();
  readonly #inUse = new Peaks();
  readonly #recommended: Recommended;
  #samples: readonly Sample[] = [];

  /**
   * @param version of workertop
   * @param observations what recommendations are made of
   */
  constructor(version: string, observations: Observations) {
    this.#version = version;
    this.#recommended = new Recommended(observations);
  }

  /** Adds the figures of one reading. */
  observe(model: Model): void {
    const projects = model.projects.map(named);
    this.#count(projects);
    this.#recommended.begin(model);
    const samples = [...this.#host(model), ...memoryOf(model.system.processes, ['system', '', '', ''])];
    const folded: ProcessNode[] = [];
    let dropped = 0;
    // Largest first: the smallest are counted as `other`.
    projects.forEach((project, index) => {
      const more = this.#project(project, model);
      if (index < limits.projects && samples.length + more.length <= limits.series - KEPT_BACK) {
        samples.push(...more);
        return;
      }
      dropped += more.length;
      folded.push(...project.loose, ...project.servers.flatMap(({ members }) => members));
    });
    this.#samples = [...samples, ...memoryOf(folded, [OTHER, '', '', '']), sampleOf(metrics.dropped, dropped)];
  }

  /** The samples of the last reading. */
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** The samples of the last reading, for a scrape: largest values begin anew after the next one. */
  scrape(): readonly Sample[] {
    this.#queues.scraped();
    this.#inUse.scraped();
    return this.#samples;
  }

  #count(projects: readonly NamedProject[]): void {
    const before = this.#seen;
    const seen = new Map<ProcessKey, Seen>();
    const living = new Set<string>();
    for (const { name: project, servers } of projects) {
      for (const { labels, servers: all, members } of servers) {
        const id = [project, ...labels].join('\0');
        living.add(id);
        const counters = this.#counters.get(id);
        const counted = counters ?? { cpu: new Map<string, number>(), activity: new ActivityCounters(), starts: 0 };
        this.#counters.set(id, counted);
        counted.activity.count(all);
        for (const process of members) {
          seen.set(process.key, { cpuSeconds: process.cpuSeconds });
          const known = before?.get(process.key);
          const role = process.role ?? '';
          // Of a process that is older than our first reading, count only what it uses from then on. Of a new one,
          // count all.
          const used = known ? process.cpuSeconds - known.cpuSeconds : counters ? process.cpuSeconds : 0;
          counted.cpu.set(role, (counted.cpu.get(role) ?? 0) + Math.max(0, used));
          if (!known && counters && role === 'worker') counted.starts += 1;
        }
      }
    }
    for (const id of this.#counters.keys()) if (!living.has(id)) this.#counters.delete(id);
    this.#seen = seen;
  }

  #host({ host, coverage, at }: Model): readonly Sample[] {
    return [
      sampleOf(metrics.build, 1, this.#version),
      sampleOf(metrics.memoryTotal, host.memory.total, host.memory.limitedBy),
      sampleOf(metrics.memoryAvailable, host.memory.available),
      sampleOf(metrics.processes, coverage.exact, 'true'),
      sampleOf(metrics.processes, coverage.processes - coverage.exact, 'false'),
      ...knownSample(metrics.oomKills, host.pressure?.oomKills ?? null),
      sampleOf(metrics.readAt, at / 1000),
    ];
  }

  #project({ name, project, loose, servers }: NamedProject, model: Model): readonly Sample[] {
    const { directory, virtualenv } = project;
    const about = [name, directory ?? '', virtualenv?.name ?? '', virtualenv?.python ?? ''];
    return [
      sampleOf(metrics.project, 1, ...about),
      ...memoryOf(loose, [name, '', '', '']),
      ...servers.flatMap((server) => [...this.#server(name, server), ...this.#activity(name, project, server, model)]),
    ];
  }

  #server(project: string, { labels, servers, members }: NamedServer): readonly Sample[] {
    const set = [project, ...labels];
    const id = set.join('\0');
    const roles = groupedBy(members, ({ role }) => role ?? '');
    const [first] = servers;
    const counters = this.#counters.get(id);
    const queue = sum(servers.map((server) => server.queue));
    const scalable = servers.every(({ scaling }) => scaling.method !== 'none');
    return [
      sampleOf(metrics.server, 1, ...set, first?.version ?? '', (first?.bind ?? []).join(' ')),
      ...[...roles].flatMap(([role, processes]) => [
        ...memoryOf(processes, [...set, role]),
        sampleOf(metrics.serverProcesses, processes.length, ...set, role),
        sampleOf(metrics.cpu, counters?.cpu.get(role) ?? 0, ...set, role),
      ]),
      sampleOf(metrics.workers, total(servers.map(({ workers }) => workers.current)), ...set),
      ...knownSample(metrics.workersConfigured, sum(servers.map(({ workers }) => workers.configured.count)), ...set),
      ...(scalable ? [sampleOf(metrics.workersFloor, total(servers.map(({ workers }) => workers.floor)), ...set)] : []),
      ...(scalable ? knownSample(metrics.trimFrees, sum(servers.map((server) => freedBy(server, 1))), ...set) : []),
      ...knownSample(metrics.queue, queue, ...set),
      ...(queue === null ? [] : [sampleOf(metrics.queueMax, this.#queues.add(id, queue), ...set)]),
      sampleOf(metrics.restarts, counters?.starts ?? 0, ...set),
    ];
  }

  #activity(project: string, whole: Project, { labels, servers }: NamedServer, model: Model): readonly Sample[] {
    const set = [project, ...labels];
    const [first, second] = servers;
    return [
      ...activityNow(servers, set, this.#inUse),
      ...(this.#counters.get(set.join('\0'))?.activity.samples(set) ?? []),
      // Recommendations of several servers with the same labels could not be distinguished.
      ...(first !== undefined && second === undefined ? this.#recommended.samples(model, whole, first, set) : []),
    ];
  }
}

/** Servers with the same labels: more than one only if nothing stable distinguishes them. */
interface NamedServer {
  /** Kind and name. */
  readonly labels: readonly [string, string];
  readonly servers: readonly Server[];
  readonly members: readonly ProcessNode[];
}

interface NamedProject {
  readonly name: string;
  readonly project: Project;
  /** Processes of the project that belong to no server. */
  readonly loose: readonly ProcessNode[];
  readonly servers: readonly NamedServer[];
}

function named(project: Project): NamedProject {
  return {
    name: label(project.name),
    project,
    loose: project.processes,
    servers: namedServers(project.servers),
  };
}

/** Distinguishes servers of one kind by app, then by address: never by pid or order, which a restart changes. */
function namedServers(servers: readonly Server[]): readonly NamedServer[] {
  const byName = groupedBy(servers, (server) => `${server.kind}\0${nameOf(server)}`);
  const labelled = servers.map((server) => {
    const same = byName.get(`${server.kind}\0${nameOf(server)}`) ?? [];
    const name = same.length > 1 ? `${nameOf(server)}@${server.bind.join(' ')}` : nameOf(server);
    return { server, labels: [label(server.kind), label(name)] as const };
  });
  return [...groupedBy(labelled, ({ labels }) => labels.join('\0')).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const members = group.map(({ server }) => server);
    return [{ labels: first.labels, servers: members, members: members.flatMap(({ processes }) => processes) }];
  });
}

function nameOf({ managed, app, bind }: Server): string {
  return managed ?? app ?? bind[0] ?? '';
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Sums of the known figures. A figure that is known of no process is absent. */
function memoryOf(processes: readonly ProcessNode[], labels: readonly string[]): readonly Sample[] {
  return [
    ...knownSample(
      metrics.pss,
      sumKnown(processes, ({ memory }) => memory.pss),
      ...labels,
    ),
    ...knownSample(
      metrics.uss,
      sumKnown(processes, ({ memory }) => memory.uss),
      ...labels,
    ),
    ...knownSample(
      metrics.swap,
      sumKnown(processes, ({ memory }) => memory.swap),
      ...labels,
    ),
  ];
}

function sumKnown(processes: readonly ProcessNode[], of: (process: ProcessNode) => number | null): number | null {
  const known = processes.map(of).filter((value) => value !== null);
  return known.length === 0 ? null : total(known);
}
