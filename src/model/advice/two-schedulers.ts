import type { Project, Server } from '../model.ts';
import { type Rule, serverAdvice } from './rule.ts';

interface Scheduler {
  readonly server: Server;
  readonly pid: number;
}

/** Two schedulers of one app send each task twice (celery's documentation): a beat of its own, or a worker's -B. */
export const twoSchedulers: Rule = (model) =>
  model.projects.flatMap((project) => {
    const [first, ...others] = schedulersOf(project);
    if (first === undefined) return [];
    const same = others.filter(({ server }) => isSameApp(server, first.server));
    if (same.length === 0) return [];
    const listed = [first, ...same]
      .map(({ server, pid }) => [pid, server.definition.schedulerOption].filter(Boolean).join(' by '))
      .join(', ');
    return [
      serverAdvice(
        project,
        first.server,
        {
          kind: 'two-schedulers',
          severity: 'critical',
          text: `${same.length + 1} schedulers run (${listed}), and each sends every task: keep one.`,
        },
        first.pid,
      ),
    ];
  });

function schedulersOf({ servers }: Project): readonly Scheduler[] {
  return servers.flatMap((server) =>
    server.definition.embeddable !== undefined || server.definition.schedulerOption !== undefined
      ? server.processes.filter(({ role }) => role === 'scheduler').map(({ pid }) => ({ server, pid }))
      : [],
  );
}

function isSameApp({ app: a }: Server, { app: b }: Server): boolean {
  return a === null || b === null || a === b;
}
