import type { Style } from './style.ts';

/** A text in a style. */
export interface Said {
  readonly text: string;
  /** What is said instead if the text does not fit, the longest first. */
  readonly shorter?: readonly string[];
  readonly style: Style;
}

/** The message below the table. */
export interface Message {
  /** What it is about, in the rule. */
  readonly title: Said;
  /** Sentences. Each begins a line and may take several if there is room. */
  readonly left: readonly Said[];
  /** Short texts at the right edge, line by line. */
  readonly right: readonly Said[];
}
