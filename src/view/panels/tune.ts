import type { TuneStep, TuneWatch } from '../../state/tuning.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { bytes, clockText, duration, percent, plural, UNKNOWN } from '../format.ts';
import { arrowed } from '../glyphs.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

/** Columns of the figures of one number of workers. */
const WORKERS = 9;
const FIGURE = 13;

/** A guided run: what it sees at each number of workers, what it did, and how it ended. */
export function tunePanel({ state, theme }: Scene, scroll: number): PanelContent {
  const { tuning, columns } = state;
  if (tuning === null) return { title: 'Tune', lines: [[span('Nothing was tuned yet.', theme.faint)]], scroll };
  const { project, phase, steps, watch, said, outcome } = tuning;
  const wrapped = (text: string, indent: string, style = {}): readonly Line[] =>
    wrap(arrowed(clean(text), theme.glyphs), Math.max(10, columns - 4 - indent.length)).map(
      (part): Line => [span(indent + part, style)],
    );
  const stopping = outcome === null ? (phase === 'stopping' ? 'Stopping: putting back the last trim …' : null) : null;
  const lines: readonly Line[] = [
    ...(outcome === null ? [] : [...wrapped(outcome, '', theme.strong), []]),
    ...(stopping === null ? [] : [[span(stopping, theme.warning)], []]),
    head(theme),
    ...steps.flatMap((step) => [
      stepLine(step),
      ...(step.putBack === null ? [] : wrapped(step.putBack, '  ', theme.warning)),
    ]),
    ...(watch === null ? [] : watchLines(watch, theme)),
    [],
    ...said.flatMap(({ at, text }) =>
      wrap(arrowed(clean(text), theme.glyphs), Math.max(10, columns - 14)).map(
        (part, index): Line => [span(fill(index === 0 ? clockText(at) : '', 10), theme.faint), span(part)],
      ),
    ),
  ];
  return { title: clean(`Tune ${project}`), lines, scroll };
}

function head(theme: Theme): Line {
  const names = ['IN USE', 'SAW WAITING', 'EXPECTED', 'FREED'].map((name) => fill(name, FIGURE, 'right'));
  return [span(`${fill('WORKERS', WORKERS)}${names.join('')}`, theme.strong)];
}

function stepLine({ workers, summary, expected, freed }: TuneStep): Line {
  return [span(figures(workers, { summary, expected }, freed === null ? '' : bytes(freed)))];
}

function figures(
  workers: number,
  { summary, expected }: Pick<TuneWatch, 'summary' | 'expected'>,
  freed: string,
): string {
  const inUse = summary === null ? UNKNOWN : `${summary.inUse.toFixed(1)} of ${summary.total}`;
  const waited = summary === null || summary.waited === null ? UNKNOWN : percent(summary.waited);
  const cells = [inUse, waited, expected === null ? '' : `up to ${percent(expected)}`, freed];
  return `${fill(String(workers), WORKERS)}${cells.map((cell) => fill(cell, FIGURE, 'right')).join('')}`;
}

function watchLines(watch: TuneWatch, theme: Theme): readonly Line[] {
  const { workers, seconds, of, summary } = watch;
  const seen = summary === null ? '' : `, ${plural(summary.readings, 'reading')}`;
  const time = `watched for ${duration(seconds)} of ${duration(of)}${seen}`;
  return [[span(figures(workers, watch, ''), theme.strong)], [span(`  ${time}`, theme.faint)]];
}
