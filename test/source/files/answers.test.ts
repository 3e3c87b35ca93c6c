/** What the reader of users' files answers, whatever lies at a path. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Question } from '../../../src/source/files/files.ts';
import { mountOf, parseMounts } from '../../../src/source/files/mounts.ts';
import { matchesGlob } from '../../../src/text/glob.ts';
import { answerNow } from '../../helpers/files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-answers-'));
});
afterEach(() => execFileSync('rm', ['-r', folder]));

const lines = (path: string): Question => ({ kind: 'lines', path, wanted: /./, limit: 100 });
const ofRoot = (question: Question, mountinfo = '') => answerNow(question, folder, mountinfo);

describe('a path', () => {
  it('leads through links, and no further than the root it is looked at from', () => {
    writeFileSync(join(folder, 'file'), 'inside\n');
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    symlinkSync('/file', join(folder, 'absolute'));
    symlinkSync('../../../../../../file', join(folder, 'a/b/upwards'));
    for (const path of ['/file', '/absolute', '/a/b/upwards', '/a/../../file', '//a/./b//upwards']) {
      expect(ofRoot(lines(path))).toEqual({ status: 'value', value: ['inside'] });
    }
  });

  it('of links in a circle, of a directory, or below a file is absent', () => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    writeFileSync(join(folder, 'file'), '');
    for (const path of ['/a', '/', '/file/below', '/nothing']) {
      expect(ofRoot(lines(path))).toEqual({ status: 'absent' });
    }
  });

  it('of very many parts is unknown, and the walk ends', () => {
    expect(ofRoot(lines('/a'.repeat(2000)))).toEqual({ status: 'unknown', mount: null });
  });

  it('into what automounts waits for nothing to be mounted', () => {
    mkdirSync(join(folder, 'net/host'), { recursive: true });
    const mountinfo = '1 0 8:1 / / rw - ext4 x rw\n2 1 0:50 / /net rw - autofs x rw\n';
    for (const path of ['/net', '/net/host', '/net/host/file']) {
      expect(ofRoot({ kind: 'names', path, names: ['x'] }, mountinfo)).toEqual({ status: 'unknown', mount: null });
    }
    // What is mounted there by now is looked at.
    const mounted = `${mountinfo}3 2 8:2 / /net/host rw - ext4 x rw\n`;
    expect(ofRoot({ kind: 'names', path: '/net/host', names: ['x'] }, mounted)).toEqual({ status: 'value', value: [] });
  });

  it.each(['proc', 'sysfs', 'devtmpfs', 'debugfs', 'a new one of the kernel'])('on %s is absent', (type) => {
    mkdirSync(join(folder, 'kernel'));
    writeFileSync(join(folder, 'kernel/file'), 'x\n');
    const mountinfo = `1 0 8:1 / / rw - ext4 x rw\n2 1 0:5 / /kernel rw - ${type.split(' ')[0]} x rw\n`;
    expect(ofRoot(lines('/kernel/file'), mountinfo)).toEqual({ status: 'absent' });
  });
});

it.each([
  [
    'backslash',
    'ExecStart=/v/gunicorn \\\n  -c conf.py \\\napp\nUser=x\n',
    ['ExecStart=/v/gunicorn    -c conf.py  app'],
  ],
  ['indent', 'ExecStart=/v/gunicorn\n\t-c conf.py\n\n  [x]\nUser=x\n', ['ExecStart=/v/gunicorn \t-c conf.py']],
] as const)('lines that go on by a %s are one', (continued, text, value) => {
  writeFileSync(join(folder, 'file'), text);
  const question: Question = { kind: 'lines', path: '/file', wanted: /^ExecStart=/, limit: 1000, continued };
  expect(ofRoot(question)).toEqual({ status: 'value', value });
});

it('names of a directory are looked up, and what is mounted there is not touched for it', () => {
  writeFileSync(join(folder, 'manage.py'), '');
  const mountinfo = '1 0 8:1 / / rw - ext4 x rw\n2 1 0:50 / /.git rw - nfs x rw\n';
  const question: Question = { kind: 'names', path: '/', names: ['manage.py', 'Gemfile', '.git'] };
  expect(ofRoot(question, mountinfo)).toEqual({ status: 'value', value: ['manage.py', '.git'] });
});

describe('the newest file below a directory', () => {
  const put = (path: string, second: number) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), '');
    utimesSync(join(folder, path), second, second);
  };
  const root = '1 0 8:1 / / rw - ext4 x rw\n';
  const newest = (mountinfo = root) => ofRoot({ kind: 'newest', path: '/shop', wanted: /\.py$/ }, mountinfo);

  it('is one of its own code: no virtualenv, no packages, no link, no other mount, no other kind', () => {
    put('shop/manage.py', 100);
    put('shop/shop/orders/views.py', 300);
    expect(newest()).toEqual({ status: 'value', value: ['300000'] });
    put('shop/README.md', 900);
    put('shop/env/pyvenv.cfg', 1);
    put('shop/env/lib/python3.11/x.py', 900);
    put('shop/.git/hook.py', 900);
    put('shop/frontend/node_modules/gyp/x.py', 900);
    put('shop/uploads/x.py', 900);
    put('elsewhere/x.py', 900);
    symlinkSync('../elsewhere', join(folder, 'shop/link'));
    symlinkSync('../elsewhere/x.py', join(folder, 'shop/link.py'));
    expect(newest(`${root}2 1 0:50 / /shop/uploads rw - ext4 x rw\n`)).toEqual({ status: 'value', value: ['300000'] });
  });

  it('is absent where there is none, and unknown on what is not this machine’s', () => {
    mkdirSync(join(folder, 'shop'));
    expect(newest()).toEqual({ status: 'absent' });
    put('shop/manage.py', 100);
    expect(newest(`${root}2 1 0:50 / /shop rw - nfs x rw\n`)).toEqual({ status: 'unknown', mount: null });
  });
});

it('the directory of a mount is what lies nearest above, with blanks in its name', () => {
  const mounts = parseMounts(
    '1 0 8:1 / / rw - ext4 x rw\n2 1 0:50 / /mnt/my\\040disk rw,relatime shared:1 - nfs4 x rw\n',
  );
  expect(mountOf('/mnt/my disk/a/b', mounts)).toEqual({ device: '0:50', point: '/mnt/my disk', kind: 'remote' });
  expect(mountOf('/mnt/my', mounts)?.point).toBe('/');
});

describe('a pattern for names of files', () => {
  it.each([
    ['*.conf', 'www.conf', true],
    ['*.conf', 'www.conf.bak', false],
    ['?.ini', 'a.ini', true],
    ['?.ini', '.ini', false],
    ['a*b*c', 'aXXbYYbZc', true],
    ['[ab].conf', 'a.conf', false],
  ])('%s on %s: %s', (pattern, name, matches) => {
    expect(matchesGlob(name, pattern, '*?')).toBe(matches);
  });

  it('of very many stars takes no time', () => {
    const began = performance.now();
    expect(matchesGlob('a'.repeat(255), `${'*a'.repeat(120)}*b`, '*?')).toBe(false);
    expect(performance.now() - began).toBeLessThan(50);
  });
});
