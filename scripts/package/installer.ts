import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { ARTIFACTS, DIST, ROOT } from './paths.ts';

const { name, version, engines, repository } = manifest;

function sumOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * Makes the installer of this version, with the SHA-256 sums of what it downloads, and packs the npm package for it.
 * @returns its path
 */
export function makeInstaller(): string {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', ARTIFACTS, DIST]);
  const archives = readdirSync(ARTIFACTS).filter((file) => file.startsWith(`${name}-${version}`));
  const executables = archives.filter((file) => file.endsWith('.tar.gz'));
  const tarball = `${name}-${version}.tgz`;
  if (!existsSync(join(ARTIFACTS, tarball))) throw new Error(`npm made no ${tarball}`);
  const sums = [tarball, ...executables].map((file) => `${sumOf(join(ARTIFACTS, file))}  ${file}`);
  const [major = '', minor = ''] = engines.node.replace('>=', '').split('.');
  const base = repository.url.replace(/^git\+|\.git$/g, '');
  const text = readFileSync(join(ROOT, 'scripts/package/install.sh'), 'utf8')
    .replaceAll('@VERSION@', version)
    .replaceAll('@MAJOR@', major)
    .replaceAll('@MINOR@', minor)
    .replaceAll('@BASE@', `${base}/releases/download/v${version}`)
    .replaceAll('@SUMS@', sums.join('\n'));
  const path = join(ARTIFACTS, 'install.sh');
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
