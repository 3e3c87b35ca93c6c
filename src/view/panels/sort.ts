import { sortKeys, sortNames } from '../../state/sort.ts';
import { fill } from '../../text/width.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** The menu of sort columns. */
export function sortMenu({ state: { arrangement, columns }, theme }: Scene, index: number): PanelContent {
  const room = Math.min(30, columns - 19);
  const lines = sortNames.map((key, at): Line => {
    const mark = key === arrangement.sort ? theme.glyphs.tag : ' ';
    return [
      span(` ${mark} ${fill(key, 10)}${fill(sortKeys[key], room)}`, at === index ? theme.selected(plain) : plain),
    ];
  });
  return {
    title: arrangement.reverse ? 'Sort by, reversed' : 'Sort by',
    lines,
    focus: index,
    entries: lines.map((_, at) => at),
  };
}
