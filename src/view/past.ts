import type { HistoryEvent } from '../model/history/events.ts';
import type { HistoryId } from '../model/history/history-id.ts';
import type { HistoryReader } from '../model/history/history-reader.ts';
import type { TimelinePoints } from '../model/history/timeline.ts';
import type { Span as TimeSpan } from '../state/mode.ts';
import { clean } from '../text/sanitize.ts';
import type { Band } from './area.ts';
import type { Scene } from './scene.ts';
import { plain } from './style.ts';

/** Milliseconds that are shown, and for which a reading holds if the next one is missing. */
const lengths: Readonly<Record<TimeSpan, { readonly shown: number; readonly holds: number }>> = {
  '10m': { shown: 600_000, holds: 75_000 },
  '1h': { shown: 3_600_000, holds: 90_000 },
  '24h': { shown: 86_400_000, holds: 900_000 },
};

/** Most layers; the smallest projects share the last one. */
const MOST_BANDS = 6;

/** The past in columns. Each holds the last reading in its interval. */
export interface Past {
  /** Milliseconds since 1970 at the left edge, and at the right one, which is now. */
  readonly from: number;
  readonly until: number;
  /** The lowest layer first. Together they are the memory used. */
  readonly bands: readonly Band[];
  /** Bytes that the machine used. */
  readonly used: readonly (number | null)[];
  readonly events: readonly HistoryEvent[];
}

/** The memory of all projects, or of one. @param project null for all */
export function pastOf(
  { state, history, theme }: Scene,
  span: TimeSpan,
  project: string | null,
  columns: number,
): Past {
  const { shown, holds } = lengths[span];
  const until = (state.frozen?.latest ?? state.model)?.at ?? 0;
  const from = until - shown;
  const column = (id: HistoryId) => inColumns(history.timeline(id, span), from, until, columns, holds);
  const events = history.events.filter(
    ({ at, projectId }) => at >= from && at <= until && (project === null || projectId === project),
  );
  const used = column('host');
  const { patterns } = theme.glyphs;
  const bandOf = (id: HistoryId, values: readonly (number | null)[]): Band => {
    const key = id.replace(/^project:/, '');
    const hue = state.hues.get(key) ?? patterns.length - 1;
    const name = clean(history.nameOf(id) ?? key);
    return { name, fill: theme.project(hue).fill, pattern: patterns[hue % patterns.length] ?? '#', values };
  };
  if (project !== null) {
    const id = `project:${project}` as const;
    return { from, until, bands: [bandOf(id, column(id))], used, events };
  }
  const projects = projectIds(history, span).map((id) => ({ id, values: column(id) }));
  projects.sort((a, b) => largest(b.values) - largest(a.values));
  const seen = projects.filter(({ values }) => largest(values) > 0);
  const shownProjects = seen.slice(0, MOST_BANDS);
  const others = seen.slice(MOST_BANDS);
  const system = column('system');
  const bands: Band[] = [
    ...(others.length === 0
      ? []
      : [
          {
            name: `${others.length} others`,
            fill: theme.faint,
            pattern: '.',
            values: sum(
              others.map(({ values }) => values),
              columns,
            ),
          },
        ]),
    ...shownProjects.toReversed().map(({ id, values }) => bandOf(id, values)),
  ];
  const counted = sum([system, ...bands.map(({ values }) => values)], columns);
  const kernel = used.map((value, index) => (value === null ? null : Math.max(0, value - (counted[index] ?? 0))));
  return {
    from,
    until,
    bands: [
      {
        name: 'kernel',
        fill: theme.kernel.bg === undefined ? plain : { fg: theme.kernel.bg },
        pattern: ':',
        values: kernel,
      },
      { name: 'system', fill: theme.faint, pattern: theme.glyphs.cache, values: system },
      ...bands,
    ],
    used,
    events,
  };
}

function projectIds(history: HistoryReader, span: TimeSpan): readonly HistoryId[] {
  return history.timelineIds(span).filter((id) => id.startsWith('project:'));
}

function largest(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}

/** Null if none is known. */
function sum(all: readonly (readonly (number | null)[])[], columns: number): readonly (number | null)[] {
  return Array.from({ length: columns }, (_, column) =>
    all.reduce<number | null>((total, values) => {
      const value = values[column] ?? null;
      return value === null ? total : (total ?? 0) + value;
    }, null),
  );
}

/** For each column the last reading in it, or an older one that still holds; null if there is none. */
export function inColumns(
  { at, values }: TimelinePoints,
  from: number,
  until: number,
  columns: number,
  holds: number,
): readonly (number | null)[] {
  const step = (until - from) / columns;
  let next = 0;
  return Array.from({ length: columns }, (_, column) => {
    const end = from + (column + 1) * step;
    while (next < at.length && (at[next] ?? 0) <= end) next += 1;
    const last = at[next - 1];
    return last === undefined || end - last > Math.max(holds, step) ? null : (values[next - 1] ?? null);
  });
}
