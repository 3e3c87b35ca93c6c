import { messageLines, tableLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import { taggedServers } from '../state/scaling.ts';
import type { AppState } from '../state/state.ts';
import { aboutRow } from './about-row.ts';
import { bytes, percent, plural } from './format.ts';
import { messageArea } from './message-area.ts';
import { shorterReminders } from './reminder.ts';
import type { Message } from './said.ts';
import type { Scene } from './scene.ts';
import type { Line } from './style.ts';
import type { Theme } from './theme.ts';

/** The message: the text being typed, an outcome, the tagged servers, or else the selected row. */
export function message(scene: Scene): readonly Line[] {
  const { state, theme } = scene;
  return messageArea(whatToSay(scene), corner(state), { lines: messageLines(state), columns: state.columns }, theme);
}

/** Where the visible rows are among all of them. */
function corner(state: AppState): string {
  const { rows, scroll, model } = state;
  if (model === null || state.mode.type === 'panel') return '';
  const last = Math.min(rows.length, scroll + tableLines(state));
  const place = rows.length === 0 ? 'no rows' : `rows ${scroll + 1}-${last} of ${rows.length}`;
  if (last - scroll >= rows.length && state.columns < 100) return place;
  const workers = model.projects.reduce(
    (sum, { servers }) => sum + servers.reduce((all, one) => all + one.workers.current, 0),
    0,
  );
  return state.columns < 100
    ? `${place}, ${workers} workers`
    : `${place}, ${plural(model.projects.length, 'project')}, ${workers} workers`;
}

function whatToSay(scene: Scene): Message {
  const { state, theme } = scene;
  const { mode, notice, operations, shown, arrangement } = state;
  if (mode.type === 'filter') {
    return typed('Filter', arrangement.filter.text, `${plural(state.rows.length, 'row matches', 'rows match')}`, theme);
  }
  if (mode.type === 'search') return typed('Search', mode.text, notice?.text ?? '', theme);
  if (notice !== null) {
    const style = { info: theme.strong, warning: theme.warning, error: theme.error }[notice.level];
    return { title: { text: '', style }, left: [{ text: notice.text, style }], right: [] };
  }
  const operation = operations.find(({ id }) => id === shown);
  if (operation) return ofOperation(operation, scene);
  if (state.tagged.size > 0) return aboutTagged(state, theme);
  if (state.rows.length === 0 && arrangement.filter.text !== '') {
    const text = `Nothing matches “${arrangement.filter.text}”. Esc clears the filter.`;
    return { title: { text: '', style: theme.faint }, left: [{ text, style: theme.warning }], right: [] };
  }
  const about = aboutRow(scene);
  // While a panel is open, + and - do something else, or nothing.
  return mode.type === 'panel' ? { ...about, right: [] } : about;
}

function typed(what: string, text: string, told: string, theme: Theme): Message {
  return {
    title: { text: what, style: theme.strong },
    left: [{ text: `${what}: ${text}${theme.glyphs.cursor}`, style: theme.strong }],
    right: told === '' ? [] : [{ text: told, style: theme.faint }],
  };
}

/** The message about tagged servers, which + and - act on. */
function aboutTagged(state: AppState, theme: Theme): Message {
  const servers = taggedServers(state);
  const projects =
    state.model?.projects.filter((project) => project.servers.some((one) => servers.includes(one))) ?? [];
  const names = projects.map(({ name }) => name).join(', ');
  return {
    title: { text: `${plural(servers.length, 'server')} tagged: ${names}`, style: theme.tagged },
    left: [
      {
        text: `+ and - act on ${servers.length === 1 ? 'it' : `all ${servers.length}`}, not on the selected row.`,
        style: theme.strong,
      },
      { text: 'U clears the tags.', style: theme.faint },
    ],
    right: [],
  };
}

/** Bytes. A smaller change by other programs is not mentioned. */
const NOTICEABLE = 16 * 1024 * 1024;

function ofOperation(operation: Operation, { state, theme }: Scene): Message {
  const { project, from, target, current, phase, text, reminder } = operation;
  const to = phase === 'done' || phase === 'running' ? target : current;
  const change = `${project} ${from} → ${plural(to, 'worker')}`;
  switch (phase) {
    case 'failed':
    case 'interrupted':
    case 'cancelled':
      return {
        title: { text: `${phase}: ${change}`, style: phase === 'failed' ? theme.error : theme.warning },
        left: [{ text, style: theme.strong }],
        right: [],
      };
    case 'running':
      return {
        title: { text: `${change} …`, style: theme.warning },
        left: [{ text: runningText(operation), style: theme.strong }],
        right: [{ text: 'Esc stops it', style: theme.faint }],
      };
    case 'done': {
      const copy =
        operation.line === null
          ? []
          : [
              { text: '', style: theme.faint },
              { text: 'y copies the line', style: theme.strong },
            ];
      return {
        title: { text: `done: ${change}`, style: theme.good },
        left: [
          { text: outcomeText(operation, state), style: theme.strong },
          ...(reminder === null
            ? []
            : [{ text: reminder, shorter: shorterReminders(reminder, operation.line), style: theme.strong }]),
        ],
        right: copy,
      };
    }
  }
}

function runningText({ current, leaving, predicted, from, target }: Operation): string {
  const frees = predicted === null ? '' : `, will free ≈${bytes(predicted)}`;
  if (leaving.length > 0) return `${plural(leaving.length, 'worker')} asked to stop, finishing its request${frees}.`;
  return target > from ? `${plural(current, 'worker')} so far.` : `${plural(current, 'worker')} left${frees}.`;
}

/** Bytes freed, and the machine's use before and after. Memory taken by others meanwhile is named apart. */
function outcomeText({ freed, predicted, usedBefore, usedNow, undo, loading }: Operation, { model }: AppState): string {
  const total = model?.host.memory.total ?? 0;
  const [before, now] = [usedBefore * total, usedNow * total];
  const shares = `${bytes(before)} → ${bytes(now)}${sharesText(usedBefore, usedNow)}`;
  const back = undo ? '' : ' u undoes it.';
  const loads = loading === null ? '' : ` The new ones are still loading: ${bytes(loading)} each so far.`;
  if (freed === null) return `Memory ${shares}.${loads}${back}`;
  const others = freed - (before - now);
  const meanwhile =
    Math.abs(others) < Math.max(NOTICEABLE, freed / 4)
      ? ''
      : `; meanwhile others ${others > 0 ? 'took' : 'gave back'} ${bytes(Math.abs(others))}`;
  const wrong = predicted !== null && Math.abs(predicted - freed) > freed / 4 ? ` (predicted ${bytes(predicted)})` : '';
  return `${bytes(freed)} freed${wrong}: ${shares}${meanwhile}.${back}`;
}

/** Adds percent if it changes by a point. */
export function sharesText(before: number, now: number): string {
  return Math.abs(before - now) < 0.01 ? '' : `, ${percent(before).replace(' %', '')} → ${percent(now)}`;
}
