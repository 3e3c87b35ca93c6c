// Every signal of this program goes through this file, so that all of them can be found.

/** Sends a signal to one process. @throws the error of kill(2) */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  if (!Number.isInteger(pid) || pid <= 1) throw new RangeError(`${pid} is never sent a signal`);
  process.kill(pid, signal);
}

/**
 * Kills a helper process of ours and everything in its process group. Does nothing if it has ended.
 * @param leader a child that was started detached, and was not waited for yet; or such a child itself
 */
export function killGroup(leader: number): void {
  if (!Number.isInteger(leader) || leader <= 1) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** Stops this process and the rest of its job, as Ctrl-Z at the terminal does. Returns once it was continued. */
export function suspendJob(): void {
  process.kill(0, 'SIGTSTP');
}
