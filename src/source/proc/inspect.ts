import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { readBytes, readLink, readText } from './files.ts';
import { hasOthersIds, parseAuxv } from './parsers/auxv.ts';
import { parseStat } from './parsers/stat.ts';
import { idsOf, parseStatus } from './parsers/status.ts';
import { parseCmdline } from './parsers/text.ts';

/** What decides whether a process is still the same, and how it would react to a signal. */
export type Inspected = Pick<ProcessSample, 'pid' | 'startTicks' | 'ppid' | 'state'> &
  Pick<ProcessFacts, 'comm' | 'argv' | 'uid' | 'ids' | 'caught' | 'ignored' | 'blocked'>;

/**
 * Reads one process now; null if there is none with that pid (any more).
 * @throws Error for anything but ENOENT, ESRCH, EACCES and EPERM
 */
export function inspectProcess(root: string, pid: number): Inspected | null {
  const folder = `${root}/${pid}`;
  const bytes = readBytes(`${folder}/stat`);
  const stat = typeof bytes === 'string' ? null : parseStat(bytes, bytes.length);
  if (stat === null) return null;
  const text = readText(`${folder}/status`) ?? '';
  const status = parseStatus(text);
  const cmdline = readBytes(`${folder}/cmdline`);
  const { comm, startTicks, ppid, state } = stat;
  return {
    pid,
    comm,
    startTicks,
    ppid,
    state,
    argv: typeof cmdline === 'string' ? [] : parseCmdline(cmdline),
    ...status,
    ...(beganWithOthersIds(root, folder, text) ? { ids: 'mixed' } : {}),
  };
}

/** False also if it may not be looked into: then it is not ours to act on either. */
function beganWithOthersIds(root: string, folder: string, status: string): boolean {
  const auxv = readBytes(`${folder}/auxv`);
  const began = typeof auxv === 'string' ? null : parseAuxv(auxv);
  if (began === null) return false;
  const isComparable = readLink(`${folder}/ns/user`) === readLink(`${root}/self/ns/user`);
  const [uid, gid] = [idsOf(status, 'Uid')?.[1], idsOf(status, 'Gid')?.[1]];
  return hasOthersIds(began, isComparable && uid !== undefined && gid !== undefined ? { uid, gid } : null);
}

/**
 * Whether a process is the same as before and runs with the ids of one user and one group: only then its title says whose
 * server it is.
 */
export function isStill(
  found: Inspected | null,
  { startTicks, uid }: { startTicks: number; uid: number | null },
): boolean {
  return found !== null && found.startTicks === startTicks && found.ids === 'one' && found.uid === uid;
}
