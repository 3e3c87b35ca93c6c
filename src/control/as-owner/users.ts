import { readRegular } from '../../source/proc/files.ts';
import { passwdEntries } from '../../source/proc/parsers/text.ts';
import type { Trust } from './trust.ts';

/** Bytes: a machine's own users take less. */
const LARGEST = 4 * 1024 * 1024;

export interface Users {
  readonly name: string;
  readonly home: string | null;
  readonly trust: Trust;
}

/** Reads /etc/passwd and /etc/group for one user. Users of a directory service are not in them. */
export function usersFor(uid: number): Users {
  const passwd = passwdEntries(readRegular('/etc/passwd', LARGEST) ?? '');
  const nameOf = (id: number) => passwd.find((entry) => entry.uid === id)?.name ?? `user ${id}`;
  const { name, home } = passwd.find((entry) => entry.uid === uid) ?? {};
  const isOwnGroup = (gid: number) => {
    // root's group may have members: what it may change is not root's alone.
    if (uid === 0 || name === undefined) return false;
    const [group, , , members = ''] = groups().find(([, , id]) => id === String(gid)) ?? [];
    const others = passwd.some((entry) => entry.gid === gid && entry.uid !== uid);
    return group === name && !others && members.split(',').every((member) => member === '' || member === name);
  };
  return { name: name ?? String(uid), home: home ?? null, trust: { uid, isOwnGroup, nameOf } };
}

/** Lines of group(5), split into fields. */
function groups(): readonly (readonly string[])[] {
  return (readRegular('/etc/group', LARGEST) ?? '').split('\n').map((line) => line.split(':'));
}
