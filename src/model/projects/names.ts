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
  /** Whether only a number sets it apart: then it is another project's name when this one is gone. */
  readonly numbered: boolean;
}

interface Bearer {
  readonly thing: Named;
  at: number;
}

/** Distinct names by id: `blog`, or `staging/blog` and `prod/blog` if there are two. */
export function distinctNames(things: readonly Named[]): ReadonlyMap<string, GivenName> {
  const bearers = things.map((thing): Bearer => ({ thing, at: 0 }));
  const most = Math.max(0, ...things.map(({ names }) => names.length));
  for (let round = 0; round < 2 * most; round++) for (const rivals of duplicates(bearers)) lengthen(rivals);
  const given = new Map<string, GivenName>();
  for (const bearer of bearers) given.set(bearer.thing.id, { name: nameOf(bearer), numbered: false });
  for (const rivals of duplicates(bearers)) {
    const byId = rivals.toSorted((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
    byId.forEach((bearer, index) => {
      const name = index === 0 ? nameOf(bearer) : freeName(nameOf(bearer), given);
      given.set(bearer.thing.id, { name, numbered: true });
    });
  }
  return given;
}

function nameOf({ thing: { names }, at }: Bearer): string {
  return names[Math.min(at, names.length - 1)] ?? names[0];
}

function lengthen(rivals: readonly Bearer[]): void {
  const able = rivals.filter(({ thing, at }) => at < thing.names.length - 1);
  const borrowed = able.filter(({ thing, at }) => thing.borrowed && at === 0);
  for (const bearer of borrowed.length > 0 && borrowed.length < rivals.length ? borrowed : able) bearer.at += 1;
}

function duplicates(bearers: readonly Bearer[]): readonly (readonly Bearer[])[] {
  const byName = new Map<string, Bearer[]>();
  for (const bearer of bearers) {
    const rivals = byName.get(nameOf(bearer));
    if (rivals) rivals.push(bearer);
    else byName.set(nameOf(bearer), [bearer]);
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
