import type { HistoryId, Mark, Points } from '../../model/history/history.ts';
import { panelLines } from '../../state/layout.ts';
import type { AppState } from '../../state/state.ts';
import { clean } from '../../text/sanitize.ts';
import { cut, fill, width } from '../../text/width.ts';
import { sparkline } from '../bars.ts';
import { bytes, clockText } from '../format.ts';
import { type Line, type Style, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

/** A line chart on a part of the screen, in cells. */
export interface Chart {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Of each point, the local time: they are equally far apart. */
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

/** Of the panel's lines, those that are not the chart's: the legend, and the last changes. */
const LEGEND = 1;
const MARKS = 3;

/** Columns that the chart needs for its scale and its margins. */
const SCALE_COLUMNS = 12;

/** Points further apart than this, in milliseconds, are not joined: meanwhile nothing is known. */
const LONGEST_GAP = 60_000;

/** Columns left of the sparklines. */
const SPARK_LEFT = 29;

interface Shown {
  readonly id: HistoryId;
  readonly name: string;
  readonly style: Style;
  readonly counted: number;
}

export function charts(state: AppState, theme: Theme): PanelContent {
  const shown = seriesOf(state, theme);
  const hint = 'Esc closes';
  const title = 'Memory by project, in M, the last hour';
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
  const room = Math.max(8, state.columns - 4 - SPARK_LEFT);
  const lines = shown.map(({ id, name, style, counted }): Line => {
    const levels = state.history.sparkline(id, room);
    return [
      span(fill(cut(name, 20), 21), style),
      span(fill(bytes(counted), 6, 'right')),
      span(`  ${levels === null ? 'too little is known yet' : sparkline(levels, theme.glyphs)}`, style),
    ];
  });
  return { title, lines: [...lines, times(state, room, theme), ...marksOf(state, theme)], hint };
}

/** When the sparklines begin and end, beneath them. */
function times({ history }: AppState, room: number, theme: Theme): Line {
  const { at } = history.series('host');
  const cells = history.sparkline('host', room)?.length ?? 0;
  const [first, last] = [at[0], at.at(-1)];
  if (first === undefined || last === undefined || cells < 2) return [];
  const from = clockText(first);
  const until = clockText(last);
  const gap = Math.max(1, cells - width(from) - width(until));
  return [span(' '.repeat(SPARK_LEFT)), span(from + ' '.repeat(gap) + until, theme.faint)];
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
  const known = history.series('host').at;
  const [first, last] = [known[0] ?? 0, known.at(-1) ?? 0];
  if (known.length < 2) return null;
  const columns = state.columns - 4;
  const count = columns - SCALE_COLUMNS;
  const grid = Array.from({ length: count }, (_, index) => first + ((last - first) * index) / (count - 1));
  const series = seriesOf(state, theme).map(({ id, style }) => ({
    color: style.fg ?? 7,
    values: along(grid, history.series(id)),
  }));
  const most = Math.max(1, ...series.flatMap(({ values }) => values)) * 1.15;
  const short = last - first < SHORT;
  return {
    left: 2,
    top: 2 + 1 + LEGEND,
    width: columns,
    height: panelLines(state) - LEGEND - MARKS,
    labels: grid.map((at) => (short ? clockText(at) : clockText(at).slice(0, 5))),
    series: [{ color: theme.faint.fg ?? 7, values: spikes(grid, history.marks, most) }, ...series],
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
      counted: memory.counted ?? 0,
    }),
  );
  const system: Shown = { id: 'system', name: 'system', style: theme.faint, counted: model.system.memory.counted ?? 0 };
  return [...projects, system].sort((a, b) => b.counted - a.counted).slice(0, MOST_SERIES);
}

/** Values in MiB at each of the times, joined by straight lines; 0 where nothing is known of it. */
function along(grid: readonly number[], { at, values }: Pick<Points, 'at' | 'values'>): readonly number[] {
  let next = 0;
  return grid.map((time) => {
    while (next < at.length && (at[next] ?? 0) < time) next += 1;
    const after = at[next];
    const before = at[next - 1];
    if (after === undefined)
      return before !== undefined && time - before < LONGEST_GAP ? (values[next - 1] ?? 0) / MB : 0;
    if (after === time) return (values[next] ?? 0) / MB;
    if (before === undefined || after - before > LONGEST_GAP) return 0;
    const part = (time - before) / (after - before);
    return ((values[next - 1] ?? 0) * (1 - part) + (values[next] ?? 0) * part) / MB;
  });
}

/** A peak where workers were added or trimmed. */
function spikes(grid: readonly number[], marks: readonly Mark[], most: number): readonly number[] {
  const marked = new Set(marks.map(({ at }) => grid.findIndex((time) => time >= at)));
  return grid.map((_, index) => (marked.has(index) ? most : 0));
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
