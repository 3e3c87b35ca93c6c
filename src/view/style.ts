/** How a piece of text looks. Colours are numbers of the terminal's palette: 0 to 15, or to 255. */
export interface Style {
  readonly fg?: number;
  readonly bg?: number;
  readonly bold?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of the screen. */
export type Line = readonly Span[];

export const plain: Style = {};

/** A piece of text in one style. */
export function span(text: string, style: Style = plain): Span {
  return { text, style };
}
