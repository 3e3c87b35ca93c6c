import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOnThisMachine } from '../source/files/on-this-machine.ts';

/** Magic numbers of term(5), for numbers of 16 and of 32 bits. */
const NARROW = 0o432;
const WIDE = 0o1036;

/** Index of `max_colors` among the numbers of term(5), in the order of <term.h>. */
const MAX_COLORS = 13;

/** Compiled descriptions have at most this many bytes (term(5)). */
const LARGEST = 32_768;

/** The number of colours in a terminal's description (terminfo(5)): 0 without colours; null without a description. */
export function terminfoColors(terminal: string, environment: NodeJS.ProcessEnv): number | null {
  // The name comes from the environment: it must not be a path.
  if (!/^[\w+][\w+.-]*$/.test(terminal)) return null;
  for (const folder of folders(environment)) {
    // A home on a network may not answer, and the screen waits for this.
    if (!isOnThisMachine(folder)) continue;
    for (const letter of [terminal.charAt(0), terminal.charCodeAt(0).toString(16)]) {
      const colors = colorsIn(join(folder, letter, terminal));
      if (colors !== null) return colors;
    }
  }
  return null;
}

/**
 * Directories of descriptions, in the order of terminfo(5), then the one where Debian keeps those of its base system.
 */
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

/** The content of a file; null if it is not a regular file or cannot be read. */
function contentOf(path: string): Buffer | null {
  let file: number;
  try {
    // A FIFO in its place would never answer.
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

/**
 * Reads `max_colors`.
 * @returns null if it is not a compiled description
 */
export function maxColors(data: Buffer): number | null {
  if (data.length < 12) return null;
  const [magic, names, flags, numbers] = [0, 2, 4, 6].map((offset) => data.readUInt16LE(offset));
  if (magic === undefined || names === undefined || flags === undefined || numbers === undefined) return null;
  const size = magic === NARROW ? 2 : magic === WIDE ? 4 : 0;
  if (size === 0) return null;
  if (numbers <= MAX_COLORS) return 0;
  const end = 12 + names + flags;
  // Numbers begin at an even offset.
  const at = end + (end % 2) + MAX_COLORS * size;
  if (at + size > data.length) return null;
  return Math.max(0, data.readIntLE(at, size));
}

/**
 * Variables that tell the terminal library where descriptions of terminals are, and what it looks for below each path.
 */
const places: Readonly<Record<string, readonly string[]>> = {
  HOME: ['.terminfo', '.termcap'],
  TERMINFO: ['.'],
  TERMINFO_DIRS: ['.'],
  TERMCAP: ['.'],
  TERMPATH: ['.'],
};

/**
 * Loads the terminal library, which reads these variables while it loads, and files synchronously. A variable that
 * leads to a network is hidden from it meanwhile.
 */
export async function withLocalDescriptions<Loaded>(
  environment: NodeJS.ProcessEnv,
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  const hidden = Object.entries(places).flatMap(([name, below]) => {
    const value = environment[name] ?? '';
    const paths = value.split(/[: ]/).filter((path) => path.startsWith('/'));
    const isHere = paths.every((path) => below.every((name) => isOnThisMachine(join(path, name))));
    return isHere ? [] : [[name, value] as const];
  });
  for (const [name] of hidden) delete environment[name];
  try {
    return await load();
  } finally {
    for (const [name, value] of hidden) environment[name] = value;
  }
}
