import { expect, it } from 'vitest';
import type { FleetState } from '../../src/state/fleet/fleet-state.ts';
import { width } from '../../src/text/width.ts';
import { fleetFrame } from '../../src/view/fleet/frame.ts';
import { fleetOf, happened, key, read, START } from '../helpers/machines.ts';
import { GB, MB } from '../helpers/samples.ts';
import { type Size, theme256, themePlain } from '../helpers/screen.ts';

const sizes: readonly Size[] = [
  { columns: 60, lines: 15 },
  { columns: 80, lines: 24 },
  { columns: 120, lines: 40 },
];

const textOf = (state: FleetState, theme = theme256) =>
  fleetFrame({ state, theme }).map((line) => line.map(({ text }) => text).join(''));

const memoryOf = (used: number, total: number) => ({ total, used, available: total - used });

/** One machine in each state. */
function allStates(size: Size): FleetState {
  let state = fleetOf(['web1', 'web2', 'deploy@db1', 'idle', 'slow', 'gone', 'far', 'next'], size);
  state = read(state, 'web1', { memory: memoryOf(1.2 * GB, 2 * GB), projects: ['shop', 'blog'] });
  state = read(state, 'web2', { memory: memoryOf(1.97 * GB, 2 * GB), swap: { total: GB, used: 512 * MB }, queue: 7 });
  state = read(state, 'deploy@db1', { memory: memoryOf(GB, 4 * GB), name: 'db1', cpu: null, load: null, queue: null });
  for (let passed = 0; passed <= 900; passed += 10) {
    state = read(state, 'idle', { uptime: 1000 + passed, memory: memoryOf(0.6 * GB, 4 * GB) });
  }
  state = read(state, 'slow');
  return happened(
    state,
    { type: 'state', host: 'slow', state: { type: 'connected', late: START - 5000 } },
    {
      type: 'state',
      host: 'gone',
      state: { type: 'lost', reason: 'ssh: connect to host gone port 22: No route to host' },
    },
    { type: 'state', host: 'far', state: { type: 'connecting', since: START - 9000 } },
  );
}

it.each(sizes)('machines in all states at $columns×$lines look as they did', async (size) => {
  const shown = textOf(allStates(size)).map((line) => line.trimEnd());
  await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(`snapshots/fleet-${size.columns}x${size.lines}.txt`);
});

it.each([...sizes, { columns: 40, lines: 8 }, { columns: 300, lines: 100 }])(
  'no line of machines runs over the edge at $columns×$lines, whatever they call themselves',
  (size) => {
    const hostile = ['\x1b[2J', '\u202egnp', 'x'.repeat(100_000), '日本'.repeat(50), 'two\nlines'];
    let state = allStates(size);
    for (const name of hostile) state = read(state, 'web1', { name, projects: [name, name] });
    state = happened(state, { type: 'state', host: 'far', state: { type: 'lost', reason: hostile.join(' ') } });
    for (const keys of [[], ['?'], ['s', 'down'], ['/', 'z', 'z', 'z'], ['end'], ['home']]) {
      for (const theme of [theme256, themePlain]) {
        const lines = textOf(happened(state, ...keys.map(key)), theme);
        expect(lines).toHaveLength(size.lines);
        expect(lines.filter((line) => width(line) > size.columns)).toEqual([]);
        expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
      }
    }
  },
);
