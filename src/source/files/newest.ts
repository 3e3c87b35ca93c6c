import { lstatSync, opendirSync } from 'node:fs';
import type { Answer } from './files.ts';
import type { Place, Walker } from './walk.ts';

/** Most entries that are looked at, and most milliseconds that it takes: others wait for their answers meanwhile. */
const MOST_SEEN = 20_000;
const LONGEST = 100;

/** Directories of installed code, of caches and of data. */
const skipped = /^(?:\..*|node_modules|site-packages|__pycache__|static|media)$/;

/**
 * When the newest file with such a name was changed, in a directory and below, in milliseconds since 1970. Links are
 * not followed and other mounts are not entered. If the directory is too large, the rest of it is left out.
 */
export function newestBelow(place: Place, wanted: RegExp, walker: Walker): Answer {
  if (!walker.isLocal(place.path)) return { status: 'unknown', mount: null };
  const search: Search = {
    wanted,
    walker,
    newest: 0,
    seen: 0,
    until: performance.now() + LONGEST,
    waiting: [place.path],
  };
  for (let path = search.waiting.shift(); path !== undefined; path = search.waiting.shift()) {
    const directory = walker.find(path);
    if ('status' in directory || !directory.directory) continue;
    if (!lookInto(directory, search)) break;
  }
  return search.newest === 0 ? { status: 'absent' } : { status: 'value', value: [String(search.newest)] };
}

interface Search {
  readonly wanted: RegExp;
  readonly walker: Walker;
  readonly until: number;
  /** Directories to look into: the nearest first. */
  readonly waiting: string[];
  newest: number;
  seen: number;
}

/** @returns whether to go on */
function lookInto({ descriptor, path }: Place, search: Search): boolean {
  const here = `/proc/self/fd/${descriptor}`;
  // A virtualenv.
  if (lstatSync(`${here}/pyvenv.cfg`, { throwIfNoEntry: false }) !== undefined) return true;
  const directory = opendirSync(here, { bufferSize: 256 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      search.seen += 1;
      if (search.seen > MOST_SEEN || performance.now() > search.until) return false;
      const below = `${path === '/' ? '' : path}/${entry.name}`;
      if (entry.isDirectory() && !skipped.test(entry.name) && !search.walker.isMount(below)) search.waiting.push(below);
      if (!entry.isFile() || !search.wanted.test(entry.name)) continue;
      const about = lstatSync(`${here}/${entry.name}`, { throwIfNoEntry: false });
      search.newest = Math.max(search.newest, Math.round(about?.mtimeMs ?? 0));
    }
    return true;
  } finally {
    directory.closeSync();
  }
}
