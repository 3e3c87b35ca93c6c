import { type Model, type ProcessNode, type Project, type Server, serverTitle } from '../model/model.ts';
import type { ProcessState } from '../snapshot.ts';
import { shownProcesses } from '../state/launchers.ts';
import type { ProjectRow, Row } from '../state/row.ts';
import type { AppState } from '../state/state.ts';
import { baseName } from '../text/base-name.ts';
import { clean } from '../text/sanitize.ts';
import { cutName, width } from '../text/width.ts';
import { ageText, plural } from './format.ts';
import { lineWidth } from './spans.ts';
import { plain, type Span, type Style, span } from './style.ts';
import { isTagged } from './tags.ts';
import type { Theme } from './theme.ts';

interface Context {
  readonly state: AppState;
  readonly theme: Theme;
  readonly leaving: ReadonlySet<string>;
  /** Pids with advice that is more than a remark. */
  readonly warned: ReadonlySet<number>;
}

/** From this number of columns on, whole addresses fit. */
const WIDE = 120;

/** The name of a row, indented by its depth in the tree. @param room columns for it */
export function nameOf(row: Row, context: Context, room: number): readonly Span[] {
  const { theme, state } = context;
  const { glyphs } = theme;
  const indent = '  '.repeat(row.depth);
  const sign = row.expanded === null ? ' ' : row.expanded ? glyphs.open : glyphs.closed;
  const start = span(`${indent}${sign} `, theme.faint);
  switch (row.type) {
    case 'project':
      return [start, ...projectName(row, context, room - SIGN)];
    case 'system': {
      const count = plural(row.system.processes.length, 'process', 'processes');
      return [start, span('system', theme.strong), span(`  ${count}`, theme.faint)];
    }
    case 'server':
      return [start, ...serverName(row.server, row.expanded, context)];
    case 'process': {
      const { process } = row;
      const { facts } = process.sample;
      if (process.role === null || process.role === 'helper') {
        const what = process.role === null ? '' : 'helper ';
        return [start, span(`${what}${process.pid}  ${clean(process.command || facts.comm)}`, theme.faint)];
      }
      const leaving = context.leaving.has(process.key);
      const age = `  ${ageText((state.model?.uptime ?? 0) - process.startedAt)}`;
      const note = leaving ? '  leaving' : process.role === 'worker' ? age : '';
      return [
        start,
        span(`${process.role} ${process.pid}`, leaving ? theme.warning : plain),
        span(poolOf(process.pid, row.server), theme.faint),
        span(note, leaving ? theme.warning : theme.faint),
        ...notesAbout(process, context),
      ];
    }
  }
}

/** Columns of the longest name of a project or a server, with its indent. */
export function widestName({ projects }: Model, columns: number): number {
  const widest = projects.flatMap((project) => {
    const { servers, processes, name } = project;
    const own = SIGN + width(clean(name)) + MARK + 2;
    const single = servers.length === 1 && processes.length === 0;
    // A filter may leave one of several servers, which then shares the row of its project.
    const merged = servers.map((server) => own + width(aboutProject(project, server, columns)));
    if (single) return merged;
    const parts = servers.map((server) => 2 + SIGN + width(titleOf(server)) + 2 + width(notesOf(server, columns)));
    return [own + width(aboutProject(project, null, columns)), ...merged, ...parts];
  });
  return Math.max(LONGEST_WORKER, ...widest);
}

/** Columns of a warning or a tag beside a name. */
const MARK = 2;

/** Columns of the sign before a name. */
const SIGN = 2;

/** `      worker 1234567  12d04h`. */
const LONGEST_WORKER = 28;

function projectName(row: ProjectRow, context: Context, room: number): readonly Span[] {
  const { theme, state } = context;
  const { project, server } = row;
  const style = theme.project(state.hues.get(project.id) ?? 0).text;
  const notes = server === null ? [] : notesAbout(server.head, context);
  const hidden = row.expanded === false ? servers(project, context) : [];
  const tag = isTagged(row, state) ? `${theme.glyphs.tag} ` : '';
  const marks = [...notes, ...hidden];
  const name = cutName(clean(project.name), room - width(tag) - lineWidth(marks), theme.glyphs.ellipsis);
  return [
    span(tag, theme.tagged),
    span(name, style),
    ...marks,
    span(`  ${aboutProject(project, server, state.columns)}`),
  ];
}

/** Warnings about servers in a closed project. */
function servers({ servers: all }: Project, { theme, warned }: Context): readonly Span[] {
  if (all.length === 1) return [];
  if (all.some(({ head }) => head.sample.state === 'T')) return [span(` ${theme.glyphs.warning} STOPPED`, theme.error)];
  return all.some(({ head }) => warned.has(head.pid)) ? [span(` ${theme.glyphs.warning}`, theme.warning)] : [];
}

/** The kind and address of a project's only server, else the kinds of its servers. */
function aboutProject(project: Project, server: Server | null, columns: number): string {
  if (server === null) return kindsOf(project.servers, columns);
  const { definition, head, version } = server;
  const kind = definition.shortLabel ?? definition.label;
  const label = version === null || columns < WIDE ? kind : `${kind} ${shortVersion(version)}`;
  const named = clean(project.name) === definition.label ? '' : label;
  const pid = shownProcesses(server).length === 1 ? String(head.pid) : '';
  return [named, pid, addressOf(server, columns < WIDE) || noteOf(server)].filter(Boolean).join(' ');
}

/** The pool of a worker, if its server has several. */
function poolOf(pid: number, server: Server | null): string {
  const name = server?.pools.find(({ pids }) => pids.includes(pid))?.name;
  return name === undefined ? '' : `  ${clean(name)}`;
}

/** The state of a process, if it is not a usual one, and a mark if there is advice about it. */
function notesAbout({ pid, sample: { state } }: ProcessNode, { warned, theme }: Context): readonly Span[] {
  const note = stateNote(state, theme);
  // A stopped process has a mark already.
  return warned.has(pid) && state !== 'T' ? [...note, span(` ${theme.glyphs.warning}`, theme.warning)] : note;
}

/** The kinds of a project's app servers, the first with its version; only their number if there is little room. */
function kindsOf(all: readonly Server[], columns: number): string {
  const apps = all.filter(({ definition }) => definition.category === 'app');
  if (columns < WIDE && apps.length > 1) return plural(apps.length, 'server');
  const kinds = new Map<string, string>();
  for (const { definition, version } of apps) {
    const { label } = definition;
    if (kinds.has(label)) continue;
    kinds.set(label, version === null || kinds.size > 0 ? label : `${label} ${shortVersion(version)}`);
  }
  return [...kinds.values()].join(', ');
}

/** 20.1.0 is 20.1. */
function shortVersion(version: string): string {
  return clean(version).split('.').slice(0, 2).join('.');
}

function serverName(server: Server, expanded: boolean | null, context: Context): readonly Span[] {
  const { state, theme } = context;
  const { head } = server;
  const tagged = state.tagged.has(`server:${server.key}`) ? [span(`${theme.glyphs.tag} `, theme.tagged)] : [];
  return [
    ...tagged,
    span(
      titleOf(server) + (expanded === null && server.managed === null ? ` ${head.pid}` : ''),
      headStyle(server, theme),
    ),
    ...notesAbout(head, context),
    span(`  ${notesOf(server, state.columns)}`, theme.faint),
  ];
}

function titleOf(server: Server): string {
  return server.managed === null
    ? (server.definition.shortLabel ?? server.definition.label)
    : clean(serverTitle(server));
}

function notesOf(server: Server, columns: number): string {
  return [addressOf(server, columns < WIDE), noteOf(server)].filter(Boolean).join(' ');
}

/** The short address that a server listens at. */
export function shortAddress(server: Server): string {
  return addressOf(server, true);
}

/** The address. With little room, the port alone, which distinguishes masters. */
function addressOf({ bind }: Server, narrow: boolean): string {
  const address = clean(bind[0] ?? '');
  if (!narrow) return address;
  if (address.startsWith('unix:')) return `unix:${baseName(address.slice('unix:'.length))}`;
  const port = address.slice(address.lastIndexOf(':'));
  return /^:\d+$/.test(port) ? port : address;
}

function noteOf({ head, app, bind, managed, remark }: Server): string {
  if (remark !== null) return clean(remark);
  return head.role === 'master' && managed === null && bind.length === 0 && app !== null ? clean(app) : '';
}

function headStyle({ head }: Server, theme: Theme): Style {
  return head.sample.state === 'T' ? theme.error : plain;
}

/** A note for a process that is stopped, traced or ended. */
function stateNote(letter: ProcessState, theme: Theme): readonly Span[] {
  switch (letter) {
    case 'T':
      return [span(` ${theme.glyphs.warning} STOPPED`, theme.error)];
    case 't':
      return [span(' traced', theme.warning)];
    case 'Z':
    case 'X':
      return [span(' ended', theme.faint)];
    case 'D':
      return [span(' in I/O', theme.faint)];
    default:
      return [];
  }
}
