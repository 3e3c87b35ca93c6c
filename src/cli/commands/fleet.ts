import type { ActionLog } from '../../control/action-log.ts';
import type { Dashboard } from '../../dashboard/dashboard.ts';
import { FleetList } from '../../fleet/fleet-list.ts';
import { MachineReader } from '../../fleet/machine-reader.ts';
import { Slots } from '../../fleet/slots.ts';
import { Observations } from '../../model/activity/observations.ts';
import { Observer } from '../../observer.ts';
import type { RemoteSource } from '../../source/remote/remote-source.ts';
import { initialFleet } from '../../state/fleet/fleet-state.ts';
import { machineSortFor } from '../../state/fleet/sort.ts';
import { clean } from '../../text/sanitize.ts';
import { openActionLog } from '../acting.ts';
import { ownFiles } from '../beside.ts';
import { dashboardOn } from '../dashboard-on.ts';
import { modelOptions } from '../in-force.ts';
import { tellLeftBehind } from '../journals.ts';
import { remoteJournal, remoteSignals } from '../remote-acting.ts';
import type { Settings } from '../settings.ts';
import { tellCutOff } from '../tell-cut-off.ts';
import { TerminalSession } from '../terminal-session.ts';

/** Machines that connect at a time: a jump host takes ten before it refuses some (MaxStartups of sshd_config(5)). */
const MOST_CONNECTING = 8;

/** Seconds between two readings of a machine in the list, and while another is open. */
const INTERVAL = 6;
const INTERVAL_BEHIND = 20;

/** Readings of all machines in a second, so that many cost no more than some: one takes about 25 ms of CPU here. */
const MOST_READINGS = 1.6;

/** At its end, workertop waits this many seconds for its files to be written. */
const LAST_WRITES = 0.2;

interface Connected {
  readonly source: RemoteSource;
  readonly reader: MachineReader;
}

/**
 * Runs the list of machines on this process's terminal, and the dashboard of each that is opened.
 * @returns the exit code
 * @throws Error without a terminal
 */
export async function fleet(
  machines: readonly string[],
  connect: (host: string) => RemoteSource,
  settings: Settings,
): Promise<number> {
  const session = new TerminalSession(settings);
  const { screen, terminal, suspend } = session;
  const slots = new Slots(MOST_CONNECTING);
  const opened = new Map<string, Opened>();
  let isBehind = false;
  const interval = () =>
    Math.max(isBehind ? INTERVAL_BEHIND : INTERVAL, settings.delay, machines.length / MOST_READINGS);
  const readers = new Map<string, Connected>();
  const list = new FleetList({
    screen,
    terminal,
    suspend,
    mouse: settings.mouse,
    state: initialFleet(machines, {
      columns: screen.columns,
      lines: screen.lines,
      theme: settings.theme,
      ground: session.ground,
      now: Date.now(),
      sort: machineSortFor(settings.sort),
      filter: settings.filter,
    }),
    refresh: (host) => void readers.get(host)?.reader.refresh(),
  });
  for (const host of machines) {
    const source = connect(host);
    const reader = new MachineReader({
      source,
      observer: new Observer(source, modelOptions(settings)),
      slots,
      interval,
      state: (state) => list.dispatch({ type: 'state', host, state }),
      figures: (figures) => list.dispatch({ type: 'figures', host, figures }),
    });
    readers.set(host, { source, reader });
    void reader.run();
  }
  try {
    for (;;) {
      session.show(list);
      const end = await list.run();
      if (end.type === 'quit') return end.code;
      const machine = readers.get(end.host);
      if (machine === undefined) continue;
      const { dashboard, log } = opened.get(end.host) ?? openOn(session, end.host, machine, opened.size + 1, settings);
      opened.set(end.host, { dashboard, log });
      isBehind = true;
      machine.reader.hold();
      session.show(dashboard);
      const left = await dashboard.run();
      if (left !== 'back') return left;
      isBehind = false;
      machine.reader.release();
    }
  } finally {
    session.close();
    for (const { dashboard } of opened.values()) tellCutOff(dashboard.leave());
    for (const { reader } of readers.values()) reader.close();
    await Promise.all([...opened.values()].map(({ log }) => log.close()));
    await ownFiles().settled(LAST_WRITES);
  }
}

/** A machine that was opened. It keeps its dashboard, so that changes there can be undone later. */
interface Opened {
  readonly dashboard: Dashboard;
  readonly log: ActionLog;
}

function openOn(
  session: TerminalSession,
  host: string,
  { source, reader }: Connected,
  number: number,
  settings: Settings,
): Opened {
  const tellInside = (text: string) => dashboard.dispatch({ type: 'notice', level: 'warning', text });
  const log = openActionLog(tellInside, host, number);
  const journal = remoteJournal(source, settings);
  const parts = {
    observer: reader,
    observations: new Observations(),
    signals: remoteSignals(source, settings),
    log,
    journal,
  };
  // Machines may all call themselves the same.
  const showing = { badge: clean(host), isOfFleet: true, replaying: null, uid: null };
  const dashboard = dashboardOn(session, parts, showing, { ...settings, host, machines: null });
  void tellLeftBehind(dashboard, journal);
  return { dashboard, log };
}
