import type { MemoryPart, Model } from '../../model/model.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { apportion } from '../bars.ts';
import { bytes, percent, shareText } from '../format.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

const FIGURES = 16;
const BAR = 20;

/** Narrower panels have no bars. */
const WITH_BAR = 70;

/** Where all the memory is, largest part first. */
export function memoryPanel({ state, theme }: Scene, scroll: number): PanelContent {
  const columns = state.columns - 4;
  const map = state.model?.memoryMap ?? null;
  if (state.model === null || map === null) {
    const text = 'This source does not report where the memory is.';
    return { title: 'Where the memory is', lines: [[span(text, theme.warning)]], scroll };
  }
  const room = columns >= WITH_BAR ? BAR : 0;
  const parts = map.parts.filter(({ kind, bytes: size }) => kind !== 'unexplained' || size > 0);
  const lines = parts.flatMap((part) => partLines(part, map.total, columns, room, theme));
  const said = [usedText(state.model), ...swapTexts(state.model)].flatMap((text) =>
    wrap(text, columns).map((line): Line => [span(line, theme.faint)]),
  );
  return { title: `Where the memory is: ${bytes(map.total)}`, lines: [...lines, [], ...said], scroll };
}

function partLines(part: MemoryPart, total: number, columns: number, room: number, theme: Theme): readonly Line[] {
  const { kind, name, droppable } = part;
  const share = total > 0 ? part.bytes / total : 0;
  const [held = 0, gone = 0] = apportion([part.bytes - droppable, droppable, total - part.bytes], room);
  const figures = `${fill(bytes(part.bytes), 6, 'right')} ${fill(shareText(share), 7, 'right')}  `;
  const dropped =
    droppable > 0 && kind !== 'cache' && kind !== 'slab-cache' ? ` (${bytes(droppable)} can be dropped)` : '';
  const text = wrap(clean(`${name}${dropped}`), Math.max(10, columns - FIGURES - room - 1));
  const style = kind === 'project' || kind === 'system' ? theme.strong : kind === 'unexplained' ? theme.warning : {};
  return text.map((line, index) => {
    const bar =
      index > 0 || room === 0 ? ' '.repeat(room) : theme.glyphs.full.repeat(held) + theme.glyphs.cache.repeat(gone);
    return [
      span(index === 0 ? figures : ' '.repeat(FIGURES)),
      span(room === 0 ? '' : `${fill(bar, room)} `, theme.faint),
      span(line, style),
    ];
  });
}

function usedText({ host: { memory } }: Model): string {
  const by =
    memory.limitedBy === 'cgroup' ? 'what the limit holds without page cache' : 'MemTotal without MemAvailable';
  return `Used: ${bytes(memory.used)} (${percent(memory.usedShare)}), ${by}. Available: ${bytes(memory.available)}, which is free or can be dropped.`;
}

function swapTexts({ host: { swap } }: Model): readonly string[] {
  if (swap.total === 0) return [];
  const all = `Swap: ${bytes(swap.used)} of ${bytes(swap.total)}`;
  if (swap.inMemory === null) return [`${all}.`];
  return [`${all}; ${bytes(swap.inMemory.used)} of it lives in memory, compressed (zram).`];
}
