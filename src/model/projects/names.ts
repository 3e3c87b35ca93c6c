import { baseName } from '../../text/base-name.ts';

/** What a name is made of: a directory's path gives as much of itself as it takes to be distinct. */
export interface Named {
  readonly id: string;
  readonly name: string;
  /** Null for what has no directory. */
  readonly directory: string | null;
}

/**
 * Distinct names by id: `blog`, and where there are two, `staging/blog` and `prod/blog`. Paths that are
 * the same (in two containers) are numbered in the order of their ids.
 */
export function distinctNames(things: readonly Named[]): ReadonlyMap<string, string> {
  const names = new Map(things.map(({ id, name }) => [id, name]));
  const deepest = Math.max(0, ...things.map(({ directory }) => segments(directory).length));
  for (let depth = 2; depth <= deepest; depth++) {
    for (const rivals of duplicates(things, names)) {
      for (const { id, directory } of rivals) {
        if (directory !== null) names.set(id, segments(directory).slice(-depth).join('/'));
      }
    }
  }
  for (const rivals of duplicates(things, names)) {
    const byId = rivals.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    byId.forEach(({ id, name }, index) => {
      if (index > 0) names.set(id, freeName(names.get(id) ?? name, names));
    });
  }
  return names;
}

function duplicates(things: readonly Named[], names: ReadonlyMap<string, string>): readonly (readonly Named[])[] {
  const bearers = new Map<string, Named[]>();
  for (const thing of things) {
    const name = names.get(thing.id) ?? thing.name;
    const rivals = bearers.get(name);
    if (rivals) rivals.push(thing);
    else bearers.set(name, [thing]);
  }
  return [...bearers.values()].filter((rivals) => rivals.length > 1);
}

function freeName(name: string, taken: ReadonlyMap<string, string>): string {
  const used = new Set(taken.values());
  let number = 2;
  while (used.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}

function segments(path: string | null): readonly string[] {
  return (path ?? '').split('/').filter((segment) => segment !== '');
}

export function nameOfPath(path: string): string {
  return baseName(path) || path;
}
