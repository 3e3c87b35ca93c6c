import type { RecognisedServer } from '../../recognise/recognise.ts';
import type { ProcessSample } from '../../snapshot.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { moduleOf } from './generic.ts';
import { addTo } from './multimap.ts';
import { composePlace, members, type Place, placeOnHost } from './places.ts';

/**
 * The directories of a snapshot. Several processes may see one directory under different paths, above all in
 * containers.
 */
export class Directories {
  /** By device and inode: the places of directories also seen outside containers, or named by an engine. */
  readonly #places = new Map<string, Place>();
  /** The containers that have a directory, by device and inode. */
  readonly #sharing = new Map<string, Set<string>>();
  /** The containers that serve an app to others, by its directory and module. */
  readonly #fronts = new Map<string, Set<string>>();

  constructor(processes: readonly ProcessSample[], servers: readonly RecognisedServer[]) {
    const evidenceOfAll = processes.map(({ facts }) => evidenceOf(facts));
    if (evidenceOfAll.every(({ container }) => container === null)) return;
    for (const evidence of evidenceOfAll) {
      const { identity, container } = evidence;
      if (identity === null) continue;
      if (container !== null) addTo(this.#sharing, identity, container);
      const place = composePlace(evidence) ?? (container === null ? placeOnHost(evidence) : null);
      const before = this.#places.get(identity);
      if (place !== null && (before === undefined || place.id < before.id)) this.#places.set(identity, place);
    }
    for (const server of servers) {
      const { container, directory } = evidenceOf(server.head.facts);
      const app = moduleOf(server.claim.app ?? null);
      if (container === null || app === null || server.definition.bind === undefined) continue;
      addTo(this.#fronts, appKey(directory, app), container);
    }
  }

  /** The place of a process by its directory; null if it has none. */
  placeOf(evidence: Evidence): Place | null {
    const { container, identity, directory } = evidence;
    if (directory === null) return null;
    const plain = placeOnHost(evidence);
    if (container === null) return plain;
    const shared = composePlace(evidence) ?? (identity === null ? undefined : this.#places.get(identity));
    if (shared !== undefined) return shared;
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
    if (identity !== null && (this.#places.has(identity) || (this.#sharing.get(identity)?.size ?? 0) > 1)) return null;
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
