import type { ActionLog } from '../../control/action-log.ts';
import type { Signals } from '../../control/signals.ts';
import { noJournal } from '../../control/tune/journal.ts';
import { Observations } from '../../model/activity/observations.ts';
import { Observer } from '../../observer.ts';
import { KeptObservations } from '../../own-files/kept-observations.ts';
import type { Source } from '../../source/source.ts';
import { ownFiles } from '../beside.ts';
import { dashboardOn } from '../dashboard-on.ts';
import { modelOptions } from '../in-force.ts';
import { journalFor, tellLeftBehind } from '../journals.ts';
import { keepCode } from '../keep-code.ts';
import type { Replaying } from '../replaying.ts';
import type { Settings } from '../settings.ts';
import { tellCutOff } from '../tell-cut-off.ts';
import { TerminalSession } from '../terminal-session.ts';
import { findUser } from '../users.ts';

/** How the dashboard differs from a live view of this machine. */
export interface Showing {
  /** A word in the header, such as `DEMO`; null for this machine. */
  readonly badge: string | null;
  /** The recording that is played; null when live. */
  readonly replaying: Replaying | null;
}

/** @param tell called with messages about the log itself */
export type OpenLog = (tell: (text: string) => void) => ActionLog;

/** Seconds after the first list until what was compiled is kept: by then figures have filled in. */
const KEEP_CODE_AFTER = 3;

/** At its end, workertop waits this many seconds for its files to be written. */
const LAST_WRITES = 0.2;

/**
 * Runs the live dashboard on this process's terminal, which is restored on every exit.
 * @returns the exit code
 * @throws what the source throws, UsageError if there is no such user, Error without a terminal
 */
export async function top(
  source: Source,
  signals: Signals,
  openLog: OpenLog,
  { badge, replaying }: Showing,
  settings: Settings,
): Promise<number> {
  const { user } = settings;
  const uid = user === null || badge !== null ? null : await findUser(source, user, settings.host === null);
  const session = new TerminalSession(settings);
  const files = ownFiles();
  const isHere = badge === null && settings.host === null;
  const kept = isHere ? KeptObservations.of(files, process.env) : new KeptObservations(files, null);
  const observations = new Observations();
  const log = openLog((text) => dashboard.dispatch({ type: 'notice', level: 'warning', text }));
  const journal = badge === null ? await journalFor(source, settings) : noJournal;
  const observer = new Observer(source, modelOptions(settings));
  const showing = { badge, isOfFleet: false, replaying, uid };
  const dashboard = dashboardOn(session, { observer, observations, signals, log, journal }, showing, settings);
  // Before, its helper process would take the processor from what the first list waits for.
  void dashboard.listed.then(() => kept.readInto(observations));
  void tellLeftBehind(dashboard, journal);
  void dashboard.listed.then(() => setTimeout(keepCode, KEEP_CODE_AFTER * 1000).unref());
  const keeping = kept.keepWriting(observations);
  try {
    session.show(dashboard);
    const end = await dashboard.run();
    return end === 'back' ? 0 : end;
  } finally {
    void keeping.end();
    session.close();
    tellCutOff(dashboard.leave());
    await Promise.all([log.close(), files.settled(LAST_WRITES)]);
  }
}
