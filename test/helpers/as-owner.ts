import { fileURLToPath } from 'node:url';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';

/** By the real helper process, as it was built. */
export const asOwner = asOwnerBy(fileURLToPath(new URL('../../dist/owner-helper.js', import.meta.url)));
