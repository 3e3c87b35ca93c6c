import { resolve } from 'node:path';
import type { Journal } from '../control/tune/journal.ts';
import { Dashboard, type DashboardParts } from '../dashboard/dashboard.ts';
import { UnsafePath } from '../own-files/checked-directory.ts';
import type { OwnFiles } from '../own-files/own-files.ts';
import { LostLine } from '../source/source.ts';
import type { Action } from '../state/action.ts';
import type { ViewSettings } from '../state/settings.ts';
import { initialState } from '../state/state.ts';
import { fileProblem } from '../text/errno.ts';
import { ownFiles } from './beside.ts';
import { usualPath } from './config-file.ts';
import type { Replaying } from './replaying.ts';
import { saveSettings } from './save-settings.ts';
import type { Settings } from './settings.ts';
import type { TerminalSession } from './terminal-session.ts';

/** What a dashboard reads and acts with. */
type Parts = Pick<DashboardParts, 'observer' | 'observations' | 'signals' | 'log'> & { readonly journal: Journal };

/** How a dashboard differs from a live view of this machine. */
interface Showing {
  /** A word in the header, such as `DEMO`; null for none. */
  readonly badge: string | null;
  /** Whether it is one of several machines. */
  readonly isOfFleet: boolean;
  /** The recording that is played; null when live. */
  readonly replaying: Replaying | null;
  /** The uid of the user whose processes are shown; null if unknown, or for all. */
  readonly uid: number | null;
}

/** A dashboard on a terminal. It has the keys once the session shows it. */
export function dashboardOn(
  { screen, terminal, ground, suspend }: TerminalSession,
  { journal, ...parts }: Parts,
  { badge, isOfFleet, replaying, uid }: Showing,
  settings: Settings,
): Dashboard {
  const { delay, sort, filter: text, user, readOnly, mouse, hide, theme, confirm, wait, fewest } = settings;
  const state = initialState({
    columns: screen.columns,
    lines: screen.lines,
    settings: { delay, theme, confirm, mouse, hidden: hide },
    readOnly,
    badge,
    isOfFleet,
    replay: replaying?.position ?? null,
    ground,
    tuneWatch: settings.watchFor,
    arrangement: { sort, reverse: false, filter: { text, user, uid }, toggled: new Set() },
  });
  const dashboard: Dashboard = new Dashboard({
    ...parts,
    screen,
    terminal,
    state,
    lost: (error) => (error instanceof LostLine ? error.message : null),
    save: (view) => void saved(ownFiles(), settings.config ?? usualPath(process.env), view).then(dashboard.dispatch),
    tune: { options: { wait, watch: settings.watchFor, fewest, dryRun: false, keep: false }, journal },
    replaying,
    suspend,
  });
  return dashboard;
}

/** Saves settings, and reports the result. */
async function saved(files: OwnFiles, path: string | null, view: ViewSettings): Promise<Action> {
  if (path === null)
    return { type: 'notice', level: 'warning', text: 'There is no home directory to save settings in.' };
  try {
    await saveSettings(files, resolve(path), view);
    return { type: 'notice', level: 'info', text: `Saved in ${path}.` };
  } catch (error) {
    const reason = error instanceof UnsafePath ? error.message : fileProblem(error);
    return { type: 'notice', level: 'warning', text: `Not saved: ${reason}.` };
  }
}
