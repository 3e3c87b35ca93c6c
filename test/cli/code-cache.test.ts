import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// A small package in a folder, loaded by the built module, which keeps state: each start is a process.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-code-'));
  chmodSync(folder, 0o755);
  for (const file of ['code-cache.js', 'code-helper.js']) copyFileSync(`dist/${file}`, join(folder, file));
  writeFileSync(join(folder, 'main.js'), `process.stdout.write('one ' + require('./blessed.js').name + ' ');`);
  writeFileSync(join(folder, 'blessed.js'), `exports.name = 'screen';`);
  writeFileSync(
    join(folder, 'cli.js'),
    `const { codeToKeep, load } = require('./code-cache.js');
    load(__dirname, 'main.js');
    const code = codeToKeep();
    process.stdout.write(code === null ? 'keeps nothing' : 'keeps its code');
    if (code !== null) require('fs').writeFileSync(__dirname + '/code.cache', code, { mode: 0o644 });`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (uid?: number) =>
  execFileSync(process.execPath, [join(folder, 'cli.js')], {
    encoding: 'utf8',
    cwd: '/',
    env: {},
    ...(uid === undefined ? {} : { uid }),
  });
const code = () => join(folder, 'code.cache');

describe('compiled code', () => {
  test('is kept at the first start and used at the next', () => {
    expect([start(), start()]).toEqual(['one screen keeps its code', 'one screen keeps nothing']);
  });

  test('is not used for another program, even of the same length', () => {
    start();
    writeFileSync(join(folder, 'main.js'), readFileSync(join(folder, 'main.js'), 'utf8').replace('one', 'two'));
    expect(start()).toBe('two screen keeps its code');
  });

  test.each<[string, () => void]>([
    ['that others may write to', () => chmodSync(code(), 0o646)],
    ['that its group may write to', () => chmodSync(code(), 0o664)],
    ['that was cut off', () => truncateSync(code(), statSync(code()).size - 1)],
    [
      'behind a link',
      () => {
        renameSync(code(), join(folder, 'elsewhere'));
        symlinkSync(join(folder, 'elsewhere'), code());
      },
    ],
  ])('is not read from a file %s', (_, spoil) => {
    start();
    spoil();
    expect(start()).toBe('one screen keeps its code');
  });

  test.runIf(process.geteuid?.() === 0)('is not read from a file of another user than the program', () => {
    start();
    chownSync(code(), 65_534, 65_534);
    expect(start()).toBe('one screen keeps its code');
  });

  test.runIf(process.geteuid?.() === 0)('is kept by the user alone who installed the program', () => {
    expect(start(65_534)).toBe('one screen keeps nothing');
    start();
    expect(start(65_534)).toBe('one screen keeps nothing');
  });
});

describe('the helper that writes it', () => {
  const write = (text: string, expected: number) =>
    execFileSync(process.execPath, [join(folder, 'code-helper.js'), code(), String(expected)], { input: text });

  test('writes a file that only its owner may change', () => {
    write('code', 4);
    expect(readFileSync(code(), 'utf8')).toBe('code');
    expect(statSync(code()).mode & 0o777).toBe(0o644);
  });

  test('writes nothing if less came than was announced', () => {
    write('cod', 4);
    expect(existsSync(code())).toBe(false);
  });

  test('leaves nothing behind where it cannot write', () => {
    symlinkSync('/dev/null/none', join(folder, 'nowhere'));
    execFileSync(process.execPath, [join(folder, 'code-helper.js'), join(folder, 'nowhere', 'x'), '4'], {
      input: 'code',
    });
    expect(readdirSync(folder)).not.toContain('x');
  });
});
