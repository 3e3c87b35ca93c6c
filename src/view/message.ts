import { sharePhrase } from '../model/activity/words.ts';
import type { Advice } from '../model/advice/advice.ts';
import { lull, type Usage, usage } from '../model/history/utilisation.ts';
import type { Project, Server } from '../model/model.ts';
import { freedBy } from '../model/scaling/next-to-stop.ts';
import { messageLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import type { Row } from '../state/row.ts';
import { type AppState, selectedRow } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { cut, fill, width, wrap } from '../text/width.ts';
import { bytes, duration, memoryText, percent, plural } from './format.ts';
import { type Line, type Style, span } from './style.ts';
import type { Theme } from './theme.ts';

interface Said {
  readonly text: string;
  readonly style: Style;
}

/** Seconds over which it is told how many workers were in use. */
const LATELY = 600;

/** Of workers that idle no more than this share is in use. */
const IDLE = 0.1;

/** What there is to say: the filter being typed, an outcome, or else about the selected row. */
export function message(state: AppState, theme: Theme): readonly Line[] {
  const lines = messageLines(state);
  if (state.typing) return padded([filterLine(state, theme)], lines);
  const shown: Line[] = [];
  for (const { text, style } of whatToSay(state, theme)) {
    const parts = wrap(clean(text), state.columns - 4);
    const room = lines - shown.length;
    parts.slice(0, room).forEach((part, index) => {
      const more = index === room - 1 && parts.length > room;
      const fitting = more ? cut(`${part} ${parts[index + 1]}`, state.columns - 4, theme.glyphs.ellipsis) : part;
      const line =
        shown.length === 0
          ? ruled(fitting, style, parts.length === 1 ? state.columns : 0, theme)
          : [span(`  ${fitting}`, style)];
      shown.push(line);
    });
  }
  return padded(shown, lines);
}

function padded(lines: readonly Line[], count: number): readonly Line[] {
  return [...lines, ...Array.from({ length: Math.max(0, count - lines.length) }, () => [])];
}

function filterLine({ arrangement, columns }: AppState, theme: Theme): Line {
  const input = ` Filter: ${clean(arrangement.filter.text)}`;
  const hint = '  Enter keeps it, Esc clears it';
  return [
    span(input, theme.strong),
    span(theme.glyphs.cursor),
    span(fill(hint, Math.max(0, columns - width(input) - 1), 'left', ''), theme.faint),
  ];
}

/** A line that also parts the table from what is below it, by a rule up to the column `columns`. */
function ruled(text: string, style: Style, columns: number, theme: Theme): Line {
  const { rule } = theme.glyphs;
  if (text === '') return [span(rule.repeat(columns), theme.faint)];
  const rest = columns - 4 - width(text);
  return [
    span(` ${rule} `, theme.faint),
    span(text, style),
    span(rest > 0 ? ` ${rule.repeat(rest)}` : '', theme.faint),
  ];
}

function whatToSay(state: AppState, theme: Theme): readonly Said[] {
  const { notice, shown, operations } = state;
  if (notice !== null) {
    const style = { info: theme.strong, warning: theme.warning, error: theme.error }[notice.level];
    return [{ text: notice.text, style }];
  }
  const operation = operations.find(({ id }) => id === shown);
  if (operation) return ofOperation(operation, theme);
  const row = selectedRow(state);
  if (row === null || state.model === null) return [{ text: '', style: theme.faint }];
  const advice = adviceFor(state.advice, row);
  const said = advice === null ? [] : [{ text: spoken(advice), style: styleOf(advice, theme) }];
  // With room for one of them only, what cannot wait comes first.
  if (messageLines(state) === 1 && advice?.severity === 'critical') return said;
  return [{ text: aboutRow(state, row), style: theme.strong }, ...said];
}

function styleOf({ severity }: Advice, theme: Theme): Style {
  return { info: theme.faint, warning: theme.warning, critical: theme.error }[severity];
}

function ofOperation({ text, reminder, phase }: Operation, theme: Theme): readonly Said[] {
  const style = phase === 'failed' ? theme.error : phase === 'done' ? theme.good : theme.warning;
  return [{ text, style }, ...(reminder === null ? [] : [{ text: reminder, style: theme.faint }])];
}

/**
 * The most urgent about the row's server, else about its project, else about the machine. That workers idle is said of
 * the row anyway.
 */
function adviceFor(all: readonly Advice[], row: Row): Advice | null {
  const project = row.type === 'system' ? null : (row.project?.id ?? null);
  const server = row.type === 'server' || row.type === 'process' ? (row.server?.key ?? null) : null;
  const news = all.filter(({ kind }) => kind !== 'idle-workers');
  return (
    news.find((advice) => advice.server === server && server !== null) ??
    news.find((advice) => advice.projectId === project && project !== null) ??
    news.find((advice) => advice.projectId === null && advice.severity !== 'info') ??
    null
  );
}

/** The key first: the end may be cut off. */
function spoken({ text, key }: Advice): string {
  return key === null ? text : `(${key}) ${text}`;
}

function aboutRow(state: AppState, row: Row): string {
  switch (row.type) {
    case 'system':
      return `system: ${processCount(row.system.processes.length)} of no project, ${memoryText(row.system.memory)}.`;
    case 'project':
      return aboutProject(state, row.project, mainServer(row.project));
    case 'server':
      return aboutProject(state, row.project, row.server);
    case 'process':
      return row.project === null
        ? row.process.command
        : aboutProject(state, row.project, row.server ?? mainServer(row.project));
  }
}

function processCount(count: number): string {
  return `${count} process${count === 1 ? '' : 'es'}`;
}

/** The one that has workers to add and trim. */
function mainServer({ servers }: Project): Server | null {
  return servers.find(({ scaling }) => scaling.available) ?? servers[0] ?? null;
}

/** The longest of some ways to say it that fits in one line. */
function aboutProject(state: AppState, project: Project, server: Server | null): string {
  if (server === null) return `${project.name}: ${processCount(project.processes.length)}.`;
  const { workers, definition, head, memory } = server;
  const alone = head.role === 'master' && project.servers.length === 1;
  const name = alone ? project.name : `${project.name} ${definition.label}`;
  const lately = workers.current > 0 ? lastUsage(state, server) : null;
  const used = lately === null ? null : sharePhrase(server, lately.share);
  const facts = (withTime: boolean) => {
    const time = lately !== null && withTime ? ` for ${duration(lately.seconds)}` : '';
    const said = [
      workers.current > 0 ? plural(workers.current, 'worker') : null,
      used === null ? null : `${used}${time}`,
      queuePhrase(server),
    ].filter((fact) => fact !== null);
    return `${said.length > 0 ? said.join(', ') : memoryText(memory)}.`;
  };
  const gain = gainOf(state, server);
  const short = facts(false);
  if (gain === null) return longest([`${name}: ${facts(true)}`, `${name}: ${short}`, short], state);
  const { frees, change } = gain;
  const ways = [
    `${name}: ${facts(true)} One fewer frees ${frees} (${change}).`,
    `${name}: ${short} One fewer frees ${frees} (${change}).`,
    `${name}: ${short} One fewer: ${change}.`,
    `${short} One fewer: ${change}.`,
    `${short} One fewer frees ${frees}.`,
    `${short} - frees ${frees}.`,
  ];
  return longest(ways, state);
}

function longest(ways: readonly string[], { columns }: AppState): string {
  return ways.find((text) => width(clean(text)) <= columns - 4) ?? ways.at(-1) ?? '';
}

function lastUsage({ history }: AppState, { key }: Server): Usage | null {
  return lull(history, key, IDLE) ?? usage(history, key, LATELY);
}

function queuePhrase({ queue }: Server): string | null {
  if (queue === null) return null;
  return queue === 0 ? 'nobody waits' : `${queue} waiting`;
}

/** What one worker fewer would give back, where there may be one fewer. */
function gainOf({ model }: AppState, server: Server): { readonly frees: string; readonly change: string } | null {
  const { scaling, workers } = server;
  if (!scaling.available || workers.current <= workers.floor || model === null) return null;
  const frees = freedBy(server, 1);
  if (frees === null) return null;
  const { used, total } = model.host.memory;
  const after = Math.max(0, used - frees) / total;
  return { frees: `≈${bytes(frees)}`, change: `${percent(used / total)} → ${percent(after)}` };
}
