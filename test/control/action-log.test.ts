import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionLog, actionLogPath, type LogMessage, noLog, unfinishedIn } from '../../src/control/action-log.ts';
import { appendPrivately, createPrivately } from '../../src/own-files/private-file.ts';
import type { Operation } from '../../src/state/operation.ts';

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'workertop-log-'));
  path = actionLogPath({ HOME: home }) ?? '';
});
afterEach(() => rmSync(home, { recursive: true }));

/** Writes at once, in this process. */
function note(at: number, text: string): void {
  const send = (message: LogMessage) => message.type === 'line' && appendPrivately(path, message.text);
  new ActionLog({ ...noLog, send }, '1').note(at, text);
}

const mode = (file: string) => statSync(file).mode & 0o777;

it('the log is for its owner alone', () => {
  note(0, 'first');
  expect(mode(path)).toBe(0o600);
  expect(mode(dirname(path))).toBe(0o700);
  expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z first\n');
});

it('a log that everyone could read becomes its owner’s alone', () => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'before\n');
  chmodSync(path, 0o666);
  chmodSync(dirname(path), 0o777);
  note(0, 'after');
  expect(mode(path)).toBe(0o600);
  expect(mode(dirname(path))).toBe(0o700);
  expect(readFileSync(path, 'utf8')).toMatch(/^before\n.* after\n$/);
});

it('the log is not written through a link, which may lead to what only root may write', () => {
  const other = join(home, 'other');
  writeFileSync(other, 'untouched');
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(other, path);
  expect(() => note(0, 'text')).toThrow();
  expect(readFileSync(other, 'utf8')).toBe('untouched');
});

it('the log has one line for each action, whatever that says', () => {
  note(0, 'two\nlines\x1b[31m\u202e\u009b');
  expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z two·lines·[31m··\n');
});

it.each([
  ['no home', { HOME: '' }],
  ['a home that is no path', { HOME: 'relative' }],
])('a log is kept nowhere with %s', (_, environment) => {
  expect(actionLogPath(environment)).toBeNull();
});

it.each(['/proc', '/proc/1', '/dev/null', '/sys'])('a log gives up at once in the home %s', (folder) => {
  expect(() => appendPrivately(actionLogPath({ HOME: folder }) ?? '', 'text')).toThrow();
});

it('a log that cannot be made leaves what is in its way', () => {
  writeFileSync(join(home, '.local'), 'a file where a directory should be');
  expect(() => note(0, 'text')).toThrow();
  expect(existsSync(path)).toBe(false);
});

describe('the directory of the log', () => {
  const elsewhere = () => join(home, 'elsewhere');

  it.each(['.local', '.local/state', '.local/state/workertop'])('is not reached through the link %s', (part) => {
    mkdirSync(elsewhere(), { mode: 0o755 });
    mkdirSync(dirname(join(home, part)), { recursive: true });
    symlinkSync(elsewhere(), join(home, part));
    expect(() => note(0, 'text')).toThrow('is a link');
    expect(mode(elsewhere())).toBe(0o755);
    expect(readdirSync(elsewhere())).toEqual([]);
  });

  it('is not used where others may write to a directory above it', () => {
    mkdirSync(join(home, '.local'));
    chmodSync(join(home, '.local'), 0o777);
    expect(() => note(0, 'text')).toThrow('may be written to by others');
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(process.geteuid?.() === 0)('is not that of another user, whose home root has kept', () => {
    chownSync(home, 1234, 1234);
    expect(() => note(0, 'text')).toThrow('belongs to another user');
    expect(readdirSync(home)).toEqual([]);
  });

  it('is private whatever the umask is', () => {
    const before = process.umask(0);
    try {
      note(0, 'text');
    } finally {
      process.umask(before);
    }
    expect([mode(path), mode(dirname(path)), mode(join(home, '.local'))]).toEqual([0o600, 0o700, 0o700]);
  });

  it('is not written to through a second name of another file', () => {
    const other = join(home, 'other');
    writeFileSync(other, 'untouched');
    mkdirSync(dirname(path), { recursive: true });
    linkSync(other, path);
    expect(() => note(0, 'text')).toThrow();
    expect(readFileSync(other, 'utf8')).toBe('untouched');
  });
});

describe('a recording', () => {
  const record = (file: string) => closeSync(createPrivately(file));

  it('is private and empty, whatever the file was and the umask is', () => {
    const file = join(home, 'recording');
    writeFileSync(file, 'before');
    chmodSync(file, 0o666);
    const before = process.umask(0);
    try {
      record(file);
      record(join(home, 'new'));
    } finally {
      process.umask(before);
    }
    expect([mode(file), mode(join(home, 'new'))]).toEqual([0o600, 0o600]);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('follows a link of our own, where nobody else can have made it', () => {
    symlinkSync(join(home, 'real'), join(home, 'link'));
    record(join(home, 'link'));
    expect(mode(join(home, 'real'))).toBe(0o600);
  });

  it('follows no link where others may have made it', () => {
    const other = join(home, 'other');
    writeFileSync(other, 'untouched');
    mkdirSync(join(home, 'shared'));
    chmodSync(join(home, 'shared'), 0o1777);
    symlinkSync(other, join(home, 'shared', 'link'));
    symlinkSync(home, join(home, 'shared', 'folder'));
    expect(() => record(join(home, 'shared', 'link'))).toThrow();
    expect(() => record(join(home, 'shared', 'folder', 'other'))).toThrow('is a link');
    expect(readFileSync(other, 'utf8')).toBe('untouched');
  });

  it('goes to a device as it is', () => {
    const before = mode('/dev/null');
    record('/dev/null');
    expect(mode('/dev/null')).toBe(before);
  });
});

describe('a change in the log', () => {
  const operation: Operation = {
    id: 1,
    server: '100:1',
    pid: 100,
    project: 'shop',
    kind: 'gunicorn',
    from: 3,
    target: 5,
    current: 3,
    phase: 'running',
    sent: 0,
    came: [],
    leaving: [],
    predicted: null,
    freed: null,
    loading: null,
    usedBefore: 0.2,
    usedNow: 0.2,
    text: 'shop 3 → 5 workers, memory 20 % → 25 %',
    reminder: null,
    line: null,
    startedAt: 0,
    endedAt: null,
    undo: false,
  };

  function logged(...operations: readonly Operation[]) {
    const messages: LogMessage[] = [];
    const log = new ActionLog({ ...noLog, send: (message) => messages.push(message) }, '77');
    for (const one of operations) log.operation(one);
    return messages;
  }

  const linesOf = (messages: readonly LogMessage[]) =>
    messages.flatMap((message) => (message.type === 'line' ? message.text : [])).join('');

  it('has a line before its first signal and one at its end', () => {
    const text = linesOf(logged(operation, { ...operation, sent: 1 }, { ...operation, phase: 'done', endedAt: 9 }));
    expect(text).toMatch(
      /^\S+ gunicorn 100: shop 3 → 5 workers asked \[77\.1\]\n\S+ gunicorn 100: shop 3 → 5 workers, memory .* \[77\.1\]\n$/,
    );
  });

  it('has a line for each new target', () => {
    expect(linesOf(logged(operation, { ...operation, target: 6 }))).toContain('shop 3 → 6 workers asked');
  });

  it('says how it stood where nothing more is heard of it', () => {
    const messages = logged(operation, { ...operation, sent: 1, current: 4 });
    expect(messages.at(-1)).toMatchObject({
      type: 'unless',
      change: '77.1',
      text: 'gunicorn 100: shop 3 → 5 was under way when workertop ended: 1 sent, 4 ran [77.1]',
    });
  });

  it('is found unfinished by a later session, unless its own still runs', () => {
    const text = linesOf(logged(operation));
    expect(unfinishedIn(text, () => false)).toEqual([
      expect.stringMatching(/shop 3 → 5 workers asked, and did not finish$/),
    ]);
    expect(unfinishedIn(text, () => true)).toEqual([]);
    const ended = linesOf(logged(operation, { ...operation, phase: 'done', endedAt: 9 }));
    expect(unfinishedIn(ended, () => false)).toEqual([]);
  });
});
