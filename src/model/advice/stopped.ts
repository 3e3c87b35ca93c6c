import { nameOf, type Rule, serverAdvice } from './rule.ts';

/** A server's process in state T (proc_pid_stat(5)). A stopped master replaces no worker and handles no signal. */
export const stopped: Rule = (model) =>
  model.projects.flatMap((project) =>
    project.servers.flatMap((server) =>
      server.processes.flatMap((process) => {
        if (process.sample.state !== 'T') return [];
        const where = `kill -CONT ${process.pid}`;
        const what = process.role === 'master' ? 'it replaces no worker and handles no signal' : 'it does no work';
        const text = `${nameOf(server, process)} is stopped: ${what}. ${where} continues it.`;
        return [
          serverAdvice(
            project,
            server,
            {
              kind: 'stopped',
              severity: 'critical',
              key: 'c',
              text,
              where,
            },
            process.pid,
          ),
        ];
      }),
    ),
  );
