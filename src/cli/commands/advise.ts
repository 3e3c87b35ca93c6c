import type { Observations } from '../../model/activity/observations.ts';
import { type Outlook, outlook } from '../../model/activity/outlook.ts';
import {
  bandText,
  type Recommendation,
  recommend,
  secondsText,
  seenText,
} from '../../model/activity/recommendation.ts';
import { type UseShare, usesText } from '../../model/activity/waits.ts';
import { configuredByText } from '../../model/configured-by.ts';
import { History } from '../../model/history/history.ts';
import { type Model, type Project, type Server, serverTitle } from '../../model/model.ts';
import { findTargets, whyNoTarget } from '../../model/scaling/target.ts';
import { Observer } from '../../observer.ts';
import { type TextColumn, tabular } from '../../output/columns.ts';
import { jittered, pause } from '../../pause.ts';
import type { Source } from '../../source/source.ts';
import { bytes, percent } from '../../text/figures.ts';
import { clean, json as jsonText } from '../../text/sanitize.ts';
import { modelOptions } from '../in-force.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';

/** Mean seconds between two readings: close enough to see bursts, and cheap. */
const EVERY = 0.5;

export interface AdviseRequest {
  /** A pid, a project, or project:server; null for every server whose activity is known. */
  readonly target: string | null;
  /** Earlier observations; new ones are added. */
  readonly observations: Observations;
  /** Aborted when the user ends the command: it then reports what was seen by then. */
  readonly stop: AbortSignal;
}

/**
 * Watches servers, and reports how many workers would be enough.
 * @returns text for stdout
 * @throws Refusal if there is no such server
 */
export async function advise(source: Source, request: AdviseRequest, settings: Settings): Promise<string> {
  const { target, observations, stop } = request;
  const observer = new Observer(source, modelOptions(settings));
  const history = new History();
  await observer.observe({ memoryBudget: 0, watch: new Set(), patience: FILES_TIMEOUT });
  let model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
  chosen(model, target);
  const ends = model.uptime + settings.for;
  while (model.uptime < ends && !stop.aborted) {
    await pause(jittered(EVERY), stop);
    model = await observer.observe({ memoryBudget: 0.01, watch: new Set() });
    history.record(model);
    observations.record(model);
  }
  const reports = chosen(model, target).map(({ project, server }) => {
    const uses = history.uses(server.key);
    const seen = outlook(model, project, server, observations);
    return { seen, uses, recommendation: recommend(seen, model, uses, -new Date().getTimezoneOffset()) };
  });
  return settings.json ? adviseJson(reports, model) : adviseText(reports, model);
}

interface Found {
  readonly seen: Outlook;
  readonly uses: readonly UseShare[];
  readonly recommendation: Recommendation;
}

function chosen(
  model: Model,
  target: string | null,
): readonly { readonly project: Project; readonly server: Server }[] {
  const all = model.projects.flatMap((project) => project.servers.map((server) => ({ project, server })));
  if (target === null) {
    const active = all.filter(({ server }) => server.activity !== null);
    if (active.length === 0)
      throw new Refusal('no running server lets workertop see how many of its workers are in use');
    return active;
  }
  const servers = findTargets(model, target);
  if (servers.length === 0) throw new Refusal(whyNoTarget(model, target));
  return all.filter(({ server }) => servers.includes(server));
}

const columns: readonly TextColumn[] = [
  { title: 'WORKERS', align: 'left', goes: null },
  { title: 'MEMORY', align: 'right', goes: null },
  { title: 'USED', align: 'right', goes: null },
  { title: 'WOULD WAIT', align: 'right', goes: null },
  { title: 'ON AVERAGE', align: 'right', goes: null },
  { title: 'SEEN IN USE', align: 'right', goes: null },
  { title: 'SEEN WAITING', align: 'right', goes: null },
];

/** The column that is left out where no time can be told. */
const ON_AVERAGE = 4;

function adviseText(found: readonly Found[], model: Model): string {
  const lines = found.flatMap(({ seen, uses, recommendation }) => {
    const { total } = model.host.memory;
    const rows = seen.choices.map((choice) => [
      `${choice.workers}${choice.isNow ? ' now' : ''}${choice.fits ? '' : ' (does not fit)'}`,
      choice.memory === null ? '' : bytes(choice.memory),
      choice.memory === null ? '' : percent(choice.memory / total),
      bandText(choice) ?? '',
      secondsText(choice) ?? '',
      seenText(choice) ?? '',
      choice.seen === null || choice.seen.waited === null ? '' : percent(choice.seen.waited),
    ]);
    const waits = usesText(uses, model);
    const isTimed = rows.some((row) => row[ON_AVERAGE] !== '');
    const without = (cells: readonly string[]) => cells.filter((_, index) => index !== ON_AVERAGE);
    return [
      `${seen.project.name}, ${serverTitle(seen.server)}`,
      recommendation.text,
      ...(recommendation.confidence === 'none' ? [] : [`Confidence: ${recommendation.confidence}.`]),
      ...(waits === null ? [] : [`In use for: ${waits}.`]),
      `Set by: ${seen.server.workers.configured.where}`,
      ...(isTimed
        ? tabular(columns, rows, null)
        : tabular(
            columns.filter((_, index) => index !== ON_AVERAGE),
            rows.map(without),
            null,
          )),
      '',
    ].map((line) => clean(line).trimEnd());
  });
  return `${lines.join('\n')}\n`.replace(/\n+$/, '\n');
}

function adviseJson(found: readonly Found[], model: Model): string {
  const servers = found.map(({ seen, uses, recommendation }) => ({
    project: seen.project.name,
    kind: seen.server.kind,
    pid: seen.server.head.pid,
    recommendation,
    cores: seen.cores,
    watchedSeconds: Math.round(seen.watched),
    peak:
      seen.peak === null
        ? null
        : { at: new Date(seen.peak.at).toISOString(), workers: seen.peak.workers, ...seen.peak.summary },
    requestSeconds: seen.request,
    uses: uses.map(({ use, share }) => ({ type: use.type, port: use.type === 'net' ? use.port : null, share })),
    choices: seen.choices.map(({ workers, isNow, memory, fits, wait, delay, seconds, seen: observed }) => {
      return {
        workers,
        isNow,
        memory,
        fits,
        wait,
        delay: finite(delay),
        waitSeconds: seconds === null ? null : { low: finite(seconds.low), high: finite(seconds.high) },
        seen: observed,
      };
    }),
    configured: {
      count: seen.server.workers.configured.count,
      by: configuredByText(seen.server.workers.configured.by),
    },
  }));
  return `${jsonText({ schema: 1, at: new Date(model.at).toISOString(), servers }, 2)}\n`;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
