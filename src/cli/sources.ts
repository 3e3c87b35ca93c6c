import { resolve } from 'node:path';
import { factRequests, limitRecognition } from '../servers/registry.ts';
import type { FileAnswerer } from '../source/files/files.ts';
import { HelperFiles } from '../source/files/helper-files.ts';
import { isOnThisMachine } from '../source/files/on-this-machine.ts';
import type { RemoteSource } from '../source/remote/remote-source.ts';
import type { Source } from '../source/source.ts';
import { fileHelper } from './beside.ts';
import { endings } from './endings.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { cpuStopwatch } from './stopwatch.ts';
import { UsageError } from './usage-error.ts';

/**
 * Opens the source that the settings name, uses it, and closes it.
 * @throws UsageError if it cannot be opened
 */
export async function withSource<Result>(
  settings: Settings,
  use: (source: Source) => Promise<Result>,
): Promise<Result> {
  const source = await openSource(settings);
  try {
    return await use(source);
  } finally {
    source.close();
  }
}

async function openSource(settings: Settings): Promise<Source> {
  const { source, proc, host, sudo } = settings;
  if (host !== null) {
    refuseLocal(settings);
    return openRemote(host, sudo);
  }
  if (sudo) throw new UsageError('--sudo needs --host: on this machine, run sudo workertop');
  if (source === 'portable' || process.platform !== 'linux') {
    const { PortableSource } = await import('../source/portable.ts');
    return new PortableSource();
  }
  if (!isOnThisMachine(resolve(proc)))
    throw new UsageError(`${proc} is on a network file system, which may not answer: copy it first`);
  const files = startFiles();
  const { ProcSource } = await import('../source/proc/proc-source.ts');
  const { LocalTree } = await import('../source/proc/local-tree.ts');
  limitRecognition(cpuStopwatch);
  return opened(() => new ProcSource({ tree: new LocalTree(proc), factRequests, files }));
}

/** @throws UsageError if options of this machine stand beside those of another */
function refuseLocal({ source, proc }: Settings): void {
  if (source !== 'proc' || proc !== '/proc') throw new UsageError('--host cannot be combined with --source or --proc');
}

/**
 * Connects to another machine. ssh may ask for a password if there is a terminal.
 * @throws LostLine if that fails
 */
async function openRemote(host: string, sudo: boolean): Promise<Source> {
  const open = await remoteSources(sudo);
  const source = open(host);
  // ssh may have turned off the terminal's echo: it ends first.
  await interruptible(`${host}: interrupted`, (stop) => source.open(process.stdin.isTTY && process.stderr.isTTY, stop));
  return source;
}

/**
 * Makes sources of several machines, none of which is connected yet.
 * @throws UsageError if options of this machine stand beside those of others
 */
export async function machineSources(settings: Settings): Promise<(host: string) => RemoteSource> {
  refuseLocal(settings);
  limitRecognition(cpuStopwatch);
  return remoteSources(settings.sudo);
}

async function remoteSources(sudo: boolean): Promise<(host: string) => RemoteSource> {
  const { RemoteSource } = await import('../source/remote/remote-source.ts');
  return (destination) => new RemoteSource({ destination, sudo, mayAsk: false }, factRequests);
}

/**
 * Does something that signals interrupt.
 * @throws Refusal with this reason and the signal's exit code if one did
 */
export async function interruptible<Result>(
  reason: string,
  use: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const signals = Object.entries(endings).map(([signal, code]) => [signal, () => stop.abort(code)] as const);
  for (const [signal, abort] of signals) process.once(signal, abort);
  try {
    const result = await use(stop.signal);
    if (!stop.signal.aborted) return result;
    throw new Error(reason);
  } catch (error) {
    throw stop.signal.aborted ? new Refusal(reason, Number(stop.signal.reason)) : error;
  } finally {
    for (const [signal, abort] of signals) process.off(signal, abort);
  }
}

/** Starts the helper that reads files before everything else, so that it is ready when first asked. */
function startFiles(): FileAnswerer {
  const files = new HelperFiles(fileHelper());
  files.start();
  return files;
}

/**
 * Opens something that the user has named.
 * @throws UsageError if that fails
 */
export function opened<Opened>(open: () => Opened): Opened {
  try {
    return open();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
