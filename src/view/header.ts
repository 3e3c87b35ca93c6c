import type { Model } from '../model/model.ts';
import type { ReplayPosition } from '../state/replay.ts';
import { type AppState, isTuning } from '../state/state.ts';
import { clean } from '../text/sanitize.ts';
import { cut, width } from '../text/width.ts';
import { ageText, bytes, percent, plural, shareText } from './format.ts';
import { memoryBar } from './memory-bar.ts';
import type { Scene } from './scene.ts';
import type { Line, Span } from './style.ts';
import { span } from './style.ts';
import type { Theme } from './theme.ts';

/** Columns for the filter in force. */
const LONGEST_FILTER = 20;

interface Piece {
  readonly spans: readonly Span[];
  /** 1 is the last to be left out. */
  readonly rank: number;
}

/** The header: figures of the machine, as many as fit, and the bar of its memory below. */
export function header({ state, theme }: Scene): readonly Line[] {
  const { model } = state;
  const title = span(' workertop', theme.title);
  if (model === null) return [[title, span('  reading …', theme.faint)], []];
  return [
    [title, ...fitting(pieces(state, model, theme), state.columns - width(title.text))],
    memoryBar(state, model, theme),
  ];
}

function fitting(all: readonly Piece[], room: number): readonly Span[] {
  let left = room;
  const kept = new Set<Piece>();
  for (const piece of all.toSorted((a, b) => a.rank - b.rank)) {
    const needed = piece.spans.reduce((sum, { text }) => sum + 2 + width(text), -1) + 1;
    if (needed > left) continue;
    kept.add(piece);
    left -= needed;
  }
  return all.filter((piece) => kept.has(piece)).flatMap(({ spans }) => [span('  '), ...spans]);
}

function pieces(state: AppState, model: Model, theme: Theme): readonly Piece[] {
  const { host, coverage, accounting } = model;
  const { memory, swap, load, pressure } = host;
  const used = `MEM ${bytes(memory.used)}/${bytes(memory.total)} ${percent(memory.usedShare).replace(' ', '')}`;
  const full = memory.usedShare >= 0.9 ? theme.error : memory.usedShare >= 0.75 ? theme.warning : theme.strong;
  const all: Piece[] = [];
  const say = (rank: number, ...spans: readonly Span[]) => all.push({ spans, rank });
  if (state.badge !== null) say(2, span(state.badge, theme.warning));
  if (state.replay !== null) say(2, span(replayText(state.replay, model.at), theme.warning));
  if (isTuning(state)) say(2, span(`TUNING ${cut(clean(state.tuning?.project ?? ''), LONGEST_FILTER)}`, theme.warning));
  if (state.frozen !== null) say(2, span('PAUSED', theme.warning));
  const filter = state.arrangement.filter.text.trim();
  if (filter !== '' && state.mode.type !== 'filter')
    say(2, span(`Filter: ${cut(clean(filter), LONGEST_FILTER)}`, theme.warning));
  if (state.readOnly && state.replay === null) say(6, span('read-only', theme.warning));
  say(7, span(clean(host.name), theme.strong));
  say(8, span(plural(host.cores, 'core')));
  say(9, span(`up ${ageText(host.uptime)}`));
  say(1, span(used, full));
  if (memory.limitedBy !== 'MemTotal')
    say(10, span(memory.limitedBy === 'cgroup' ? 'of its limit' : 'of --memory', theme.faint));
  if (swap.total > 0) say(4, span(`swap ${bytes(swap.used)}/${bytes(swap.total)}`));
  if (pressure?.swapIn) say(3, span(`swapping ${bytes(pressure.swapIn)}/s`, theme.error));
  if ((pressure?.someAvg10 ?? 0) >= 0.01) say(5, span(`stalled ${shareText(pressure?.someAvg10 ?? 0)}`, theme.warning));
  if (load !== null) say(5, span(`load ${load.map((value) => value.toFixed(2)).join(' ')}`));
  if (accounting === 'rss') say(2, span('RSS: shared pages count many times', theme.warning));
  else if (coverage.hidden) say(6, span('other users hidden', theme.warning));
  else if (coverage.rootOnly > 0) {
    say(6, span(`${coverage.exact} of ${coverage.processes} exact`, theme.warning));
  }
  say(11, span(`${state.settings.delay}s`, theme.faint));
  return all;
}

/** The time of the recording, and the position in it. */
function replayText({ index, count, paused, speed }: ReplayPosition, at: number): string {
  const place = `${index}/${count ?? '…'}`;
  const end = count !== null && index >= count ? ' END' : '';
  const pace = `${paused ? ' PAUSED' : ''}${speed === 1 ? '' : ` ×${speed}`}`;
  return `${new Date(at).toLocaleString('sv')}  ${place}${end}${pace}`;
}
