/**
 * Measures how true workertop's statements about workers are: see docs/truth.md. Arguments: the parts to make; none
 * means all.
 */
import { type Part, parts } from './document.ts';
import { inUse } from './in-use.ts';
import { prediction } from './prediction.ts';
import { profile } from './profile.ts';

const make: Readonly<Record<Part, () => Promise<boolean>>> = {
  'in-use': () => inUse(6),
  profile: () => profile(75),
  prediction: () => prediction({ learn: 75, observe: 25 }),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !parts.some((part) => part === name));
if (unknown !== undefined) throw new Error(`no part is called ${unknown}: they are ${parts.join(', ')}`);
for (const part of parts) {
  if (wanted.length > 0 && !wanted.includes(part)) continue;
  if (!(await make[part]())) process.exitCode = 1;
}
