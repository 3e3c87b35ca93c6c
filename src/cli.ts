#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Refusal } from './commands/scale.ts';
import { ActionLog, actionLogPath } from './control/action-log.ts';
import { noSignals, ProcessSignals, type Signals } from './control/signals.ts';
import { helpText, type Options, parseOptions, UsageError } from './options.ts';
import { interests } from './servers/registry.ts';
import type { Source } from './source/source.ts';
import { terminalTraits } from './terminal.ts';

const FAILED = 1;
const WRONG_USAGE = 2;
const INTERRUPTED = 130;

/** Seconds between readings, unless told otherwise. */
const DELAY = 2;

// The reader of a pipe may have had enough: `workertop list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  switch (options.command) {
    case 'help':
      return print(helpText());
    case 'version':
      return print(`workertop ${version()}\n`);
    case 'list':
      return withSource(options, (source) => runList(source, options));
    case 'scale':
      return withSource(options, (source) => runScale(source, options));
    default:
      return withSource(options, (source) =>
        process.stdout.isTTY ? runTop(source, options) : runList(source, options),
      );
  }
}

// Each command is loaded when it is run: `list` needs no screen.

async function runList(source: Source, options: Options): Promise<number> {
  const { list } = await import('./commands/list.ts');
  return print(await list(source, options));
}

async function runScale(source: Source, options: Options): Promise<number> {
  const { scale } = await import('./commands/scale.ts');
  const [target = '', count = ''] = options.operands;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const text = await scale(source, signalsFor(options), actionLog(), {
    ...options,
    target,
    count,
    stop: stop.signal,
  }).catch((error: unknown) => {
    if (stop.signal.aborted && error instanceof Refusal) return complain(error, INTERRUPTED);
    throw error;
  });
  return typeof text === 'string' ? print(text) : text;
}

async function runTop(source: Source, options: Options): Promise<number> {
  const { top } = await import('./commands/top.ts');
  const traits = terminalTraits(process.env);
  return top(source, signalsFor(options), actionLog(), {
    ...options,
    delay: options.delay ?? DELAY,
    sort: options.sort ?? 'mem',
    filter: options.filter ?? '',
    badge: null,
    terminal: {
      ...traits,
      colors: options.color ? traits.colors : 0,
      ascii: options.ascii || traits.ascii,
    },
  });
}

function actionLog(): ActionLog {
  return new ActionLog(actionLogPath(process.env));
}

function signalsFor({ readOnly, proc }: Options): Signals {
  if (readOnly) return noSignals('workertop was started with --read-only: it sends no signals.');
  if (proc !== '/proc') return noSignals(`Signals reach processes of this machine only, and ${proc} may be another's.`);
  return new ProcessSignals();
}

async function withSource(options: Options, run: (source: Source) => Promise<number>): Promise<number> {
  const source = await openSource(options);
  try {
    return await run(source);
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
  try {
    return new ProcSource({ root: proc, interests });
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
  process.stderr.write(`workertop: ${text.replace(/\p{Cc}+/gu, ' ').trim()}\n`);
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
// stdin and its terminal would keep us here.
if (process.stdout.writableLength === 0) process.exit(code);
process.exitCode = code;
process.stdout.once('drain', () => process.exit(code));
