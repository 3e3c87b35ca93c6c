import { dirname } from 'node:path';

/** Directories that are looked at above one: whose project lies deeper has named it. */
const MOST_LEVELS = 32;

/** A directory and those above it, the nearest first. */
export function upwards(path: string): readonly string[] {
  const found = [path];
  for (let above = dirname(path); above !== found.at(-1) && found.length < MOST_LEVELS; above = dirname(above)) {
    found.push(above);
  }
  return found;
}
