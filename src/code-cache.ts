import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** The file with V8's compiled code, beside the programs that it was made of. */
export const CODE_FILE = 'code.cache';

/** The files of the package that are loaded with it: what a dashboard starts with. */
const programs = ['main.js', 'blessed.js'] as const;

/** Bytes. A larger file is not one of ours. */
const LARGEST = 16 * 1024 * 1024;

const GROUP_OR_OTHERS_WRITE = 0o022;

/** How the file begins: a line of JSON, followed by the code of each program. */
interface Header {
  /** What the code is valid for. */
  readonly key: string;
  /** Bytes of each program's code. */
  readonly lengths: readonly number[];
}

const scripts = new Map<string, Script>();
/** The folder of the package, and the key of its files before they were read: an update may replace them at any time. */
let loaded: { readonly folder: string; readonly key: string } | null = null;
let found: ReadonlyMap<string, Buffer> | null = null;

/**
 * Runs a file of this package as `require` does, with the code that V8 compiled at an earlier start: compiling takes
 * much of the time until a dashboard is drawn. The file must be ASCII.
 * @param folder of the package
 * @returns its exports
 */
export function load(folder: string, name: string): unknown {
  const file = join(folder, name);
  if (loaded === null) {
    loaded = { folder, key: keyOf(folder) };
    found = compiledIn(folder, loaded.key);
  }
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const cachedData = found?.get(name);
  const script = new Script(wrapped, cachedData === undefined ? { filename: file } : { filename: file, cachedData });
  scripts.set(name, script);
  const module = new Module(file);
  module.filename = file;
  const plain = createRequire(file);
  const require = (id: string): unknown => {
    const other = programs.find((program) => id === `./${program}`);
    return other === undefined ? plain(id) : (plain.cache[join(folder, other)]?.exports ?? load(folder, other));
  };
  plain.cache[file] = module;
  script.runInThisContext()(module.exports, require, module, file, folder);
  module.loaded = true;
  return module.exports;
}

/**
 * What to write into `CODE_FILE`; null if that is there already, or if this user did not install the package. To be
 * called once a dashboard has been drawn: then the functions that it needs have been compiled.
 */
export function codeToKeep(): Buffer | null {
  if (loaded === null || found !== null || process.env['NODE_DISABLE_COMPILE_CACHE'] === '1') return null;
  if (scripts.size < programs.length || ownerOf(loaded.folder) !== process.geteuid?.()) return null;
  const parts = programs.map((name) => scripts.get(name)?.createCachedData() ?? Buffer.alloc(0));
  const header: Header = { key: loaded.key, lengths: parts.map(({ length }) => length) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]);
}

/**
 * The code of each program; null if there is none for these programs and this Node. Whoever could write it could also
 * write the programs themselves: the file is their owner's, and nobody else may change it.
 * @param key what it must be valid for
 */
function compiledIn(folder: string, key: string): ReadonlyMap<string, Buffer> | null {
  try {
    const bytes = readOwn(join(folder, CODE_FILE), ownerOf(folder));
    const end = bytes?.indexOf('\n') ?? -1;
    if (bytes === null || end < 0) return null;
    const { key: validFor, lengths } = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
    if (validFor !== key) return null;
    let at = end + 1;
    const parts = programs.map((name, index) => {
      const from = at;
      at += lengths[index] ?? 0;
      return [name, bytes.subarray(from, at)] as const;
    });
    // A file that was cut off.
    return at === bytes.length ? new Map(parts) : null;
  } catch {
    // Without it, V8 compiles anew.
    return null;
  }
}

/** The content of a regular file of this user that nobody else may write to; null if it is another one. */
function readOwn(path: string, owner: number): Buffer | null {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    return isOwn(stats, owner) ? readFileSync(descriptor) : null;
  } finally {
    closeSync(descriptor);
  }
}

function isOwn(stats: Stats, owner: number): boolean {
  const { uid, mode, nlink, size } = stats;
  return stats.isFile() && uid === owner && (mode & GROUP_OR_OTHERS_WRITE) === 0 && nlink === 1 && size <= LARGEST;
}

/** The user who installed the package. */
function ownerOf(folder: string): number {
  return statSync(join(folder, programs[0])).uid;
}

/** Node with its options, and the very files: an update, or any other change of a file, gives it another ctime. */
function keyOf(folder: string): string {
  const node = [process.version, process.arch, ...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  const files = programs.map((name) => {
    const { size, ino, ctimeMs } = statSync(join(folder, name));
    return [name, size, ino, ctimeMs];
  });
  return JSON.stringify([node, files]);
}
