import { describe, expect, it } from 'vitest';
import { listTable } from '../../src/output/table.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import type { Source } from '../../src/source/source.ts';
import { gunicorn } from '../helpers/models.ts';
import { directory, sample, snapshot } from '../helpers/samples.ts';
import { painted, pressed, seenOf, themePlain, watched } from '../helpers/screen.ts';

const hostile = [
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1b[2J\x1b[31mred',
  'two\nlines\r\tand a tab',
  'nul\0and\x7fdel',
  '{red-fg}tags{/}',
  '\u202egnp.exe',
  'zero\u200bwidth\ufeff',
  '\u0085next\u009bcsi',
  'x'.repeat(128 * 1024),
];

function sourceOf(processes: readonly ProcessSample[]): Source {
  return { read: async () => snapshot(processes), close: () => {} };
}

/** Two servers in projects of these names, and a process in system. */
function processesNamed(name: string): readonly ProcessSample[] {
  const app = gunicorn({ pid: 100, project: 'shop', workers: [{}, {}] }).map((process) => ({
    ...process,
    facts: {
      ...process.facts,
      directory: directory(`/srv/${name}`),
      cwd: `/srv/${name}`,
      argv: [...process.facts.argv, name],
    },
  }));
  return [...app, sample({ pid: 900, comm: name.slice(0, 15), argv: [name, `--password=${name}`] })];
}

const size = { columns: 80, lines: 24 };

describe.each(hostile.map((name, index) => ({ name, index })))('hostile name $index', ({ name }) => {
  it('reaches the terminal harmlessly, on every panel', async () => {
    const seen = await watched(seenOf(size), sourceOf(processesNamed(name)), 2);
    const plain = await watched(seenOf(size), sourceOf(processesNamed('plain')), 2);
    const keys = [
      [],
      ['enter'],
      ['down', 'enter'],
      ['end', 'right', 'down', 'enter'],
      ['down', 'down', 'f9', 'end', 'enter'],
      ['t'],
    ];
    for (const some of keys) {
      const { raw, lines } = await painted([pressed(seen, ...some)]);
      const { lines: clean } = await painted([pressed(plain, ...some)]);
      // What blessed itself sends is all there is: cursor, colours, modes.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for
      const rest = raw.replace(/\x1b(?:\[B\x08{0,3}|\[[?>]?[\d;]*[A-Za-z]|[()][A-Z0-9]|[=>78M]|\(B)/g, '');
      expect(rest).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(lines.at(-1)).toBe(clean.at(-1));
    }
  });

  it('reaches a table of text harmlessly', async () => {
    const state = await watched(seenOf(size), sourceOf(processesNamed(name)), 2);
    const { model } = state.state;
    const text = model === null ? '' : listTable(model, []);
    expect(text).not.toBe('');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

it('keeps columns in line where names are wide', async () => {
  const column = async (name: string) => {
    const state = await watched(seenOf(size), sourceOf(processesNamed(name)), 2);
    const { lines } = await painted([state]);
    const row = lines.find((line) => line.startsWith('▾ ')) ?? '';
    // In cells: a wide character takes two.
    const [before = ''] = row.split(/ +\d+(?:\.\d)?M /);
    return row.slice(before.length).replace(/^ +/, '');
  };
  expect(await column('日本語のお店')).toBe(await column('shop'));
});

it.each(['😀', '🇩🇪', '👍🏽'])(
  'keeps figures in place beside %s, for which terminals have different widths',
  async (emoji) => {
    const figures = async (name: string) => {
      const seen = await watched(seenOf(size), sourceOf(processesNamed(name)), 2);
      const keys = ['down', 'up', 'end', 'home'];
      const moved = keys.map((_, index) => pressed(seen, ...keys.slice(0, index + 1)));
      const { lines } = await painted([seen, ...moved]);
      // Each character of the emulator takes one column here.
      return lines.map((line) => [...line].slice(30).join(''));
    };
    expect(await figures(`${emoji}-shop`)).toEqual(await figures('ab-shop'));
  },
);

it('sends nothing but ASCII and no colours where neither is wanted', async () => {
  const state = await watched(seenOf(size), sourceOf(processesNamed('Ünïcödé→日本')), 2);
  for (const one of [state, pressed(state, '?'), pressed(state, 'enter')]) {
    const { raw } = await painted([one], themePlain);
    expect(raw).toMatch(/^[\0-\x7f]*$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(raw).not.toMatch(/\x1b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)[;m]/);
  }
});

it('is of use where there is no server at all', async () => {
  const state = await watched(seenOf(size), sourceOf([sample({ pid: 1, argv: ['/sbin/init'] })]), 2);
  const { lines } = await painted([state]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('snapshots/no-server-80x24.txt');
});
