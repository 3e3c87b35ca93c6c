/** Fields of proc_pid_status(5). In masks, bit n−1 stands for signal n, of signals 1 to 31. */
export interface Status {
  /** Effective user id. */
  readonly uid: number | null;
  /**
   * `mixed` if real, effective, saved and file-system ids differ, of the user or of the group. Left out if they cannot
   * be read.
   */
  readonly ids?: 'one' | 'mixed';
  readonly caught: number | null;
  readonly ignored: number | null;
  readonly blocked: number | null;
}

/** Parses /proc/PID/status. */
export function parseStatus(text: string): Status {
  const [uids, gids] = [idsOf(text, 'Uid'), idsOf(text, 'Gid')];
  const isOne = [uids, gids].every((ids) => ids !== null && new Set(ids).size === 1);
  return {
    uid: uids?.[1] ?? null,
    ...(uids === null || gids === null ? {} : { ids: isOne ? 'one' : 'mixed' }),
    caught: mask(text, 'SigCgt'),
    ignored: mask(text, 'SigIgn'),
    blocked: mask(text, 'SigBlk'),
  };
}

/** The real, effective, saved and file-system id; null if the line is missing or incomplete. */
export function idsOf(text: string, name: 'Uid' | 'Gid'): readonly number[] | null {
  const found = new RegExp(`^${name}:\\t(\\d+)\\t(\\d+)\\t(\\d+)\\t(\\d+)$`, 'm').exec(text);
  return found === null ? null : found.slice(1).map(Number);
}

function mask(text: string, name: string): number | null {
  const digits = new RegExp(`^${name}:\\t([0-9a-f]+)$`, 'm').exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits.slice(-8), 16) & 0x7fffffff;
}

/** Bytes of the stack that each thread has in the kernel: THREAD_SIZE of x86-64 and arm64. */
const KERNEL_STACK = 16 * 1024;

/** Bytes that the kernel has for a process alone: its page tables and the kernel stacks of its threads. */
export function parseKernelMemory(text: string): number {
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return figure('VmPTE') * 1024 + figure('Threads') * KERNEL_STACK;
}
