import { endianness } from 'node:os';

/** The ids that a program had when it was started, in the numbers of its user namespace: getauxval(3). */
export interface StartingIds {
  readonly uid: number;
  readonly effectiveUid: number;
  readonly gid: number;
  readonly effectiveGid: number;
}

/**
 * Whether a program runs with other ids than the user who started it and chose its title, environment and directory.
 * sudo sets all ids to root's while it still asks for the password, so only the ids at its start tell. Only root's own
 * programs may have changed to another user.
 * @param now its ids now; null if it is in another user namespace, where ids cannot be compared with ours
 */
export function hasOthersIds(began: StartingIds, now: { readonly uid: number; readonly gid: number } | null): boolean {
  if (began.uid !== began.effectiveUid || began.gid !== began.effectiveGid) return true;
  return now !== null && began.uid !== 0 && (began.uid !== now.uid || began.gid !== now.gid);
}

/** elf.h: AT_UID, AT_EUID, AT_GID, AT_EGID. */
const TYPES = [11, 12, 13, 14] as const;

const isLittle = endianness() === 'LE';

/** Parses the ids in /proc/PID/auxv (proc_pid_auxv(5)): pairs of machine words. Null if they are missing. */
export function parseAuxv(bytes: Uint8Array): StartingIds | null {
  // A 32-bit program has words of four bytes.
  return idsIn(bytes, 8) ?? idsIn(bytes, 4);
}

function idsIn(bytes: Uint8Array, size: 4 | 8): StartingIds | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => (size === 4 ? view.getUint32(at, isLittle) : Number(view.getBigUint64(at, isLittle)));
  const found = new Map<number, number>();
  for (let at = 0; at + 2 * size <= bytes.byteLength; at += 2 * size) found.set(word(at), word(at + size));
  const [uid, effectiveUid, gid, effectiveGid] = TYPES.map((type) => found.get(type));
  const isWhole = uid !== undefined && effectiveUid !== undefined && gid !== undefined && effectiveGid !== undefined;
  return isWhole ? { uid, effectiveUid, gid, effectiveGid } : null;
}
