import { isUnderWay, type Journal, TuneJournal, type Unfinished } from '../control/tune/journal.ts';
import { findIn } from '../control/tune/world.ts';
import type { Dashboard } from '../dashboard/dashboard.ts';
import { statePath } from '../own-files/state-path.ts';
import type { Source } from '../source/source.ts';
import type { Action } from '../state/action.ts';
import { ownFiles } from './beside.ts';
import type { Settings } from './settings.ts';

/** Where a tune remembers a trim. Each destination of ssh has a file of its own. */
export async function journalFor(source: Source, { readOnly, host }: Settings): Promise<Journal> {
  if (host === null) return new TuneJournal(ownFiles(), statePath(process.env, 'tune.json'));
  return (await import('./remote-acting.ts')).remoteJournal(source, { readOnly });
}

/** Tells in the dashboard what a tune that was killed has left, once the first list was drawn. */
export async function tellLeftBehind(dashboard: Dashboard, journal: Journal): Promise<void> {
  await dashboard.listed;
  const left = await journal.read();
  const { model } = dashboard;
  if (left === null || model === null || isUnderWay(left)) return;
  const found = findIn(model, left.server);
  // The server has ended, or has its workers again.
  if (found === null || found.server.workers.current >= left.from) await journal.clear();
  else dashboard.dispatch(leftBehind(left));
}

function leftBehind({ project, to, from, pid }: Unfinished): Action {
  const text = `An interrupted tune left ${project} with ${to} of ${from} workers: + on its master ${pid} puts one back.`;
  return { type: 'notice', level: 'warning', text };
}
