import { describe, expect, it } from 'vitest';
import { update } from '../../src/state/update.ts';
import { header } from '../../src/view/header.ts';
import { chart, charts } from '../../src/view/panels/charts.ts';
import { demoState, pressed, theme256, themePlain } from '../helpers/screen.ts';

const size = { columns: 120, lines: 40 };

/** The demo with its charts open. */
async function opened(readings: number) {
  return pressed(await demoState(size, readings), 't');
}

const drawn = (state: Awaited<ReturnType<typeof opened>>) => {
  const found = chart(state, theme256);
  if (found === null) throw new Error('no chart');
  return found;
};

describe('the chart', () => {
  it('draws each project in the colour that it has in the header', async () => {
    const state = await opened(40);
    const segments = header(state, theme256)[1]?.filter(({ text }) => /^project\d/.test(text)) ?? [];
    const colors = drawn(state).series.map(({ color }) => color);
    expect(segments).toHaveLength(2);
    for (const { style } of segments) expect(colors).toContain(style.bg);
  });

  it('has a point for each column, equally far apart from the first reading to the last', async () => {
    const { labels, series, width } = drawn(await opened(900));
    expect(labels.length).toBeGreaterThan(width - 15);
    for (const { values } of series) expect(values).toHaveLength(labels.length);
    // Half an hour from 03:00 on.
    expect([labels[0], labels.at(-1)]).toEqual(['03:00', '03:30']);
    const minutes = labels.map((label) => Number(label.slice(3)));
    const steps = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0));
    expect(Math.min(...steps)).toBe(0);
    expect(Math.max(...steps)).toBe(1);
  });

  it('tells seconds while it has begun only just', async () => {
    expect(drawn(await opened(40)).labels[0]).toMatch(/^03:00:\d\d$/);
  });

  it('marks a change of workers where it was, and tells it below', async () => {
    const state = await opened(900);
    const at = Date.UTC(2026, 10, 23, 3, 15);
    state.history.mark(at, 'project1 3 → 2 workers, freed 144M');
    const { series, labels } = drawn(state);
    const peaks = (series[0]?.values ?? []).flatMap((value, index) => (value > 0 ? [labels[index]] : []));
    expect(peaks).toEqual(['03:15']);
    const lines = charts(state, theme256).lines.map((line) => line.map(({ text }) => text).join(''));
    expect(lines).toContain('03:15:00 project1 3 → 2 workers, freed 144M');
  });

  it('does not draw what was never seen: a stretch without readings is empty', async () => {
    const state = await opened(100);
    const { model } = state;
    if (model === null) throw new Error('no model');
    let later = state;
    for (let step = 0; step < 20; step++) {
      const seconds = 1200 + 15 * step;
      const next = { ...model, uptime: model.uptime + seconds, at: model.at + seconds * 1000 };
      [later] = update(later, { type: 'model', model: next });
    }
    const values = drawn(later).series[1]?.values ?? [];
    const middle = values.slice(Math.floor(values.length * 0.3), Math.floor(values.length * 0.7));
    expect(Math.max(...middle)).toBe(0);
    expect(values.at(-1)).toBeGreaterThan(400);
  });

  it.each([
    ['on a small screen', { columns: 60, lines: 15 }, theme256],
    ['without Unicode and colours', size, themePlain],
  ])('is told by lines of text %s, with the time', async (_, small, theme) => {
    const state = pressed(await demoState(small, 900), 't');
    expect(chart(state, theme)).toBeNull();
    const lines = charts(state, theme).lines.map((line) => line.map(({ text }) => text).join(''));
    expect(lines[0]).toMatch(/^project1 +\d+M {2}\S/);
    expect(lines.some((line) => /^ +03:00:\d\d +03:30:\d\d$/.test(line))).toBe(true);
  });
});
