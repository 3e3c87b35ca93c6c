import { doingWord } from '../model/activity/words.ts';
import { pidOf } from '../model/advice/advice.ts';
import { type Memory, type Model, ownHead, type ProcessNode } from '../model/model.ts';
import { type RowFigures, rowFigures } from '../model/row-figures.ts';
import { tableLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import { type Row, serverOf } from '../state/row.ts';
import { type AppState, running } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { fill, width } from '../text/width.ts';
import { bar, sparkline } from './bars.ts';
import { type Column, type ColumnName, layoutColumns } from './columns.ts';
import { bytes, type RowTexts, rowTexts, shortShare, UNKNOWN } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { nameOf, widestName } from './name.ts';
import type { Scene } from './scene.ts';
import { SCROLLBAR, scrollbar } from './scrollbar.ts';
import { fitLine } from './spans.ts';
import { type Line, plain, type Span, type Style, span } from './style.ts';
import { isTagged } from './tags.ts';
import type { Theme } from './theme.ts';

interface Context extends Scene {
  readonly model: Model;
  readonly changes: ReadonlyMap<string, Operation>;
  readonly leaving: ReadonlySet<string>;
  readonly warned: ReadonlySet<number>;
  /** Memory of the largest row, in bytes: what full bars stand for. */
  readonly most: number;
}

/** The head of the table and its visible rows. Other rows are not made. */
export function table(scene: Scene): readonly Line[] {
  const { state } = scene;
  const { model, rows, scroll } = state;
  if (model === null) return [];
  const height = tableLines(state);
  const visible = rows.slice(scroll, scroll + height);
  const changes = running(state);
  const context: Context = {
    ...scene,
    model,
    changes: new Map(changes.map((operation) => [operation.server, operation])),
    leaving: new Set(changes.flatMap(({ leaving }) => leaving)),
    warned: new Set(state.advice.flatMap((advice) => (advice.severity === 'info' ? [] : (pidOf(advice) ?? [])))),
    most: mostOf(model),
  };
  const columns = tableColumns(state, model);
  const bars = scrollbar(rows.length, scroll, height, scene.theme);
  return [
    head(columns, state, scene.theme),
    ...visible.map((row, index) => [...line(row, columns, context), bars[index] ?? span(' ')]),
  ];
}

/** The columns of the table. They stay in place while it is scrolled. */
export function tableColumns(state: AppState, model: Model): readonly Column[] {
  return layoutColumns(state.columns - SCROLLBAR - 1, {
    accounting: model.accounting,
    virtualenv: Math.max(0, ...model.projects.map(({ virtualenv }) => width(clean(virtualenv?.name ?? '')))),
    name: widestName(model, state.columns) + 1,
    hidden: new Set(state.settings.hidden),
    swap: model.host.swap.used > 0,
  });
}

function mostOf({ projects, system }: Model): number {
  return Math.max(1, ...[...projects, system].map(({ memory }) => memory.counted ?? 0));
}

function head(columns: readonly Column[], { columns: total, arrangement }: AppState, theme: Theme): Line {
  const { sort, reverse } = arrangement;
  // Names go from A to Z, figures from the largest.
  const arrow = reverse !== (sort === 'name') ? theme.glyphs.ascending : theme.glyphs.descending;
  const hasBar = columns.some(({ name }) => name === 'bar');
  const sortedBy: ColumnName = sort === 'share' && hasBar ? 'bar' : sort;
  const spans = columns.flatMap((column, index) => {
    const isSorted = column.name === sortedBy;
    const title = isSorted ? `${column.title}${arrow}` : column.title;
    return [
      ...(index > 0 ? [span(' ', theme.head)] : []),
      span(fill(title, column.width, column.align, ''), isSorted ? theme.sorted : theme.head),
    ];
  });
  return [...spans, span(' '.repeat(Math.max(0, total - usedBy(columns))), theme.head)];
}

function usedBy(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + column.width + 1, -1);
}

function line(row: Row, columns: readonly Column[], context: Context): Line {
  const { state, theme } = context;
  const spans: Span[] = [];
  const figures = rowFigures(row);
  const texts = rowTexts(figures);
  columns.forEach((column, index) => {
    if (index > 0) spans.push(span(' '));
    if (column.name === 'name')
      spans.push(...fitLine(nameOf(row, context, column.width), column.width, theme.glyphs.ellipsis));
    else {
      const { text, style } = cell(column, row, figures, texts, context);
      spans.push(span(fill(text, column.width, column.align, theme.glyphs.ellipsis), style));
    }
  });
  spans.push(span(' '.repeat(Math.max(0, state.columns - SCROLLBAR - usedBy(columns)))));
  const colored = isTagged(row, state) ? spans.map(({ text }) => span(text, theme.tagged)) : spans;
  return row.id === state.selected ? colored.map(({ text, style }) => span(text, theme.selected(style))) : colored;
}

function cell(column: Column, row: Row, figures: RowFigures, texts: RowTexts, context: Context): Span {
  const { theme, model, most } = context;
  const { memory } = figures;
  const { counted } = memory;
  const style = memory.fresh ? plain : theme.faint;
  switch (column.name) {
    case 'name':
      return span('');
    case 'virtualenv':
      return row.type === 'project' ? span(virtualenvText(row)) : span('');
    case 'workers':
      return workersCell(row, texts.workers, context);
    case 'mem':
      return span(texts.mem, counted === null ? theme.faint : style);
    case 'share':
      return counted === null ? span('') : span(shortShare(shareOfUsed(counted, model)), style);
    case 'bar':
      return counted === null
        ? span('')
        : span(memoryBar(memory, counted / most, column.width, theme.glyphs), barStyle(row, context));
    case 'frees':
      return span(texts.frees, style);
    case 'swap':
      return span(memory.swap === null ? UNKNOWN : memory.swap === 0 ? '' : bytes(memory.swap));
    case 'cpu':
      return span(texts.cpu);
    case 'queue':
      return span(texts.queue, (figures.queue ?? 0) > 0 ? theme.warning : plain);
    case 'trend':
      return trendCell(row, column.width, context);
  }
}

/** A part of the largest row; the pages of files in it, which can be dropped, are shaded. */
function memoryBar({ counted, file }: Memory, part: number, columns: number, glyphs: Glyphs): string {
  const whole = bar(part, columns, glyphs);
  const mapped = counted === null || counted === 0 ? 0 : Math.min(1, (file ?? 0) / counted);
  const held = bar(part * (1 - mapped), columns, glyphs);
  return held + glyphs.cache.repeat(Math.max(0, whole.length - held.length));
}

/** A fraction of the memory used, which may be less than the sum over processes. */
function shareOfUsed(counted: number, { host }: Model): number {
  return host.memory.used > 0 ? Math.min(1, counted / host.memory.used) : 0;
}

function virtualenvText({ project: { virtualenv } }: Extract<Row, { type: 'project' }>): string {
  if (virtualenv === null) return '';
  return `${virtualenv.evidence === 'guess' ? '?' : ''}${clean(virtualenv.name)}`;
}

function barStyle(row: Row, { state, theme }: Context): Style {
  if (row.type === 'system') return theme.faint;
  const id = row.project?.id;
  return id === undefined ? theme.faint : theme.project(state.hues.get(id) ?? 0).fill;
}

/** The number of running workers, with the target of a change or a different configured number. */
function workersCell(row: Row, running: string, { changes, theme }: Context): Span {
  if (row.type === 'process') return doingCell(row.process, theme);
  const style = row.type === 'project' ? theme.strong : plain;
  const server = serverOf(row);
  if (server === null) return span(running, style);
  const { current, configured } = server.workers;
  const change = changes.get(server.key);
  if (change) {
    const to = change.target === current ? '' : `${theme.glyphs.arrow}${change.target}`;
    return span(`${current}${to}${theme.glyphs.pending}`, theme.warning);
  }
  const differs = running !== '' && configured.count !== null && configured.count !== current;
  return span(differs ? `${running} of ${configured.count}` : running, style);
}

/** What a worker is doing; blank if its kind is not looked at. */
function doingCell({ role, sample: { activity } }: ProcessNode, theme: Theme): Span {
  if (role !== 'worker' || activity === undefined) return span('');
  const word = doingWord(activity);
  return span(word, word === 'idle' || word === 'unknown' ? theme.faint : plain);
}

/** Least fraction of the scale that a curve must span. A flatter one is left out. */
const FLAT = 1 / 8;

/** Memory of the last hour, on a scale from 0 to the largest project for all rows. Blank if flat. */
function trendCell(row: Row, columns: number, { history, theme, most }: Context): Span {
  const head = row.type === 'server' && row.expanded === null ? ownHead(row.server) : null;
  const id = head === null ? row.id : (`process:${head.key}` as const);
  const trend = history.trend(id);
  const rate = trend !== null && trend.perHour > 0 ? `+${bytes(trend.perHour)}/h` : '';
  const room = rate === '' ? columns : columns - rate.length - 1;
  const levels = room >= 4 ? history.recentLevels(id, room) : null;
  const curve =
    levels === null || isFlat(levels, most)
      ? ''
      : sparkline(
          levels.map((value) => value && value / most),
          theme.glyphs,
        );
  if (rate !== '') return span(curve === '' ? rate : `${curve} ${rate}`, theme.warning);
  return span(curve, theme.faint);
}

function isFlat(levels: readonly (number | null)[], most: number): boolean {
  const known = levels.filter((level) => level !== null);
  return Math.max(...known) - Math.min(...known) < FLAT * most;
}
