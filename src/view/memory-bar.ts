import type { Memory, MemoryPart, Model } from '../model/model.ts';
import type { AppState } from '../state/state.ts';
import { baseName } from '../text/base-name.ts';
import { clean } from '../text/sanitize.ts';
import { cut, width } from '../text/width.ts';
import { apportion } from './bars.ts';
import { bytes, shortShare, UNREAD } from './format.ts';
import { type Line, type Span, type Style, span } from './style.ts';
import type { Theme } from './theme.ts';

interface Segment {
  readonly name: string;
  /** A shorter name; left out for projects, whose names are cut. */
  readonly short?: string;
  /** Its figure, such as `31%`. */
  readonly figure: string;
  /** Bytes. */
  readonly size: number;
  /** The style of its text. */
  readonly style: Style;
  /** The style of its fill. */
  readonly fill: Style;
  readonly pattern: string;
}

/** Segments smaller than this number of columns are drawn as one. */
const SMALLEST = 1.5;

/** Fewest columns of a segment that has a name. */
const NAMED = 3;

/** Below this fraction the bar shows used memory only, and free memory is a figure. */
const MOSTLY_FREE = 0.5;

/** The memory total, divided into projects, system, kernel, cache that can be dropped, and free. */
export function memoryBar(state: AppState, model: Model, theme: Theme): Line {
  const room = state.columns - 2;
  const { owned, rest } = segments(state, model, theme);
  const { usedShare } = model.host.memory;
  const [cache, free] = rest.slice(-2);
  if (usedShare >= MOSTLY_FREE || cache === undefined || free === undefined) {
    return [span(' '), ...draw(gathered(owned, rest, room), room, theme), span(' ')];
  }
  const tail = cut(` cache ${bytes(cache.size)}  free ${bytes(free.size)} ${theme.glyphs.arrow}`, room);
  const left = room - width(tail);
  const used = gathered(owned, rest.slice(0, -2), left);
  return [span(' '), ...draw(used, left, theme), span(tail, theme.faint), span(' ')];
}

/** The smallest projects as one segment if there is no room for each. */
function gathered(owned: readonly Segment[], rest: readonly Segment[], room: number): readonly Segment[] {
  const total = [...owned, ...rest].reduce((sum, { size }) => sum + size, 0);
  const isSmall = ({ size }: Segment) => (size / Math.max(1, total)) * room < SMALLEST;
  const small = owned.filter(isSmall);
  if (small.length < 2) return [...owned, ...rest];
  const [first] = small;
  const others = small.reduce((sum, { size }) => sum + size, 0);
  const together = first === undefined ? [] : [{ ...first, name: `${small.length} more`, figure: '', size: others }];
  return [...owned.filter((segment) => !isSmall(segment)), ...together, ...rest];
}

interface Segments {
  readonly owned: readonly Segment[];
  /** System, kernel, cache and free. */
  readonly rest: readonly Segment[];
}

function segments(state: AppState, model: Model, theme: Theme): Segments {
  const { projects, system, host } = model;
  const { total } = host.memory;
  const { patterns } = theme.glyphs;
  const of = (size: number) => shortShare(size / total);
  const figure = ({ counted }: Memory) => (counted === null ? UNREAD : of(counted));
  const owned = projects.map(({ id, name, memory }): Segment => {
    const hue = state.hues.get(id) ?? 0;
    const { bar, fill } = theme.project(hue);
    const pattern = patterns[hue % patterns.length] ?? ' ';
    return { name: clean(name), figure: figure(memory), size: memory.counted ?? 0, style: bar, fill, pattern };
  });
  const counted = [...projects, system].reduce((sum, { memory }) => sum + (memory.counted ?? 0), 0);
  const { cache, free } = unusedOf(model, counted);
  const kernel = Math.max(0, total - counted - cache - free);
  const one = (name: string, short: string, size: number, style: Style, pattern: string): Segment => ({
    name,
    short,
    figure: of(size),
    size,
    style,
    fill: style,
    pattern,
  });
  return {
    owned,
    rest: [
      { ...one('system', 'sys', system.memory.counted ?? 0, theme.system, '.'), figure: figure(system.memory) },
      one('kernel', 'kern', kernel, theme.kernel, ':'),
      one('cache', 'cache', cache, theme.cache, theme.glyphs.cache),
      one('free', 'free', free, theme.free, ' '),
    ],
  };
}

/** Bytes of cache outside processes, which can be dropped, and free bytes. */
function unusedOf({ memoryMap, host }: Model, counted: number): { readonly cache: number; readonly free: number } {
  if (memoryMap !== null) {
    const sizeOf = (kind: MemoryPart['kind']) =>
      memoryMap.parts.reduce((sum, part) => (part.kind === kind ? sum + part.bytes : sum), 0);
    return { cache: sizeOf('cache') + sizeOf('slab-cache'), free: sizeOf('free') };
  }
  const { total, used, cache } = host.memory;
  const droppable = Math.max(0, Math.min(cache, total - Math.max(used, counted)));
  return { cache: droppable, free: Math.max(0, total - Math.max(used, counted) - droppable) };
}

function draw(all: readonly Segment[], room: number, theme: Theme): readonly Span[] {
  const cells = apportion(
    all.map(({ size }) => size),
    room,
  );
  return all.flatMap((segment, index) => drawOne(segment, cells[index] ?? 0, index > 0, theme));
}

function drawOne(segment: Segment, cells: number, bordered: boolean, theme: Theme): readonly Span[] {
  if (cells === 0) return [];
  const { name, short, figure, style, fill, pattern } = segment;
  const border = bordered && cells > 1 ? theme.glyphs.border : '';
  const inner = cells - width(border);
  const whole = figure === '' ? name : `${name} ${figure}`;
  const initials = short === undefined && inner >= NAMED ? cut(baseName(name), inner, '') : '';
  const label = [whole, name, short ?? ''].find((one) => one !== '' && width(one) <= inner) ?? initials;
  const left = inner - width(label);
  const isSolid = style.bg !== undefined && !theme.patterns;
  if (isSolid || pattern === ' ') return [span(border + label + ' '.repeat(left), style)];
  // Names of patterned blocks stand on the terminal's own background.
  const plainText = theme.patterns ? theme.free : style;
  const gap = left > 0 && label !== '' ? 1 : 0;
  return [span(border + label + ' '.repeat(gap), plainText), span(pattern.repeat(left - gap), fill)];
}
