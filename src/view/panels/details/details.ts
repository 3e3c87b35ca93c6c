import { type Model, ownHead, type ProcessNode, serverTitle } from '../../../model/model.ts';
import { showsAllDetails } from '../../../state/layout.ts';
import type { DetailsPage, PanelOf } from '../../../state/mode.ts';
import { detailsPages } from '../../../state/panels/details.ts';
import { processOf, type Row, serverOf } from '../../../state/row.ts';
import { clean } from '../../../text/sanitize.ts';
import { cut, cutName, fill } from '../../../text/width.ts';
import { bytes, cpuText, memoryText } from '../../format.ts';
import type { Scene } from '../../scene.ts';
import { fitLine } from '../../spans.ts';
import { type Line, type Span, span } from '../../style.ts';
import type { PanelContent } from '../panel.ts';
import { type Context, LABEL, labelled } from './context.ts';
import { memoryLines } from './memory.ts';
import { processLines } from './process.ts';
import { processTable } from './process-table.ts';
import { groupLines } from './project.ts';
import { serverLines } from './server.ts';

/** Lines of the processes of system that take most. */
const LARGEST = 12;

/** All that is known of a row: a page of it, or on a wide terminal all pages in two columns. */
export function details(scene: Scene, row: Row | null, { page, scroll }: PanelOf<'details'>): PanelContent {
  const { state, theme } = scene;
  const { model } = state;
  if (row === null || model === null) {
    return { title: 'Details', lines: [[span('It has ended.', theme.warning)]], scroll };
  }
  const columns = state.columns - 4;
  const pages = detailsPages(row);
  const title = titleOf(row, Math.floor(columns / 3), theme.glyphs.ellipsis);
  if (showsAllDetails(state)) {
    const half = Math.floor((columns - GAP) / 2);
    const [first = page, ...others] = pages;
    const left = contextOf(scene, model, half);
    const lines = sideBySide(
      pageOf(first, row, left),
      joined(others.map((one) => pageOf(one, row, left))),
      half,
      theme.glyphs.ellipsis,
    );
    return { title, lines, scroll };
  }
  const shown = Math.max(0, pages.indexOf(page));
  const lines = pageOf(pages[shown] ?? 'memory', row, contextOf(scene, model, columns));
  return { title, tabs: { names: pages, shown }, lines, scroll };
}

/** Columns between two columns of text. */
const GAP = 3;

function contextOf(scene: Scene, model: Model, columns: number): Context {
  const { theme } = scene;
  const say = (label: string, value: string | null): readonly Line[] =>
    value === null || value === '' ? [] : labelled(label, value, columns, theme);
  const draw = (label: string, ...spans: readonly Span[]): Line => [span(fill(label, LABEL), theme.faint), ...spans];
  return { ...scene, model, columns, say, draw };
}

/** Parts with a blank line between two of them. */
function joined(parts: readonly (readonly Line[])[]): readonly Line[] {
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : [[], ...part]));
}

function sideBySide(left: readonly Line[], right: readonly Line[], columns: number, mark: string): readonly Line[] {
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index): Line => [...fitLine(left[index] ?? [], columns, mark), span(' '.repeat(GAP)), ...(right[index] ?? [])],
  );
}

/** @param room columns for the name of the project */
function titleOf(row: Row, room: number, mark: string): string {
  const project = 'project' in row && row.project !== null ? cutName(clean(row.project.name), room, mark) : '';
  const of = project === '' ? '' : `${project}: `;
  switch (row.type) {
    case 'project':
      return project;
    case 'system':
      return 'system';
    case 'server':
      return of + clean(serverTitle(row.server));
    case 'process':
      return `${of}${row.process.role ?? 'process'} ${row.process.pid}`;
  }
}

function pageOf(page: DetailsPage, row: Row, context: Context): readonly Line[] {
  switch (page) {
    case 'memory':
      return memoryPage(row, context);
    case 'server':
      return serverPage(row, context);
    case 'process': {
      const process = row.type === 'server' ? ownHead(row.server) : processOf(row);
      return process === null ? [] : processLines(process, context);
    }
    case 'group':
      return row.type === 'system' || row.project === null ? [] : groupLines(row.project, context);
  }
}

function memoryPage(row: Row, context: Context): readonly Line[] {
  switch (row.type) {
    case 'project': {
      const { project } = row;
      return joined([
        [
          ...memoryLines(project.memory, row.id, context),
          ...limitLine(project.memoryLimit, context),
          ...cpuLine(project.cpu, context),
        ],
        processTable(project.servers, project.processes, context),
      ]);
    }
    case 'server': {
      const { server } = row;
      return joined([
        [...memoryLines(server.memory, `server:${server.key}`, context), ...cpuLine(server.cpu, context)],
        processTable([server], [], context),
      ]);
    }
    case 'process': {
      const { memory, key, cpu, sample } = row.process;
      return [
        ...memoryLines(memory, `process:${key}`, context),
        ...limitLine(sample.facts.memoryLimit, context),
        ...cpuLine(cpu, context),
      ];
    }
    case 'system': {
      const { system } = row;
      return joined([
        [...memoryLines(system.memory, 'system', context), ...cpuLine(system.cpu, context)],
        largestLines(system.processes, context),
      ]);
    }
  }
}

function limitLine(limit: number | null, { say }: Context): readonly Line[] {
  return say('limit', limit === null ? null : `${bytes(limit)}, of its cgroup`);
}

function cpuLine(cpu: number | null, { say }: Context): readonly Line[] {
  return say('CPU', cpu === null ? null : `${cpuText(cpu)} % of a core`);
}

function serverPage(row: Row, context: Context): readonly Line[] {
  if (row.type === 'project') return joined(row.project.servers.map((server) => serverLines(server, context)));
  const server = serverOf(row);
  return server === null ? [] : serverLines(server, context);
}

/** The processes that take most, so that the group is no closed box. */
function largestLines(processes: readonly ProcessNode[], { theme, columns }: Context): readonly Line[] {
  const largest = processes.toSorted((a, b) => (b.memory.counted ?? 0) - (a.memory.counted ?? 0)).slice(0, LARGEST);
  return largest.map(
    ({ pid, memory, command, sample }): Line => [
      span(fill(String(pid), 9), theme.faint),
      span(fill(memoryText(memory), 7, 'right')),
      span(`  ${cut(clean(command || sample.facts.comm), columns - 18)}`),
    ],
  );
}
