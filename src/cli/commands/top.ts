import { openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ActionLog } from '../../control/action-log.ts';
import { suspendJob } from '../../control/kill.ts';
import type { Signals } from '../../control/signals.ts';
import { isUnderWay, noJournal, noJournalThere, TuneJournal, type Unfinished } from '../../control/tune/journal.ts';
import { Dashboard } from '../../dashboard/dashboard.ts';
import { Observations } from '../../model/activity/observations.ts';
import { Observer } from '../../observer.ts';
import { UnsafePath } from '../../own-files/checked-directory.ts';
import { KeptObservations } from '../../own-files/kept-observations.ts';
import type { OwnFiles } from '../../own-files/own-files.ts';
import { statePath } from '../../own-files/state-path.ts';
import { LostLine, type Source } from '../../source/source.ts';
import type { Action, MouseEvent } from '../../state/action.ts';
import type { Operation } from '../../state/operation.ts';
import type { ViewSettings } from '../../state/settings.ts';
import { initialState } from '../../state/state.ts';
import { fileProblem } from '../../text/errno.ts';
import { clean } from '../../text/sanitize.ts';
import { type Mouse, Screen } from '../../view/screen.ts';
import { ownFiles } from '../beside.ts';
import { usualPath } from '../config-file.ts';
import { modelOptions } from '../in-force.ts';
import { GROUND_QUESTION, Keyboard } from '../keyboard.ts';
import type { Replaying } from '../replaying.ts';
import { saveSettings } from '../save-settings.ts';
import type { Settings } from '../settings.ts';
import { terminalTraits } from '../terminal.ts';
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

/** At its end, workertop waits this many seconds for its files to be written. */
const LAST_WRITES = 0.2;

/** Seconds between two checks whether the terminal still belongs to this job. */
const FOREGROUND_CHECK = 1;

/** Exit codes for signals: 128 plus the signal's number. */
const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

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
  const { delay, sort, filter: text, user, readOnly, mouse, hide, color, ascii, theme, confirm } = settings;
  const uid = user === null || badge !== null ? null : await findUser(source, user, settings.host === null);
  const traits = terminalTraits(process.env);
  const terminal = { ...traits, colors: color ? traits.colors : 0, ascii: ascii || traits.ascii } as const;
  const output = process.stdout;
  neverBlock(output);
  const input = new Keyboard((ground) => dashboard.dispatch({ type: 'ground', ground }));
  const clicks = new Clicks();
  const screen = new Screen(
    {
      input,
      output,
      terminal: terminal.name,
      colors: terminal.colors,
      ascii: terminal.ascii,
      mouse,
      modern: terminal.answers,
    },
    {
      key: (key, character) => dashboard.dispatch({ type: 'key', key, character }),
      mouse: ({ what, column, line }) => dashboard.pointed(clicks.kindOf(what, column, line), column, line),
      resize: () => dashboard.dispatch({ type: 'resize', columns: screen.columns, lines: screen.lines }),
      ready: () => dashboard.repaint(),
    },
  );
  const files = ownFiles();
  const isHere = badge === null && settings.host === null;
  const kept = isHere ? KeptObservations.of(files, process.env) : new KeptObservations(files, null);
  const observations = new Observations();
  // The first frame does not wait for it.
  void kept.readInto(observations);
  const state = initialState({
    columns: screen.columns,
    lines: screen.lines,
    settings: { delay, theme, confirm, mouse, hidden: hide },
    readOnly,
    badge,
    replay: replaying?.position ?? null,
    ground: terminal.ground,
    tuneWatch: settings.watchFor,
    arrangement: { sort, reverse: false, filter: { text, user, uid }, toggled: new Set() },
  });
  const log = openLog((text) => dashboard.dispatch({ type: 'notice', level: 'warning', text }));
  const journal = isHere
    ? new TuneJournal(files, statePath(process.env, 'tune.json'))
    : badge === null
      ? noJournalThere
      : noJournal;
  const { wait, watchFor: watch, fewest } = settings;
  const dashboard: Dashboard = new Dashboard({
    observer: new Observer(source, modelOptions(settings)),
    observations,
    signals,
    log,
    screen,
    terminal,
    state,
    lost: (error) => (error instanceof LostLine ? error.message : null),
    save: (view) => void saved(files, settings.config ?? usualPath(process.env), view).then(dashboard.dispatch),
    tune: { options: { wait, watch, fewest, dryRun: false, keep: false }, journal },
    replaying,
    suspend: stopThisProcess,
  });
  for (const [signal, code] of Object.entries(endings)) process.on(signal, () => dashboard.end(code));
  process.stderr.on('error', () => dashboard.end(endings.SIGHUP));
  process.on('SIGTSTP', suspended);
  // A terminal that was resized and back, faster than its size was checked, has lost its content.
  process.on('SIGWINCH', () => {
    if (dashboard.fits(screen.columns, screen.lines)) dashboard.redraw();
  });
  // The terminal has gone away.
  output.on('error', () => dashboard.end(endings.SIGHUP));
  process.stdin.on('error', () => dashboard.end(endings.SIGHUP)).on('end', () => dashboard.end(endings.SIGHUP));
  function suspended(): void {
    dashboard.suspend();
  }
  function stopThisProcess(): void {
    process.off('SIGTSTP', suspended);
    // Stop the whole job, as the terminal itself would: `npm start` waits for us.
    suspendJob();
    process.on('SIGTSTP', suspended);
  }
  let inBackground = false;
  const foreground = setInterval(() => {
    const before = inBackground;
    inBackground = isInBackground();
    if (before && inBackground) dashboard.end(endings.SIGHUP);
  }, FOREGROUND_CHECK * 1000);
  if (terminal.answers && terminal.colors > 0) output.write(GROUND_QUESTION);
  void journal.read().then((left) => {
    if (left !== null && !isUnderWay(left)) dashboard.dispatch(leftBehind(left));
  });
  const keeping = kept.keepWriting(observations);
  try {
    return await dashboard.run();
  } finally {
    void keeping.end();
    clearInterval(foreground);
    screen.close();
    tell(dashboard.leave());
    await Promise.all([log.close(), files.settled(LAST_WRITES)]);
  }
}

/** Tells of a tune that ended before it could put back what it had trimmed. */
function leftBehind({ project, to, from, pid }: Unfinished): Action {
  const text = `A tune that was cut off left ${project} ${to} of ${from} workers: + on its master ${pid} puts it back.`;
  return { type: 'notice', level: 'warning', text };
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

/** Prints the operations that were cut off. Nobody reads it if the terminal has gone away. */
function tell(operations: readonly Operation[]): void {
  for (const { text } of operations) process.stderr.write(`workertop: ${clean(text)}\n`, () => {});
}

/**
 * Makes writes to the terminal non-blocking. Node blocks in write(2) if a terminal is not read (Ctrl-S, a stalled
 * connection), and then ignores SIGTERM. This way output waits in a buffer, and the screen skips frames.
 */
function neverBlock(output: NodeJS.WriteStream): void {
  const { _handle: handle } = output as { readonly _handle?: { setBlocking?(blocking: boolean): void } };
  handle?.setBlocking?.(false);
}

/**
 * Whether another job has the terminal. The kernel stops a background program that writes to it, but not one whose
 * parent was killed (an orphaned process group, setpgid(2)): that one would paint over the shell and never receive a
 * key.
 */
function isInBackground(): boolean {
  if (process.platform !== 'linux') return false;
  // It is read each second: an open descriptor saves half a millisecond.
  ownStat ??= openSync('/proc/self/stat', 'r');
  // proc_pid_stat(5): pgrp is the fifth field, tpgid the eighth.
  const stat = statBuffer.toString('latin1', 0, readSync(ownStat, statBuffer, 0, statBuffer.length, 0));
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(foreground) > 0 && foreground !== group;
}

const statBuffer = Buffer.alloc(1024);
let ownStat: number | null = null;

/** Two clicks at one place within this many milliseconds are a double click. */
const DOUBLE_CLICK = 400;

/** Tells double clicks from single ones. */
class Clicks {
  #last = { column: -1, line: -1, at: 0 };

  kindOf(what: Mouse['what'], column: number, line: number): MouseEvent {
    if (what !== 'click') return what;
    const at = performance.now();
    const last = this.#last;
    const isSecond = last.column === column && last.line === line && at - last.at < DOUBLE_CLICK;
    this.#last = { column, line, at: isSecond ? 0 : at };
    return isSecond ? 'double-click' : 'click';
  }
}
