import { fill, width } from '../../text/width.ts';
import type { Hint } from '../hints.ts';
import { fitLine, lineWidth } from '../spans.ts';
import { type Line, type Span, span } from '../style.ts';
import type { Theme } from '../theme.ts';

/** The content of a panel. All panels share the frame and the scrolling. */
export interface PanelContent {
  readonly title: string;
  /** The names of its pages, and the index of the one shown. */
  readonly tabs?: { readonly names: readonly string[]; readonly shown: number };
  readonly lines: readonly Line[];
  /** Lines above the first one shown. */
  readonly scroll?: number;
  /** The line that must be visible, whatever the scroll. */
  readonly focus?: number;
  /** For each line, the list entry that it is part of. */
  readonly entries?: readonly number[];
  /** The keys that the last line names. */
  readonly hints?: readonly Hint[];
}

/** A panel in a frame, in exactly this number of columns and lines. */
export function framed(content: PanelContent, columns: number, lines: number, theme: Theme): readonly Line[] {
  const [topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical] = theme.glyphs.frame;
  const inner = columns - 4;
  const height = Math.max(0, lines - 2);
  const scroll = scrollOf(content, height);
  const last = lastScroll(content, height);
  const visible = content.lines.slice(scroll, scroll + height);
  const more =
    last > 0 ? ` ${scroll + 1}-${Math.min(content.lines.length, scroll + height)} of ${content.lines.length} ` : '';
  const edge = (left: string, text: Line, right: string): Line => {
    const rest = columns - 2 - lineWidth(text) - 1;
    return [
      span(left + horizontal, theme.faint),
      ...text,
      span(horizontal.repeat(Math.max(0, rest)) + right, theme.faint),
    ];
  };
  return [
    edge(topLeft, headOf(content, inner, theme), topRight),
    ...Array.from({ length: height }, (_, index) => [
      span(`${vertical} `, theme.faint),
      ...fitLine(visible[index] ?? [], inner, theme.glyphs.ellipsis),
      span(` ${vertical}`, theme.faint),
    ]),
    edge(bottomLeft, [span(more, theme.strong)], bottomRight),
  ];
}

/** Fewest columns of a title that is cut. */
const TITLE = 16;

/** The title, and the names of the pages; only the one shown if there is little room. */
function headOf({ title, tabs }: PanelContent, columns: number, theme: Theme): Line {
  const named = (most: number) => span(fill(` ${title} `, Math.min(width(title) + 2, most)), theme.strong);
  if (tabs === undefined || tabs.names.length < 2) return [named(columns)];
  const { names, shown } = tabs;
  const all = names.map((name, index): Span => {
    const text = ` ${index + 1} ${name} `;
    return index === shown ? span(text, theme.selected(theme.strong)) : span(text, theme.faint);
  });
  const one = span(` ${shown + 1}/${names.length} ${names[shown] ?? ''} `, theme.selected(theme.strong));
  const pages = lineWidth(all) + TITLE + 1 <= columns ? all : [one];
  return [named(columns - lineWidth(pages) - 1), span(theme.glyphs.frame[4], theme.faint), ...pages];
}

/** The key of the page whose name stands at a column of the panel's head; null if there is none. */
export function pageKeyAt(content: PanelContent, columns: number, theme: Theme, column: number): string | null {
  const [title, , ...pages] = headOf(content, columns - 4, theme);
  let start = title === undefined ? 0 : 3 + width(title.text);
  for (const [index, { text }] of pages.entries()) {
    // A single name stands for the page shown: a click goes on to the next.
    if (column >= start && column < start + width(text)) return pages.length === 1 ? 'tab' : String(index + 1);
    start += width(text);
  }
  return null;
}

/** The first line shown. */
export function scrollOf(content: PanelContent, height: number): number {
  const focused = content.focus === undefined ? 0 : Math.max(0, content.focus - height + 1);
  return Math.min(lastScroll(content, height), Math.max(content.scroll ?? 0, focused));
}

/** The largest scroll: lines beyond the height of the panel. */
export function lastScroll({ lines }: PanelContent, height: number): number {
  return Math.max(0, lines.length - height);
}

/** Columns and lines of a panel that is as small as its content. */
export function sizeOf(
  { title, lines }: PanelContent,
  columns: number,
  height: number,
): { readonly columns: number; readonly lines: number } {
  const widest = Math.max(width(title) + 2, ...lines.map(lineWidth));
  return { columns: Math.min(columns, widest + 4), lines: Math.min(height, lines.length + 2) };
}
