import type { ActionLog } from '../../control/action-log.ts';
import { Controller } from '../../control/controller.ts';
import type { Signals } from '../../control/signals.ts';
import { beyondMost, type Model, type Project, type Server, serverTitle } from '../../model/model.ts';
import { commandText, ownerOf } from '../../model/scaling/command-text.ts';
import { freedBy } from '../../model/scaling/next-to-stop.ts';
import { findTargets, whyNoTarget } from '../../model/scaling/target.ts';
import { silentMount } from '../../model/silent-mount.ts';
import { Observer } from '../../observer.ts';
import { planJson, scaleJson } from '../../output/json.ts';
import { pause } from '../../pause.ts';
import type { Source } from '../../source/source.ts';
import type { Consent, Operation, Question } from '../../state/operation.ts';
import { bytes, plural } from '../../text/figures.ts';
import { clean } from '../../text/sanitize.ts';
import { modelOptions } from '../in-force.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import { Refusal } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { parseCount } from '../value-kinds.ts';
import { warn } from '../warn.ts';

/** Seconds between readings while workers start or exit. */
const INTERVAL = 0.1;

/** Seconds over which swapping is measured. */
const RATE_INTERVAL = 0.3;

export interface ScaleRequest {
  readonly target: string;
  /** `N`, `+N` or `-N`. */
  readonly count: string;
  /** Aborted when the user ends the command. */
  readonly stop: AbortSignal;
  /** Asks on the terminal; null if nobody can be asked. */
  readonly confirm: ((question: string) => Promise<boolean>) | null;
}

/**
 * Sets or changes the number of workers of one master, and waits until the new number is seen.
 * @returns text for stdout
 * @throws Refusal if it cannot be done; UsageError if the number is malformed
 */
export async function scale(
  source: Source,
  signals: Signals,
  log: ActionLog,
  request: ScaleRequest,
  settings: Settings,
): Promise<string> {
  const count = parseCount(request.count);
  const { allowZero, dryRun, json, yes } = settings;
  const observer = new Observer(source, modelOptions(settings));
  await observer.observe({ memoryBudget: 0, watch: new Set(), patience: FILES_TIMEOUT });
  const model = await observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
  for (const mount of model.silentMounts) warn(silentMount(mount));
  const { server, project } = findOne(model, request.target);
  const { current } = server.workers;
  const floor = floorOf(server, allowZero);
  const target = count.sign === '' ? count.number : current + (count.sign === '+' ? count.number : -count.number);
  const { scaling } = server;
  if (!scaling.available) throw new Refusal(target > current ? scaling.reasonToAdd : scaling.reason);
  if (target < floor) {
    throw new Refusal(
      `${project.name} has ${plural(current, 'worker')}, and ${floor} is the minimum: nothing was sent.`,
    );
  }
  const beyond = beyondMost(server, target);
  if (beyond !== null) throw new Refusal(`${beyond} Nothing was sent.`);
  const command = commandText(server, target < current ? -1 : 1, model);
  if (dryRun) return plan(server, project, target, command, json);
  if (target === current)
    return json
      ? planJson(server, project, target, null)
      : `${clean(project.name)} has ${plural(current, 'worker')} already.\n`;
  if (command !== null && !yes) {
    const { label } = server.definition;
    const by = `as ${ownerOf(server)}: ${command}`;
    if (!(await request.confirm?.(`${label} does not scale by signals. Its own command would be run, ${by}`)))
      throw new Refusal(`${label} does not scale by signals. With --yes its own command is run, ${by}`);
  }
  const operation = await run({ observer, server, target, signals, log, request, settings });
  if (operation.phase !== 'done') throw new Refusal(operation.text);
  if (json) return scaleJson(operation);
  const { text, reminder } = operation;
  return `${clean(text)}\n${reminder === null ? '' : `${clean(reminder)}\n`}`;
}

/**
 * The one server that TARGET names, and its project.
 * @throws Refusal if it names no server or several
 */
export function findOne(model: Model, target: string): { readonly server: Server; readonly project: Project } {
  const found = findTargets(model, target);
  const [server] = found;
  if (server === undefined) throw new Refusal(whyNoTarget(model, target));
  if (found.length > 1) {
    const masters = found.map(serverTitle).join(', ');
    const names = found.every(({ managed }) => managed !== null) ? 'its name' : 'its pid';
    throw new Refusal(`${target} matches several: ${masters}. Name one by ${names}.`);
  }
  const project = model.projects.find(({ servers }) => servers.includes(server));
  if (project === undefined) throw new Refusal(whyNoTarget(model, target));
  return { server, project };
}

/** The fewest workers allowed: 1, or the server's own floor of 0 if asked for. */
function floorOf({ workers, definition: { scaling } }: Server, allowZero: boolean): number {
  return allowZero && scaling.method !== 'none' ? Math.min(scaling.floor, workers.floor) : workers.floor;
}

function plan(server: Server, project: Project, target: number, command: string | null, json: boolean): string {
  const { current } = server.workers;
  const frees = target < current ? freedBy(server, current - target) : null;
  if (json) return planJson(server, project, target, frees);
  const freed = frees === null ? '' : `, would free ≈${bytes(frees)}`;
  const by = command === null ? '' : `, by ${command}`;
  return `${clean(`${project.name} ${current} → ${target} workers${freed}${by}`)}: a dry run, nothing was sent.\n`;
}

interface Run {
  readonly observer: Observer;
  readonly server: Server;
  readonly target: number;
  readonly signals: Signals;
  readonly log: ActionLog;
  readonly request: ScaleRequest;
  readonly settings: Settings;
}

async function run({ observer, server, target, signals, log, request, settings }: Run): Promise<Operation> {
  const { yes, force } = settings;
  const outcome: { operation: Operation | null; question: Question | null } = { operation: null, question: null };
  const controller = new Controller(signals, {
    operation: (operation) => {
      outcome.operation = operation;
      log.operation(operation);
    },
    notice: (_, text) => {
      throw new Refusal(text);
    },
    question: (question) => {
      outcome.question = question;
    },
  });
  // Rates of swapping need two readings. They matter only when workers are added.
  if (target > server.workers.current) await pause(RATE_INTERVAL);
  const watch = new Set(server.processes.map(({ pid }) => pid));
  controller.observe(await observer.observe({ memoryBudget: 0, watch }));
  const consent = force ? 'memory' : yes ? 'size' : 'none';
  controller.setTarget(server.key, target, { floor: target, consent });
  // Read memory once more if it is unknown, before asking.
  controller.observe(await observer.observe({ memoryBudget: 0, watch }));
  // The question about newer code comes last.
  for (let asked = outcome.question; asked !== null; asked = outcome.question) {
    outcome.question = null;
    const agreed = asked.because === 'code' && (yes || force) ? warned(asked) : await agree(asked, request);
    controller.setTarget(server.key, target, { floor: target, consent: agreed });
    controller.observe(await observer.observe({ memoryBudget: 0, watch }));
  }
  const { stop } = request;
  stop.addEventListener('abort', () => controller.cancel(), { once: true });
  if (stop.aborted) controller.cancel();
  try {
    while (controller.busy) {
      controller.observe(await observer.observe({ memoryBudget: 0, watch: controller.watch }));
      if (controller.busy) await pause(INTERVAL);
    }
  } catch (error) {
    // The connection broke: a running change stays as it is.
    const cut = controller.leave();
    for (const operation of cut) log.operation(operation);
    const reason = error instanceof Error ? error.message : String(error);
    throw cut.length === 0 ? error : new Refusal(`${reason}. ${cut.map(({ text }) => text).join(' ')}`);
  }
  if (outcome.operation === null) throw new Refusal('nothing was sent');
  return outcome.operation;
}

/** Warns instead of asking. */
function warned({ text }: Question): Consent {
  warn(text);
  return 'all';
}

/**
 * Asks for consent.
 * @throws Refusal without it
 */
async function agree({ text, because }: Question, { confirm }: ScaleRequest): Promise<Consent> {
  if (because === 'memory') throw new Refusal(`${text} Nothing was sent. --force adds them anyway.`);
  if (await confirm?.(text)) return because === 'code' ? 'all' : 'size';
  throw new Refusal(`${text} Nothing was sent. --yes goes ahead.`);
}
