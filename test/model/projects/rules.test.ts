import { expect, it } from 'vitest';
import { type GroupRule, ruleFor } from '../../../src/model/projects/rules.ts';
import { directory, facts, virtualenv } from '../../helpers/samples.ts';

const process = facts({
  argv: ['/v/shop/bin/python', '/v/shop/bin/gunicorn', '-b', ':8000', 'shop.wsgi'],
  cwd: '/srv/shop/app',
  directory: directory('/srv/shop'),
  virtualenv: virtualenv('/v/shop'),
  user: 'www-data',
});

it.each<[boolean, Omit<GroupRule, 'name'>]>([
  [true, { directory: '/srv/shop' }],
  [true, { directory: '/srv/*' }],
  [false, { directory: '/srv/sho' }],
  [true, { virtualenv: 'shop' }],
  [true, { virtualenv: '/v/*' }],
  [false, { virtualenv: 'hop' }],
  [true, { command: 'shop.wsgi' }],
  [true, { command: 'gunicorn*shop.wsgi' }],
  [true, { command: '*shop.wsgi*' }],
  [false, { command: 'shop.wsgi*gunicorn' }],
  [false, { command: 'shop?wsgi' }],
  [true, { user: 'www-data' }],
  [true, { user: 'www-*' }],
  [false, { user: 'www' }],
  [true, { directory: '/srv/*', user: 'www-data' }],
  [false, { directory: '/srv/*', user: 'root' }],
])('a project rule is fulfilled (%s) by %o', (expected, conditions) => {
  const rule = { name: 'Shop', ...conditions };
  expect(ruleFor(process, [rule])).toBe(expected ? rule : null);
});

it('a project rule about a user is not fulfilled where no user can be told', () => {
  expect(ruleFor(facts({ user: null }), [{ name: 'all', user: '*' }])).toBeNull();
});
