import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

const RULE = '-'.repeat(80);

/** The licences of all packages that are part of the bundle. @param folders where each is installed */
export function notice(folders: ReadonlySet<string>): string {
  const parts = [...folders].sort().map((folder) => {
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return `${RULE}\n${manifest.name} ${manifest.version}\n\n${licenceOf(folder, manifest)}\n`;
  });
  return `workertop contains parts of these packages, under their licences.\n\n${parts.join('\n')}`;
}

/** @throws Error where a package does not say under which licence it is */
function licenceOf(folder: string, { name, license, author }: Manifest): string {
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim();
  if (license === undefined) throw new Error(`${name} does not say under which licence it is`);
  const holder = typeof author === 'object' ? author.name : author;
  return `Licence: ${license}${holder === undefined ? '' : `. Author: ${holder}`}`;
}
