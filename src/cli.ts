#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { helpText, type Options, parseOptions, UsageError } from './cli/options.ts';
import { type Settings, settingsFor } from './cli/settings.ts';
import { terminalTraits } from './cli/terminal.ts';
import { ActionLog, actionLogPath } from './control/action-log.ts';
import { asOwnerBy } from './control/as-owner/helper.ts';
import { noSignals, ProcessSignals, type Signals } from './control/signals.ts';
import { interests } from './servers/registry.ts';
import type { Source } from './source/source.ts';
import { fileProblem } from './text/errno.ts';
import { clean } from './text/sanitize.ts';

const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

/** Seconds until a terminal that takes nothing is given up at the end. */
const GIVE_UP = 1;

/** The same demo each time, a little faster than life. */
const DEMO_SEED = 2013;
const DEMO_DELAY = 1;

// A reading every two seconds never earns back what V8's optimising compiler costs: without it a dashboard takes a third less CPU and
// 7 MB less memory, at 100 processes as at 1,000.
setFlagsFromString('--no-opt');

// The reader of a pipe may have had enough: `workertop list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  // A terminal that has gone away is the dashboard's matter.
  if (!process.stdout.isTTY) process.exit(complain(new Error(`stdout: ${fileProblem(error)}`), FAILED));
});

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if (options.command === 'help') return print(helpText());
  if (options.command === 'version') return print(`workertop ${version()}\n`);
  const settings = settingsFor(options, process.env);
  switch (options.command) {
    case 'list':
      return withSource(settings, list);
    case 'scale':
      return withSource(settings, scale);
    case 'record':
      return withSource(settings, record);
    case 'replay':
      return replay(settings);
    case 'demo':
      return demo(settings);
    case 'config':
      return showConfig(settings);
    case 'top':
      return withSource(settings, async (source) => {
        if (options.user !== null) await checkUser(source, options.user);
        return process.stdout.isTTY ? topOf(signalsFor(settings))(source, settings) : list(source, settings);
      });
  }
}

// What a command needs is loaded when it is run: `list` needs no screen.

async function list(source: Source, { options, model }: Settings): Promise<number> {
  const { list } = await import('./cli/commands/list.ts');
  return print(await list(source, { json: options.json, model }));
}

async function scale(source: Source, settings: Settings): Promise<number> {
  const { Refusal, scale } = await import('./cli/commands/scale.ts');
  const { options, model } = settings;
  const [target = '', count = ''] = options.operands;
  const { dryRun, json, yes, allowZero } = options;
  const stop = interruption();
  try {
    return print(
      await scale(source, signalsFor(settings), actionLog(), {
        target,
        count,
        dryRun,
        json,
        yes,
        allowZero,
        model,
        stop,
      }),
    );
  } catch (error) {
    if (stop.aborted && error instanceof Refusal) return complain(error, INTERRUPTED);
    throw error;
  }
}

async function record(source: Source, { options, delay }: Settings): Promise<number> {
  const { record } = await import('./cli/commands/record.ts');
  const [file = ''] = options.operands;
  const count = await record(source, { file, delay, stop: interruption('SIGTERM', 'SIGHUP') });
  return print(`${count} readings in ${file}\n`);
}

async function replay(settings: Settings): Promise<number> {
  const { ReplaySource } = await import('./source/replay.ts');
  const [file = ''] = settings.options.operands;
  const source = usable(() => new ReplaySource(file));
  const recorded = 'A recording can only be looked at.';
  const pace = settings.options.delay ?? 1;
  try {
    if (!process.stdout.isTTY) throw new Error('a recording is shown on a terminal');
    return await topOf(noSignals(recorded), 'REPLAY')(source, { ...settings, delay: pace, readOnly: true });
  } finally {
    source.close();
  }
}

async function demo(settings: Settings): Promise<number> {
  const { DemoHost } = await import('./source/demo/host.ts');
  const { demoSignals } = await import('./control/demo-signals.ts');
  const host = new DemoHost({ seed: DEMO_SEED, now: () => performance.timeOrigin + performance.now() });
  const { options, readOnly } = settings;
  if (!process.stdout.isTTY) return list(host.source, { ...settings, options: { ...options, json: false } });
  const signals = readOnly ? noSignals('workertop was started with --read-only.') : demoSignals(host);
  return topOf(signals, 'DEMO')(host.source, { ...settings, delay: options.delay ?? DEMO_DELAY });
}

async function showConfig(settings: Settings): Promise<number> {
  const { showConfig } = await import('./cli/config.ts');
  return print(showConfig(settings));
}

function topOf(signals: Signals, badge: string | null = null) {
  return async (source: Source, settings: Settings): Promise<number> => {
    const { top } = await import('./cli/commands/top.ts');
    const { options, delay, sort, model, readOnly, mouse, hide, color, ascii } = settings;
    const traits = terminalTraits(process.env);
    const terminal = { ...traits, colors: color ? traits.colors : 0, ascii: ascii || traits.ascii } as const;
    const pausable = badge === 'REPLAY';
    const filter = options.filter ?? '';
    const { user } = options;
    const log = badge === null ? actionLog() : new ActionLog(null);
    return top(source, signals, log, {
      delay,
      sort,
      filter,
      user,
      model,
      hidden: hide,
      pausable,
      readOnly,
      mouse,
      badge,
      terminal,
    });
  };
}

function actionLog(): ActionLog {
  return new ActionLog(actionLogPath(process.env));
}

function signalsFor({ readOnly, options: { proc } }: Settings): Signals {
  if (readOnly) return noSignals('workertop was started with --read-only: it sends no signals.');
  if (proc !== '/proc') return noSignals(`Signals reach processes of this machine only, and ${proc} may be another's.`);
  return new ProcessSignals(asOwnerBy(fileURLToPath(new URL('./owner-helper.js', import.meta.url))));
}

/** A user may be one of a container. @throws UsageError for a name that nothing here is of */
async function checkUser(source: Source, name: string): Promise<void> {
  if (
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .some((line) => line.startsWith(`${name}:`))
  )
    return;
  const none: ReadonlySet<number> = new Set();
  const { processes } = await source.read({ memoryBudget: 0, prefer: none, watch: none, listeners: none });
  if (processes.some(({ facts }) => facts.user === name)) return;
  throw new UsageError(`no user ${name}: not in /etc/passwd, and no process is of that name`);
}

/** Aborted by Ctrl-C, or by other signals that ask for an end. */
function interruption(...signals: readonly NodeJS.Signals[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', ...signals]) process.once(signal, () => controller.abort());
  return controller.signal;
}

async function withSource(
  settings: Settings,
  run: (source: Source, settings: Settings) => Promise<number>,
): Promise<number> {
  const source = await openSource(settings.options);
  try {
    return await run(source, settings);
  } finally {
    source.close();
  }
}

async function openSource({ source, proc }: Options): Promise<Source> {
  if (source === 'portable' || process.platform !== 'linux') {
    const { PortableSource } = await import('./source/portable.ts');
    return new PortableSource();
  }
  const { ProcSource } = await import('./source/proc/proc-source.ts');
  return usable(() => new ProcSource({ root: proc, interests }));
}

/** What cannot be opened was named wrongly. */
function usable<Opened>(open: () => Opened): Opened {
  try {
    return open();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}

/** One line, whatever happened. */
function complain(error: unknown, code: number): number {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`workertop: ${clean(text.replace(/\s+/g, ' ').trim())}\n`);
  return code;
}

function fail(error: unknown): number {
  return complain(error, error instanceof UsageError ? WRONG_USAGE : FAILED);
}

// What is thrown where nobody waits for it, in a timer or for a key: the screen gives its terminal back as we exit.
process.on('uncaughtException', (error) => {
  process.once('exit', () => fail(error));
  process.exit(FAILED);
});

const code = await main(process.argv.slice(2)).catch(fail);
// stdin and its terminal would keep us here. What was written is waited for, but not for a terminal that is not read.
process.stdout.write('', (error) => {
  // Told where errors of stdout are.
  if (!error || process.stdout.isTTY) process.exit(code);
});
if (process.stdout.isTTY) setTimeout(() => process.exit(code), GIVE_UP * 1000);
