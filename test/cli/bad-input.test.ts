import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { parseConfig } from '../../src/cli/config-file.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { makeProcTree, type ProcTree } from '../helpers/proc-tree.ts';
import { workertop } from '../helpers/workertop.ts';

let folder: string;
let tree: ProcTree;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-input-'));
  tree = makeProcTree();
  const argv = ['/usr/bin/python3', '/usr/bin/gunicorn', '-w', '2', 'shop.wsgi'];
  for (const pid of [10, 11, 12]) tree.add(pid, { argv, ppid: pid === 10 ? 1 : 10, cwd: '/', caught: '8314a07' });
  mkdirSync(join(folder, 'directory'));
  writeFileSync(join(folder, 'text'), 'hello\n');
  writeFileSync(join(folder, 'empty'), '');
  execFileSync('mkfifo', [join(folder, 'fifo')]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  tree.close();
});

/** `@` stands for the folder of files, `%` for a proc tree with a gunicorn, whose pid is 10. */
function words(line: string): readonly string[] {
  return line.split(' ').map((word) => word.replace('@', `${folder}/`).replace('%', tree.root).replace(/^''$/, ''));
}

/** Nothing but one line on stderr that says this, and the exit code. */
async function expectRefused(args: readonly string[], message: string | RegExp, code: number): Promise<void> {
  const result = await workertop(...args);
  expect(result.stderr).toMatch(/^workertop: [^\n]+\n$/);
  expect(result.stderr.slice('workertop: '.length, -1)).toMatch(message);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
}

const oneOf = 'use one of mem, share';
const positive = 'a delay is a positive number of seconds, not';
const range = 'a delay is between 0.1 and 3600 seconds, not';
const size = 'a size looks like 1.5G or 512M, at least 1M, not';

describe('a FIFO that nobody writes to or reads', () => {
  it.each([
    ['list --config @fifo', 'it is not a regular file'],
    ['export --token-file @fifo', 'it is not a regular file'],
    ['record @fifo', 'nobody reads it'],
    ['replay @fifo', 'is not a file'],
    ['list --proc @fifo', 'is not a directory'],
  ])('does not hold up %s', async (line, message) => {
    await expectRefused(words(line), message, 2);
  });
});

describe('on the command line', () => {
  const wrong: readonly (readonly [line: string, message: string | RegExp])[] = [
    ['--nonsense', 'unknown option --nonsense'],
    ['--nonsense=1', 'unknown option --nonsense: workertop --help'],
    ['-x', 'unknown option -x'],
    ['-hV', 'unknown option -hV'],
    ['---', 'unknown option ---'],
    ['--Delay 1', 'unknown option --Delay'],
    ['nonsense', 'unknown command nonsense'],
    ['top', 'unknown command top'],
    ['list list', 'usage: workertop list'],
    ['-- list extra', 'usage: workertop list'],
    ['demo 1', 'usage: workertop demo'],
    ['config file', 'usage: workertop config'],
    ['scale', 'usage: workertop scale TARGET N|+N|-N'],
    ['scale shop', 'usage: workertop scale TARGET N|+N|-N'],
    ['scale shop 1 2', 'usage: workertop scale TARGET N|+N|-N'],
    ['record', 'usage: workertop record FILE'],
    ['replay', 'usage: workertop replay FILE'],
    ['--delay', '--delay needs a value: SECONDS'],
    ['-d', '--delay needs a value: SECONDS'],
    ['list --memory', '--memory needs a value: SIZE'],
    ['list --json=yes', '--json takes no value'],
    ['--read-only=', '--read-only takes no value'],
    ['list --delay 1', '--delay does not apply to list'],
    ['--dry-run', '--dry-run does not apply to the dashboard'],
    ['demo --proc /proc', '--proc does not apply to demo'],
    ['record @x --json', '--json does not apply to record'],
    ...['NaN', 'two', '0', '-1', '-0', 'Infinity', '-Infinity', '1e999', '1,5', '2s', "''"].map(
      (value) => [`--delay=${value}`, positive] as const,
    ),
    ...['1e9', '1e-9', '0.01', '3601'].map((value) => [`-d ${value}`, range] as const),
    ...['0', '-5', '1', '1e9', '1.5X', 'G', '1.5.5G', '99999999T', 'NaN', '1,5G'].map(
      (value) => [`list --memory=${value}`, size] as const,
    ),
    ['--sort size', `unknown sort key size: ${oneOf}`],
    ['--sort=', `unknown sort key : ${oneOf}`],
    ['--sort __proto__', `unknown sort key __proto__: ${oneOf}`],
    ['--sort toString', `unknown sort key toString: ${oneOf}`],
    ['list --source ps', 'unknown source ps: use proc or portable'],
  ];

  it.each(wrong)('%s is refused before anything is read', (line, message) => {
    const parse = () => parseCommandLine(words(line));
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });

  const wrongLater: readonly (readonly [line: string, message: string | RegExp])[] = [
    ['--nonsense', 'unknown option --nonsense'],
    ['--user nobody-of-this-name', 'no user nobody-of-this-name: no directory of users has the name'],
    ...['', 'x', '1.5', '+', '1e3', '--', '99999', '+-1', '٣'].map(
      (value) => [`scale --proc % 10 ${value || "''"}`, /^(?:a number of workers is|usage:)/] as const,
    ),
    ['list --proc @missing', /missing is not a directory/],
    ['list --proc @text', /text is not a directory/],
    ['list --proc @directory', /directory\/uptime cannot be read: is .* a proc tree/],
    ["list --proc ''", 'a proc tree without a name is not a directory'],
    ['record @missing/file', /missing\/file cannot be written: there is no such file or directory/],
    ['record @directory', /directory cannot be written: it is a directory/],
    ["record ''", 'a file without a name cannot be written'],
    ['replay @missing', /missing does not exist or is not a file/],
    ['replay @directory', /directory does not exist or is not a file/],
    ['list --config @missing', /missing cannot be read: there is no such file/],
    ['list --config @directory', /directory cannot be read: it is a directory/],
    ["list --config ''", 'cannot be read'],
  ];

  it.concurrent.each(wrongLater)('%s is refused with one line', async (line, message) => {
    await expectRefused(words(line), message, 2);
  });

  const impossible: readonly (readonly [line: string, message: string | RegExp])[] = [
    ['scale --proc % nothing +1', 'no project nothing: the projects are'],
    ["scale --proc % '' +1", 'no project'],
    ['scale --proc % 999999999 +1', 'no process 999999999'],
    ['scale --proc % 10 +1', /Signals reach processes of this machine only/],
    ['scale --proc % 10 0', /is the minimum: nothing was sent/],
    ['scale --read-only 1 +1', /not part of a server|no process 1/],
    ['replay @text', 'replay needs a terminal that it can draw on'],
  ];

  it.concurrent.each(impossible)('%s cannot be done', async (line, message) => {
    await expectRefused(words(line), message, 1);
  });

  it('is not let through to the terminal', async () => {
    const { stderr, code } = await workertop('\x1b]52;c;ZXZpbA==\x07\u202e\u009b');
    expect(stderr).toMatch(/^workertop: unknown command [^\p{Cc}\p{Cf}]+\n$/u);
    expect(code).toBe(2);
  });
});

describe('in the configuration file', () => {
  const wrong: readonly (readonly [text: string, message: string | RegExp])[] = [
    ['dealy = 2', 'line 1: unknown setting dealy: the settings are delay, sort'],
    ['\n\n# two\ndelay = "2"', 'line 4: delay must be a number of seconds from 0.1 to 3600'],
    ['delay = 0', 'line 1: delay must be a number'],
    ['delay = -1.5', 'line 1: delay must be a number'],
    ['delay = nan', 'line 1: delay must be a number'],
    ['delay = inf', 'line 1: delay must be a number'],
    ['delay = 9223372036854775807', /line 1: (?:delay must be a number|integer)/i],
    ['sort = "size"', 'line 1: sort must be one of mem, share'],
    ['sort = ["mem"]', 'line 1: sort must be one of mem'],
    ['memory = 1024', 'line 1: memory must be a size such as "1.5G"'],
    ['memory = "1K"', 'line 1: memory must be a size'],
    ['mouse = "yes"', 'line 1: mouse must be true or false'],
    ['read-only = 1', 'line 1: read-only must be true or false'],
    ['hide = "cpu"', 'line 1: hide must be a list of'],
    ['hide = ["name"]', 'line 1: hide must be a list of'],
    ['hide = [["cpu"]]', 'line 1: hide must be a list of'],
    ['delay = 2\ndelay = 3', /line 2: /],
    ['delay = ', /line 1: /],
    ['delay', /line 1: /],
    ['[delay', /line 1: /],
    ['x = "\u0000"', /line 1: /],
    ['projects = 1', 'line 1: projects are written as [[projects]]'],
    ['[projects]\nname = "a"', 'line 1: projects are written as [[projects]]'],
    ['projects = ["a"]', 'line 1: projects are written as [[projects]]'],
    ['[[projects]]\ndirectory = "/srv"', 'line 1: a project needs a name'],
    ['[[projects]]\nname = "a"', 'line 2: a needs a directory, a virtualenv, a command or a user'],
    ['[[projects]]\nname = "a"\nuser = "b"\n[[projects]]\nname = 1\nuser = "c"', 'line 5: name must be text'],
    ['[[projects]]\nname = ""\nuser = "b"', 'line 2: name must be text'],
    [
      '[[projects]]\nname = "a"\nport = "b"',
      'line 3: unknown setting port of a project: its settings are name, directory',
    ],
    ['__proto__ = 1', /line 1: /],
    ['constructor = 1', 'line 1: unknown setting constructor'],
    [`"\\u001b[31m" = 1`, 'line 1: unknown setting'],
  ];

  it.each(wrong)('%j is refused with its line', (text, message) => {
    const parse = () => parseConfig(text, 'config.toml');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(/^config\.toml, line \d/);
    expect(parse).toThrow(message);
  });

  it('a wrong setting is refused with one line on stderr', async () => {
    const file = join(folder, 'wrong.toml');
    writeFileSync(file, 'delay = 2\ndealy = 2\n');
    await expectRefused(
      ['list', '--proc', tree.root, '--config', file],
      /wrong\.toml, line 2: unknown setting dealy/,
      2,
    );
  });

  it('that cannot be text is refused like any other', async () => {
    const file = join(folder, 'binary.toml');
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5d]));
    await expectRefused(['list', '--config', file], /binary\.toml, line 1: /, 2);
  });
});
