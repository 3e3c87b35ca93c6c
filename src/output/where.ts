import type { MemoryPart, Model } from '../model/model.ts';
import { bytes } from '../text/figures.ts';
import { clean } from '../text/sanitize.ts';
import { cut, fill } from '../text/width.ts';
import { shareText } from '../view/format.ts';

const MEM = 6;
const SHARE = 6;

/** Parts below this fraction of the total are added up in one line. */
const SMALL = 0.001;

const ofProcesses: ReadonlySet<MemoryPart['kind']> = new Set(['project', 'system']);

/** These parts have a line of their own, however small. */
const always: ReadonlySet<MemoryPart['kind']> = new Set(['cache', 'free', 'unexplained']);

/**
 * Lines that account for memory outside the processes of the table: kernel, cache, free, unexplained. Empty if the
 * source does not report it.
 * @param room width of a line in columns; null for no limit
 */
export function whereLines({ host, memoryMap, accounting }: Model, room: number | null): readonly string[] {
  if (memoryMap === null || accounting === 'rss') return [];
  const { total, parts } = memoryMap;
  const others = parts.filter(({ kind }) => !ofProcesses.has(kind));
  const small = others.filter(({ kind, bytes: size }) => !always.has(kind) && size < SMALL * total);
  const large = others.filter((part) => !small.includes(part));
  const rest = small.reduce((sum, { bytes: size }) => sum + size, 0);
  const lines = large.map((part) => line(part.bytes, total, textOf(part)));
  const together = rest > 0 ? [line(rest, total, `small: ${small.map(({ name }) => shortName(name)).join(', ')}`)] : [];
  const used =
    host.memory.limitedBy === 'cgroup' ? 'what the limit holds, without page cache' : 'MemTotal − MemAvailable';
  return [`Memory outside processes (used is ${used})`, ...lines, ...together].map((text) =>
    room === null ? text : cut(text, room),
  );
}

/** The name without its explanation. */
function shortName(name: string): string {
  return clean(name.split(/ \(|: /, 1)[0] ?? name);
}

function textOf({ kind, name, bytes: size, droppable }: MemoryPart): string {
  if (kind === 'cache' || kind === 'slab-cache') return `${clean(name)}, can be dropped`;
  return droppable > 0 && droppable < size ? `${clean(name)}, ${bytes(droppable)} can be dropped` : clean(name);
}

function line(size: number, total: number, text: string): string {
  const share = total > 0 ? Math.min(1, size / total) : 0;
  return `${fill(bytes(size), MEM, 'right')} ${fill(shareText(share), SHARE, 'right')}  ${text}`;
}
