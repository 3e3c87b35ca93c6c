import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/nodes', import.meta.url));

/**
 * The program of a version of Node, from the package of npm that holds it; installed where it is not there yet.
 * @param version such as `18.19.1`
 * @throws Error where npm cannot get it
 */
export function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = `${CACHE}/${version}`;
  const program = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(program)) {
    const quiet = ['--silent', '--no-audit', '--no-fund', '--no-package-lock'];
    execFileSync('npm', ['install', ...quiet, '--prefix', folder, `${name}@${version}`]);
  }
  return program;
}
