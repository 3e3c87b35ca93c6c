import { resolve } from 'node:path';
import { factRequests, limitRecognition } from '../servers/registry.ts';
import type { FileAnswerer } from '../source/files/files.ts';
import { HelperFiles } from '../source/files/helper-files.ts';
import { liesHere } from '../source/files/lies-here.ts';
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

async function openSource({ source, proc, host, sudo }: Settings): Promise<Source> {
  if (host !== null) {
    if (source !== 'proc' || proc !== '/proc')
      throw new UsageError('--host goes neither with --source nor with --proc');
    return openRemote(host, sudo);
  }
  if (sudo) throw new UsageError('--sudo goes with --host: here, start workertop itself by sudo');
  if (source === 'portable' || process.platform !== 'linux') {
    const { PortableSource } = await import('../source/portable.ts');
    return new PortableSource();
  }
  if (!liesHere(resolve(proc)))
    throw new UsageError(`${proc} is on a network file system, which may not answer: copy it first`);
  const files = startFiles();
  const { ProcSource } = await import('../source/proc/proc-source.ts');
  const { LocalTree } = await import('../source/proc/local-tree.ts');
  limitRecognition(cpuStopwatch);
  return opened(() => new ProcSource({ tree: new LocalTree(proc), factRequests, files }));
}

/**
 * Connects to another machine. ssh may ask for a password if there is a terminal.
 * @throws LostLine if that fails
 */
async function openRemote(host: string, sudo: boolean): Promise<Source> {
  const { RemoteSource } = await import('../source/remote/remote-source.ts');
  const source = new RemoteSource({ destination: host, sudo, mayAsk: false }, factRequests);
  // ssh may have turned off the terminal's echo: it ends first.
  const stop = new AbortController();
  const signals = Object.entries(endings).map(([signal, code]) => [signal, () => stop.abort(code)] as const);
  for (const [signal, abort] of signals) process.once(signal, abort);
  try {
    await source.open(process.stdin.isTTY && process.stderr.isTTY, stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? new Refusal(`${host}: interrupted`, Number(stop.signal.reason)) : error;
  } finally {
    for (const [signal, abort] of signals) process.off(signal, abort);
  }
  return source;
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
