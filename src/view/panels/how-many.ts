import { type Choice, type Outlook, outlook } from '../../model/activity/outlook.ts';
import { bandText, recommend, secondsText, seenText } from '../../model/activity/recommendation.ts';
import type { Summary } from '../../model/activity/statistics.ts';
import { usesText } from '../../model/activity/waits.ts';
import { findServer } from '../../model/lookup.ts';
import { type Model, serverTitle } from '../../model/model.ts';
import { panelLines } from '../../state/layout.ts';
import type { PanelOf } from '../../state/mode.ts';
import { clean } from '../../text/sanitize.ts';
import { cutName, fill, wrap } from '../../text/width.ts';
import { bar } from '../bars.ts';
import { bytes, duration, percent } from '../format.ts';
import type { Scene } from '../scene.ts';
import { type Line, span } from '../style.ts';
import type { Theme } from '../theme.ts';
import type { PanelContent } from './panel.ts';

/** Columns of the figures beside the bar: the number, memory, what would wait, what was seen. */
const FIGURES = 52;
/** Of the one that says how long. */
const SECONDS = 15;

const unit = {
  worker: 'one request each',
  thread: 'one request to each thread',
  loop: 'event loops',
} as const;

/** For each number of workers: its memory, the share of requests that would wait, and what was observed. */
export function howManyPanel(scene: Scene, panel: PanelOf<'how-many'>): PanelContent {
  const { state, history, observations, theme } = scene;
  const found = findServer(state.model, panel.server);
  const { model } = state;
  if (found === null || model === null) {
    return { title: 'How many workers?', lines: [[span('It has ended.', theme.warning)]] };
  }
  const { project, server } = found;
  const uses = history.uses(server.key);
  const seen = outlook(model, project, server, observations);
  const columns = state.columns - 4;
  const said = (text: string, style = {}): readonly Line[] =>
    wrap(clean(text), columns).map((line): Line => [span(line, style)]);
  const recommendation = recommend(seen, model, uses, -new Date(model.at).getTimezoneOffset());
  const confidence = recommendation.confidence === 'none' ? '' : ` (confidence: ${recommendation.confidence})`;
  const waits = usesText(uses, model);
  const isTimed = seen.choices.some((choice) => secondsText(choice) !== null);
  const room = Math.max(4, Math.min(30, columns - FIGURES - (isTimed ? SECONDS : 0)));
  const focus = 1 + seen.choices.findIndex(({ workers }) => workers === panel.workers);
  const kind = server.activity === null ? '' : `: ${unit[server.activity.unit]}`;
  const name = cutName(clean(project.name), Math.floor(columns / 3), theme.glyphs.ellipsis);
  const lines: readonly Line[] = [
    [span(headOf(room, isTimed, model), theme.strong)],
    ...seen.choices.map((choice) => choiceLine(choice, panel.workers, { room, isTimed, model, theme })),
    [],
    ...said(`${recommendation.text}${confidence}`, theme.strong),
    [],
    ...atOnce(scene, seen),
    ...(waits === null ? [] : said(`In use for: ${waits}.`)),
    ...said(ownText(seen)),
    ...said(`Set by: ${server.workers.configured.where}`, theme.faint),
  ];
  return {
    title: `How many workers?  ${name}, ${clean(serverTitle(server))}${kind}`,
    // If not everything fits, blank lines are left out.
    lines: lines.length > panelLines(state) ? lines.filter((line) => line.length > 0) : lines,
    focus,
  };
}

function headOf(room: number, isTimed: boolean, model: Model): string {
  const memory = fill(`MEMORY, OF ${bytes(model.host.memory.total)}`, room + 15);
  const seconds = isTimed ? fill('ON AVERAGE', SECONDS, 'right') : '';
  return `  ${fill('WORKERS', 9)}${memory}${fill('WOULD WAIT', 12, 'right')}${seconds}${fill('SEEN IN USE', 14, 'right')}`;
}

interface Columns {
  /** Of the bar. */
  readonly room: number;
  /** Whether there is a column that says how long requests would wait. */
  readonly isTimed: boolean;
  readonly model: Model;
  readonly theme: Theme;
}

function choiceLine(choice: Choice, chosen: number, { room, isTimed, model, theme }: Columns): Line {
  const { workers, isNow, memory, fits } = choice;
  const { total } = model.host.memory;
  const share = memory === null || total === 0 ? 0 : memory / total;
  const mark = workers === chosen ? `${theme.glyphs.closed} ` : '  ';
  const name = fill(`${workers}${isNow ? ' now' : ''}`, 9);
  const figures = memory === null ? '–' : fits ? `${bytes(memory)} ${percent(share)}` : 'does not fit';
  const style = workers === chosen ? theme.strong : {};
  return [
    span(`${mark}${name}`, style),
    span(fill(bar(Math.min(1, share), room, theme.glyphs), room), fits ? theme.faint : theme.error),
    span(fill(figures, 14, 'right'), fits ? style : theme.error),
    span(` ${fill(bandText(choice) ?? '–', 12, 'right')}`, style),
    span(isTimed ? fill(secondsText(choice) ?? '–', SECONDS, 'right') : '', style),
    span(fill(seenText(choice) ?? '–', 14, 'right'), style),
  ];
}

/** Larger numbers of requests at once share one row. */
const MOST = 6;

/** How often each number of requests was there at once, at the present number of workers. */
function atOnce({ observations, theme }: Scene, { project, server, now }: Outlook): readonly Line[] {
  const counts = observations.atOnce(project, server);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0 || now === null) return [];
  const highest = Math.min(MOST, counts.length - 1);
  const rows = Array.from({ length: highest + 1 }, (_, number) => {
    const times = number < MOST ? (counts[number] ?? 0) : counts.slice(MOST).reduce((sum, count) => sum + count, 0);
    const name = number === 0 ? 'Requests at once  0' : `${' '.repeat(18)}${number}${number === MOST ? '+' : ''}`;
    const share = times / all;
    const drawn = fill(bar(share, 30, theme.glyphs), 31);
    return [span(`${fill(name, 21)}`), span(drawn, theme.faint), span(times === 0 ? 'never' : percent(share))];
  });
  return [...rows, []];
}

function ownText({ own, watched, now, request }: Outlook): string {
  const takes = request === null ? '' : `A request takes ${Math.max(1, Math.round(request * 1000))} ms on average. `;
  const memory = `${takes}${own === null ? '' : `A worker has ${bytes(own)} of its own. `}`;
  if (now === null) return memory;
  return `${memory}${waitedText(now)}, in ${duration(watched)} of readings.`;
}

function waitedText({ waited, mostWaiting }: Summary): string {
  if (waited === null) return 'It is unknown whether requests waited';
  if (waited === 0) return 'No request waited';
  return `Requests waited in ${percent(waited)} of the readings, ${mostWaiting} at most`;
}
