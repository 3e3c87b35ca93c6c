import { ABOVE_ROWS, type FleetState, machineLines } from '../../state/fleet/fleet-state.ts';
import type { Machine, MachineFigures } from '../../state/fleet/machine.ts';
import type { MachineSortKey } from '../../state/fleet/sort.ts';
import { verdictOf } from '../../state/fleet/verdict.ts';
import { clean } from '../../text/sanitize.ts';
import { fill, width } from '../../text/width.ts';
import { bar } from '../bars.ts';
import { ageText, bytes, countText, percent, UNKNOWN } from '../format.ts';
import { SCROLLBAR, scrollbar } from '../scrollbar.ts';
import { fitLine } from '../spans.ts';
import { type Line, plain, type Span, type Style, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import { type FleetColumn, fleetColumns } from './columns.ts';
import type { FleetScene } from './scene.ts';

/** The head of the table and its visible rows. */
export function fleetTable({ state, theme }: FleetScene): readonly Line[] {
  const height = machineLines(state);
  const { rows, scroll } = state;
  const longest = Math.max(0, ...state.machines.map(({ host }) => width(clean(host))));
  const columns = fleetColumns(state.columns - SCROLLBAR - 1, longest + 1);
  const bars = scrollbar(rows.length, scroll, height, theme);
  return [
    head(columns, state, theme),
    ...rows
      .slice(scroll, scroll + height)
      .map((machine, index) => [...row(machine, columns, state, theme), bars[index] ?? span(' ')]),
  ];
}

/** The index of the row on a line of the screen; null if there is none. */
export function machineAt(state: FleetState, line: number): number | null {
  const index = line - ABOVE_ROWS;
  return index < 0 || index >= machineLines(state) ? null : state.scroll + index;
}

const sortedBy: Readonly<Record<MachineSortKey, FleetColumn['name']>> = {
  mem: 'percent',
  swap: 'swap',
  cpu: 'cpu',
  workers: 'workers',
  queue: 'queue',
  verdict: 'verdict',
  name: 'host',
};

function head(columns: readonly FleetColumn[], { columns: total, sort, reverse }: FleetState, theme: Theme): Line {
  const arrow = reverse !== (sort === 'name') ? theme.glyphs.ascending : theme.glyphs.descending;
  const spans = columns.flatMap(({ name, title, width: room, align }, index) => {
    const isSorted = sortedBy[sort] === name;
    return [
      ...(index > 0 ? [span(' ', theme.head)] : []),
      span(fill(isSorted ? `${title}${arrow}` : title, room, align, ''), isSorted ? theme.sorted : theme.head),
    ];
  });
  return fitLine([...spans, span(' '.repeat(total), theme.head)], total, '');
}

function row(machine: Machine, columns: readonly FleetColumn[], state: FleetState, theme: Theme): Line {
  const room = state.columns - SCROLLBAR;
  const line = fitLine(cells(machine, columns, state.now, theme), room, theme.glyphs.ellipsis);
  return machine.host === state.selected ? line.map(({ text, style }) => span(text, theme.selected(style))) : line;
}

function cells(machine: Machine, columns: readonly FleetColumn[], now: number, theme: Theme): readonly Span[] {
  const { host, state, figures } = machine;
  const [first, ...rest] = columns;
  const name = span(fill(clean(host), first?.width ?? 0, 'left', theme.glyphs.ellipsis), theme.strong);
  if (state.type !== 'connected' || figures === null) return [name, span(' '), stateCell(machine, now, theme)];
  // Figures of a late machine are old.
  const style = state.late === null ? plain : theme.faint;
  return [
    name,
    ...rest.flatMap((column) => {
      const { text, style: own } = cell(column, machine, figures, now, theme);
      return [span(' '), span(fill(text, column.width, column.align, theme.glyphs.ellipsis), own ?? style)];
    }),
  ];
}

/** The text in place of missing figures: why there are none. */
function stateCell({ state }: Machine, now: number, theme: Theme): Span {
  switch (state.type) {
    case 'waiting':
      return span('waits to connect', theme.faint);
    case 'connecting':
      return span(`connecting${sinceText(state.since, now)}`, theme.faint);
    case 'connected':
      return span(state.late === null ? 'reading' : `no answer${sinceText(state.late, now)}`, theme.faint);
    case 'lost':
      return span(`lost: ${clean(state.reason)}`, theme.error);
  }
}

function sinceText(since: number, now: number): string {
  const seconds = (now - since) / 1000;
  return seconds >= 1 ? ` for ${ageText(seconds)}` : '';
}

interface Cell {
  readonly text: string;
  /** Missing if the cell has the style of its row. */
  readonly style?: Style;
}

function cell(column: FleetColumn, machine: Machine, figures: MachineFigures, now: number, theme: Theme): Cell {
  const { memory, swap, cpu, load, projects, workers, queue } = figures;
  const share = memory.total > 0 ? Math.min(1, memory.used / memory.total) : 0;
  const full = share >= 0.9 ? { style: theme.error } : share >= 0.75 ? { style: theme.warning } : {};
  switch (column.name) {
    case 'host':
      return { text: '' };
    case 'bar':
      return { text: bar(share, column.width, theme.glyphs), ...full };
    case 'used':
      return { text: `${bytes(memory.used)}/${bytes(memory.total)}` };
    case 'percent':
      return { text: percent(share).replace(' ', ''), ...full };
    case 'swap':
      return { text: swap.used === 0 ? '' : bytes(swap.used) };
    case 'cpu':
      return { text: cpu === null ? UNKNOWN : `${Math.round(cpu * 100)}%` };
    case 'load':
      return { text: load === null ? UNKNOWN : load.toFixed(2) };
    case 'projects':
      return { text: countText(projects.length) };
    case 'workers':
      return { text: countText(workers) };
    case 'queue':
      return { text: countText(queue), ...((queue ?? 0) > 0 ? { style: theme.warning } : {}) };
    case 'verdict':
      return verdictCell(machine, now, theme);
  }
}

function verdictCell(machine: Machine, now: number, theme: Theme): Cell {
  const { state, watch } = machine;
  if (state.type === 'connected' && state.late !== null)
    return { text: `no answer${sinceText(state.late, now)}`, style: theme.warning };
  switch (verdictOf(machine)?.kind) {
    case 'short':
      return { text: 'short of memory', style: theme.error };
    case 'smaller':
      return { text: 'could be smaller', style: theme.good };
    default:
      return {
        text: watch === null || watch.seconds < 1 ? '' : `watched ${ageText(watch.seconds)}`,
        style: theme.faint,
      };
  }
}
