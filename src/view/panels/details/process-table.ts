import type { ProcessNode, Server } from '../../../model/model.ts';
import { serverTitle } from '../../../model/model.ts';
import { nextToStop, spareWorkers } from '../../../model/scaling/next-to-stop.ts';
import type { ProcessKey } from '../../../snapshot.ts';
import { clean } from '../../../text/sanitize.ts';
import { fill } from '../../../text/width.ts';
import { sparkline } from '../../bars.ts';
import { ageText, bytes, cpuText, UNKNOWN } from '../../format.ts';
import { type Line, plain, span } from '../../style.ts';
import type { Context } from './context.ts';

/** Columns of the table. */
const NAME = 17;
const AGE = 7;
const FIGURE = 8;
const CPU = 7;
const CURVE = 12;
const GOES = 6;

/** The processes of servers, and others: what each has of its own, and which worker `-` takes first. */
export function processTable(
  servers: readonly Server[],
  others: readonly ProcessNode[],
  context: Context,
): readonly Line[] {
  const { theme } = context;
  const all = [...servers.flatMap(({ processes }) => processes), ...others];
  if (all.length === 0) return [];
  const table: Table = {
    ...context,
    withSwap: all.some(({ memory }) => (memory.swap ?? 0) > 0),
    most: Math.max(1, ...all.map(({ memory }) => memory.counted ?? 0)),
  };
  const isDivided = servers.length + Math.min(1, others.length) > 1;
  return [
    [span(headOf(table), theme.strong)],
    ...servers.flatMap((server) => {
      const goes = orderOf(server);
      const lines = server.processes.map((process) => lineOf(process, goes.get(process.key) ?? '', table));
      return isDivided ? [[span(clean(serverTitle(server)), theme.faint)], ...lines] : lines;
    }),
    ...(isDivided && others.length > 0 ? [[span('of no server', theme.faint)]] : []),
    ...others.map((process) => lineOf(process, '', table)),
  ];
}

interface Table extends Context {
  readonly withSwap: boolean;
  /** Memory of the largest process in bytes: the scale of all curves. */
  readonly most: number;
}

function headOf(table: Table): string {
  const { hasCurve, hasGoes } = roomOf(table);
  return [
    fill('PROCESS', NAME),
    fill('AGE', AGE, 'right'),
    fill('OWN', FIGURE, 'right'),
    fill('SHARED', FIGURE, 'right'),
    table.withSwap ? fill('SWAP', FIGURE, 'right') : '',
    fill('CPU%', CPU, 'right'),
    hasGoes ? fill('- TAKES', GOES + 3, 'right') : '',
    hasCurve ? `  ${fill('LAST HOUR', CURVE)}` : '',
  ].join('');
}

/** What there is room for behind the figures. */
function roomOf({ columns, withSwap }: Table): { readonly hasCurve: boolean; readonly hasGoes: boolean } {
  const left = columns - NAME - AGE - 2 * FIGURE - CPU - (withSwap ? FIGURE : 0);
  return { hasGoes: left >= GOES + 3, hasCurve: left >= GOES + 3 + CURVE + 2 };
}

function lineOf({ key, pid, role, memory, cpu, startedAt }: ProcessNode, goes: string, table: Table): Line {
  const { model, history, theme, withSwap, most } = table;
  const { hasCurve, hasGoes } = roomOf(table);
  const { pss, uss, swap } = memory;
  const levels = hasCurve ? history.recentLevels(`process:${key}`, CURVE) : null;
  const shared = pss === null || uss === null ? null : pss - uss;
  const style = memory.fresh ? plain : theme.faint;
  return [
    span(fill(`${role ?? 'process'} ${pid}`, NAME)),
    span(fill(ageText(model.uptime - startedAt), AGE, 'right'), theme.faint),
    span(
      [uss, shared, ...(withSwap ? [swap] : [])].map((value) => fill(known(value), FIGURE, 'right')).join(''),
      style,
    ),
    span(fill(cpuText(cpu), CPU, 'right')),
    span(hasGoes ? fill(goes, GOES + 3, 'right') : ''),
    span(
      levels === null
        ? ''
        : `  ${sparkline(
            levels.map((level) => level && level / most),
            theme.glyphs,
          )}`,
      theme.faint,
    ),
  ];
}

function known(value: number | null): string {
  return value === null ? UNKNOWN : bytes(value);
}

/** Of workers that may be trimmed, how soon each goes: `1st`, `2nd`. */
function orderOf(server: Server): ReadonlyMap<ProcessKey, string> {
  const spare = nextToStop(server).slice(0, spareWorkers(server));
  return new Map(spare.map(({ key }, index) => [key, ordinal(index + 1)]));
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? undefined : ['st', 'nd', 'rd'][(number % 10) - 1];
  return `${number}${ending ?? 'th'}`;
}
