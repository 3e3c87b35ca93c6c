import { expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import { update } from '../../src/state/update.ts';
import { table } from '../../src/view/table.ts';
import { gunicorn } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';
import { stateOf, theme256 } from '../helpers/screen.ts';

it.each([
  [null, '–'],
  [0, '0'],
  [7, '7'],
])('a queue of %s is %s', (queue, told) => {
  const processes = gunicorn({ pid: 100, workers: [{}, {}], queue });
  const model = buildModel(snapshot(processes), null, { memoryTotal: null });
  const [state] = update(stateOf({ columns: 80, lines: 24 }), { type: 'model', model });
  const lines = table(state, theme256).map((line) => line.map(({ text }) => text).join(''));
  for (const row of ['master 100', '▾ project1']) {
    expect(lines.find((line) => line.includes(row))).toMatch(new RegExp(` ${told}$`));
  }
});

it('marks estimates of what a trim frees', () => {
  const memory = { quality: 'estimate' as const };
  const processes = gunicorn({ pid: 100, workers: [{ memory }, { memory }] });
  const model = buildModel(snapshot(processes), null, { memoryTotal: null });
  const [state] = update(stateOf({ columns: 80, lines: 24 }), { type: 'model', model });
  const lines = table(state, theme256).map((line) => line.map(({ text }) => text).join(''));
  expect(lines.find((line) => line.includes('master 100'))).toContain(' ~6.0M ');
});
