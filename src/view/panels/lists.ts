import type { Advice } from '../../model/advice/advice.ts';
import { rowOffers } from '../../state/process-actions.ts';
import { processOf, type Row } from '../../state/row.ts';
import { sortKeys, sortNames } from '../../state/sort.ts';
import type { AppState, Panel } from '../../state/state.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { bytes, clockText, percent, plural } from '../format.ts';
import { type Line, plain, type Style, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

export function sortMenu({ arrangement }: AppState, index: number, theme: Theme): PanelContent {
  const lines = sortNames.map((key, at) => {
    const mark = key === arrangement.sort ? theme.glyphs.tag : ' ';
    return [span(` ${mark} ${fill(key, 10)}${fill(sortKeys[key], 30)}`, at === index ? theme.selected(plain) : plain)];
  });
  return { title: 'Sort by', lines, focus: index, hint: 'Enter chooses, Esc closes' };
}

export function actionMenu(row: Row | null, index: number, columns: number, theme: Theme): PanelContent {
  const lines: Line[] = [];
  let focus = 0;
  (row === null ? [] : rowOffers(row)).forEach(({ label, refusal }, at) => {
    const style = at === index ? theme.selected(plain) : refusal === null ? plain : theme.faint;
    const text = refusal === null ? label : `${label}: no, ${refusal}`;
    for (const [line, part] of wrap(text, columns - 8).entries()) {
      lines.push([span(fill(` ${line === 0 ? '' : '  '}${part} `, columns - 4), style)]);
    }
    if (at === index) focus = lines.length - 1;
  });
  return { title: titleOf(row), lines, focus, hint: 'Enter chooses, Esc closes' };
}

function titleOf(row: Row | null): string {
  const process = row === null ? null : processOf(row);
  return process === null ? 'What to do' : `What to do with ${process.role ?? 'process'} ${process.pid}`;
}

export function confirm(
  { question }: Extract<Panel, { type: 'confirm' }>,
  columns: number,
  theme: Theme,
): PanelContent {
  const lines = question.flatMap((text, index) =>
    wrap(clean(text), columns - 4).map((part): Line => [span(part, index === 0 ? theme.warning : plain)]),
  );
  return { title: 'Sure?', lines: [[], ...lines], hint: 'y does it, n or Esc does not' };
}

/** All that was done, newest first. */
export function log({ operations, notes, columns }: AppState, scroll: number, theme: Theme): PanelContent {
  const entries = [
    ...operations.map((operation) => ({
      at: operation.startedAt,
      text: operation.text,
      reminder: operation.reminder,
      style: operation.phase === 'failed' ? theme.error : operation.phase === 'done' ? theme.good : theme.warning,
    })),
    ...notes.map(({ at, text, level }) => ({
      at,
      text,
      reminder: null,
      style: { info: plain, warning: theme.warning, error: theme.error }[level],
    })),
  ].reverse();
  entries.sort((a, b) => b.at - a.at);
  const indent = ' '.repeat(10);
  const lines = entries.flatMap(({ at, text, reminder, style }): readonly Line[] => [
    ...wrap(clean(text), columns - 14).map(
      (part, index): Line => [span(index === 0 ? fill(clockText(at), 10) : indent, theme.faint), span(part, style)],
    ),
    ...(reminder === null
      ? []
      : wrap(clean(reminder), columns - 14).map((part): Line => [span(indent + part, theme.faint)])),
  ]);
  const none: Line = [span('Nothing yet: select a master and press + or -.', theme.faint)];
  return {
    title: 'What was done',
    lines: lines.length > 0 ? lines : [none],
    scroll,
    hint: 'u undoes the last, Esc closes',
  };
}

export function advicePanel({ advice, columns }: AppState, index: number, theme: Theme): PanelContent {
  if (advice.length === 0) {
    const lines = wrap(
      'Nothing to advise so far. Some of it takes minutes of looking: how many workers are in use, what grows.',
      columns - 4,
    );
    return { title: 'Advice', lines: lines.map((text) => [span(text, theme.faint)]), hint: 'Esc closes' };
  }
  const lines: Line[] = [];
  let focus = 0;
  advice.forEach((one, at) => {
    lines.push(...adviceLines(one, at === index, columns - 4, theme));
    if (at === index) focus = lines.length - 1;
  });
  return { title: `Advice: ${advice.length}`, lines, focus, hint: 'Enter goes there, Esc closes' };
}

function adviceLines(advice: Advice, chosen: boolean, columns: number, theme: Theme): readonly Line[] {
  const mark = { critical: '!!', warning: '! ', info: '  ' }[advice.severity];
  const style = { critical: theme.error, warning: theme.warning, info: plain }[advice.severity];
  const about = advice.project === null ? '' : `${advice.project}: `;
  const key = advice.key === null ? '' : ` Key: ${advice.key}.`;
  const where = advice.where === null ? [] : wrap(clean(advice.where), columns - 6);
  return [
    ...wrap(clean(`${about}${advice.text}${key}`), columns - 3).map(
      (text, index): Line => [
        span(index === 0 ? `${mark} ` : '   ', style),
        span(fill(text, columns - 3), chosen ? theme.selected(style) : style),
      ],
    ),
    ...where.map((text): Line => [span(`      ${text}`, theme.faint)]),
  ];
}

export function fitInput(
  { model, columns }: AppState,
  panel: Extract<Panel, { type: 'fit' }>,
  theme: Theme,
): PanelContent {
  const now = model === null ? '' : percent(model.host.memory.usedShare);
  return {
    title: 'Fit',
    lines: [
      ...wrap(`Memory used is ${now}. The fewest trims are looked for that bring it to:`, columns - 4).map(
        (text): Line => [span(text)],
      ),
      [],
      [span(`  ${panel.text}`, theme.strong), span(theme.glyphs.cursor), span(panel.text.endsWith('%') ? '' : ' %')],
      [],
      ...(panel.problem === null
        ? []
        : wrap(panel.problem, columns - 4).map((text): Line => [span(text, theme.warning)])),
    ],
    hint: 'Enter shows the plan, Esc closes',
  };
}

/** What would be trimmed, and what besides takes memory that no trim gives back: a beat. */
export function fitPlan(
  { advice, columns }: AppState,
  { fit, target }: Extract<Panel, { type: 'fit-plan' }>,
  theme: Theme,
): PanelContent {
  const { trims, before, after, reachable } = fit;
  const hint = trims.length > 0 ? 'y does it, step by step, n or Esc does not' : 'Esc closes';
  const goal = `${percent(before)} → ${percent(after)}`;
  const count = trims.reduce((sum, { from, to }) => sum + from - to, 0);
  const say = (text: string, style: Style, indent = 0) =>
    wrap(clean(text), columns - 4 - indent).map((part): Line => [span(' '.repeat(indent) + part, style)]);
  const head =
    before <= target
      ? say(`Memory used is ${percent(before)}: there is nothing to do.`, theme.good)
      : reachable
        ? say(`${plural(count, 'worker')} to trim: ${goal}`, theme.strong)
        : say(`${percent(target)} is out of reach by trims. All there are: ${goal}`, theme.warning);
  const steps = trims.flatMap(({ project, pid, from, to, frees, inUse }) => {
    const lately = inUse === null ? '' : `, ${percent(inUse)} in use`;
    return say(`${project} master ${pid}: ${from} → ${to}, frees ≈${bytes(frees)}${lately}`, plain, 2);
  });
  const besides = advice
    .filter(({ kind }) => kind === 'beat')
    .flatMap(({ project, text }) => [[], ...say(`No trim, but ${project}: ${text}`, theme.faint)]);
  return { title: `Fit to ${percent(target)}`, lines: [...head, [], ...steps, ...besides], hint };
}
