import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesGlob } from '../../src/text/glob.ts';
import { cases } from '../helpers/cases.ts';

/** The same by a regular expression, which may take for ever. */
function byPattern(text: string, glob: string): boolean {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`).test(text);
}

it('a glob matches what its regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/'), maxLength: 12 });
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
  fc.assert(
    fc.property(letters, globs, (text, glob) => {
      expect(matchesGlob(text, glob, '*?')).toBe(byPattern(text, glob));
    }),
    { numRuns: cases(5000) },
  );
});

it('a question mark is a question mark where it is no wildcard', () => {
  expect(matchesGlob('a?b', 'a?*', '*')).toBe(true);
  expect(matchesGlob('acb', 'a?*', '*')).toBe(false);
});

it('a glob of many stars is matched at once', () => {
  const started = performance.now();
  expect(matchesGlob('a'.repeat(100_000), `${'a*'.repeat(200)}b`, '*?')).toBe(false);
  expect(matchesGlob('a'.repeat(100_000), `${'*?a'.repeat(200)}b`, '*?')).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
