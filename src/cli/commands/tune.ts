import type { ActionLog } from '../../control/action-log.ts';
import { Controller } from '../../control/controller.ts';
import type { Signals } from '../../control/signals.ts';
import { afterLostLine } from '../../control/tune/guarded-journal.ts';
import type { Journal } from '../../control/tune/journal.ts';
import { repaired } from '../../control/tune/put-back.ts';
import { tune as run, type TuneResult, tuneRefusal } from '../../control/tune/tune.ts';
import { outcomeText } from '../../control/tune/tune-text.ts';
import { type Found, type TuneOptions, TuneRefusal, type TuneWorld } from '../../control/tune/world.ts';
import { configuredByText } from '../../model/configured-by.ts';
import type { Model } from '../../model/model.ts';
import type { Refused } from '../../model/refused.ts';
import { Observer } from '../../observer.ts';
import { type TextColumn, tabular } from '../../output/columns.ts';
import { jittered, pause } from '../../pause.ts';
import type { ProcessKey } from '../../snapshot.ts';
import { LostLine, type Source } from '../../source/source.ts';
import type { Operation } from '../../state/operation.ts';
import { bytes, percent } from '../../text/figures.ts';
import { clean, json as jsonText } from '../../text/sanitize.ts';
import { modelOptions } from '../in-force.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { findOne } from './scale.ts';

/** Seconds between two readings while it watches, on average, and while workers come or go. */
const EVERY = 1;
const FAST = 0.1;

export interface TuneRequest {
  readonly target: string;
  readonly journal: Journal;
  /** Aborted when the user ends the run: a trim not yet found good is put back. */
  readonly stop: AbortSignal;
  /** Called as each step begins. */
  say(text: string): void;
}

/** Trims one worker after the other for as long as requests do not wait. @returns text for stdout @throws Refusal */
export async function tune(
  source: Source,
  signals: Signals,
  log: ActionLog,
  request: TuneRequest,
  settings: Settings,
): Promise<string> {
  const observer = new Observer(source, modelOptions(settings));
  const watch: ReadonlySet<number> = new Set();
  // The first reading finds the servers, the second where they listen, the third whether their workers are in use.
  for (let reading = 0; reading < 2; reading++) {
    await observer.observe({ memoryBudget: 0, watch, patience: FILES_TIMEOUT });
    await pause(FAST);
  }
  const model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch });
  const { server, project } = findOne(model, request.target);
  const found: Found = { model, project, server };
  const world = worldOf(observer, signals, log, request, settings);
  try {
    const first = await repaired(found, world);
    const { wait, watchFor, fewest, dryRun, keepTrim } = settings;
    const options: TuneOptions = { wait, watch: watchFor, fewest, dryRun, keep: keepTrim };
    const refused = tuneRefusal(first.server, world, options);
    if (refused !== null) throw new TuneRefusal(refused);
    const result = await run(first, world, options);
    return settings.json ? tuneJson(result) : tuneText(result);
  } catch (error) {
    if (error instanceof TuneRefusal) throw new Refusal(error.message);
    if (error instanceof LostLine) throw new Refusal(await lostText(error, request.journal));
    throw error;
  }
}

async function lostText({ message }: LostLine, journal: Journal): Promise<string> {
  const left = await journal.read();
  return left === null ? message : `${message}. ${afterLostLine(left)}`;
}

function worldOf(
  observer: Observer,
  signals: Signals,
  log: ActionLog,
  { journal, stop, say }: TuneRequest,
  { dryRun }: Settings,
): TuneWorld {
  const watch: ReadonlySet<number> = new Set();
  const observe = async (): Promise<Model> => {
    await pause(jittered(EVERY), stop.aborted ? undefined : stop);
    return observer.observe({ memoryBudget: 0.01, watch, connections: true });
  };
  const change = async (key: ProcessKey, target: number, back: boolean): Promise<Operation | Refused> => {
    if (dryRun) return { refused: 'this is a dry run' };
    const outcome: { operation: Operation | null; refusal: string | null } = { operation: null, refusal: null };
    const controller = new Controller(signals, {
      operation: (operation) => {
        outcome.operation = operation;
        log.operation(operation);
      },
      notice: (_, text) => {
        outcome.refusal = text;
      },
      question: ({ text }) => {
        outcome.refusal = text;
      },
    });
    controller.observe(await observer.observe({ memoryBudget: 0, watch }));
    // Workers that it had before may come back without a check of the memory.
    controller.setTarget(key, target, back ? { consent: 'all' } : {});
    try {
      while (controller.busy) {
        controller.observe(await observer.observe({ memoryBudget: 0, watch: controller.watch }));
        if (controller.busy) await pause(FAST);
      }
    } finally {
      // A connection may break in the middle of a change.
      for (const operation of controller.leave()) log.operation(operation);
    }
    return outcome.operation ?? { refused: outcome.refusal ?? 'nothing was sent' };
  };
  return { observe, change, say, watching: () => {}, watched: () => {}, journal, stop };
}

const columns: readonly TextColumn[] = [
  { title: 'WORKERS', align: 'left', goes: null },
  { title: 'IN USE', align: 'right', goes: null },
  { title: 'WAITED', align: 'right', goes: null },
  { title: 'EXPECTED', align: 'right', goes: null },
  { title: 'FREES', align: 'right', goes: null },
  { title: '', align: 'left', goes: null },
];

function tuneText(result: TuneResult): string {
  const rows = result.steps.map(({ workers: count, summary, expected, freed, putBack: why }) => [
    String(count),
    `${summary.inUse.toFixed(1)}±${summary.error.toFixed(1)} of ${summary.total}`,
    summary.waited === null ? '' : percent(summary.waited),
    expected === null ? '' : `≤${percent(expected)}`,
    freed === null ? '' : bytes(freed),
    why ?? '',
  ]);
  const lines = [...tabular(columns, rows, null), outcomeText(result)];
  return `${lines.map((line) => clean(line).trimEnd()).join('\n')}\n`;
}

function tuneJson({ steps, workers, reason, server, project }: TuneResult): string {
  const document = {
    schema: 1,
    project: project.name,
    kind: server.kind,
    pid: server.head.pid,
    workers,
    reason,
    configured: { count: server.workers.configured.count, by: configuredByText(server.workers.configured.by) },
    steps,
  };
  return `${jsonText(document, 2)}\n`;
}
