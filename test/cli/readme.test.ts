import { expect, it } from 'vitest';
import { current, generated } from '../../scripts/generated.ts';

it.each(generated)('$file is as the program makes it: npm run readme renews it', ({ file, renewed }) => {
  expect(current(file)).toBe(renewed(current(file)));
});
