import { expect, it } from 'vitest';
import { cutName, width } from '../../src/text/width.ts';

it.each([
  ['shop', 10, 'shop'],
  ['newsletter', 8, 'newslet…'],
  ['staging/blog', 12, 'staging/blog'],
  ['customer-a/shop', 14, 'cust…er-a/shop'],
  ['release-of-monday/home/projects/shop', 26, 'release-of-monday/…/shop'],
  ['release-of-monday/home/projects/shop', 22, 'release…-monday/…/shop'],
  ['release/administration', 16, '…administration'],
  ['release/administration', 10, 'administr…'],
])('the name %s in %i columns is %s', (name, columns, shown) => {
  expect(cutName(name, columns)).toBe(shown);
});

it.each([0, 1, 2, 5, 9, 14, 30])('no name takes more than its %i columns', (columns) => {
  for (const name of ['a/b', '客户/網站/商店', 'customer-a/releases/shop', '/', 'a//b', '😀😀😀/😀']) {
    expect(width(cutName(name, columns))).toBeLessThanOrEqual(columns);
  }
});
