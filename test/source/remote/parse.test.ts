import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toExtended } from '../../../src/source/remote/ere.ts';
import {
  contentOrFailure,
  ownLines,
  parseEnvironments,
  parseLinks,
  splitStats,
} from '../../../src/source/remote/parse.ts';

const numbers = Array.from({ length: 49 }, (_, index) => index).join(' ');
const stat = (pid: number, comm: Buffer | string) =>
  Buffer.concat([Buffer.from(`${pid} (`), Buffer.from(comm), Buffer.from(`) S ${numbers}\n`)]);

describe('stat lines of many processes', () => {
  it('are cut where they end, whatever names the processes have', () => {
    const name = fc.oneof(
      fc.uint8Array({ maxLength: 15 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(')\n1 (a) S 1 1 1', '\n\n\n\n', ') S 1\n2 (b) R 1', '((((((((').map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 20 }), (names) => {
        const lines = names.map((comm, index) => stat(1000 + index, comm));
        const found = splitStats(Buffer.concat(lines));
        expect(found.map(({ pid }) => pid)).toEqual(names.map((_, index) => 1000 + index));
        for (const [index, { line }] of found.entries()) {
          expect(Buffer.concat([line, Buffer.from('\n')]).equals(lines[index] ?? Buffer.alloc(0))).toBe(true);
        }
      }),
    );
  });

  it('are found among anything else, which is dropped', () => {
    const noise = Buffer.from('cat: 12/stat: No such process\n\x00\xff(\n');
    expect(splitStats(Buffer.concat([noise, stat(7, 'sh'), noise])).map(({ pid }) => pid)).toEqual([7]);
  });

  it('that never come cost no minutes', () => {
    const began = process.cpuUsage();
    expect(splitStats(Buffer.alloc(8 * 1024 * 1024, '1 (\n'))).toEqual([]);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });
});

describe('links', () => {
  it('are those that ls prints, with names as C writes them', () => {
    const text = [
      'lrwxrwxrwx 1 root root 0 Nov 25 08:32 "1/cwd"',
      'lrwxrwxrwx 1 root root 0 Nov 25 08:32 "2/cwd" -> "/srv/caf\\303\\251\\nl \\"x\\" -> \\"y"',
      'lr-x------    1 root     root            64 Nov 25 12:20 3/exe -> /bin/a -> b',
      'total 0',
    ].join('\n');
    expect(parseLinks(text)).toEqual(
      new Map([
        ['1/cwd', null],
        ['2/cwd', '/srv/café\nl "x" -> "y'],
        ['3/exe', '/bin/a -> b'],
      ]),
    );
  });

  it('that are listed twice are not known', () => {
    const line = (target: string) => `lrwxrwxrwx 1 root root 0 Nov 25 08:32 "1/exe" -> "${target}"\n`;
    expect(parseLinks(line('/a') + line('/b'))).toEqual(new Map());
  });
});

describe.each([
  ['first', 'W=N\0LC_ALL=C\0PATH=/sbin\0X=N\0'],
  ['last', 'PATH=/sbin\0W=N\0X=N\0'],
  ['in the middle', 'LC_ALL=C\0X=N\0PATH=/sbin\0W=N\0HOME=/\0'],
  ['before the path', 'X=N\0W=N\0PATH=/sbin\0'],
])('environments, where the number of the shell stands %s', (_, written) => {
  const nonce = '0123456789abcdef'.repeat(2);
  const separator = written.replaceAll('N', nonce);
  const variables = ['A', 'PATH'];

  /** What the shell there sends of these environments. */
  const sent = (environments: readonly string[]) =>
    environments
      .map((environment) => environment + separator)
      .join('')
      .replace(/[\0\n]/g, (character) => (character === '\0' ? '\n' : '\x01'))
      .split('\n')
      .filter((line) => /^(?:W|X)=[0-9a-f]{32}$|^(?:A|PATH)=/.test(line))
      .map((line) => `${line}\n`)
      .join('');
  const parsed = (...environments: readonly string[]) =>
    parseEnvironments(Buffer.from(sent(environments)), ownLines(Buffer.from(separator), nonce, variables)).map(String);

  it('have the newlines of their values again, and no variables of the shell', () => {
    expect(parsed('A=1\nW=abc\0PATH=/bin\0', '', 'PATH=/sbin\0')).toEqual([
      'A=1\nW=abc\0PATH=/bin\0',
      '',
      'PATH=/sbin\0',
    ]);
  });

  it('are told apart when one has no end', () => {
    expect(parsed('B=1', 'A=2', 'A=3\0')).toEqual(['', 'A=2\0', 'A=3\0']);
  });
});

it.each([
  ['cat: 1/smaps_rollup: Permission denied\n', 'denied'],
  ["cat: can't open '1/stat': No such file or directory\n", 'missing'],
  ['cat: 1/smaps_rollup: No such process\n', 'missing'],
])('%j of cat says why', (text, failure) => {
  expect(contentOrFailure(Buffer.from(text))).toBe(failure);
});

describe('an expression for grep', () => {
  const grep = (pattern: string, ignoreCase: boolean, text: string) => {
    try {
      return execFileSync('grep', [ignoreCase ? '-aEi' : '-aE', pattern], {
        input: text,
        env: { LC_ALL: 'C' },
      }).toString();
    } catch {
      return '';
    }
  };

  it.each([
    [/^\s*(?:(?:dirty_)?workers|worker_class|threads)\s*=/, ['workers = 3', '  dirty_workers=1', 'x = 2', 'worker']],
    [/^\s*workers\b/, ['workers 2', 'workersx', ' workers']],
    [/^\s*(?:<\/?If(?:Module|Define)\b|Include\s)/i, ['</ifmodule>', 'INCLUDE x', 'y']],
    [/^[^:]+:[^:]*:1000:/, ['a:x:1000:', 'a:x:10000:']],
    [/^(?:version(?:_info)?)\s*=/i, ['VERSION = 3', 'versions = 1']],
    [/^\//, ['/srv', 'srv/']],
  ])('lets through what %s matches', (expression, lines) => {
    const extended = toExtended(expression);
    const through = grep(extended?.pattern ?? '', extended?.ignoreCase ?? false, `${lines.join('\n')}\n`).split('\n');
    for (const line of lines.filter((one) => expression.test(one))) expect(through).toContain(line);
  });

  it('is refused where grep has none', () => {
    expect([/a(?=b)/, /a+?/, /\p{L}/u, /(a)\1/].map(toExtended)).toEqual([null, null, null, null]);
  });
});
