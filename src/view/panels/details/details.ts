import { ownHead, type ProcessNode, type Project, type Server, serverTitle } from '../../../model/model.ts';
import type { Row } from '../../../state/row.ts';
import { clean } from '../../../text/sanitize.ts';
import { cut, fill } from '../../../text/width.ts';
import { memoryText } from '../../format.ts';
import type { Scene } from '../../scene.ts';
import { type Line, type Span, span } from '../../style.ts';
import type { PanelContent } from '../panel.ts';
import { type Context, LABEL, labelled } from './context.ts';
import { memoryLines } from './memory.ts';
import { processLines } from './process.ts';
import { projectLines } from './project.ts';
import { serverLines } from './server.ts';

/** Lines of the processes of system that take most. */
const LARGEST = 12;

/** All that is known of a row. */
export function details(scene: Scene, row: Row | null, scroll: number): PanelContent {
  const { state, theme } = scene;
  if (row === null || state.model === null) {
    return { title: 'Details', lines: [[span('It has ended.', theme.warning)]], scroll };
  }
  const columns = state.columns - 4;
  const say = (label: string, value: string | null): readonly Line[] =>
    value === null || value === '' ? [] : labelled(label, value, columns, theme);
  const draw = (label: string, ...spans: readonly Span[]): Line => [span(fill(label, LABEL), theme.faint), ...spans];
  const context: Context = { ...scene, model: state.model, columns, say, draw };
  return { title: titleOf(row), lines: content(row, context), scroll };
}

function titleOf(row: Row): string {
  switch (row.type) {
    case 'project':
      return clean(row.project.name);
    case 'system':
      return 'system';
    case 'server':
      return clean(`${row.project.name}: ${serverTitle(row.server)}`);
    case 'process':
      return clean(`${row.project ? `${row.project.name}: ` : ''}${row.process.role ?? 'process'} ${row.process.pid}`);
  }
}

function content(row: Row, context: Context): readonly Line[] {
  switch (row.type) {
    case 'project': {
      const servers = row.project.servers.flatMap((server) => [[], ...serverLines(server, null, context)]);
      return [...projectLines(row.project, context), ...servers];
    }
    case 'system':
      return [...memoryLines(row.system.memory, 'system', context), [], ...largestLines(row.system.processes, context)];
    case 'server':
      return serverAndHeadLines(row.server, row.project, context);
    case 'process': {
      const server = row.server === null ? [] : [[], ...serverLines(row.server, row.project, context)];
      return [...processLines(row.process, context), ...server];
    }
  }
}

function serverAndHeadLines(server: Server, project: Project, context: Context): readonly Line[] {
  const head = ownHead(server);
  return [...serverLines(server, project, context), ...(head === null ? [] : [[], ...processLines(head, context)])];
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
