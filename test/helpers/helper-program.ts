import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import { makeFolder } from './folder.ts';

/**
 * The file of a helper's program, as the build would make it of `src/NAME.ts`. It is there until the tests of the
 * calling file have ended.
 */
export function helperProgram(name: 'owner-helper' | 'own-file-helper'): string {
  const folder = makeFolder(name);
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = `${folder}/${name}.mjs`;
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
  });
  return file;
}
