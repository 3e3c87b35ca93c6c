import type { Model, Server } from '../model/model.ts';
import { largestWorker } from '../model/scaling/price.ts';
import { serversMeant } from '../model/scaling/target.ts';
import { serverOf } from '../state/row.ts';
import { selectedRow } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { fill, wrap } from '../text/width.ts';
import { bar } from './bars.ts';
import { bytes, shortShare } from './format.ts';
import { adviceList } from './panels/advice.ts';
import { historyLines } from './panels/history.ts';
import { framed } from './panels/panel.ts';
import type { Scene } from './scene.ts';
import { fitLine } from './spans.ts';
import { type Line, plain, span } from './style.ts';

/** Columns of the box about workers. */
const WORKERS = 56;

/** Lines of that box; in a taller pane there is one with advice below it. */
const TALLEST = 15;

/** Fewest lines of the box with advice. */
const ADVICE = 4;

/** What the selected server's workers take and what is advised, beside the last hour of the machine. */
export function pane(scene: Scene, lines: number): readonly Line[] {
  const { state, theme } = scene;
  const right = state.columns - WORKERS;
  const history = hourLines(scene, right - 4, lines - 2);
  const upper = lines < TALLEST + ADVICE ? lines : TALLEST;
  const workers = framed({ title: 'Workers', lines: workerLines(scene, upper - 2) }, WORKERS, upper, theme);
  const advice = upper === lines ? [] : framed(adviceList(scene, WORKERS - 4, null), WORKERS, lines - upper, theme);
  const left = [...workers, ...advice];
  const hour = framed({ title: 'Memory used, last hour', lines: history }, right, lines, theme);
  return left.map((line, index) => [...line, ...(hour[index] ?? [])]);
}

/** The chart of the last hour as it was drawn last. */
const drawn = new WeakMap<Scene['history'], { readonly key: string; readonly lines: readonly Line[] }>();

/** Seconds for which a chart of an hour holds: its steps are as long. */
const HOLDS = 15;

/** Drawn anew only once it has something new to show. */
function hourLines(scene: Scene, columns: number, lines: number): readonly Line[] {
  const { state, history, theme } = scene;
  const step = Math.floor((state.model?.uptime ?? 0) / HOLDS);
  const key = [step, columns, lines, theme.colors, theme.ground, theme.ascii, history.events.length].join();
  const before = drawn.get(history);
  if (before?.key === key) return before.lines;
  // One line more, since the one with the figures of now is left out: they would not be of now.
  const all = historyLines(scene, { type: 'history', project: null, span: '1h', cursor: null }, columns, lines + 1);
  const made = all.slice(0, -1);
  drawn.set(history, { key, lines: made });
  return made;
}

function serverSelected({ state }: Scene): Server | null {
  const row = selectedRow(state);
  if (row === null) return null;
  const server = serverOf(row);
  if (server !== null) return server;
  const meant = row.type === 'project' ? serversMeant(row.project) : [];
  return meant.length === 1 ? (meant[0] ?? null) : null;
}

/** What the machine would use with so many workers. */
function workerLines(scene: Scene, room: number): readonly Line[] {
  const { state, theme } = scene;
  const { model } = state;
  const server = serverSelected(scene);
  if (server === null || model === null) return [[span('Select a project or a server.', theme.faint)]];
  const each = largestWorker(server);
  const { current } = server.workers;
  if (each === null || !server.scaling.available) {
    const why = clean(server.scaling.reason ?? 'What one of its workers takes is not known.');
    return wrap(why, WORKERS - 4).map((text): Line => [span(text, theme.faint)]);
  }
  const isTooMuch = (count: number) => usedWith(count - current, each, model) > model.host.memory.total;
  const all = countsAround(server, room - 2);
  // The first that does not fit says it for the rest.
  const most = all.findIndex((count) => count > current && isTooMuch(count));
  const counts = most < 0 ? all : all.slice(0, most + 1);
  return [
    [span(fill('workers', 9), theme.faint), span('memory used, of the total', theme.faint)],
    ...counts.map((count): Line => {
      const isNow = count === current;
      const used = usedWith(count - current, each, model);
      const share = used / model.host.memory.total;
      const mark = isNow ? `${theme.glyphs.closed} ${count} now` : `  ${count}`;
      const style = share > 1 ? theme.error : isNow ? theme.strong : plain;
      return [
        span(fill(mark, 9), style),
        ...fitLine([span(bar(share, BAR, theme.glyphs), theme.faint)], BAR, ''),
        span(
          ` ${fill(bytes(used), 6, 'right')} ${fill(share > 1 ? 'does not fit' : shortShare(share), 13, 'right')}`,
          style,
        ),
      ];
    }),
    [span(`A worker has up to ${bytes(each)} of its own.`, theme.faint)],
  ];
}

/** Columns of a bar. */
const BAR = 20;

function usedWith(difference: number, each: number, { host }: Model): number {
  return Math.max(0, host.memory.used + difference * each);
}

/** Numbers of workers around the present one, as many as there are lines. */
function countsAround({ workers }: Server, lines: number): readonly number[] {
  const { current, floor } = workers;
  const first = Math.max(floor, current - Math.floor(lines / 2));
  return Array.from({ length: Math.max(1, lines) }, (_, index) => first + index);
}
