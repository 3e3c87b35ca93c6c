import type { ProcessNode, Server } from '../model/model.ts';

/**
 * The processes that started a server's head and wait for it, such as the shell of a script. They count with the server
 * and have no row.
 */
export function launchersOf({ head, processes }: Server): readonly ProcessNode[] {
  const launchers: ProcessNode[] = [];
  for (let pid = head.sample.ppid; ; ) {
    const launcher = processes.find((process) => process.pid === pid && process.role === 'helper');
    if (launcher === undefined || launchers.includes(launcher)) return launchers;
    launchers.push(launcher);
    pid = launcher.sample.ppid;
  }
}

/** A server's processes that have rows. */
export function shownProcesses(server: Server): readonly ProcessNode[] {
  const launchers = launchersOf(server);
  return launchers.length === 0 ? server.processes : server.processes.filter((process) => !launchers.includes(process));
}
