import { type Model, ownHead, type Project, type Server } from '../model.ts';

/**
 * The servers that TARGET names: a master's pid, a project, or `project:kind`. A project's name alone means
 * those of its servers that scale by signals, if it has any. An app goes by its own name too. Several are the caller's to refuse.
 */
export function findTargets(model: Model, text: string): readonly Server[] {
  if (isPid(text)) {
    const pid = Number(text);
    return allServers(model).filter((server) => isNamedBy(server, pid));
  }
  const whole = projectNamed(model, text);
  if (whole) {
    const scalable = whole.servers.filter(
      (server) => server.scaling.method === 'signal' || server.scaling.method === 'fifo',
    );
    return scalable.length > 0 ? scalable : whole.servers;
  }
  const [name, kind] = splitTarget(text);
  const { servers } = projectNamed(model, name) ?? { servers: [] };
  const apps = servers.filter(({ managed }) => managed === kind);
  return apps.length > 0 ? apps : servers.filter((server) => server.kind === kind);
}

/** A master's pid names its server. An app has none of its own, so that any of its workers does. */
function isNamedBy(server: Server, pid: number): boolean {
  const head = ownHead(server);
  return head === null ? server.processes.some((node) => node.pid === pid) : head.pid === pid;
}

/** A sentence for a TARGET that names no server: what it is instead, or what there is. */
export function whyNoTarget(model: Model, text: string): string {
  if (isPid(text)) return whyNotPid(model, Number(text));
  const [name, kind] = splitTarget(text);
  const project = projectNamed(model, text) ?? projectNamed(model, name);
  if (project === null) {
    const names = model.projects.filter(({ servers }) => servers.length > 0).map((one) => one.name);
    return names.length === 0
      ? `no project ${text}: no server was found at all`
      : `no project ${text}: there is ${names.join(', ')}`;
  }
  const kinds = [...new Set(project.servers.map((server) => server.kind))];
  if (kinds.length === 0) return `${project.name} has no server`;
  return `${project.name} has no ${kind ?? 'server'}: it has ${kinds.join(', ')}`;
}

function whyNotPid(model: Model, pid: number): string {
  for (const server of allServers(model)) {
    const node = server.processes.find((one) => one.pid === pid);
    if (node)
      return `${pid} is a ${node.role ?? 'process'} of ${server.kind}: its ${server.head.role} is ${server.head.pid}`;
  }
  const loose = [model.system, ...model.projects].some(({ processes }) => processes.some((node) => node.pid === pid));
  return loose ? `${pid} is no part of a server that workertop knows` : `no process ${pid}`;
}

function allServers(model: Model): readonly Server[] {
  return model.projects.flatMap((project) => project.servers);
}

function projectNamed(model: Model, text: string): Project | null {
  return model.projects.find(({ id, name }) => name === text || id === text) ?? null;
}

function isPid(text: string): boolean {
  return /^\d+$/.test(text);
}

/** At the last colon, since a directory's name may hold one. */
function splitTarget(text: string): readonly [string, string | undefined] {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
