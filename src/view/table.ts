import { type Memory, ownHead } from '../model/model.ts';
import { sumKnown } from '../model/rates.ts';
import { freedBy } from '../model/scaling/next-to-stop.ts';
import { tableLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import type { Row } from '../state/row.ts';
import { type AppState, running } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { fill, width } from '../text/width.ts';
import { bar, sparkline } from './bars.ts';
import { type Column, type ColumnName, layoutColumns } from './columns.ts';
import { bytes, countText, cpuText, memoryText, shareText, UNKNOWN } from './format.ts';
import type { Glyphs } from './glyphs.ts';
import { nameOf } from './name.ts';
import { type Line, plain, type Span, type Style, span } from './style.ts';
import type { Theme } from './theme.ts';

interface Context {
  readonly state: AppState;
  readonly theme: Theme;
  readonly changes: ReadonlyMap<string, Operation>;
  readonly leaving: ReadonlySet<string>;
  readonly warned: ReadonlySet<number>;
}

/** The head of the table and its visible rows: no more than those are made. */
export function table(state: AppState, theme: Theme): readonly Line[] {
  const { model, rows, scroll } = state;
  if (model === null) return [];
  const visible = rows.slice(scroll, scroll + tableLines(state));
  const changes = running(state);
  const context: Context = {
    state,
    theme,
    changes: new Map(changes.map((operation) => [operation.server, operation])),
    leaving: new Set(changes.flatMap(({ leaving }) => leaving)),
    warned: new Set(state.advice.flatMap(({ severity, pid }) => (severity === 'info' || pid === null ? [] : pid))),
  };
  const names = visible.map((row) => nameOf(row, context));
  const columns = layoutColumns(state.columns, {
    accounting: model.accounting,
    virtualenv: Math.max(0, ...model.projects.map(({ virtualenv }) => width(clean(virtualenv?.name ?? '')))),
    name: Math.max(0, ...names.map((spans) => spans.reduce((sum, { text }) => sum + width(text), 0))) + 1,
    hidden: new Set(state.hidden),
    swap: model.host.swap.used > 0,
  });
  return [head(columns, state, theme), ...visible.map((row, index) => line(row, names[index] ?? [], columns, context))];
}

function head(columns: readonly Column[], { columns: total, arrangement }: AppState, theme: Theme): Line {
  const sortedBy: Partial<Record<ColumnName, boolean>> = { [arrangement.sort]: true };
  const spans = columns.flatMap((column, index) => {
    const style = sortedBy[column.name] ? theme.sorted : theme.head;
    return [
      ...(index > 0 ? [span(' ', theme.head)] : []),
      span(fill(column.title, column.width, column.align, ''), style),
    ];
  });
  const used = columns.reduce((sum, column) => sum + column.width + 1, -1);
  return [...spans, span(' '.repeat(Math.max(0, total - used)), theme.head)];
}

function line(row: Row, name: readonly Span[], columns: readonly Column[], context: Context): Line {
  const { state, theme } = context;
  const spans: Span[] = [];
  columns.forEach((column, index) => {
    if (index > 0) spans.push(span(' '));
    if (column.name === 'name') spans.push(...fitted(name, column.width, theme.glyphs.ellipsis));
    else {
      const { text, style } = cell(column, row, context);
      spans.push(span(fill(text, column.width, column.align, theme.glyphs.ellipsis), style));
    }
  });
  const used = columns.reduce((sum, column) => sum + column.width + 1, -1);
  spans.push(span(' '.repeat(Math.max(0, state.columns - used))));
  return row.id === state.selected ? spans.map(({ text, style }) => span(text, theme.selected(style))) : spans;
}

/** Spans cut or filled to a width. */
function fitted(spans: readonly Span[], columns: number, mark: string): readonly Span[] {
  const result: Span[] = [];
  let left = columns;
  for (const { text, style } of spans) {
    if (left <= 0) break;
    const fitting = width(text) <= left ? text : fill(text, left, 'left', mark);
    result.push(span(fitting, style));
    left -= width(fitting);
  }
  return left > 0 ? [...result, span(' '.repeat(left))] : result;
}

/** What counts as the row's memory: a group's, its own, or for a closed server the sum of what is hidden beneath it. */
function memoryOf(row: Row): Memory {
  switch (row.type) {
    case 'project':
      return row.project.memory;
    case 'server':
      return (row.expanded === true ? ownHead(row.server)?.memory : null) ?? row.server.memory;
    case 'process':
      return row.process.memory;
    case 'system':
      return row.system.memory;
  }
}

function cell(column: Column, row: Row, context: Context): Span {
  const { theme, state } = context;
  const memory = memoryOf(row);
  const style = memory.fresh ? plain : theme.faint;
  switch (column.name) {
    case 'name':
      return span('');
    case 'virtualenv':
      return row.type === 'project' ? span(virtualenvText(row)) : span('');
    case 'workers':
      return workersCell(row, context);
    case 'mem':
      return span(memoryText(memory), style);
    case 'share':
      return span(shareText(memory.share), style);
    case 'bar':
      return span(memoryBar(memory, column.width, theme.glyphs), barStyle(row, context));
    case 'frees':
      return freesCell(row, style);
    case 'swap':
      return span(memory.swap === null ? UNKNOWN : memory.swap === 0 ? '' : bytes(memory.swap));
    case 'cpu':
      return span(cpuText(cpuOf(row)));
    case 'queue':
      return queueCell(row, theme);
    case 'trend':
      return trendCell(row, column.width, state, theme);
  }
}

/** A share of the memory; the pages of files in it, which can be dropped, are shaded. */
function memoryBar({ share, counted, file }: Memory, columns: number, glyphs: Glyphs): string {
  const whole = bar(share ?? 0, columns, glyphs);
  const mapped = counted === null || counted === 0 ? 0 : Math.min(1, (file ?? 0) / counted);
  const held = bar((share ?? 0) * (1 - mapped), columns, glyphs);
  return held + glyphs.cache.repeat(whole.length - held.length);
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

function workersCell(row: Row, { changes, state, theme }: Context): Span {
  if (row.type === 'project') {
    const count = row.project.servers.reduce((sum, { workers }) => sum + workers.current, 0);
    return span(count > 0 ? String(count) : '', theme.strong);
  }
  if (row.type !== 'server') return span('');
  const { workers, definition } = row.server;
  const change = changes.get(row.server.key);
  if (change)
    return span(`${workers.current}${theme.glyphs.arrow}${change.target}${theme.glyphs.ellipsis}`, theme.warning);
  if (workers.current === 0) return span('');
  // The advice is for web servers: other workers are not counted by cores.
  if (definition.category !== 'app' || row.server.bind.length === 0) return span(String(workers.current));
  const recommended = state.model?.host.recommendedWorkers ?? 0;
  const many = workers.current > recommended && row.server.scaling.method !== 'none';
  return span(`${workers.current}/${recommended}`, many ? theme.warning : plain);
}

function freesCell(row: Row, style: Style): Span {
  if (row.type === 'process') {
    if (row.process.role !== 'worker') return span('');
    const { frees, exact } = row.process.memory;
    return span(estimated(frees, exact), style);
  }
  if (row.type !== 'server' || !row.server.scaling.available) return span('');
  const { workers, memory } = row.server;
  return span(workers.current > workers.floor ? estimated(freedBy(row.server, 1), memory.exact) : '', style);
}

function estimated(value: number | null, exact: boolean): string {
  return `${exact || value === null ? '' : '~'}${known(value)}`;
}

function known(value: number | null): string {
  return value === null ? UNKNOWN : bytes(value);
}

function cpuOf(row: Row): number | null {
  switch (row.type) {
    case 'project':
      return row.project.cpu;
    case 'server':
      return row.expanded === true && row.server.managed === null ? row.server.head.cpu : row.server.cpu;
    case 'process':
      return row.process.cpu;
    case 'system':
      return row.system.cpu;
  }
}

function queueCell(row: Row, theme: Theme): Span {
  if (row.type === 'server') {
    const { queue, listeners, definition } = row.server;
    if (definition.category !== 'app' || (listeners !== null && listeners.length === 0)) return span('');
    return span(countText(queue), (queue ?? 0) > 0 ? theme.warning : plain);
  }
  if (row.type !== 'project') return span('');
  const { servers } = row.project;
  const queue = sumKnown(servers.map((server) => server.queue));
  const hidden = servers.some(({ listeners, definition }) => definition.category === 'app' && listeners === null);
  return queue === null ? span(hidden ? UNKNOWN : '') : span(countText(queue), queue > 0 ? theme.warning : plain);
}

function trendCell(row: Row, columns: number, { history }: AppState, theme: Theme): Span {
  const head = row.type === 'server' && row.expanded === true ? ownHead(row.server) : null;
  const id = head === null ? row.id : (`process:${head.key}` as const);
  const trend = history.trend(id);
  const rate = trend !== null && trend.perHour > 0 ? `+${bytes(trend.perHour)}/h` : '';
  const room = rate === '' ? columns : columns - rate.length - 1;
  const levels = room >= 4 ? history.sparkline(id, room) : null;
  const curve = levels === null ? '' : sparkline(levels, theme.glyphs);
  if (rate !== '') return span(curve === '' ? rate : `${curve} ${rate}`, theme.warning);
  return span(curve, theme.faint);
}
