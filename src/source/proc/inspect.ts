import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { hasOthersIds, parseAuxv } from './parsers/auxv.ts';
import { parseStat } from './parsers/stat.ts';
import { idsOf, parseStatus } from './parsers/status.ts';
import { MOST_ARGUMENTS, parseCmdline } from './parsers/text.ts';
import type { ProcTree } from './tree.ts';

/** What decides whether a process is still the same, and how it would react to a signal. */
export type Inspected = Pick<ProcessSample, 'pid' | 'startTicks' | 'ppid' | 'state'> &
  Pick<ProcessFacts, 'comm' | 'argv' | 'uid' | 'ids' | 'caught' | 'ignored' | 'blocked'> & {
    /** Whether its command line was not read, since that might block. */
    readonly held: boolean;
  };

/** The files and links of a process that are read to inspect it. */
const inspected = ['stat', 'status', 'cmdline', 'auxv', 'ns/user'];

/**
 * Reads one process now; null if there is none with that pid (any more).
 * @throws Error for anything but ENOENT, ESRCH, EACCES and EPERM
 */
export function inspectProcess(tree: ProcTree, pid: number): Inspected | null {
  tree.expect([...inspected.map((name) => `${pid}/${name}`), 'self/ns/user']);
  const bytes = tree.bytes(`${pid}/stat`);
  const stat = typeof bytes === 'string' ? null : parseStat(bytes, bytes.length);
  if (stat === null) return null;
  const text = tree.text(`${pid}/status`) ?? '';
  const status = parseStatus(text);
  const cmdline = tree.bytes(`${pid}/cmdline`, MOST_ARGUMENTS);
  const { comm, startTicks, ppid, state } = stat;
  return {
    pid,
    comm,
    startTicks,
    ppid,
    state,
    argv: typeof cmdline === 'string' ? [] : parseCmdline(cmdline),
    held: cmdline === 'held',
    ...status,
    ...(beganWithOthersIds(tree, pid, text) ? { ids: 'mixed' } : {}),
  };
}

/**
 * Whether a program was started with other ids than it has. False also if its auxv may not be read: this user may not
 * signal it either.
 */
function beganWithOthersIds(tree: ProcTree, pid: number, status: string): boolean {
  const auxv = tree.bytes(`${pid}/auxv`);
  const began = typeof auxv === 'string' ? null : parseAuxv(auxv);
  const [uid, gid] = [idsOf(status, 'Uid')?.[1], idsOf(status, 'Gid')?.[1]];
  const now = uid === undefined || gid === undefined ? null : { uid, gid };
  if (began === null || !hasOthersIds(began, now)) return false;
  const isComparable = tree.link(`${pid}/ns/user`) === tree.link('self/ns/user');
  return isComparable || hasOthersIds(began, null);
}

/**
 * Whether a process is the same as before and runs with the ids of one user and one group. Only then does its title say
 * whose server it is.
 */
export function isStill(
  inspected: Inspected | null,
  { startTicks, uid }: { startTicks: number; uid: number | null },
): boolean {
  return inspected !== null && inspected.startTicks === startTicks && inspected.ids === 'one' && inspected.uid === uid;
}
