import { sortKeys, sortNames } from '../../state/sort.ts';
import { fill } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** The menu of sort columns. */
export function sortMenu({ state: { arrangement }, theme }: Scene, index: number): PanelContent {
  const lines = sortNames.map((key, at): Line => {
    const mark = key === arrangement.sort ? theme.glyphs.tag : ' ';
    return [span(` ${mark} ${fill(key, 10)}${fill(sortKeys[key], 30)}`, at === index ? theme.selected(plain) : plain)];
  });
  return {
    title: arrangement.reverse ? 'Sort by, reversed' : 'Sort by',
    lines,
    focus: index,
    entries: lines.map((_, at) => at),
  };
}
