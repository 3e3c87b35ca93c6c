import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample, Virtualenv } from '../../snapshot.ts';
import type { Directories } from './directories.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { distinctNames } from './names.ts';
import { namesFor } from './naming.ts';
import { certain, members, type Place } from './places.ts';

/** The servers and processes of one project. */
export interface ProjectGroup {
  /** Stable from one snapshot to the next. */
  readonly id: string;
  /** Distinct among the groups of a snapshot. */
  readonly name: string;
  /** Whether only a number sets the name apart from another's: it may be that one's tomorrow. */
  readonly numbered: boolean;
  readonly directory: string | null;
  readonly virtualenv: Virtualenv | null;
  /** Why these are one project. */
  readonly evidence: string;
  /** In order of age, oldest first. */
  readonly servers: readonly RecognisedServer[];
  readonly processes: readonly ProcessSample[];
}

interface Draft extends Place {
  readonly servers: RecognisedServer[];
  readonly processes: ProcessSample[];
}

/** The projects that are found, as they are found. */
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

  /** The only project that all of these are in. */
  ofServers(servers: readonly RecognisedServer[]): Place | null {
    return only(
      new Set([...this.#drafts.values()].filter((draft) => draft.servers.some((one) => servers.includes(one)))),
    );
  }

  /** The only project that uses this virtualenv; two projects in one virtualenv stay two, and neither gets more. */
  ofVirtualenv(virtualenv: Virtualenv | null): Place | null {
    return virtualenv === null ? null : only(this.#users.get(virtualenv.path));
  }

  /** The only project whose servers are in this container. */
  ofContainer(container: string | null): Place | null {
    return container === null ? null : only(this.#containers.get(container));
  }

  /** The only project whose servers are in this unit. */
  ofUnit({ unit }: Evidence): Place | null {
    return unit === null ? null : only(this.#units.get(unit.name));
  }

  /** The project there is already in such a process's directory. */
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
    if (virtualenv !== null && draft.directory !== null) add(this.#users, virtualenv.path, draft);
  }

  #note(draft: Draft, { container, unit }: Evidence): void {
    if (container !== null) add(this.#containers, container, draft);
    if (unit !== null) add(this.#units, unit.name, draft);
  }
}

function add<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const known = sets.get(key);
  if (known) known.add(value);
  else sets.set(key, new Set([value]));
}

function only<T>(set: ReadonlySet<T> | undefined): T | null {
  return set?.size === 1 ? ([...set][0] ?? null) : null;
}

/** Its own, else that of what started it: a title may have wiped all traces but those of a shell or `uv run`. */
export function virtualenvOf(server: RecognisedServer): Virtualenv | null {
  for (const { process } of [...members(server), ...server.processes]) {
    const virtualenv = certain(process.facts.virtualenv);
    if (virtualenv) return virtualenv;
  }
  return null;
}

function projectVirtualenv({ servers, processes }: Draft): Virtualenv | null {
  const heads = servers.filter(({ definition }) => definition.category === 'app');
  const all = [
    ...heads.flatMap((server) => [...members(server), ...server.processes].map(({ process }) => process)),
    ...processes,
  ];
  const found = all.flatMap(({ facts }) => facts.virtualenv ?? []);
  return found.find(certain) ?? found[0] ?? null;
}
