import { scalableServers } from '../model/known-servers.ts';
import type { AppState } from '../state/state.ts';
import { wrap } from '../text/width.ts';
import { type Line, plain, span } from './style.ts';
import type { Theme } from './theme.ts';

/** The lines shown if no server was found: what was looked for, and what to do. */
export function emptyTable({ columns, model }: AppState, theme: Theme): readonly Line[] {
  const looked = model === null ? 0 : model.coverage.processes;
  const paragraphs = [
    { text: `No server was found among ${looked} process${looked === 1 ? '' : 'es'}.`, style: theme.strong },
    {
      text: `Looked for: ${scalableServers.join(', ')}, many other kinds of server, and programs run from a project’s directory or virtualenv.`,
      style: plain,
    },
    ...(model !== null && model.coverage.rootOnly > 0
      ? [{ text: 'Only root sees all of other users’ processes: sudo workertop, or --sudo with --host', style: plain }]
      : []),
    { text: 'To see it with servers: workertop demo', style: plain },
  ];
  return paragraphs.flatMap(({ text, style }) => [
    [],
    ...wrap(text, columns - 4).map((part): Line => [span(`  ${part}`, style)]),
  ]);
}
