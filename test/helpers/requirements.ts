import { existsSync, readFileSync } from 'node:fs';

const LIST = new URL('../requirements.apt', import.meta.url);

/** Debian package → a file by which it is known to be installed. */
const requirements = new Map(
  readFileSync(LIST, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const [name = '', file = ''] = line.trim().split(/\s+/);
      return [name, file];
    }),
);

/**
 * Makes a test fail, not skip, where a server that it starts is not installed.
 * @param names Debian packages listed in requirements.apt
 * @throws Error that names what is missing and how to install it
 */
export function requireServer(...names: readonly string[]): void {
  const missing = names.filter((name) => {
    const file = requirements.get(name);
    if (file === undefined) throw new Error(`${name} is not listed in ${LIST.pathname}`);
    return !existsSync(file);
  });
  if (missing.length > 0) {
    throw new Error(`Not installed: ${missing.join(', ')}. Install with: apt-get install ${missing.join(' ')}`);
  }
}
