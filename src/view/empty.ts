import type { AppState } from '../state/state.ts';
import { wrap } from '../text/width.ts';
import { type Line, plain, span } from './style.ts';
import type { Theme } from './theme.ts';

/** Said where no server was found: what was looked for, and what can be done. */
export function emptyTable({ columns, model }: AppState, theme: Theme): readonly Line[] {
  const looked = model === null ? 0 : model.coverage.processes;
  const paragraphs = [
    { text: `No server was found among ${looked} process${looked === 1 ? '' : 'es'}.`, style: theme.strong },
    {
      text: 'Looked for: gunicorn, uvicorn, celery, uWSGI, puma, unicorn, php-fpm and their kind, and for programs run from a project’s directory or virtualenv.',
      style: plain,
    },
    ...(model !== null && model.coverage.rootOnly > 0
      ? [{ text: 'Those of other users are seen in full by root only: sudo workertop', style: plain }]
      : []),
    { text: 'To see what it looks like with servers: workertop demo', style: plain },
  ];
  return paragraphs.flatMap(({ text, style }) => [
    [],
    ...wrap(text, columns - 4).map((part): Line => [span(`  ${part}`, style)]),
  ]);
}
