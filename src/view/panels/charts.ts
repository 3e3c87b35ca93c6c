import { clean } from '../../clean.ts';
import type { HistoryId, Mark } from '../../model/history.ts';
import { panelLines } from '../../state/layout.ts';
import type { AppState } from '../../state/state.ts';
import { sparkline } from '../bars.ts';
import { bytes, clockText } from '../format.ts';
import { type Line, type Style, span } from '../style.ts';
import { cut, fill, width } from '../text.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

/** A line chart on a part of the screen, in cells. */
export interface Chart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Of each point, the local time. */
  readonly labels: readonly string[];
  readonly series: readonly { readonly color: number; readonly values: readonly number[] }[];
  /** MiB at the top. */
  readonly most: number;
}

const MB = 1024 * 1024;

/** More lines than this are not told apart: the others are left to the table. */
const MOST_SERIES = 8;

/** Smaller than this nothing can be read off it. */
const SMALLEST = { width: 40, height: 8 } as const;

/** Over less than this, in milliseconds, times are told with seconds. */
const SHORT = 600_000;

/** Of the panel's lines, those that are not the chart's: the legend, a blank, and the last changes. */
const LEGEND = 1;
const MARKS = 2;

interface Shown {
  readonly id: HistoryId;
  readonly name: string;
  readonly style: Style;
  readonly counted: number;
}

export function charts(state: AppState, theme: Theme): PanelContent {
  const shown = seriesOf(state, theme);
  const hint = 'Esc closes';
  const title = 'Memory by project, the last hour';
  if (isDrawn(state, theme)) {
    const height = panelLines(state) - LEGEND - MARKS;
    const early = state.history.series('host').at.length < 2;
    const blank = Array.from(
      { length: height },
      (_, index): Line =>
        early && index === 1
          ? [span('It begins within half a minute: a point is the mean of 15 seconds.', theme.faint)]
          : [],
    );
    return { title, lines: [legend(shown), ...blank, ...marksOf(state, theme)], hint };
  }
  const room = Math.max(8, state.columns - 4 - 34);
  const lines = shown.map(({ id, name, style, counted }): Line => {
    const levels = state.history.sparkline(id, room);
    return [
      span(fill(cut(name, 20), 21), style),
      span(fill(bytes(counted), 6, 'right')),
      span(`  ${levels === null ? 'too little is known yet' : sparkline(levels, theme.glyphs)}`, style),
    ];
  });
  return { title, lines: [...lines, [], ...marksOf(state, theme)], hint };
}

/** Dots in Braille need Unicode, and lines that cross need colours. */
function isDrawn(state: AppState, theme: Theme): boolean {
  const large = state.columns - 4 >= SMALLEST.width && panelLines(state) - LEGEND - MARKS >= SMALLEST.height;
  return large && !theme.ascii && theme.colors !== 0;
}

/** What is to be drawn, while the panel is open and there is enough to draw. */
export function chart(state: AppState, theme: Theme): Chart | null {
  if (state.panel?.type !== 'charts' || !isDrawn(state, theme)) return null;
  const { history } = state;
  const times = history.series('host').at;
  if (times.length < 2) return null;
  const short = (times.at(-1) ?? 0) - (times[0] ?? 0) < SHORT;
  const series = seriesOf(state, theme).map(({ id, style }) => ({
    color: style.fg ?? 7,
    values: along(times, history.series(id)),
  }));
  const most = Math.max(1, ...series.flatMap(({ values }) => values)) * 1.15;
  return {
    left: 2,
    top: 2 + 1 + LEGEND,
    width: state.columns - 4,
    height: panelLines(state) - LEGEND - MARKS,
    labels: times.map((at) => (short ? clockText(at) : clockText(at).slice(0, 5))),
    series: [{ color: theme.faint.fg ?? 7, values: spikes(times, history.marks, most) }, ...series],
    most,
  };
}

function seriesOf({ model, hues }: AppState, theme: Theme): readonly Shown[] {
  if (model === null) return [];
  const projects = model.projects.map(
    ({ id, name, memory }): Shown => ({
      id: `project:${id}`,
      name: clean(name),
      style: theme.project(hues.get(id) ?? 0).text,
      counted: memory.counted,
    }),
  );
  const system: Shown = { id: 'system', name: 'system', style: theme.faint, counted: model.system.memory.counted };
  return [...projects, system].sort((a, b) => b.counted - a.counted).slice(0, MOST_SERIES);
}

/** Values in MiB at each of the times: a project has none before it was there. */
function along(
  times: readonly number[],
  points: { readonly at: readonly number[]; readonly values: readonly number[] },
) {
  const known = new Map(points.at.map((at, index) => [at, points.values[index] ?? 0]));
  return times.map((at) => (known.get(at) ?? 0) / MB);
}

/** A peak where workers were added or trimmed. */
function spikes(times: readonly number[], marks: readonly Mark[], most: number): readonly number[] {
  const marked = new Set(marks.map(({ at }) => times.findIndex((time) => time >= at)));
  return times.map((_, index) => (marked.has(index) ? most : 0));
}

function legend(shown: readonly Shown[]): Line {
  return shown.flatMap(({ name, style, counted }) => [span(`${name} ${bytes(counted)}`, style), span('   ')]);
}

/** The last changes, which the chart marks with peaks. */
function marksOf({ history, columns }: AppState, theme: Theme): readonly Line[] {
  const last = history.marks.slice(-MARKS);
  return Array.from({ length: MARKS }, (_, index): Line => {
    const mark = last[index];
    if (mark === undefined) return [];
    const time = clockText(mark.at);
    return [span(`${time} `, theme.faint), span(cut(clean(mark.text), columns - 5 - width(time)))];
  });
}
