import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

export interface InstalledPm2 {
  /** The directory of the command pm2. */
  readonly bin: string;
  remove(): void;
}

/**
 * Copies pm2 and the packages that it needs to where only root may write. workertop runs no program from a directory
 * that others may change, and the checkout may lie in one, such as /tmp.
 */
export function installPm2(): InstalledPm2 {
  const root = mkdtempSync('/opt/workertop-pm2-');
  chmodSync(root, 0o755);
  for (const directory of withDependencies(join(CHECKOUT, 'node_modules', 'pm2'))) {
    cpSync(directory, join(root, relative(CHECKOUT, directory)), { recursive: true });
  }
  const bin = join(root, 'node_modules', '.bin');
  mkdirSync(bin);
  symlinkSync('../pm2/bin/pm2', join(bin, 'pm2'));
  return { bin, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** The directory of a package, and those of all packages that it needs, found as Node finds them. */
function withDependencies(top: string): ReadonlySet<string> {
  const all = new Set<string>();
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    if (all.has(directory)) continue;
    all.add(directory);
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    ) as Record<string, Readonly<Record<string, string>> | undefined>;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = lookUp(directory, name);
      if (found !== null) pending.push(found);
    }
  }
  return all;
}

/** Null for an optional package that is not installed. */
function lookUp(from: string, name: string): string | null {
  for (let directory = from; directory !== dirname(directory); directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return null;
}
