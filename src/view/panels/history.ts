import type { HistoryEvent } from '../../model/history/events.ts';
import { panelLines } from '../../state/layout.ts';
import type { PanelOf, Span as TimeSpan } from '../../state/mode.ts';
import { clean } from '../../text/sanitize.ts';
import { cutName, fill, width } from '../../text/width.ts';
import { type Band, stackedArea } from '../area.ts';
import { bytes, clockText, percent } from '../format.ts';
import { arrowed } from '../glyphs.ts';
import { type Past, pastOf } from '../past.ts';
import { roundUp, scaleLabels } from '../scale.ts';
import type { Scene } from '../scene.ts';
import { fitLine } from '../spans.ts';
import { type Line, type Span, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Columns for the values of the scale and its axis. */
const SCALE = 6;

/** Columns for names and figures at the right edge, if there is room. */
const LEGEND = 24;

/** From this number of columns on, the legend is beside the chart. */
const WIDE = 72;

/** Lines of axis, times and what the cursor is on. */
const BELOW = 3;

const spanNames: Readonly<Record<TimeSpan, string>> = { '10m': '10 min', '1h': '1 hour', '24h': '24 hours' };

/** Memory over time as a stack, with what changed it. */
export function historyPanel(scene: Scene, panel: PanelOf<'history'>): PanelContent {
  const columns = scene.state.columns - 4;
  const lines = panelLines(scene.state);
  const name =
    panel.project === null ? 'all projects' : (scene.history.nameOf(`project:${panel.project}`) ?? 'a project');
  return {
    title: `Memory, last ${spanNames[panel.span]} - ${clean(name)}`,
    lines: historyLines(scene, panel, columns, lines),
  };
}

/** The history in a number of columns and lines. */
export function historyLines(scene: Scene, panel: PanelOf<'history'>, columns: number, lines: number): readonly Line[] {
  const { theme } = scene;
  const { past, width, height, most, legend } = historyLayout(scene, panel, columns, lines);
  const told = eventLines(past, scene, columns, eventCount(past, lines));
  const cursor = panel.cursor === null ? null : Math.max(0, width - 1 - panel.cursor);
  // One project is drawn as a line over blanks, where the terminal can.
  const isPlotted = panel.project !== null && !theme.ascii && !theme.patterns;
  const area = stackedArea({ bands: isPlotted ? [] : past.bands, columns: width, lines: height, most, cursor }, theme);
  const labels = scaleLabels(most, height);
  const names = legendLines(past, cursor ?? width - 1, scene);
  const rows = area.map((line, index): Line => {
    const label = labels[index] ?? '';
    const tick = label === '' ? theme.glyphs.frame[5] : theme.glyphs.axis[0];
    return [
      span(fill(label, SCALE - 1, 'right') + tick, theme.faint),
      ...fitLine(line, width, ''),
      ...(legend === 0 ? [] : fitLine([span('  '), ...(names[index] ?? [])], legend, theme.glyphs.ellipsis)),
    ];
  });
  return [
    ...rows,
    axis(past, width, scene),
    times(past, width, panel.span, scene),
    ...told,
    cursorLine(past, cursor, scene, columns, legend > 0),
  ];
}

interface HistoryLayout {
  readonly past: Past;
  /** Columns and lines of the chart itself. */
  readonly width: number;
  readonly height: number;
  /** Bytes at its top. */
  readonly most: number;
  /** Columns of the names beside it. */
  readonly legend: number;
}

/** The layout of the history in a number of columns and lines. */
export function historyLayout(scene: Scene, panel: PanelOf<'history'>, columns: number, lines: number): HistoryLayout {
  const legend = columns >= WIDE ? LEGEND : 0;
  const width = columns - SCALE - legend;
  const past = pastOf(scene, panel.span, panel.project, width);
  const total = scene.state.model?.host.memory.total ?? 1;
  const highest = Math.max(1, ...stackHeights(past.bands));
  const most = panel.project === null && highest > total / 2 ? Math.max(total, highest) : roundUp(highest);
  return { past, width, height: Math.max(2, lines - BELOW - eventCount(past, lines)), most, legend };
}

/** Lines for what happened. */
function eventCount({ events }: Past, lines: number): number {
  return Math.min(events.length, Math.floor(lines / 4));
}

function stackHeights(bands: readonly Band[]): readonly number[] {
  const columns = bands[0]?.values.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    bands.reduce((sum, { values }) => sum + (values[column] ?? 0), 0),
  );
}

/** The layers by name, the highest first, with their values in a column. */
function legendLines({ bands }: Past, column: number, { theme }: Scene): readonly Line[] {
  const { patterns, ascii, glyphs } = theme;
  return bands.toReversed().map(({ name, fill: style, pattern, values }): Line => {
    const value = values[column] ?? null;
    const first = values.find((one) => one !== null && one !== undefined) ?? null;
    const moved = value !== null && first !== null && Math.abs(value - first) > Math.max(first, value) / 20;
    const figure = value === null ? 'none' : moved ? `${bytes(first)}${glyphs.arrow}${bytes(value)}` : bytes(value);
    return [
      span((patterns || ascii ? pattern : glyphs.full).repeat(2), style),
      span(` ${cutName(name, LEGEND - 6 - figure.length, glyphs.ellipsis)} ${figure}`),
    ];
  });
}

/** The axis, with a letter where something happened. */
function axis({ from, until, events }: Past, columns: number, { theme }: Scene): Line {
  const [, tick, corner] = theme.glyphs.axis;
  const cells = Array.from({ length: columns }, (_, column) => (column % TICK === TICK - 1 ? tick : theme.glyphs.rule));
  lettered(events).forEach(({ event, letter }) => {
    cells[columnOf(event.at, from, until, columns)] = letter;
  });
  return [span(fill('0', SCALE - 1, 'right') + corner, theme.faint), span(cells.join(''), theme.strong)];
}

/** Columns between two times on the axis. */
const TICK = 12;

function times({ from, until }: Past, columns: number, shown: TimeSpan, { theme }: Scene): Line {
  const step = (until - from) / columns;
  let text = '';
  for (let column = TICK - 1; column < columns; column += TICK) {
    const clock = clockText(from + (column + 0.5) * step).slice(0, shown === '10m' ? 8 : 5);
    const start = Math.max(0, column - Math.floor(clock.length / 2));
    if (start < text.length || start + clock.length > columns) continue;
    text = text.padEnd(start) + clock;
  }
  return [span(' '.repeat(SCALE)), span(text, theme.faint)];
}

function columnOf(at: number, from: number, until: number, columns: number): number {
  return Math.max(0, Math.min(columns - 1, Math.floor(((at - from) / (until - from)) * columns)));
}

interface Lettered {
  readonly event: HistoryEvent;
  readonly letter: string;
}

/** The last 26 events, with a letter each. */
function lettered(events: readonly HistoryEvent[]): readonly Lettered[] {
  return events.slice(-26).map((event, index) => ({ event, letter: String.fromCharCode(97 + index) }));
}

/** What happened, the latest last, with what the machine used before and after. */
function eventLines({ events }: Past, { theme }: Scene, columns: number, count: number): readonly Line[] {
  return lettered(events)
    .slice(count === 0 ? Number.POSITIVE_INFINITY : -count)
    .map(({ event, letter }): Line => {
      const { usedBefore, usedAfter } = event;
      const change = usedAfter - usedBefore;
      const sign = change < 0 ? '−' : '+';
      const { arrow } = theme.glyphs;
      const moved = `${sign}${bytes(Math.abs(change))}`;
      const by = event.ours ? '' : '  not by workertop';
      const start = `${letter} ${clockText(event.at)}  `;
      const text = arrowed(clean(event.text), theme.glyphs);
      const roomFor = (told: string) => columns - width(start) - width(told) - width(by) - 2;
      // The text is worth more than what was used before and after.
      const both = `${moved}  ${bytes(usedBefore)} ${arrow} ${bytes(usedAfter)}`;
      const figures = roomFor(both) >= width(text) ? both : moved;
      const spans: readonly Span[] = [
        span(start, theme.strong),
        span(fill(text, Math.max(8, roomFor(figures)), 'left', theme.glyphs.ellipsis)),
        span(`  ${figures}`),
        span(by, theme.faint),
      ];
      return spans;
    });
}

/** The figures under the cursor, or the present ones; those of each layer only without a legend. */
function cursorLine(
  past: Past,
  cursor: number | null,
  { state, theme }: Scene,
  columns: number,
  hasLegend: boolean,
): Line {
  const { used, bands, from, until } = past;
  const count = used.length;
  const known = used.filter((value) => value !== null).length;
  if (known < 2) {
    const text =
      state.replay === null ? 'Collecting: it fills from the right.' : 'It shows what has been played so far.';
    return [span(text, theme.faint)];
  }
  const column = cursor ?? count - 1;
  const value = used[column] ?? null;
  const at = clockText(from + ((column + 1) / count) * (until - from));
  const total = state.model?.host.memory.total ?? 1;
  const parts = (hasLegend ? [] : bands)
    .toReversed()
    .flatMap(({ name, values }) =>
      (values[column] ?? null) === null ? [] : [`${name} ${bytes(values[column] ?? 0)}`],
    );
  const head = value === null ? 'no data' : `used ${bytes(value)}, ${percent(value / total)}`;
  const when = cursor === null ? 'now' : at;
  return [span(`${when}  `, theme.strong), span(wholeParts([head, ...parts], columns - width(when) - 2))];
}

/** As many parts as fit: a figure that is cut would be a wrong one. */
function wholeParts(parts: readonly string[], columns: number): string {
  const fits = (count: number) => width(parts.slice(0, count).join(BETWEEN)) <= columns;
  let count = parts.length;
  while (count > 1 && !fits(count)) count--;
  return parts.slice(0, count).join(BETWEEN);
}

const BETWEEN = '   ';
