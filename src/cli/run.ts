import type { Signals } from '../control/signals.ts';
import { KeptObservations } from '../own-files/kept-observations.ts';
import type { Source } from '../source/source.ts';
import { READ_ONLY } from '../state/answer.ts';
import { plural } from '../text/figures.ts';
import { clean } from '../text/sanitize.ts';
import { ownFiles } from './beside.ts';
import type { Invocation } from './command-line.ts';
import type { OpenLog } from './commands/top.ts';
import type { CommandName } from './commands.ts';
import { endings } from './endings.ts';
import { settingsInForce } from './in-force.ts';
import { mustAnswer } from './own-file.ts';
import { Refusal } from './refusal.ts';
import type { Replaying } from './replaying.ts';
import type { Settings } from './settings.ts';
import { interruptible, machineSources, opened, withSource } from './sources.ts';
import { isDumb } from './terminal.ts';
import { version } from './version.ts';
import { warn } from './warn.ts';

/** A fixed seed: each demo is the same. */
const DEMO_SEED = 2013;

/** The result of a command: text for stdout, and the exit code if not 0. */
export interface Outcome {
  readonly text: string;
  readonly code: number;
}

type Run = (settings: Settings, operands: readonly string[]) => Promise<Outcome>;

/**
 * Runs a command.
 * @throws UsageError for wrong usage; Refusal or another Error if it cannot be done
 */
export async function run({ command, operands, given }: Invocation): Promise<Outcome> {
  return runners[command](await settingsInForce({ command, operands, given }, process.env), operands);
}

// Modules are loaded when their command runs: `list` needs no screen, and `export` nothing that signals.
const runners: Readonly<Record<CommandName, Run>> = {
  top: (settings) => {
    if (settings.machines !== null)
      return canDraw()
        ? fleetOf(settings.machines, settings)
        : listMachines(settings.machines, { ...settings, json: false });
    return withSource(settings, (source) =>
      canDraw() ? live(source, settings) : listOf(source, { ...settings, json: false }),
    );
  },

  list: (settings) => {
    if (settings.machines !== null) return listMachines(settings.machines, settings);
    return withSource(settings, (source) => listOf(source, settings));
  },

  scale: (settings, [target = '', count = '']) =>
    withSource(settings, async (source) => {
      const { scale } = await import('./commands/scale.ts');
      const { confirmed } = await import('./confirmed.ts');
      const { openActionLog, signalsFor } = await import('./acting.ts');
      const stop = interruption();
      const log = openActionLog((text) => process.stderr.write(`workertop: ${clean(text)}\n`), settings.host);
      const confirm = process.stdin.isTTY && process.stderr.isTTY ? confirmed : null;
      try {
        return printed(
          await scale(source, await signalsFor(source, settings), log, { target, count, stop, confirm }, settings),
        );
      } catch (error) {
        throw stop.aborted && error instanceof Refusal ? new Refusal(error.message, Number(stop.reason)) : error;
      } finally {
        await log.close();
      }
    }),

  advise: (settings, [target]) =>
    withSource(settings, async (source) => {
      const { advise } = await import('./commands/advise.ts');
      const { Observations } = await import('../model/activity/observations.ts');
      const kept =
        settings.host === null ? KeptObservations.of(ownFiles(), process.env) : new KeptObservations(ownFiles(), null);
      const observations = new Observations();
      await kept.readInto(observations);
      const text = await advise(source, { target: target ?? null, observations, stop: interruption() }, settings);
      await kept.write(observations);
      return printed(text);
    }),

  tune: (settings, [target = '']) =>
    withSource(settings, async (source) => {
      const { tune } = await import('./commands/tune.ts');
      const { journalFor } = await import('./journals.ts');
      const { openActionLog, signalsFor } = await import('./acting.ts');
      const say = (text: string) => process.stderr.write(`${clean(text)}\n`);
      const log = openActionLog((text) => process.stderr.write(`workertop: ${clean(text)}\n`), settings.host);
      const journal = await journalFor(source, settings);
      const stop = interruption();
      try {
        const text = await tune(
          source,
          await signalsFor(source, settings),
          log,
          { target, journal, stop, say },
          settings,
        );
        return { text, code: stop.aborted ? Number(stop.reason) : 0 };
      } catch (error) {
        throw stop.aborted && error instanceof Refusal ? new Refusal(error.message, Number(stop.reason)) : error;
      } finally {
        await log.close();
      }
    }),

  record: (settings, [file = '']) =>
    withSource(settings, async (source) => {
      const { record } = await import('./commands/record.ts');
      await mustAnswer(file);
      const count = await record(source, file, settings, interruption());
      return printed(`${count} readings in ${file}\n`);
    }),

  replay: async (settings, [file = '']) => {
    const { ReplaySource } = await import('../source/replay.ts');
    const { Replaying } = await import('./replaying.ts');
    const { noSignals } = await import('./acting.ts');
    await mustAnswer(file);
    const source = opened(() => new ReplaySource(file));
    try {
      if (!canDraw()) throw new Error('replay needs a terminal that it can draw on');
      const replaying = new Replaying(source);
      if (settings.at !== null) await replaying.openAt(settings.at);
      return await dashboard(
        source,
        settings,
        noSignals('This is a recording: nothing can be changed.'),
        'REPLAY',
        replaying,
      );
    } finally {
      source.close();
    }
  },

  demo: async (settings) => {
    const { DemoHost } = await import('../source/demo/host.ts');
    const host = new DemoHost({ seed: DEMO_SEED, now: () => performance.timeOrigin + performance.now() });
    if (!canDraw()) return listOf(host.source, settings);
    const { demoSignals, noSignals } = await import('./acting.ts');
    const signals = settings.readOnly ? noSignals(READ_ONLY) : demoSignals(host);
    return dashboard(host.source, settings, signals, 'DEMO');
  },

  export: (settings) =>
    withSource(settings, async (source) => {
      const { exportMetrics } = await import('./commands/export.ts');
      return printed(await exportMetrics(source, settings, interruption()));
    }),

  config: async (settings) => {
    const { showConfig } = await import('./config-file.ts');
    return printed(showConfig(settings));
  },

  completion: async (_, [shell = '']) => {
    const { completion } = await import('./completion.ts');
    return printed(completion(shell));
  },

  help: async () => {
    const { helpText } = await import('./help.ts');
    return printed(helpText());
  },

  version: async () => printed(`workertop ${version}\n`),
};

/** Whether the dashboard can be drawn. If not, `workertop` prints what `list` prints. */
function canDraw(): boolean {
  return process.stdout.isTTY && !isDumb(process.env);
}

function printed(text: string): Outcome {
  return { text, code: 0 };
}

async function listOf(source: Source, settings: Settings): Promise<Outcome> {
  const { list } = await import('./commands/list.ts');
  return printed(await list(source, settings));
}

async function listMachines(machines: readonly string[], settings: Settings): Promise<Outcome> {
  const { listMachines: listAll } = await import('./commands/list-machines.ts');
  const open = await machineSources(settings);
  const { text, lost } = await interruptible('interrupted', (stop) => listAll(machines, open, stop, settings));
  if (lost.length > 0) warn(`${lost.length} of ${plural(machines.length, 'machine')} not read: ${lost.join(', ')}`);
  return { text, code: lost.length > 0 ? 1 : 0 };
}

async function fleetOf(machines: readonly string[], settings: Settings): Promise<Outcome> {
  const { withLocalDescriptions } = await import('./terminfo.ts');
  const { fleet } = await withLocalDescriptions(process.env, () => import('./commands/fleet.ts'));
  return { text: '', code: await fleet(machines, await machineSources(settings), settings) };
}

async function live(source: Source, settings: Settings): Promise<Outcome> {
  const { signalsFor } = await import('./acting.ts');
  return dashboard(source, settings, await signalsFor(source, settings), null);
}

async function dashboard(
  source: Source,
  settings: Settings,
  signals: Signals,
  badge: 'REPLAY' | 'DEMO' | null,
  replaying: Replaying | null = null,
): Promise<Outcome> {
  const { withLocalDescriptions } = await import('./terminfo.ts');
  const { top } = await withLocalDescriptions(process.env, () => import('./commands/top.ts'));
  const { ActionLog, noLog, openActionLog } = await import('./acting.ts');
  const openLog: OpenLog =
    badge === null ? (tell) => openActionLog(tell, settings.host) : () => new ActionLog(noLog, '');
  const code = await top(source, signals, openLog, { badge, replaying }, settings);
  return { text: '', code };
}

/**
 * A signal that aborts when the user ends the command; its reason is the exit code. A second signal of the same kind
 * ends the process at once.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, code] of Object.entries(endings)) process.once(signal, () => controller.abort(code));
  return controller.signal;
}
