/**
 * Measures how true workertop's statements about workers are: see docs/truth.md. Arguments: the parts to make, each
 * alone or as `PART:WORD` for its rows that have that word; none means all.
 */
import { cost } from './cost.ts';
import { type Part, parts } from './document.ts';
import { inFlight } from './in-flight.ts';
import { inUse } from './in-use.ts';
import { prediction } from './prediction.ts';
import { profile } from './profile.ts';

const make: Readonly<Record<Part, (word: string) => Promise<boolean>>> = {
  'in-use': (word) => inUse(6, word),
  'in-flight': (word) => inFlight(10, word),
  profile: () => profile(75),
  prediction,
  cost,
};

const wanted = process.argv.slice(2).map((argument) => {
  const [name = '', word = ''] = argument.split(':');
  const part = parts.find((one) => one === name);
  if (part === undefined) throw new Error(`no part is called ${name}: they are ${parts.join(', ')}`);
  return { part, word };
});
for (const { part, word } of wanted.length > 0 ? wanted : parts.map((one) => ({ part: one, word: '' }))) {
  if (!(await make[part](word))) process.exitCode = 1;
}
