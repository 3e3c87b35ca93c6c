import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What `npm run build` makes. */
export const DIST = `${ROOT}/dist`;

/** Where packages are made. */
export const ARTIFACTS = `${ROOT}/artifacts`;
