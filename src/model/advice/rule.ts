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

/** A project's id and its name. */
export type NamedProject = Pick<Project, 'id' | 'name'>;

/**
 * The subject of an advice: the machine, a project, or one process of a project. `server` is the key of the process's
 * server.
 */
export type Subject =
  | { readonly type: 'machine' }
  | { readonly type: 'project'; readonly project: NamedProject }
  | {
      readonly type: 'process';
      readonly project: NamedProject;
      readonly pid: number;
      readonly server: ProcessKey | null;
    };

export interface Advice {
  readonly kind: AdviceKind;
  readonly about: Subject;
  readonly severity: Severity;
  /** The problem with its figure, and what would help. It does not name the project. */
  readonly text: string;
  /** Bytes that following it would free; null if unknown or none. */
  readonly frees: number | null;
  /** The key that does it on the screen; null if none does. */
  readonly key: '+' | '-' | 'c' | 'F9' | null;
  /** The command or setting that does it, or the place to make it permanent. */
  readonly where: string | null;
}

/** Looks for one kind of problem. */
export type Rule = (model: Model, history: History) => readonly Advice[];

/** The project that an advice is about; null if it is about the machine. */
export function projectOf({ about }: Advice): NamedProject | null {
  return about.type === 'machine' ? null : about.project;
}

/** The pid of the process that an advice is about; null if it is about no single process. */
export function pidOf({ about }: Advice): number | null {
  return about.type === 'process' ? about.pid : null;
}

/** An advice whose unknown parts are left out. */
export type Finding = Pick<Advice, 'kind' | 'severity' | 'text'> & Partial<Pick<Advice, 'frees' | 'key' | 'where'>>;

/** An advice about the machine, a project or a process. */
export function advice(about: Subject, finding: Finding): Advice {
  return { about, frees: null, key: null, where: null, ...finding };
}

/** An advice about a process of a server, by default its head. */
export function serverAdvice(project: Project, server: Server, finding: Finding, pid = server.head.pid): Advice {
  return advice({ type: 'process', project: namedProject(project), pid, server: server.key }, finding);
}

/** A project without its processes. */
export function namedProject({ id, name }: Project): NamedProject {
  return { id, name };
}

/** How to change the number of a server's workers by one: a key if workertop can, else why not and what does. */
export function scaling(server: Server, type: 'trim' | 'add'): Pick<Advice, 'key' | 'where'> {
  const { available, reason, reasonToAdd } = server.scaling;
  if (!available) return { key: null, where: type === 'add' ? reasonToAdd : reason };
  return { key: type === 'trim' ? '-' : '+', where: server.workers.configured.where };
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
