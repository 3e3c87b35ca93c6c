import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Magic numbers of term(5): numbers of 16 bits, and of 32. */
const NARROW = 0o432;
const WIDE = 0o1036;

/** `max_colors` among the numbers of term(5), by the order of <term.h>. */
const MAX_COLORS = 13;

/** Compiled descriptions are at most this many bytes long (term(5)). */
const LARGEST = 32_768;

/**
 * How many colours a terminal's description has, by terminfo(5): 0 for a terminal without colours, null where there is
 * no description of it.
 */
export function terminfoColors(terminal: string, environment: NodeJS.ProcessEnv): number | null {
  // A name is no path: it comes from the environment.
  if (!/^[\w+][\w+.-]*$/.test(terminal)) return null;
  for (const folder of folders(environment)) {
    for (const letter of [terminal.charAt(0), terminal.charCodeAt(0).toString(16)]) {
      const colors = colorsIn(join(folder, letter, terminal));
      if (colors !== null) return colors;
    }
  }
  return null;
}

/** In the order of terminfo(5), then where Debian keeps those of its base system. */
function folders({ TERMINFO, HOME, TERMINFO_DIRS }: NodeJS.ProcessEnv): readonly string[] {
  const own = [TERMINFO, HOME ? join(HOME, '.terminfo') : undefined, ...(TERMINFO_DIRS?.split(':') ?? [])];
  const usual = [
    '/etc/terminfo',
    '/lib/terminfo',
    '/usr/share/terminfo',
    '/usr/lib/terminfo',
    '/usr/local/share/terminfo',
  ];
  return [...own, ...usual].filter((folder): folder is string => folder?.startsWith('/') === true);
}

function colorsIn(path: string): number | null {
  const data = contentOf(path);
  return data === null ? null : maxColors(data);
}

/** Null for what is no file, or cannot be read. */
function contentOf(path: string): Buffer | null {
  let file: number;
  try {
    // A pipe in its place would never answer.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(file);
    return stat.isFile() && stat.size <= LARGEST ? readFileSync(file) : null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** @returns null for what is no compiled description */
export function maxColors(data: Buffer): number | null {
  if (data.length < 12) return null;
  const [magic, names, flags, numbers] = [0, 2, 4, 6].map((offset) => data.readUInt16LE(offset));
  if (magic === undefined || names === undefined || flags === undefined || numbers === undefined) return null;
  const size = magic === NARROW ? 2 : magic === WIDE ? 4 : 0;
  if (size === 0) return null;
  if (numbers <= MAX_COLORS) return 0;
  const end = 12 + names + flags;
  // Numbers begin at an even byte.
  const at = end + (end % 2) + MAX_COLORS * size;
  if (at + size > data.length) return null;
  return Math.max(0, data.readIntLE(at, size));
}
