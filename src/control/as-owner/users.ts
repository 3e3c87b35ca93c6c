import { readRegular } from '../../source/proc/files.ts';
import type { Trust } from './trust.ts';

/** Bytes: more than a machine's own users take. */
const LARGEST = 4 * 1024 * 1024;

export interface Users {
  readonly name: string;
  readonly home: string | null;
  readonly trust: Trust;
}

/** What /etc/passwd and /etc/group say of a user. Users of a directory service are not in them. */
export function usersFor(uid: number): Users {
  const passwd = linesOf('/etc/passwd');
  const nameOf = (id: number) => passwd.find(([, , one]) => one === String(id))?.[0] ?? `user ${id}`;
  const [name, , , , , home] = passwd.find(([, , id]) => id === String(uid)) ?? [];
  const isOwnGroup = (gid: number) => {
    // What root's group may change is not root's alone.
    if (uid === 0 || name === undefined) return false;
    const [group, , , members = ''] = linesOf('/etc/group').find(([, , id]) => id === String(gid)) ?? [];
    const others = passwd.some(([, , id, primary]) => primary === String(gid) && id !== String(uid));
    return group === name && !others && members.split(',').every((member) => member === '' || member === name);
  };
  return { name: name ?? String(uid), home: home ?? null, trust: { uid, isOwnGroup, nameOf } };
}

function linesOf(path: string): readonly (readonly string[])[] {
  return (readRegular(path, LARGEST) ?? '').split('\n').map((line) => line.split(':'));
}
