import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample, Virtualenv } from '../../snapshot.ts';
import type { Directories } from './directories.ts';
import { distinctNames } from './distinct-names.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { addTo } from './multimap.ts';
import { certain, members, type Place } from './places.ts';
import { namesFor } from './possible-names.ts';

/** The servers and processes of one project. */
export interface ProjectGroup {
  /** Stable from one snapshot to the next. */
  readonly id: string;
  /** Distinct among the groups of a snapshot. */
  readonly name: string;
  /** Whether only a number distinguishes the name from another project's. The number may change. */
  readonly numbered: boolean;
  readonly directory: string | null;
  readonly virtualenv: Virtualenv | null;
  /** Why these processes are one project, as a phrase. */
  readonly evidence: string;
  /** Oldest first. */
  readonly servers: readonly RecognisedServer[];
  readonly processes: readonly ProcessSample[];
}

interface Draft extends Place {
  readonly servers: RecognisedServer[];
  readonly processes: ProcessSample[];
}

/** Collects the projects of a snapshot. */
export class Groups {
  readonly #directories: Directories;
  readonly #drafts = new Map<string, Draft>();
  /** The projects with a directory that use a virtualenv, by its path. */
  readonly #users = new Map<string, Set<Draft>>();
  readonly #containers = new Map<string, Set<Draft>>();
  readonly #units = new Map<string, Set<Draft>>();

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  addServer(place: Place, server: RecognisedServer): void {
    const draft = this.#draft(place);
    draft.servers.push(server);
    this.#use(draft, virtualenvOf(server));
    if (server.definition.category === 'app') this.#note(draft, evidenceOf(server.head.facts));
  }

  addProcess(place: Place, process: ProcessSample): void {
    const draft = this.#draft(place);
    draft.processes.push(process);
    this.#use(draft, certain(process.facts.virtualenv));
  }

  /** The only project that these servers are in; null if they are in several or none. */
  ofServers(servers: readonly RecognisedServer[]): Place | null {
    return only(
      new Set([...this.#drafts.values()].filter((draft) => draft.servers.some((server) => servers.includes(server)))),
    );
  }

  /** The only project that uses this virtualenv; null if several or none do. */
  ofVirtualenv(virtualenv: Virtualenv | null): Place | null {
    return virtualenv === null ? null : only(this.#users.get(virtualenv.path));
  }

  /** The only project whose servers are in this container; null if several or none are. */
  ofContainer(container: string | null): Place | null {
    return container === null ? null : only(this.#containers.get(container));
  }

  /** The only project whose servers are in this unit; null if several or none are. */
  ofUnit({ unit }: Evidence): Place | null {
    return unit === null ? null : only(this.#units.get(unit.name));
  }

  /** The project that was already found in a process's directory; null if none was. */
  ofDirectory(evidence: Evidence): Place | null {
    const place = this.#directories.placeOf(evidence);
    return place === null ? null : (this.#drafts.get(place.id) ?? null);
  }

  directoryOf(evidence: Evidence): Place | null {
    return this.#directories.placeOf(evidence);
  }

  finish(): readonly ProjectGroup[] {
    const drafts = [...this.#drafts.values()];
    const names = distinctNames(drafts.map((draft) => namesFor(draft, draft.servers, draft.processes)));
    return drafts.map((draft) => ({
      ...draft,
      name: names.get(draft.id)?.name ?? draft.name,
      numbered: names.get(draft.id)?.numbered ?? false,
      virtualenv: projectVirtualenv(draft),
    }));
  }

  #draft(place: Place): Draft {
    let draft = this.#drafts.get(place.id);
    if (draft === undefined) {
      draft = { ...place, servers: [], processes: [] };
      this.#drafts.set(place.id, draft);
    }
    return draft;
  }

  #use(draft: Draft, virtualenv: Virtualenv | null): void {
    if (virtualenv !== null && draft.directory !== null) addTo(this.#users, virtualenv.path, draft);
  }

  #note(draft: Draft, { container, unit }: Evidence): void {
    if (container !== null) addTo(this.#containers, container, draft);
    if (unit !== null) addTo(this.#units, unit.name, draft);
  }
}

function only<T>(set: ReadonlySet<T> | undefined): T | null {
  return set?.size === 1 ? ([...set][0] ?? null) : null;
}

/** Its virtualenv, else that of the shell or `uv run` that started it: a title may have wiped all other traces. */
export function virtualenvOf(server: RecognisedServer): Virtualenv | null {
  for (const { process } of [...members(server), ...server.processes]) {
    const virtualenv = certain(process.facts.virtualenv);
    if (virtualenv) return virtualenv;
  }
  return null;
}

function projectVirtualenv({ servers, processes }: Draft): Virtualenv | null {
  const heads = servers.filter(({ definition }) => definition.category === 'app');
  const samples = [
    ...heads.flatMap((server) => [...members(server), ...server.processes].map(({ process }) => process)),
    ...processes,
  ];
  const virtualenvs = samples.flatMap(({ facts }) => facts.virtualenv ?? []);
  return virtualenvs.find(certain) ?? virtualenvs[0] ?? null;
}
