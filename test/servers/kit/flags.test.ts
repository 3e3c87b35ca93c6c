import { expect, it } from 'vitest';
import { flag, flags, positionals, splitWords, wholeNumber } from '../../../src/servers/kit/flags.ts';

it.each([
  [['-w', '3'], '3'],
  [['-w3'], '3'],
  [['--workers=3'], '3'],
  [['--workers', '3'], '3'],
  [['-w', '3', 'app', '-w4'], '4'],
])('the value of a flag is read from %j', (args, value) => {
  expect(flag(args, ['-w', '--workers'])?.value).toBe(value);
});

it('no flag is found where there is none', () => {
  expect(flag(['--workers'], ['--workers'])).toBeNull();
  expect(flag(['--worker-class', 'gthread'], ['-w', '--workers'])).toBeNull();
  expect(flag(['--', '-w', '3'], ['-w'])).toBeNull();
});

it('every use of a flag is found', () => {
  const found = flags(['-b', ':80', '--bind=unix:/s', 'app'], ['-b', '--bind']);
  expect(found.map(({ value }) => value)).toEqual([':80', 'unix:/s']);
});

it('positionals are told from values of flags', () => {
  expect(positionals(['-w', '3', '--preload', 'app', '-k=x', '--bind=:80'], new Set(['--preload']))).toEqual(['app']);
});

it('a command line is split into words as a shell does', () => {
  expect(splitWords(`-w 3 --name="a b" -c '/x y'`)).toEqual(['-w', '3', '--name=a b', '-c', '/x y']);
});

it('only plain numbers count as numbers of workers', () => {
  expect([' 3 ', '3x', '', '-1', '1.5'].map(wholeNumber)).toEqual([3, null, null, null, null]);
});
