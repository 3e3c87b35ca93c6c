import { clean } from '../../text/sanitize.ts';
import { fill, wrap } from '../../text/width.ts';
import { clockText } from '../format.ts';
import { arrowed } from '../glyphs.ts';
import type { Scene } from '../scene.ts';
import { type Line, plain, span } from '../style.ts';
import type { PanelContent } from './panel.ts';

/** Everything done in this session, newest first. */
export function log({ state, theme }: Scene, scroll: number): PanelContent {
  const { operations, notes, columns } = state;
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
    ...wrap(arrowed(clean(text), theme.glyphs), columns - 14).map(
      (part, index): Line => [span(index === 0 ? fill(clockText(at), 10) : indent, theme.faint), span(part, style)],
    ),
    ...(reminder === null
      ? []
      : wrap(clean(reminder), columns - 14).map((part): Line => [span(indent + part, theme.faint)])),
  ]);
  const none = wrap('Nothing yet: select a server and press + or -.', columns - 4);
  return {
    title: 'Session log',
    lines: lines.length > 0 ? lines : none.map((text) => [span(text, theme.faint)]),
    scroll,
  };
}
