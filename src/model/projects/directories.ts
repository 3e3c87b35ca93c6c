import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { moduleOf } from './generic.ts';
import { composePlace, members, type Place, placeOnHost } from './places.ts';

/**
 * The directories of a snapshot. Several processes may see one directory under different paths, above all in
 * containers.
 */
export class Directories {
  /** By device and inode: directories also seen outside containers, or named by an engine. */
  readonly #known = new Map<string, Place>();
  /** The containers that have a directory, by device and inode. */
  readonly #sharing = new Map<string, Set<string>>();
  /** The containers that serve an app to others, by its directory and module. */
  readonly #fronts = new Map<string, Set<string>>();

  constructor(processes: readonly ProcessSample[], servers: readonly RecognisedServer[]) {
    const all = processes.map(({ facts }) => evidenceOf(facts));
    if (all.every(({ container }) => container === null)) return;
    for (const evidence of all) {
      const { identity, container } = evidence;
      if (identity === null) continue;
      if (container !== null) add(this.#sharing, identity, container);
      const place = composePlace(evidence) ?? (container === null ? placeOnHost(evidence) : null);
      const known = this.#known.get(identity);
      if (place !== null && (known === undefined || place.id < known.id)) this.#known.set(identity, place);
    }
    for (const server of servers) {
      const { container, directory } = evidenceOf(server.head.facts);
      const app = moduleOf(server.claim.app ?? null);
      if (container === null || app === null || server.definition.bind === undefined) continue;
      add(this.#fronts, appKey(directory, app), container);
    }
  }

  /** Where a process is that has a directory; null for one that has none. */
  placeOf(evidence: Evidence): Place | null {
    const { container, identity, directory } = evidence;
    if (directory === null) return null;
    const plain = placeOnHost(evidence);
    if (container === null) return plain;
    const known = composePlace(evidence) ?? (identity === null ? undefined : this.#known.get(identity));
    if (known !== undefined) return known;
    const id = `dir:${identity ?? container}:${directory}`;
    return { ...plain, id, evidence: `${plain.evidence}, in container ${container}` };
  }

  /**
   * The place of a server. Containers with files of their own are one project if they run one app in one directory and
   * only one of them serves it. If several serve it, they may be several sites.
   */
  placeOfServer(server: RecognisedServer): Place | null {
    let plain: Place | null = null;
    for (const { process } of members(server)) {
      const evidence = evidenceOf(process.facts);
      const place = this.#ofApp(evidence, moduleOf(server.claim.app ?? null)) ?? this.placeOf(evidence);
      if (place === null) continue;
      if (evidence.marker !== null) return place;
      plain ??= place;
    }
    return plain;
  }

  #ofApp(evidence: Evidence, app: string | null): Place | null {
    const { container, identity, directory, engine } = evidence;
    if (container === null || directory === null || app === null || engine?.project != null) return null;
    if (identity !== null && (this.#known.has(identity) || (this.#sharing.get(identity)?.size ?? 0) > 1)) return null;
    if ((this.#fronts.get(appKey(directory, app))?.size ?? 0) > 1) return null;
    const place = placeOnHost(evidence);
    return {
      ...place,
      id: `app:${directory}:${app}`,
      evidence: `${place.evidence}, in containers with the app ${app}`,
    };
  }
}

function appKey(directory: string | null, app: string): string {
  return `${directory}\0${app}`;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known) known.add(value);
  else sets.set(key, new Set([value]));
}
