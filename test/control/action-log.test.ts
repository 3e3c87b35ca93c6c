import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ActionLog, actionLogPath } from '../../src/control/action-log.ts';

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'workertop-log-'));
  path = actionLogPath({ HOME: home }) ?? '';
});
afterEach(() => rmSync(home, { recursive: true }));

const mode = (file: string) => statSync(file).mode & 0o777;

it('is for its owner alone', () => {
  new ActionLog(path).note(0, 'first');
  expect(mode(path)).toBe(0o600);
  expect(mode(dirname(path))).toBe(0o700);
  expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z first\n');
});

it('becomes so where it was for everyone', () => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'before\n');
  chmodSync(path, 0o666);
  chmodSync(dirname(path), 0o777);
  new ActionLog(path).note(0, 'after');
  expect(mode(path)).toBe(0o600);
  expect(mode(dirname(path))).toBe(0o700);
  expect(readFileSync(path, 'utf8')).toMatch(/^before\n.* after\n$/);
});

it('is not written through a link, which may lead to what only root may write', () => {
  const other = join(home, 'other');
  writeFileSync(other, 'untouched');
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(other, path);
  new ActionLog(path).note(0, 'text');
  expect(readFileSync(other, 'utf8')).toBe('untouched');
});

it('is one line for each action, whatever that says', () => {
  new ActionLog(path).note(0, 'two\nlines\x1b[31m\u202e\u009b');
  expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z two·lines·[31m··\n');
});

it.each([
  ['no home', { HOME: '' }],
  ['a home that is no path', { HOME: 'relative' }],
])('is kept nowhere with %s', (_, environment) => {
  expect(actionLogPath(environment)).toBeNull();
  expect(() => new ActionLog(null).note(0, 'text')).not.toThrow();
});

it.each(['/proc', '/proc/1', '/dev/null', '/sys'])('gives up at once in the home %s', (folder) => {
  expect(() => new ActionLog(actionLogPath({ HOME: folder })).note(0, 'text')).not.toThrow();
});

it('keeps nobody from anything where it cannot be written', () => {
  writeFileSync(join(home, '.local'), 'a file where a directory should be');
  expect(() => new ActionLog(path).note(0, 'text')).not.toThrow();
  expect(existsSync(path)).toBe(false);
});
