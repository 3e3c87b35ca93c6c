import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { readBytes, readText } from './files.ts';
import { parseAuxv } from './parsers/auxv.ts';
import { parseStat } from './parsers/stat.ts';
import { parseStatus } from './parsers/status.ts';
import { parseCmdline } from './parsers/text.ts';

/** What decides whether a process is still who it was, and what it would do with a signal. */
export type Inspected = Pick<ProcessSample, 'pid' | 'startTicks' | 'ppid' | 'state'> &
  Pick<ProcessFacts, 'comm' | 'argv' | 'uid' | 'ids' | 'caught' | 'ignored' | 'blocked'>;

/**
 * One process as it is at this moment; null when there is none by that pid (any more).
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
  // sudo makes all of its ids root's while it still asks for the password: what it began with tells.
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
