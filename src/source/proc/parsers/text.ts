/** Bytes read of a command line. A process may have megabytes of arguments. */
export const MOST_ARGUMENTS = 128 * 1024;

/** Bytes read of an environment: Kubernetes gives seven variables for each service. */
export const MOST_ENVIRONMENT = 1024 * 1024;

/**
 * Parses the NUL-separated arguments of proc_pid_cmdline(5). A title is one argument: programs that set one fill the
 * rest of the old arguments with NULs or blanks. An argument that was cut at MOST_ARGUMENTS is left out.
 */
export function parseCmdline(bytes: Buffer): readonly string[] {
  let end = bytes.length;
  if (end >= MOST_ARGUMENTS && bytes[end - 1] !== 0) {
    const last = bytes.lastIndexOf(0);
    if (last > 0) end = last;
  }
  while (end > 0 && bytes[end - 1] === 0) end--;
  if (end === 0) return [];
  return bytes.toString('utf8', 0, end).split('\0');
}

/**
 * Picks the requested variables from proc_pid_environ(5); others may be secret and are dropped. `a.b` requests the
 * member `b`, a string or a number, of the JSON object in `a`. A variable that was cut at MOST_ENVIRONMENT is left out.
 */
export function pickEnvironment(
  bytes: Buffer,
  names: ReadonlySet<string>,
  objects = membersOf(names),
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  let start = 0;
  while (start < bytes.length) {
    let end = bytes.indexOf(0, start);
    if (end < 0 && bytes.length >= MOST_ENVIRONMENT) break;
    if (end < 0) end = bytes.length;
    const equals = bytes.indexOf(0x3d, start);
    if (equals > start && equals < end) {
      const name = bytes.toString('latin1', start, equals);
      // If a name occurs twice, getenv(3) finds the first.
      if (names.has(name) && !(name in found)) found[name] = bytes.toString('utf8', equals + 1, end);
      const members = objects.get(name);
      if (members) Object.assign(found, pickMembers(bytes.toString('utf8', equals + 1, end), name, members));
    }
    start = end + 1;
  }
  return found;
}

/** The requested members, by the variable that holds them. */
export function membersOf(names: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const objects = new Map<string, string[]>();
  for (const dotted of names) {
    const [name = '', member] = dotted.split('.');
    if (member !== undefined) objects.set(name, [...(objects.get(name) ?? []), member]);
  }
  return objects;
}

function pickMembers(json: string, name: string, members: readonly string[]): Readonly<Record<string, string>> {
  let object: unknown;
  try {
    object = JSON.parse(json);
  } catch {
    return {};
  }
  if (typeof object !== 'object' || object === null) return {};
  const values = new Map(Object.entries(object));
  return Object.fromEntries(
    members.flatMap((member) => {
      const value: unknown = values.get(member);
      return typeof value === 'string' || typeof value === 'number' ? [[`${name}.${member}`, String(value)]] : [];
    }),
  );
}

/** Parses proc_pid_cgroup(5): the path in the v2 hierarchy, or in v1's of systemd or memory. */
export function parseCgroup(text: string): string | null {
  const paths = new Map<string, string>();
  for (const [, controllers = '', path = ''] of text.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  const unified = paths.get('');
  // If v1 is in use too, the unified hierarchy may hold nothing but its root.
  if (unified !== undefined && unified !== '/') return unified;
  return paths.get('name=systemd') ?? paths.get('memory') ?? unified ?? null;
}

/** Prefixes of the site-packages directories that a process has files mapped from. */
export function sitePrefixes(maps: string): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const line of maps.split('\n')) {
    const end = line.indexOf('/site-packages/');
    // Five fields without a slash come before the path (proc_pid_maps(5)).
    const start = line.indexOf('/');
    if (end <= start || start < 0) continue;
    const prefix = /^(\/.*)\/lib(?:64)?\/(?:python|pypy)\d[\d.]*$/.exec(line.slice(start, end))?.[1];
    if (prefix !== undefined) prefixes.add(prefix);
  }
  return prefixes;
}

/** A user of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Parses passwd(5). Malformed lines are dropped. */
export function passwdEntries(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = '', , home = ''] = line.split(':');
    return name !== '' && /^\d+$/.test(uid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [];
  });
}

/** User names by uid, from passwd(5). If several share a uid, the first counts. */
export function parsePasswd(text: string): ReadonlyMap<number, string> {
  return new Map(
    passwdEntries(text)
      .toReversed()
      .map(({ uid, name }) => [uid, name]),
  );
}

/** The soft limit of open files in /proc/self/limits; null if missing. */
export function parseOpenFiles(limits: string): number | null {
  const limit = /^Max open files +(\d+|unlimited)/m.exec(limits)?.[1];
  if (limit === undefined) return null;
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
