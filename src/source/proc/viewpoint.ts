import type { Owner, Viewpoint } from '../files/files.ts';
import { idsOf } from './parsers/status.ts';
import type { ProcTree } from './tree.ts';

/** Ids with hardly any rights, for a process whose owner is unknown. */
const NOBODY = 65534;

/** Most groups that count. With fewer groups less may be read, never more. */
const MOST_GROUPS = 256;

/** Tells in which namespace and with whose rights a process's files are read. */
export class ViewpointReader {
  readonly #tree: ProcTree;
  readonly #namespace: string | null;

  constructor(tree: ProcTree) {
    this.#tree = tree;
    this.#namespace = tree.link('self/ns/mnt');
  }

  /** @param status the text of /proc/PID/status */
  of(pid: number, status: string): Viewpoint {
    const owner = this.#tree.isRoot ? ownerOf(status) : null;
    const namespace = this.#foreignNamespace(pid);
    const rights = owner === null ? '' : [owner.uid, owner.gid, ...owner.groups].join(' ');
    const process = namespace === null ? null : `${this.#tree.root}/${pid}`;
    return { key: `${namespace ?? ''}:${rights}`, owner, process };
  }

  /** A process in another mount namespace: its files are read through its /proc/PID/root, so its paths are right. */
  #foreignNamespace(pid: number): string | null {
    const namespace = this.#tree.link(`${pid}/ns/mnt`);
    return this.#namespace === null || namespace === this.#namespace ? null : namespace;
  }
}

/** workertop's own namespace and rights. */
export const here: Viewpoint = { key: ':', owner: null, process: null };

/** The same namespace with workertop's own rights, for system files there. */
export function withOwnRights({ key, process }: Viewpoint): Viewpoint {
  return { key: key.slice(0, key.lastIndexOf(':') + 1), owner: null, process };
}

/** Whose rights apply to a process's files. For a set-uid program they are the caller's, who chose the paths. */
function ownerOf(status: string): Owner {
  const uids = idsOf(status, 'Uid') ?? [NOBODY];
  const gids = idsOf(status, 'Gid') ?? [NOBODY];
  const index = Math.max(
    0,
    uids.findIndex((uid) => uid !== 0),
  );
  const groups = /^Groups:\t([\d ]*)$/m.exec(status)?.[1]?.trim() ?? '';
  return {
    uid: uids[index] ?? NOBODY,
    gid: gids[index] ?? gids[0] ?? NOBODY,
    groups: groups === '' ? [] : groups.split(/ +/).slice(0, MOST_GROUPS).map(Number),
  };
}
