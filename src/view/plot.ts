import { panelLines } from '../state/layout.ts';
import { panelOf } from '../state/state.ts';
import { historyLayout } from './panels/history.ts';
import { pastOf } from './past.ts';
import type { Scene } from './scene.ts';

/** A line on a part of the screen, finer than its cells: two points for each column, four for each line. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly lines: number;
  readonly color: number;
  /** A value from 0 to 1 for each half of a column; null if unknown. */
  readonly levels: readonly (number | null)[];
}

/** The memory of one project as a line, while the history shows it. Braille needs Unicode, and the line a colour. */
export function plot(scene: Scene): Plot | null {
  const { state, theme } = scene;
  const panel = panelOf(state);
  if (panel?.type !== 'history' || panel.project === null || theme.ascii || theme.patterns) return null;
  const columns = state.columns - 4;
  const { width, height, most } = historyLayout(scene, panel, columns, panelLines(state));
  const [band] = pastOf(scene, panel.span, panel.project, width * 2).bands;
  if (band === undefined) return null;
  const levels = band.values.map((value) => (value === null ? null : value / most));
  return { left: 2 + SCALE, top: 3, columns: width, lines: height, color: band.fill.fg ?? 7, levels };
}

/** Columns of the scale left of it. */
const SCALE = 6;
