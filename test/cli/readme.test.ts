import { expect, it } from 'vitest';
import { readme, renewed } from '../../scripts/readme.ts';

it('tells the keys, the options, the servers and the figures as they are: npm run readme renews it', () => {
  expect(readme()).toBe(renewed(readme()));
});
