import type { ConfigRequest } from '../../probes.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import type { FileView } from '../files/known-files.ts';

/** Bytes read of one configuration file. */
const LARGEST = 64 * 1024;

/** Most files that `conf.d/*.conf` stands for, and most files of one process. */
const MOST_FILES = 50;

/** Depth of includes: a file names others, which may name others again. */
const DEEPEST = 3;

/**
 * Reads the requested lines of configuration files. Definitions are asked again after each file, as an answer may
 * include other files.
 */
export function readConfigLines(
  requestsOf: (configLines: ProcessFacts['configLines']) => readonly ConfigRequest[],
  files: FileView,
): ProcessFacts['configLines'] {
  const configLines: Record<string, readonly string[]> = {};
  const done = new Set<string>();
  for (let depth = 0; depth < DEEPEST; depth++) {
    const requests = requestsOf(configLines)
      .filter(({ path }) => !done.has(path))
      .slice(0, MOST_FILES);
    if (requests.length === 0) break;
    for (const { path, lines, continued } of requests) {
      done.add(path);
      for (const file of filesOf(path, files)) {
        if (Object.keys(configLines).length >= MOST_FILES) break;
        const fileLines = files.lines(file, lines, LARGEST, continued);
        if (fileLines !== null) configLines[file] = fileLines;
      }
    }
  }
  return configLines;
}

/** The path; or the files that it stands for, sorted by name, if its last part contains `*` or `?`. */
function filesOf(path: string, files: FileView): readonly string[] {
  const slash = path.lastIndexOf('/');
  const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)];
  if (!/[*?]/.test(name)) return [path];
  const names = (files.entries(folder, name) ?? []).filter((entry) => !entry.startsWith('.'));
  return [...names].sort().map((entry) => `${folder}/${entry}`);
}
