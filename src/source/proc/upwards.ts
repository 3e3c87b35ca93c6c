import { dirname } from 'node:path';

/** Most directories looked at above one. A project that lies deeper was named before. */
const MOST_LEVELS = 32;

/** A directory and its parents, nearest first. */
export function upwards(path: string): readonly string[] {
  const found = [path];
  for (let above = dirname(path); above !== found.at(-1) && found.length < MOST_LEVELS; above = dirname(above)) {
    found.push(above);
  }
  return found;
}
