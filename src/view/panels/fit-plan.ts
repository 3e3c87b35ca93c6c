import { projectOf } from '../../model/advice/advice.ts';
import type { PanelOf } from '../../state/mode.ts';
import { clean } from '../../text/sanitize.ts';
import { wrap } from '../../text/width.ts';
import { bytes, percent, plural } from '../format.ts';
import { arrowed } from '../glyphs.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, type Style, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Widest line of a plan. */
const WIDEST = 76;

/** The trims of a plan, and celery beats, whose memory no trim frees. */
export function fitPlan({ state, theme }: Scene, { fit, target }: PanelOf<'fit-plan'>): PanelContent {
  const { advice } = state;
  const columns = Math.min(WIDEST, state.columns - 6);
  const { trims, before, after, reachable } = fit;
  const goal = `${percent(before)} → ${percent(after)}`;
  const count = trims.reduce((sum, { from, to }) => sum + from - to, 0);
  const say = (text: string, style: Style, indent = 0) =>
    wrap(arrowed(clean(text), theme.glyphs), columns - indent).map(
      (part): Line => [span(' '.repeat(indent) + part, style)],
    );
  const head =
    before <= target
      ? say(`Memory is at ${percent(before)}: nothing to trim.`, theme.good)
      : reachable
        ? say(`${plural(count, 'worker')} to trim: ${goal}`, theme.strong)
        : say(`Trimming alone cannot reach ${percent(target)}. All possible trims: ${goal}`, theme.warning);
  const steps = trims.flatMap(({ project, pid, from, to, frees, inUse }) => {
    const lately = inUse === null ? '' : `, ${percent(inUse)} in use`;
    return say(`${project} master ${pid}: ${from} → ${to}, frees ≈${bytes(frees)}${lately}`, plain, 2);
  });
  const besides = advice
    .filter(({ kind }) => kind === 'beat')
    .flatMap((item) => [[], ...say(`No trim, but ${projectOf(item)?.name}: ${item.text}`, theme.faint)]);
  return { title: `Fit to ${percent(target)}`, lines: [...head, [], ...steps, ...besides] };
}
