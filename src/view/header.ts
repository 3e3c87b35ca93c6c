import type { Memory, Model } from '../model/model.ts';
import type { AppState } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { cut, fill, width } from '../text/width.ts';
import { apportion } from './bars.ts';
import { ageText, bytes, percent, shareText } from './format.ts';
import type { Line, Span } from './style.ts';
import { span } from './style.ts';
import type { Theme } from './theme.ts';

/** What a recording is labelled, whose time is not now. */
export const REPLAY = 'REPLAY';

/** Columns for the filter in force. */
const LONGEST_FILTER = 20;

interface Piece {
  readonly spans: readonly Span[];
  /** 1 is the last to give way. */
  readonly rank: number;
}

/** What is said of the machine, as far as there is room; the bar of its memory is the second line. */
export function header(state: AppState, theme: Theme): readonly Line[] {
  const { model } = state;
  const title = span(' workertop', theme.title);
  if (model === null) return [[title, span('  reading …', theme.faint)], []];
  return [
    [title, ...fitting(pieces(state, model, theme), state.columns - width(title.text))],
    memoryBar(state, model, theme),
  ];
}

function fitting(all: readonly Piece[], room: number): readonly Span[] {
  let left = room;
  const kept = new Set<Piece>();
  for (const piece of all.toSorted((a, b) => a.rank - b.rank)) {
    const needed = piece.spans.reduce((sum, { text }) => sum + 2 + width(text), -1) + 1;
    if (needed > left) continue;
    kept.add(piece);
    left -= needed;
  }
  return all.filter((piece) => kept.has(piece)).flatMap(({ spans }) => [span('  '), ...spans]);
}

function pieces(state: AppState, model: Model, theme: Theme): readonly Piece[] {
  const { host, coverage, accounting } = model;
  const { memory, swap, load, pressure } = host;
  const used = `Mem ${bytes(memory.used)}/${bytes(memory.total)} ${percent(memory.usedShare).replace(' ', '')}`;
  const full = memory.usedShare >= 0.9 ? theme.error : memory.usedShare >= 0.75 ? theme.warning : theme.strong;
  const all: Piece[] = [];
  const say = (rank: number, ...spans: readonly Span[]) => all.push({ spans, rank });
  if (state.badge !== null) say(2, span(state.badge, theme.warning));
  if (state.badge === REPLAY) say(2, span(new Date(model.at).toLocaleString('sv'), theme.warning));
  if (state.frozen) say(2, span('FROZEN', theme.warning));
  const filter = state.arrangement.filter.text.trim();
  if (filter !== '' && !state.typing) say(2, span(`Filter: ${cut(clean(filter), LONGEST_FILTER)}`, theme.warning));
  if (state.readOnly) say(6, span('read-only', theme.warning));
  say(7, span(clean(host.name), theme.strong));
  say(8, span(`${host.cores} core${host.cores === 1 ? '' : 's'}`));
  say(9, span(`up ${ageText(host.uptime)}`));
  say(1, span(used, full));
  if (memory.limitedBy !== 'MemTotal')
    say(10, span(memory.limitedBy === 'cgroup' ? 'of its limit' : 'of --memory', theme.faint));
  if (swap.total > 0) say(4, span(`Swp ${bytes(swap.used)}/${bytes(swap.total)}`));
  if (pressure?.swapIn) say(3, span(`swapping ${bytes(pressure.swapIn)}/s`, theme.error));
  if ((pressure?.someAvg10 ?? 0) >= 0.01) say(5, span(`stalled ${shareText(pressure?.someAvg10 ?? 0)}`, theme.warning));
  if (load !== null) say(5, span(`Load ${load.map((value) => value.toFixed(2)).join(' ')}`));
  if (accounting === 'rss') say(2, span('RSS: shared pages count many times', theme.warning));
  else if (coverage.hidden) say(6, span('others hidden', theme.warning));
  else if (coverage.rootOnly > 0) {
    say(6, span(`${coverage.exact} of ${coverage.processes} exact`, theme.warning));
  }
  say(11, span(`${state.delay}s`, theme.faint));
  return all;
}

interface Segment {
  readonly label: string;
  readonly size: number;
  readonly style: Theme['free'];
  /** What it is drawn with where colours do not tell it from the next. */
  readonly fill: string;
}

/** The memory total, split into projects, system, what no process owns, cache that can be dropped, and free. */
function memoryBar(state: AppState, model: Model, theme: Theme): Line {
  const all = segments(state, model, theme);
  const cells = apportion(
    all.map(({ size }) => size),
    state.columns - 2,
  );
  const spans = all.map((segment, index) => draw(segment, cells[index] ?? 0, theme));
  return [span(' '), ...spans, span(' ')];
}

function segments(state: AppState, model: Model, theme: Theme): readonly Segment[] {
  const { projects, system, host } = model;
  const { total, used, cache } = host.memory;
  const marks = theme.patterns ? ['=', '#', '+', '%', 'o', 'x'] : [' '];
  const blank = theme.patterns ? '.' : ' ';
  const owned = projects.flatMap((project) => {
    const hue = state.hues.get(project.id) ?? 0;
    const { bar, text } = theme.project(hue);
    const fill = marks[hue % marks.length] ?? ' ';
    return parts(clean(project.name), project.memory, { style: bar, fill }, { style: text, fill: theme.glyphs.cache });
  });
  const ofSystem = parts(
    'system',
    system.memory,
    { style: theme.system, fill: blank },
    { style: theme.cache, fill: theme.glyphs.cache },
  );
  const known = [...projects, system].map(({ memory }) => memory);
  const held = known.reduce((sum, memory) => sum + heldOf(memory), 0);
  const files = known.reduce((sum, memory) => sum + filesOf(memory), 0);
  const rest = Math.max(0, used - held);
  const droppable = Math.max(0, Math.min(cache, total - Math.max(used, held)) - files);
  const free = Math.max(0, total - Math.max(used, held) - files - droppable);
  return [
    ...owned,
    ...ofSystem,
    { label: 'kernel, other', size: rest, style: theme.kernel, fill: theme.patterns ? ':' : ' ' },
    { label: 'cache', size: droppable, style: theme.cache, fill: theme.glyphs.cache },
    { label: 'free', size: free, style: theme.free, fill: ' ' },
  ];
}

/** Files that processes have mapped: their pages can be dropped, and are no part of what is used. */
function filesOf({ counted, file }: Memory): number {
  return Math.min(counted ?? 0, file ?? 0);
}

function heldOf(memory: Memory): number {
  return (memory.counted ?? 0) - filesOf(memory);
}

type Look = Pick<Segment, 'style' | 'fill'>;

/** What is held by processes, and beside it their part of the files that they have mapped. The larger one has the name. */
function parts(name: string, memory: Memory, held: Look, mapped: Look): readonly Segment[] {
  const files = filesOf(memory);
  const rest = heldOf(memory);
  const label = memory.share === null ? name : `${name} ${percent(memory.share).replace(' ', '')}`;
  return [
    { label: rest >= files ? label : '', size: rest, ...held },
    { label: rest >= files ? '' : label, size: files, ...mapped },
  ];
}

function draw({ label, fill: mark, style }: Segment, cells: number, theme: Theme): Span {
  if (cells === 0) return span('');
  // Without colours each segment begins with a border.
  const border = theme.patterns ? '|' : '';
  const text = [`${border}${label}`, `${border}${label.split(' ')[0]}`].find((one) => width(one) <= cells) ?? border;
  const drawn = fill(text, cells);
  return span(mark === ' ' ? drawn : text + mark.repeat(Math.max(0, cells - width(text))), style);
}
