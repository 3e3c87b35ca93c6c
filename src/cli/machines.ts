import { readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileProblem } from '../text/errno.ts';
import { matchesGlob } from '../text/glob.ts';
import { mustAnswer, readOwnFile } from './own-file.ts';
import type { Settings } from './settings.ts';
import { type ConfigFiles, hostNames } from './ssh-config.ts';
import { UsageError } from './usage-error.ts';
import { isDestination } from './value-kinds.ts';

/** Each machine has an ssh of its own here, of some MB. */
const MOST_MACHINES = 100;

type Named = Partial<Pick<Settings, 'hosts' | 'hostsFile'>>;

const wildcard = /[*?]/;

/**
 * Whether these options name several machines. It depends on how they are named, not on how many there are at present:
 * what is printed has one shape then.
 */
export function areSeveral({ hosts = [], hostsFile = null }: Named): boolean {
  return hostsFile !== null || hosts.length > 1 || hosts.some((host) => wildcard.test(host));
}

/**
 * The machines that options name.
 * @throws UsageError if a file cannot be read, a pattern matches nothing, or there are too many
 */
export async function namedMachines(named: Named): Promise<Pick<Settings, 'host' | 'machines'>> {
  const { hosts = [], hostsFile = null } = named;
  if (!areSeveral(named)) return { host: hosts[0] ?? null, machines: null };
  const all = [...hosts, ...(hostsFile === null ? [] : await destinationsIn(hostsFile))];
  const machines = [...new Set(await withoutPatterns(all, sshNames))];
  if (machines.length > MOST_MACHINES)
    throw new UsageError(`${machines.length} machines are too many: ${MOST_MACHINES} are possible`);
  return { host: null, machines };
}

/**
 * The destinations in a file: one on each line, empty lines and comments with # left out.
 * @throws UsageError
 */
async function destinationsIn(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    ({ text } = await readOwnFile(path));
  } catch (error) {
    throw new UsageError(`${path || 'a file of hosts without a name'} cannot be read: ${fileProblem(error)}`);
  }
  return parseHosts(text, path);
}

/** @throws UsageError with the file and the line */
export function parseHosts(text: string, file: string): readonly string[] {
  const found = text.split(/\r?\n/).flatMap((line, index) => {
    const destination = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (destination === '') return [];
    if (!isDestination(destination))
      throw new UsageError(`${file}, line ${index + 1}: ${destination} is not an ssh destination such as deploy@vps1`);
    return [destination];
  });
  if (found.length === 0) throw new UsageError(`${file} names no host`);
  return found;
}

/**
 * Replaces each pattern, such as `web*` or `deploy@web*`, by the names that it matches.
 * @param names the names of Host in ssh's configuration
 * @throws UsageError if a pattern matches none
 */
export async function withoutPatterns(
  destinations: readonly string[],
  names: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (!destinations.some((destination) => wildcard.test(destination))) return destinations;
  const known = (await names()).filter(isDestination);
  return destinations.flatMap((destination) => {
    if (!wildcard.test(destination)) return [destination];
    const at = destination.lastIndexOf('@') + 1;
    const pattern = destination.slice(at);
    const matching = known.filter((name) => matchesGlob(name, pattern, '*?'));
    if (matching.length === 0) throw new UsageError(`no Host in ~/.ssh/config matches ${pattern}`);
    return matching.map((name) => destination.slice(0, at) + name);
  });
}

/** The names of Host in the user's own configuration of ssh, which looks for it in the home of passwd(5). */
function sshNames(): Promise<readonly string[]> {
  const home = userInfo().homedir;
  return hostNames(join(home, '.ssh', 'config'), home, filesHere);
}

const filesHere: ConfigFiles = {
  read: async (path) => {
    try {
      return (await readOwnFile(path)).text;
    } catch {
      return null;
    }
  },
  list: async (directory) => {
    await mustAnswer(directory);
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  },
};
