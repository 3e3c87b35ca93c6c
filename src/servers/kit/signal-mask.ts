/** Linux's numbers (signal(7)) of the signals that distinguish servers and roles. */
const numbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGWINCH: 28,
} as const;

export type SignalName = keyof typeof numbers;

/**
 * Whether a mask of proc_pid_status(5) (`SigCgt`, `SigIgn`, `SigBlk`) has a signal. False if the mask is unknown: a
 * signal that may not be caught must not be sent.
 */
export function catches(mask: number | null, signal: SignalName): boolean {
  return mask !== null && (mask & (1 << (numbers[signal] - 1))) !== 0;
}
