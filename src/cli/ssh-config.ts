import { dirname, join } from 'node:path';
import { matchesGlob } from '../text/glob.ts';

/** Where files of ssh's configuration are read. */
export interface ConfigFiles {
  /** A file's text; null if there is none, or it may not be read. */
  read(path: string): Promise<string | null>;
  /** The names in a directory; none if there is no such directory, or it may not be read. */
  list(directory: string): Promise<readonly string[]>;
}

/** ssh(1) itself stops at this depth of Include. */
const DEEPEST = 16;

/** Files read, and names found in one directory or in all: more are left out. */
const MOST_FILES = 200;
const MOST_NAMES = 10_000;

/** A wildcard, or the sign of a Host that is left out: ssh_config(5), PATTERNS. */
const pattern = /[*?!]/;

/**
 * The names of Host in ssh_config(5) and the files that it includes, without patterns. Included relative paths lie
 * beside the file, as in a user's own ~/.ssh. Lines within Host and Match count too: their names are meant as well.
 */
export async function hostNames(path: string, home: string, files: ConfigFiles): Promise<readonly string[]> {
  const found = new Set<string>();
  let left = MOST_FILES;
  const include = async (file: string, depth: number): Promise<void> => {
    if (left === 0) return;
    left -= 1;
    for (const { keyword, words } of linesOf((await files.read(file)) ?? '')) {
      if (keyword === 'host') {
        for (const name of words) if (!pattern.test(name) && found.size < MOST_NAMES) found.add(name);
      } else if (keyword === 'include' && depth < DEEPEST) {
        for (const one of words) {
          for (const included of await expanded(absolute(one, home, dirname(path)), files)) {
            await include(included, depth + 1);
          }
        }
      }
    }
  };
  await include(path, 0);
  return [...found];
}

/** Keywords in lower case, and their arguments. */
function linesOf(text: string): readonly { readonly keyword: string; readonly words: readonly string[] }[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, keyword = '', rest = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    return keyword === '' ? [] : [{ keyword: keyword.toLowerCase(), words: wordsOf(rest) }];
  });
}

/** Words between blanks; those in double quotes may have blanks. A # begins a comment. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [, quoted, bare = ''] of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (quoted === undefined && bare.startsWith('#')) break;
    words.push(quoted ?? bare);
  }
  return words;
}

function absolute(path: string, home: string, directory: string): string {
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return path.startsWith('/') ? path : join(directory, path);
}

/** The paths that a pattern stands for, as glob(7) has them. */
async function expanded(path: string, files: ConfigFiles): Promise<readonly string[]> {
  let paths: readonly string[] = ['/'];
  for (const part of path.split('/').filter(Boolean)) {
    if (!/[*?]/.test(part)) {
      paths = paths.map((directory) => join(directory, part));
      continue;
    }
    const next: string[] = [];
    for (const directory of paths) {
      const names = (await files.list(directory)).filter((name) => !name.startsWith('.') || part.startsWith('.'));
      next.push(
        ...names
          .filter((name) => matchesGlob(name, part, '*?'))
          .sort()
          .map((name) => join(directory, name)),
      );
    }
    paths = next.slice(0, MOST_FILES);
  }
  return paths;
}
