import { fill, width } from '../../text/width.ts';
import { type Line, type Span, span } from '../style.ts';
import type { Theme } from '../theme.ts';

/** What a panel says; the frame and the scrolling are the same for all. */
export interface PanelContent {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Lines above the first one shown. */
  readonly scroll?: number;
  /** The line that is to be seen, whatever the scroll. */
  readonly focus?: number;
  /** Keys that it takes, for its lower edge. */
  readonly hint: string;
}

/** A panel in a frame, in exactly so many columns and lines. */
export function framed(content: PanelContent, columns: number, lines: number, theme: Theme): readonly Line[] {
  const [topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical] = theme.glyphs.frame;
  const inner = columns - 4;
  const height = Math.max(0, lines - 2);
  const last = lastScroll(content, height);
  const focused = content.focus === undefined ? 0 : Math.max(0, content.focus - height + 1);
  const scroll = Math.min(last, Math.max(content.scroll ?? 0, focused));
  const visible = content.lines.slice(scroll, scroll + height);
  const more = last > 0 ? ` ${Math.round((scroll / last) * 100)}% ` : '';
  const edge = (left: string, text: string, right: string): Line => {
    const rest = columns - 2 - width(text) - 1;
    return [
      span(left + horizontal, theme.faint),
      span(text, theme.strong),
      span(horizontal.repeat(Math.max(0, rest)) + right, theme.faint),
    ];
  };
  return [
    edge(topLeft, fill(` ${content.title} `, Math.min(width(content.title) + 2, inner)), topRight),
    ...Array.from({ length: height }, (_, index) => [
      span(`${vertical} `, theme.faint),
      ...clipped(visible[index] ?? [], inner, theme),
      span(` ${vertical}`, theme.faint),
    ]),
    edge(
      bottomLeft,
      fill(` ${content.hint} ${more}`, Math.min(width(content.hint) + 2 + width(more), inner)),
      bottomRight,
    ),
  ];
}

/** As many lines as can be scrolled away, with so many to show the rest on. */
export function lastScroll({ lines }: PanelContent, height: number): number {
  return Math.max(0, lines.length - height);
}

function clipped(line: Line, columns: number, theme: Theme): readonly Span[] {
  const spans: Span[] = [];
  let left = columns;
  for (const { text, style } of line) {
    if (left <= 0) break;
    const fitting = width(text) <= left ? text : fill(text, left, 'left', theme.glyphs.ellipsis);
    spans.push(span(fitting, style));
    left -= width(fitting);
  }
  return left > 0 ? [...spans, span(' '.repeat(left))] : spans;
}
