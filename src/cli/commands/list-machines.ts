import { type MachineReading, machinesDocument, printedJson } from '../../output/json.ts';
import { LostLine, type Source } from '../../source/source.ts';
import { clean } from '../../text/sanitize.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from '../usage-error.ts';
import { type Listed, readMachine } from './list.ts';

/** Machines that are read at a time. */
const MOST_AT_ONCE = 8;

/** A machine that is not connected yet. */
interface Machine extends Source {
  /** @throws LostLine */
  open(mayAsk: boolean, stop: AbortSignal): Promise<void>;
}

/**
 * Reads several machines once, some at a time. One that cannot be read holds up none of the others.
 * @returns text for stdout, and the machines that could not be read
 */
export async function listMachines(
  machines: readonly string[],
  open: (host: string) => Machine,
  stop: AbortSignal,
  settings: Settings,
): Promise<{ readonly text: string; readonly lost: readonly string[] }> {
  const results = new Map<string, Listed | string>();
  const left = machines.values();
  const work = async () => {
    for (const host of left) {
      if (stop.aborted) return;
      results.set(host, await readOne(host, open(host), stop, settings));
    }
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  const all = machines.map((host) => ({ host, result: results.get(host) ?? 'interrupted' }));
  const lost = all.flatMap(({ host, result }) => (typeof result === 'string' ? [host] : []));
  if (settings.json) {
    const readings = all.map(
      ({ host, result }): MachineReading =>
        typeof result === 'string'
          ? { host, error: result, list: null }
          : { host, error: null, list: result.document() },
    );
    return { text: printedJson(machinesDocument(readings)), lost };
  }
  const parts = all.map(({ host, result }) => {
    return `== ${clean(host)} ==\n${typeof result === 'string' ? `Not read: ${clean(result)}.\n` : result.text()}`;
  });
  return { text: parts.join('\n'), lost };
}

/** The machine's list, or why there is none. */
async function readOne(host: string, source: Machine, stop: AbortSignal, settings: Settings): Promise<Listed | string> {
  try {
    await source.open(false, stop);
    return await readMachine(source, { ...settings, host, machines: null });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    if (!(error instanceof LostLine)) throw error;
    return error.message.startsWith(`${host}: `) ? error.message.slice(host.length + 2) : error.message;
  } finally {
    source.close();
  }
}
