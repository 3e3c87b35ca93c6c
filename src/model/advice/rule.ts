import type { ProcessKey } from '../../snapshot.ts';
import type { History } from '../history/history.ts';
import type { Model, ProcessNode, Project, Server } from '../model.ts';

export type AdviceKind =
  | 'stopped'
  | 'thrashing'
  | 'oom-kills'
  | 'queue'
  | 'growing'
  | 'idle-workers'
  | 'too-many-workers'
  | 'beat'
  | 'little-sharing'
  | 'two-schedulers'
  | 'outlier'
  | 'orphans'
  | 'more-than-configured'
  | 'launcher'
  | 'limit'
  | 'beyond-memory'
  | 'coverage';

export type Severity = 'info' | 'warning' | 'critical';

export interface Advice {
  readonly kind: AdviceKind;
  /** Null if it is about the whole machine. */
  readonly projectId: string | null;
  readonly project: string | null;
  readonly server: ProcessKey | null;
  /** The process that it is about. */
  readonly pid: number | null;
  readonly severity: Severity;
  /** The problem with its figure, and what would help. It does not name the project. */
  readonly text: string;
  /** Bytes that following it would free; null if unknown or none. */
  readonly frees: number | null;
  /** The key that does it on the screen; null if none does. */
  readonly key: '+' | '-' | 'c' | 'F9' | null;
  readonly action: { readonly type: 'trim' | 'add'; readonly server: ProcessKey } | null;
  /** The command or setting that does it, or the place to make it permanent. */
  readonly where: string | null;
}

/** Looks for one kind of problem. */
export type Rule = (model: Model, history: History) => readonly Advice[];

/** An advice without the parts that are null. */
export type About = Pick<Advice, 'kind' | 'severity' | 'text'> & Partial<Advice>;

/** An advice; parts that are left out are null. */
export function advice(about: About): Advice {
  return {
    projectId: null,
    project: null,
    server: null,
    pid: null,
    frees: null,
    key: null,
    action: null,
    where: null,
    ...about,
  };
}

/** An advice about a server. It is about its head process unless another is given. */
export function serverAdvice(project: Project, server: Server, about: About): Advice {
  return advice({
    projectId: project.id,
    project: project.name,
    server: server.key,
    pid: server.head.pid,
    ...about,
  });
}

/** How to change the number of a server's workers by one: a key if workertop can, else why not and what does. */
export function scaling(server: Server, type: 'trim' | 'add'): Pick<Advice, 'key' | 'action' | 'where'> {
  const { available, reason } = server.scaling;
  if (!available) return { key: null, action: null, where: reason };
  return {
    key: type === 'trim' ? '-' : '+',
    action: { type, server: server.key },
    where: server.workers.configured.where,
  };
}

/** The name of a process of a server: `master 9542`, `celery beat 9545`. */
export function nameOf(server: Server, { role, pid }: ProcessNode): string {
  const what = role === 'single' || role === 'scheduler' || role === null ? server.definition.label : role;
  return `${what} ${pid}`;
}

/** Asks `find` for advice on each server. */
export function eachServer(model: Model, find: (server: Server, project: Project) => Advice | null): readonly Advice[] {
  return model.projects.flatMap((project) => project.servers.flatMap((server) => find(server, project) ?? []));
}
