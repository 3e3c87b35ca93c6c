import { killGroup } from '../kill.ts';

/** Ends this process, the leader of its group, and the command that it runs after so many seconds. */
export function endAfter(seconds: number): void {
  setTimeout(() => killGroup(process.pid), seconds * 1000).unref();
}
