import { messageLines, tableLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import { taggedServers } from '../state/scaling.ts';
import type { AppState } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { cut, width, wrap } from '../text/width.ts';
import { aboutRow } from './about-row.ts';
import { bytes, percent, plural } from './format.ts';
import type { Message, Said } from './said.ts';
import type { Scene } from './scene.ts';
import { fitLine } from './spans.ts';
import { type Line, type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/** The message: the text being typed, an outcome, the tagged servers, or else the selected row. */
export function message(scene: Scene): readonly Line[] {
  const { state, theme } = scene;
  const lines = messageLines(state);
  const said = written(whatToSay(scene), theme);
  const first = said.left[0] ?? said.title;
  if (lines === 1) return [ruled(first, '', state.columns, theme)];
  return [ruled(said.title, corner(state), state.columns, theme), ...body(said, lines - 1, state.columns, theme)];
}

/** Arrows in ASCII. A lone > would be read as greater than. */
function written(message: Message, { ascii, glyphs }: Theme): Message {
  if (!ascii) return message;
  const inAscii = ({ text, style }: Said): Said => ({ text: text.replaceAll('→', glyphs.arrow), style });
  return { title: inAscii(message.title), left: message.left.map(inAscii), right: message.right.map(inAscii) };
}

function body({ left, right }: Message, count: number, columns: number, theme: Theme): readonly Line[] {
  const room = (index: number) => columns - 2 - (right[index] === undefined ? 0 : width(right[index].text) + 2);
  const lines: Line[] = [];
  left.forEach(({ text, style }, at) => {
    // What comes after it has a line of its own.
    const most = Math.max(1, count - lines.length - (left.length - 1 - at));
    const parts = wrap(
      clean(text),
      Math.max(10, Math.min(...Array.from({ length: most }, (_, i) => room(lines.length + i)))),
    );
    parts.slice(0, most).forEach((part, index) => {
      if (lines.length >= count) return;
      const isCut = index === most - 1 && parts.length > most;
      const fitting = isCut ? cut(`${part} ${parts[index + 1]}`, room(lines.length), theme.glyphs.ellipsis) : part;
      lines.push(beside(span(` ${fitting}`, style), right[lines.length], columns));
    });
  });
  while (lines.length < count) lines.push(beside(span(''), right[lines.length], columns));
  return lines;
}

function beside(left: Span, right: Said | undefined, columns: number): Line {
  if (right === undefined) return [left];
  const gap = Math.max(1, columns - width(left.text) - width(right.text) - 1);
  return [left, span(' '.repeat(gap)), span(right.text, right.style)];
}

/**
 * A line that parts the table from what is below it, with a title at the left and a place at the right. The place is
 * left out where the title would be cut for it.
 */
function ruled({ text, style }: Said, place: string, columns: number, theme: Theme): Line {
  const { rule } = theme.glyphs;
  const fits = columns >= 60 && width(clean(text)) + width(place) + 8 <= columns;
  const end = place === '' || !fits ? '' : ` ${place} ${rule}`;
  const title =
    text === '' ? '' : ` ${cut(clean(text), Math.max(0, columns - 5 - width(end)), theme.glyphs.ellipsis)} `;
  const rest = Math.max(0, columns - 1 - width(title) - width(end));
  return [
    span(rule, theme.faint),
    span(title, style),
    span(rule.repeat(rest), theme.faint),
    ...fitLine([span(end, theme.faint)], width(end), ''),
  ];
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
    return typed('Filter', arrangement.filter.text, `${plural(state.rows.length, 'row')} match`, theme);
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
  return aboutRow(scene);
}

function typed(what: string, text: string, told: string, theme: Theme): Message {
  return {
    title: { text: what, style: theme.strong },
    left: [{ text: `${what}: ${text}${theme.glyphs.cursor}`, style: theme.strong }],
    right: told === '' ? [] : [{ text: told, style: theme.faint }],
  };
}

/** What + and - act on, wherever the selection is. */
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

/** Bytes of memory that others took or freed meanwhile, from which they are mentioned. */
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
          ...(reminder === null ? [] : [{ text: reminder, style: theme.strong }]),
        ],
        right: copy,
      };
    }
  }
}

function runningText({ current, leaving, predicted, from, target }: Operation): string {
  const frees = predicted === null ? '' : `, will free ≈${bytes(predicted)}`;
  if (leaving.length > 0) return `${plural(leaving.length, 'worker')} told to go, finishing its request${frees}.`;
  return target > from ? `${plural(current, 'worker')} so far.` : `${plural(current, 'worker')} left${frees}.`;
}

/** Bytes freed, and the machine's use before and after. Memory taken by others meanwhile is named apart. */
function outcomeText({ freed, predicted, usedBefore, usedNow, undo, loading }: Operation, { model }: AppState): string {
  const total = model?.host.memory.total ?? 0;
  const [before, now] = [usedBefore * total, usedNow * total];
  const shares = `${bytes(before)} → ${bytes(now)}${sharesText(usedBefore, usedNow)}`;
  const back = undo ? '' : ' u undoes it.';
  const loads = loading === null ? '' : ` The new ones still load: ${bytes(loading)} each so far.`;
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
