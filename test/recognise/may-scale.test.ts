import { expect, it } from 'vitest';
import { scalingRefusal } from '../../src/recognise/may-scale.ts';
import { gunicorn } from '../../src/servers/gunicorn.ts';
import { catches } from '../../src/servers/kit/signal-mask.ts';
import { caught, type SampleOptions, sample } from '../helpers/samples.ts';

function refusal(options: Partial<SampleOptions>, role: 'master' | 'worker' = 'master') {
  const head = sample({ pid: 42, caught: caught.gunicornMaster, ...options });
  return scalingRefusal(gunicorn, { head, claim: { args: null }, workers: [] }, role);
}

it('a running gunicorn master may be scaled', () => {
  expect(refusal({})).toBeNull();
});

it.each([
  ['a stopped master', { state: 'T' }, 'kill -CONT 42'],
  ['one held by a debugger', { state: 't' }, 'debugger'],
  ['one that has ended', { state: 'Z' }, 'has ended'],
  ['one that is still starting', { caught: 0 }, 'still starting'],
  ['one that catches TTIN alone', { caught: 0x100000 }, 'does not handle'],
  ['one that blocks TTOU', { blocked: 0x200000 }, 'blocks'],
  ['one with ids of several users', { ids: 'mixed' }, 'ids of several users'],
  ['one whose masks cannot be read', { caught: null }, 'cannot read which signals'],
] as const)('scaling is refused to %s', (_, options, words) => {
  expect(refusal(options)).toContain(words);
});

it.each([
  ['with ids of several users', 1000, { uid: 1000, ids: 'mixed' }, 'ids of several users'],
  ['of another user', 1000, { uid: 1001 }, 'belongs to another user'],
  ['of another user than root, who has started it', 0, { uid: 33 }, null],
] as const)('the scaling of a master depends on a worker %s', (_, uid, options, words) => {
  const head = sample({ pid: 42, caught: caught.gunicornMaster, uid });
  const workers = [sample({ pid: 43, ...options })];
  const refused = scalingRefusal(gunicorn, { head, claim: { args: null }, workers }, 'master');
  if (words === null) expect(refused).toBeNull();
  else expect(refused).toContain(words);
});

it('scaling is refused to a worker that catches both signals', () => {
  expect(refusal({ caught: caught.gunicornWorker }, 'worker')).toContain('not the master');
});

it('a signal mask is read by the kernel’s numbers', () => {
  expect(catches(0x100000, 'SIGTTIN')).toBe(true);
  expect(catches(0x100000, 'SIGTTOU')).toBe(false);
  expect(catches(caught.gunicornMaster, 'SIGCHLD')).toBe(true);
  expect(catches(caught.gunicornWorker, 'SIGCHLD')).toBe(false);
  expect(catches(null, 'SIGTTIN')).toBe(false);
});
