import { type Model, type Project, type Server, serverTitle } from '../model.ts';

/**
 * The servers that a project's name or row stands for: its web servers that can be scaled; else those scaled by
 * signals; else by a command; else all. If there are several, the caller refuses.
 */
export function serversMeant({ servers }: Project): readonly Server[] {
  const scalable = servers.filter(({ scaling }) => scaling.method !== 'none');
  const web = scalable.filter(({ bind, listeners }) => bind.length > 0 || (listeners ?? []).length > 0);
  const signalled = scalable.filter(({ scaling }) => scaling.method !== 'command');
  return [web, signalled, scalable].find((some) => some.length > 0) ?? servers;
}

/** The sentence for a name or row that stands for several servers. */
export function severalMeant(name: string, servers: readonly Server[]): string {
  const listed = servers.map(titleWithNote).join(', ');
  return `${name} has ${servers.length} servers with workers: ${listed}.`;
}

/** A server's title, with the remark or address that distinguishes it from others of its kind. */
function titleWithNote(server: Server): string {
  const note = server.remark ?? server.bind[0];
  return note === undefined ? serverTitle(server) : `${serverTitle(server)} (${note})`;
}

/**
 * The servers that TARGET names. It is the pid of any of their processes, a project, `project:kind`, or `project:name`
 * of a managed app, a celery node or a celery queue.
 */
export function findTargets(model: Model, text: string): readonly Server[] {
  if (isPid(text)) {
    const pid = Number(text);
    return allServers(model).filter(({ processes }) => processes.some((node) => node.pid === pid));
  }
  const whole = projectNamed(model, text);
  if (isNumbered(model, text)) return [];
  if (whole) return serversMeant(whole);
  const [name, kind] = splitTarget(text);
  const { servers } = projectNamed(model, name) ?? { servers: [] };
  const apps = servers.filter(({ managed }) => managed === kind);
  if (apps.length > 0) return apps;
  const ofKind = servers.filter((server) => server.kind === kind);
  return ofKind.length > 0 ? ofKind : servers.filter(({ names }) => kind !== undefined && names.includes(kind));
}

/** The sentence for a TARGET that names no server: what it is instead, or which projects there are. */
export function whyNoTarget(model: Model, text: string): string {
  if (isPid(text)) return whyNotPid(model, Number(text));
  const [name, kind] = splitTarget(text);
  const project = projectNamed(model, text) ?? projectNamed(model, name);
  if (project === null) {
    const names = model.projects.filter(({ servers }) => servers.length > 0).map(({ name }) => name);
    return names.length === 0
      ? `no project ${text}: no server was found`
      : `no project ${text}: the projects are ${names.join(', ')}`;
  }
  if (isNumbered(model, text)) {
    const pids = project.servers.map(({ head }) => head.pid).join(', ');
    return `only a number distinguishes ${project.name} from another project, and numbers may change: name it by a pid${pids === '' ? '' : `, ${pids}`}`;
  }
  const kinds = [...new Set(project.servers.map((server) => server.kind))];
  if (kinds.length === 0) return `${project.name} has no server`;
  return `${project.name} has no ${kind ?? 'server'}: it has ${kinds.join(', ')}`;
}

function whyNotPid(model: Model, pid: number): string {
  const loose = [model.system, ...model.projects].some(({ processes }) => processes.some((node) => node.pid === pid));
  return loose ? `${pid} is not part of a server that workertop knows` : `no process ${pid}`;
}

function allServers(model: Model): readonly Server[] {
  return model.projects.flatMap((project) => project.servers);
}

function projectNamed(model: Model, text: string): Project | null {
  return model.projects.find(({ id, name }) => name === text || id === text) ?? null;
}

/** Whether a project is named by its number. Numbers change when another project of the same name ends. */
function isNumbered(model: Model, text: string): boolean {
  const [name] = splitTarget(text);
  const project = projectNamed(model, text) ?? projectNamed(model, name);
  return project?.numbered === true && (project.name === text || project.name === name);
}

function isPid(text: string): boolean {
  return /^\d+$/.test(text);
}

/** Splits at the last colon, since a directory's name may contain one. */
function splitTarget(text: string): readonly [string, string | undefined] {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
