import { type Server, serverTitle } from '../model/model.ts';
import type { Row } from '../state/row.ts';
import type { AppState } from '../state/state.ts';
import { baseName } from '../text/base-name.ts';
import { clean } from '../text/sanitize.ts';
import { ageText } from './format.ts';
import { plain, type Span, type Style, span } from './style.ts';
import type { Theme } from './theme.ts';

interface Context {
  readonly state: AppState;
  readonly theme: Theme;
  readonly leaving: ReadonlySet<string>;
  /** Pids of which there is an advice that is more than a remark. */
  readonly warned: ReadonlySet<number>;
}

/** From so many columns on there is room for whole addresses. */
const WIDE = 120;

/** What a row is called, with its place in the tree. */
export function nameOf(row: Row, context: Context): readonly Span[] {
  const { theme, state } = context;
  const { glyphs } = theme;
  const indent = '  '.repeat(row.depth);
  const sign = row.expanded === null ? ' ' : row.expanded ? glyphs.open : glyphs.closed;
  const start = span(`${indent}${sign} `, theme.faint);
  switch (row.type) {
    case 'project': {
      const style = theme.project(state.hues.get(row.project.id) ?? 0).text;
      return [start, span(clean(row.project.name), style), span(`  ${kindsOf(row.project.servers)}`)];
    }
    case 'system':
      return [start, span('system', theme.strong), span(`  ${processes(row.system.processes.length)}`, theme.faint)];
    case 'server':
      return [start, ...serverName(row.server, row.expanded, context)];
    case 'process': {
      const { process } = row;
      const { state: letter, facts } = process.sample;
      if (process.role === null || process.role === 'helper') {
        const what = process.role === null ? '' : 'helper ';
        return [start, span(`${what}${process.pid}  ${clean(process.command || facts.comm)}`, theme.faint)];
      }
      const leaving = context.leaving.has(process.key);
      const note = leaving ? '  leaving' : `  ${ageText((state.model?.uptime ?? 0) - process.startedAt)}`;
      return [
        start,
        span(`${process.role} ${process.pid}`, leaving ? theme.warning : plain),
        span(poolOf(process.pid, row.server), theme.faint),
        span(note, leaving ? theme.warning : theme.faint),
        ...stateNote(letter, theme),
        ...warning(process.pid, context),
      ];
    }
  }
}

/** Where there are several, the pool that a worker is of. */
function poolOf(pid: number, server: Server | null): string {
  const name = server?.pools.find(({ pids }) => pids.includes(pid))?.name;
  return name === undefined ? '' : `  ${clean(name)}`;
}

function warning(pid: number, { warned, theme }: Context): readonly Span[] {
  return warned.has(pid) ? [span(` ${theme.glyphs.warning}`, theme.warning)] : [];
}

function processes(count: number): string {
  return `${count} process${count === 1 ? '' : 'es'}`;
}

/** The kinds of server that a project runs, the first with its version. */
function kindsOf(servers: readonly Server[]): string {
  const apps = servers.filter(({ definition }) => definition.category === 'app');
  const shown = apps.length > 0 ? apps : [];
  const kinds = new Map<string, string>();
  for (const { definition, version } of shown) {
    const { label } = definition;
    if (!kinds.has(label))
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
  const { head, definition, workers } = server;
  const tagged = state.tagged.has(`server:${server.key}`) ? [span(`${theme.glyphs.tag} `, theme.tagged)] : [];
  const what = nameOfServer(server);
  const hidden = expanded === false && workers.current > 0 ? ` +${workers.current}` : '';
  const notes = [
    addressOf(server, state.columns < WIDE),
    head.role === 'master' && server.managed === null ? definition.label : '',
    noteOf(server),
  ];
  return [
    ...tagged,
    span(what, headStyle(server, theme)),
    span(hidden, theme.faint),
    ...stateNote(head.sample.state, theme),
    ...warning(head.pid, context),
    span(`  ${notes.filter(Boolean).join(' ')}`, theme.faint),
  ];
}

function nameOfServer(server: Server): string {
  if (server.managed !== null) return clean(serverTitle(server));
  const { pid, role } = server.head;
  return role === 'master' ? `master ${pid}` : `${server.definition.shortLabel ?? server.definition.label} ${pid}`;
}

/** The port alone is what tells masters apart where there is little room. */
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

/** What stands still is said loudly. */
function stateNote(letter: string, theme: Theme): readonly Span[] {
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
