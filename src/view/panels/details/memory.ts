import type { HistoryId } from '../../../model/history/history-id.ts';
import type { Memory } from '../../../model/model.ts';
import { apportion, sparkline } from '../../bars.ts';
import { ageText, bytes, shareText, UNKNOWN } from '../../format.ts';
import { type Line, type Span, span } from '../../style.ts';
import type { Theme } from '../../theme.ts';
import { type Context, LABEL } from './context.ts';

/** How much memory, which parts of it, its last hour and its trend. */
export function memoryLines(memory: Memory, id: HistoryId, context: Context): readonly Line[] {
  const { say, draw, theme, history, columns } = context;
  const { rss, pss, uss, swap } = memory;
  // Of several processes it counts what they share more than once: it is no total.
  const resident = id.startsWith('process:') ? '' : ', counting shared memory in each process';
  const swapped = swap === 0 ? '' : `, swap ${known(swap)}`;
  const quality = memory.exact ? '' : ', partly estimated';
  const levels = history.recentLevels(id, Math.min(60, columns - LABEL - 10));
  const trend = history.trend(id);
  const most = Math.max(1, ...(levels ?? []).map((level) => level ?? 0));
  const sign = (trend?.perHour ?? 0) < 0 ? '' : '+';
  return [
    ...say(
      'memory',
      memory.counted === null
        ? 'still to be read'
        : `${bytes(memory.counted)} (${pss === null ? 'RSS' : 'PSS'}${quality}), ${shareText(memory.share)} of the total`,
    ),
    ...(pss === null || uss === null ? [] : [draw('', ...splitBar(uss, pss - uss, swap ?? 0, columns - LABEL, theme))]),
    ...say(
      '',
      `private ${known(uss)}, shared ${known(pss === null || uss === null ? null : pss - uss)} (its part)${swapped}`,
    ),
    ...say('RSS', `${bytes(rss)}${resident}`),
    ...(levels === null
      ? []
      : [
          draw(
            'last hour',
            span(
              sparkline(
                levels.map((level) => level && level / most),
                theme.glyphs,
              ),
              theme.title,
            ),
            span(` 0 to ${bytes(most)}`, theme.faint),
          ),
        ]),
    ...say('trend', trend === null ? null : `${sign}${bytes(trend.perHour)} an hour for ${ageText(trend.seconds)}`),
  ];
}

/** A bar of private memory, its part of the shared, and swap, as wide as the legend permits. */
function splitBar(own: number, shared: number, swap: number, room: number, theme: Theme): readonly Span[] {
  const [full, , half] = theme.glyphs.patterns;
  const parts = [
    { size: own, glyph: full ?? '#', name: 'private', style: theme.good },
    { size: shared, glyph: half ?? '=', name: 'shared', style: theme.faint },
    { size: swap, glyph: 's', name: 'swap', style: theme.error },
  ].filter(({ size }) => size > 0);
  const legend = parts.map(({ glyph, name }) => `  ${glyph} ${name}`).join('');
  const cells = apportion(
    parts.map(({ size }) => size),
    Math.max(8, Math.min(60, room - legend.length)),
  );
  return [
    ...parts.map(({ glyph, style }, index) => span(glyph.repeat(cells[index] ?? 0), style)),
    span(legend, theme.faint),
  ];
}

function known(value: number | null): string {
  return value === null ? UNKNOWN : bytes(value);
}
