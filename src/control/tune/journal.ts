import { readFileSync } from 'node:fs';
import type { ProcessKey } from '../../snapshot.ts';
import { forgetPrivately, keepPrivately, readPrivately } from '../../own-files/private-json.ts';

/** A trim that may have to be put back: written before its signal, and taken away when all is well again. */
export interface Unfinished {
  /** The server's identity, which a restart of it changes: there is nothing to put back then. */
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  /** Workers that it had, and that it was trimmed to. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whose tune it is: the pid of that workertop. */
  readonly by: number;
}

const VERSION = 1;

/** Remembers a tune that is under way, over a crash of workertop. */
export class TuneJournal {
  readonly #path: string | null;

  /** @param path null where there is nowhere to keep it */
  constructor(path: string | null) {
    this.#path = path;
  }

  /** Null where nothing was left unfinished. */
  read(): Unfinished | null {
    try {
      const kept = this.#path === null ? null : readPrivately(this.#path);
      return isKept(kept) ? kept.tune : null;
    } catch {
      return null;
    }
  }

  /** @throws what keeps it from being written: without it nothing may be trimmed */
  write(tune: Unfinished): void {
    if (this.#path === null) throw new Error('there is no home directory to keep a journal in');
    keepPrivately(this.#path, { version: VERSION, tune });
  }

  clear(): void {
    if (this.#path !== null) forgetPrivately(this.#path);
  }
}

function isKept(value: unknown): value is { readonly tune: Unfinished } {
  if (typeof value !== 'object' || value === null || !('version' in value) || !('tune' in value)) return false;
  const { version, tune } = value;
  if (version !== VERSION || typeof tune !== 'object' || tune === null) return false;
  const record = tune as Readonly<Record<string, unknown>>;
  const numbers = ['pid', 'from', 'to', 'at', 'by'].every((name) => Number.isSafeInteger(record[name]));
  return numbers && typeof record['server'] === 'string' && typeof record['project'] === 'string';
}

/** Whether the workertop whose tune it is still runs: another program may have got its pid, and would not have that word. */
export function isUnderWay({ by }: Unfinished): boolean {
  if (by === process.pid) return false;
  try {
    return readFileSync(`/proc/${by}/cmdline`, 'utf8').split('\0').includes('tune');
  } catch {
    return false;
  }
}
