import { baseName } from '../../text/base-name.ts';

/** Names that a project may have, the shortest first: each says more than the one before. */
export interface Named {
  readonly id: string;
  readonly names: readonly [string, ...string[]];
  /** Whether its first name was borrowed from its surroundings. A directory of that name takes precedence. */
  readonly borrowed: boolean;
}

export interface GivenName {
  readonly name: string;
  /** Whether only a number distinguishes it. The number may change when another project ends. */
  readonly numbered: boolean;
}

interface Candidate {
  readonly project: Named;
  at: number;
}

/** Distinct names by id: `blog`, or `staging/blog` and `prod/blog` if there are two. */
export function distinctNames(projects: readonly Named[]): ReadonlyMap<string, GivenName> {
  const candidates = projects.map((project): Candidate => ({ project, at: 0 }));
  const most = Math.max(0, ...projects.map(({ names }) => names.length));
  for (let round = 0; round < 2 * most; round++) for (const rivals of duplicates(candidates)) lengthen(rivals);
  const given = new Map<string, GivenName>();
  for (const candidate of candidates) given.set(candidate.project.id, { name: nameOf(candidate), numbered: false });
  for (const rivals of duplicates(candidates)) {
    const byId = rivals.toSorted((a, b) => (a.project.id < b.project.id ? -1 : 1));
    byId.forEach((candidate, index) => {
      const name = index === 0 ? nameOf(candidate) : freeName(nameOf(candidate), given);
      given.set(candidate.project.id, { name, numbered: true });
    });
  }
  return given;
}

function nameOf({ project: { names }, at }: Candidate): string {
  return names[Math.min(at, names.length - 1)] ?? names[0];
}

function lengthen(rivals: readonly Candidate[]): void {
  const able = rivals.filter(({ project, at }) => at < project.names.length - 1);
  const borrowed = able.filter(({ project, at }) => project.borrowed && at === 0);
  for (const candidate of borrowed.length > 0 && borrowed.length < rivals.length ? borrowed : able) candidate.at += 1;
}

function duplicates(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const rivals = byName.get(nameOf(candidate));
    if (rivals) rivals.push(candidate);
    else byName.set(nameOf(candidate), [candidate]);
  }
  return [...byName.values()].filter((rivals) => rivals.length > 1);
}

function freeName(name: string, taken: ReadonlyMap<string, GivenName>): string {
  const used = new Set([...taken.values()].map((given) => given.name));
  let number = 2;
  while (used.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}

/** The name that a project gets from the path of its directory. */
export function nameOfPath(path: string): string {
  return baseName(path) || path;
}
