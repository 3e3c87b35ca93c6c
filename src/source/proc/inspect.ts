import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { readBytes, readText } from './files.ts';
import { parseAuxv } from './parsers/auxv.ts';
import { parseStat } from './parsers/stat.ts';
import { parseStatus } from './parsers/status.ts';
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
  const status = parseStatus(readText(`${folder}/status`) ?? '');
  const auxv = readBytes(`${folder}/auxv`);
  const began = typeof auxv === 'string' ? null : parseAuxv(auxv);
  // sudo sets all of its ids to root's while it still asks for the password. The ids at its start tell.
  const isSetUid = began !== null && (began.uid !== began.effectiveUid || began.gid !== began.effectiveGid);
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
    ...(isSetUid ? { ids: 'mixed' } : {}),
  };
}
