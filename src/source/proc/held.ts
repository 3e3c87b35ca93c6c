import { list, readBytes } from './files.ts';
import { parseStat, type Stat } from './parsers/stat.ts';

/**
 * Files of a process that the kernel reads under its memory lock: mmap_lock, in fs/proc/base.c and fs/proc/task_mmu.c.
 * A thread that maps a file of a dead network mount may hold this lock, and a reader waits as long. Only SIGKILL ends
 * the wait, for ps(1) too.
 */
const UNDER_LOCK = /^\d+\/(?:cmdline|environ|maps|smaps|smaps_rollup)$/;

/** Most threads that are checked. */
const MOST_THREADS = 1000;

/**
 * Whether reading a file of a process may block: one of its threads is in uninterruptible sleep (D of proc_pid_stat(5))
 * and may hold the lock. A process that shares memory with another (CLONE_VM) is not checked.
 * @param root of the proc tree
 * @param name relative to it
 * @param statNow reads `stat` of a process over an open descriptor; null if there is none
 */
export function isHeld(root: string, name: string, statNow: (pid: number) => Stat | null): boolean {
  if (!isUnderLock(name)) return false;
  const pid = name.slice(0, name.indexOf('/'));
  const folder = `${root}/${pid}`;
  const head = statNow(Number(pid)) ?? statOf(folder);
  if (head === null || head.threads <= 1) return head?.state === 'D';
  const threads = list(`${folder}/task`) ?? [];
  return threads.slice(0, MOST_THREADS).some((thread) => statOf(`${folder}/task/${thread}`)?.state === 'D');
}

function statOf(folder: string): Stat | null {
  const bytes = readBytes(`${folder}/stat`, 1024);
  return typeof bytes === 'string' ? null : parseStat(bytes, bytes.length);
}

/** Whether the kernel reads the file under the memory lock of its process. @param name relative to the proc tree */
export function isUnderLock(name: string): boolean {
  return UNDER_LOCK.test(name);
}
