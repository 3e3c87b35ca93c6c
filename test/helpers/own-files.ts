import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import { OwnFileProcess } from '../../src/own-files/own-file-process.ts';
import { makeFolder } from './folder.ts';

const folder = makeFolder('own-files');
const entry = `${folder}/own-file-helper.mjs`;
buildSync({
  entryPoints: [fileURLToPath(new URL('../../src/own-file-helper.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: entry,
});
afterAll(() => rmSync(folder, { recursive: true }));

/** By the real helper process. */
export const ownFiles = new OwnFileProcess([entry]);
