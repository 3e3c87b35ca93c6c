import type { Model } from '../../../model/model.ts';
import { clean } from '../../../text/sanitize.ts';
import { fill, wrap } from '../../../text/width.ts';
import type { Scene } from '../../scene.ts';
import { type Line, type Span, span } from '../../style.ts';
import type { Theme } from '../../theme.ts';

/** Columns of what stands before a value. */
export const LABEL = 13;

/** What the lines are made with. */
export interface Context extends Scene {
  readonly model: Model;
  readonly columns: number;
  readonly say: (label: string, value: string | null) => readonly Line[];
  readonly draw: (label: string, ...spans: readonly Span[]) => Line;
}

/** A value behind its label, in as many lines as it needs. */
export function labelled(label: string, value: string, columns: number, theme: Theme): readonly Line[] {
  return wrap(clean(value), Math.max(10, columns - LABEL)).map((text, index) => [
    span(fill(index === 0 ? label : '', LABEL), theme.faint),
    span(text),
  ]);
}
