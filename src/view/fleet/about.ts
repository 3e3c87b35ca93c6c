import { machineLines, selectedMachine } from '../../state/fleet/fleet-state.ts';
import type { Machine, MachineFigures } from '../../state/fleet/machine.ts';
import { verdictOf } from '../../state/fleet/verdict.ts';
import { messageLines } from '../../state/layout.ts';
import { duration, plural } from '../format.ts';
import { messageArea } from '../message-area.ts';
import type { Message } from '../said.ts';
import type { Line } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { FleetScene } from './scene.ts';

/** Most projects that are named. */
const MOST_NAMES = 30;

/** The message below the table: the filter being typed, a notice, or the selected machine. */
export function fleetMessage(scene: FleetScene): readonly Line[] {
  const { state, theme } = scene;
  const size = { lines: messageLines(state), columns: state.columns };
  return messageArea(whatToSay(scene), corner(scene), size, theme);
}

/** The range of visible rows, such as `1-18 of 30`. */
function corner({ state }: FleetScene): string {
  const { rows, scroll } = state;
  if (rows.length === 0) return 'no rows';
  return `rows ${scroll + 1}-${Math.min(rows.length, scroll + machineLines(state))} of ${rows.length}`;
}

function whatToSay({ state, theme }: FleetScene): Message {
  const { mode, filter, notice, rows } = state;
  if (mode.type === 'filter') {
    return {
      title: { text: 'Filter', style: theme.strong },
      left: [{ text: `Filter: ${filter}${theme.glyphs.cursor}`, style: theme.strong }],
      right: [{ text: `${plural(rows.length, 'machine')} match`, style: theme.faint }],
    };
  }
  if (notice !== null) {
    const style = { info: theme.strong, warning: theme.warning, error: theme.error }[notice.level];
    return said('', [{ text: notice.text, style }], theme);
  }
  const machine = selectedMachine(state);
  if (machine === null) {
    const text = filter === '' ? 'There is no machine.' : `Nothing matches “${filter}”. Esc clears the filter.`;
    return said('', [{ text, style: theme.warning }], theme);
  }
  return aboutMachine(machine, theme);
}

function said(title: string, left: Message['left'], theme: Theme): Message {
  return { title: { text: title, style: theme.strong }, left, right: [] };
}

function aboutMachine(machine: Machine, theme: Theme): Message {
  const { host, state, figures } = machine;
  if (state.type === 'lost') {
    const lines = [
      { text: `Lost: ${state.reason}.`, style: theme.error },
      { text: 'r connects again.', style: theme.faint },
    ];
    return said(host, lines, theme);
  }
  if (figures === null) return said(host, [{ text: 'Nothing was read yet.', style: theme.faint }], theme);
  const title = figures.name === host ? host : `${host}: ${figures.name}`;
  return said(
    title,
    [
      { text: whatRuns(figures), style: theme.strong },
      { text: whatWasSeen(machine), style: verdictOf(machine) === null ? theme.faint : theme.strong },
    ],
    theme,
  );
}

function whatRuns({ cores, uptime, projects, workers }: MachineFigures): string {
  const names = projects.length === 0 ? 'no project' : projects.slice(0, MOST_NAMES).join(', ');
  return `${plural(cores, 'core')}, up ${duration(uptime)}, ${plural(workers, 'worker')}: ${names}`;
}

function whatWasSeen(machine: Machine): string {
  const verdict = verdictOf(machine);
  if (verdict !== null) return verdict.evidence;
  return machine.watch === null
    ? ''
    : `Watched for ${duration(machine.watch.seconds)}: its size can be judged after 10 min.`;
}
