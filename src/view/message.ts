import { clean } from '../clean.ts';
import type { Advice } from '../model/advice/advice.ts';
import { busy, idle } from '../model/busy.ts';
import type { Project, Server } from '../model/model.ts';
import { freedBy } from '../model/victims.ts';
import { messageLines } from '../state/layout.ts';
import type { Operation } from '../state/operation.ts';
import type { Row } from '../state/row.ts';
import { type AppState, selectedRow } from '../state/state.ts';
import { bytes, duration, percent, plural } from './format.ts';
import { type Line, type Style, span } from './style.ts';
import { fill, width, wrap } from './text.ts';
import type { Theme } from './theme.ts';

interface Said {
  readonly text: string;
  readonly style: Style;
}

/** Seconds over which it is told how busy workers were. */
const BUSY_SECONDS = 600;

/** Below this share of their time workers count as idle. */
const IDLE = 0.05;

/** What there is to say: the filter being typed, an outcome, or else about the selected project. */
export function message(state: AppState, theme: Theme): readonly Line[] {
  const lines = messageLines(state);
  if (state.typing || (state.arrangement.filter.text !== '' && state.notice === null && state.shown === null)) {
    return padded([filterLine(state, theme)], lines);
  }
  const said = whatToSay(state, theme);
  const shown: Line[] = [];
  for (const { text, style } of said) {
    for (const part of wrap(clean(text), state.columns - 4)) {
      if (shown.length < lines)
        shown.push(shown.length === 0 ? ruled(part, style, state.columns, theme) : [span(`  ${part}`, style)]);
    }
  }
  return padded(shown, lines);
}

function padded(lines: readonly Line[], count: number): readonly Line[] {
  return [...lines, ...Array.from({ length: Math.max(0, count - lines.length) }, () => [])];
}

function filterLine({ arrangement, typing, columns }: AppState, theme: Theme): Line {
  const text = clean(arrangement.filter.text);
  const hint = typing ? 'Enter keeps it, Esc clears it' : 'Esc clears it';
  const input = ` Filter: ${text}`;
  return [
    span(input, theme.strong),
    span(typing ? theme.glyphs.cursor : ''),
    span(fill(`  ${hint}`, Math.max(0, columns - width(input) - 1), 'left', ''), theme.faint),
  ];
}

/** A line that also parts the table from what is below it. */
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
  return [
    { text: aboutRow(state, row), style: theme.strong },
    ...(advice === null
      ? []
      : [{ text: spoken(advice), style: advice.severity === 'info' ? theme.faint : theme.warning }]),
  ];
}

function ofOperation({ text, reminder, phase }: Operation, theme: Theme): readonly Said[] {
  const style = phase === 'failed' ? theme.error : phase === 'done' ? theme.good : theme.warning;
  return [{ text, style }, ...(reminder === null ? [] : [{ text: reminder, style: theme.faint }])];
}

/** The most urgent about the row's project, and else about the machine. */
function adviceFor(all: readonly Advice[], row: Row): Advice | null {
  const project = row.type === 'system' ? null : (row.project?.id ?? null);
  return (
    all.find((advice) => advice.projectId === project && project !== null) ??
    all.find((advice) => advice.projectId === null && advice.severity !== 'info') ??
    null
  );
}

function spoken({ text, key }: Advice): string {
  return key === null ? text : `${text} (${key})`;
}

function aboutRow(state: AppState, row: Row): string {
  switch (row.type) {
    case 'system':
      return `system: ${processCount(row.system.processes.length)}, no project's, ${bytes(row.system.memory.counted)}.`;
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

function aboutProject(state: AppState, project: Project, server: Server | null): string {
  if (server === null) return `${project.name}: ${processCount(project.processes.length)}.`;
  const name =
    server.head.role === 'master' && project.servers.length === 1
      ? project.name
      : `${project.name} ${server.definition.label}`;
  const facts = [
    server.workers.current > 0 ? plural(server.workers.current, 'worker') : null,
    busyPhrase(state, server),
    queuePhrase(server),
  ].filter((fact) => fact !== null);
  return [`${name}: ${facts.length > 0 ? facts.join(', ') : bytes(server.memory.counted)}.`, trimPhrase(state, server)]
    .filter(Boolean)
    .join(' ');
}

function busyPhrase({ history }: AppState, { key, workers }: Server): string | null {
  if (workers.current === 0) return null;
  const quiet = idle(history, key, IDLE);
  const lately = quiet ?? busy(history, key, BUSY_SECONDS);
  return lately === null ? null : `${percent(lately.share)} busy for ${duration(lately.seconds)}`;
}

function queuePhrase({ queue }: Server): string | null {
  if (queue === null) return null;
  return queue === 0 ? 'queue empty' : `${queue} waiting`;
}

function trimPhrase({ model }: AppState, server: Server): string | null {
  const { scaling, workers } = server;
  if (!scaling.available || workers.current <= workers.floor || model === null) return null;
  const frees = freedBy(server, 1);
  if (frees === null) return null;
  const { used, usedShare, total } = model.host.memory;
  const after = Math.max(0, used - frees) / total;
  return `One fewer frees ≈${bytes(frees)} (${percent(usedShare)} → ${percent(after)}).`;
}
