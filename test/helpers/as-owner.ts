import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import { makeFolder } from './folder.ts';

const folder = makeFolder('helper');
/** The helper's file, as the build would make it. */
export const entry = `${folder}/owner-helper.mjs`;
buildSync({
  entryPoints: [fileURLToPath(new URL('../../src/owner-helper.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: entry,
});
afterAll(() => rmSync(folder, { recursive: true }));

/** By the real helper process. */
export const asOwner = asOwnerBy(entry);
