import { readFileSync } from 'node:fs';
import type { Server } from '../../model/model.ts';
import type { OwnFiles } from '../../own-files/own-files.ts';
import type { ProcessKey } from '../../snapshot.ts';

/** A trim that may have to be put back: written before its signal, and removed when all is well again. */
export interface Unfinished {
  /** The server's identity. A restart of the server changes it, and then nothing is put back. */
  readonly server: ProcessKey;
  readonly pid: number;
  readonly project: string;
  /** Workers that it had, and that it was trimmed to. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The workertop that runs the tune. */
  readonly by: ProcessKey;
  /** On another machine, what puts the worker back there if the connection breaks. */
  readonly guard?: ProcessKey;
}

/** Remembers a trim that is being tried. */
export interface Journal {
  /** Why this server may not be trimmed with it, as a sentence; null if it may. */
  refusal(server: Server): string | null;
  /** Null if nothing was left unfinished, or its file cannot be read. */
  read(): Promise<Unfinished | null>;
  /**
   * Rejects if it cannot be written, or with Busy if it is another workertop's: then nothing may be trimmed.
   */
  write(tune: Omit<Unfinished, 'by'>): Promise<void>;
  clear(): Promise<void>;
  /** Call this when a run ends, however it does: a trim that was not cleared is left to the next one. */
  release(): void;
}

/** The journal is another workertop's; the message is a sentence. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

const VERSION = 2;

/** A journal in a file, which outlives a crash of workertop. */
export class TuneJournal implements Journal {
  readonly #files: OwnFiles;
  readonly #path: string | null;

  /** @param path null if there is nowhere to keep it */
  constructor(files: OwnFiles, path: string | null) {
    this.#files = files;
    this.#path = path;
  }

  refusal(): null {
    return null;
  }

  async read(): Promise<Unfinished | null> {
    try {
      const kept: unknown = this.#path === null ? null : JSON.parse((await this.#files.read(this.#path)) ?? 'null');
      return isKept(kept) ? kept.tune : null;
    } catch {
      return null;
    }
  }

  async write(tune: Omit<Unfinished, 'by'>): Promise<void> {
    if (this.#path === null) throw new Error('there is no home directory to keep a journal in');
    // Another one may have begun while this one watched.
    const other = await this.read();
    if (other !== null && other.by !== ownKey()) throw new Busy(busyText(other));
    await this.#files.replace(this.#path, JSON.stringify({ version: VERSION, tune: { ...tune, by: ownKey() } }));
  }

  async clear(): Promise<void> {
    if (this.#path !== null) await this.#files.remove(this.#path);
  }

  release(): void {}
}

/** A journal for simulated servers, which end with workertop. */
export const noJournal: Journal = {
  refusal: () => null,
  read: async () => null,
  write: async () => {},
  clear: async () => {},
  release: () => {},
};

function isKept(value: unknown): value is { readonly tune: Unfinished } {
  if (typeof value !== 'object' || value === null || !('version' in value) || !('tune' in value)) return false;
  const { version, tune } = value;
  if (version !== VERSION || typeof tune !== 'object' || tune === null) return false;
  const record = tune as Readonly<Record<string, unknown>>;
  const numbers = ['pid', 'from', 'to', 'at'].every((name) => Number.isSafeInteger(record[name]));
  const { guard } = record;
  if (guard !== undefined && !(typeof guard === 'string' && /^\d{1,10}:\d{1,15}$/.test(guard))) return false;
  return numbers && ['server', 'project', 'by'].every((name) => typeof record[name] === 'string');
}

function busyText(other: Unfinished): string {
  if (isUnderWay(other)) return underWayText(other);
  return `A tune of ${other.project} was interrupted meanwhile. Start again: that puts back what it has left.`;
}

export function underWayText({ by, project }: Unfinished): string {
  return `Another workertop, process ${by.split(':')[0]}, is tuning ${project}: one at a time.`;
}

/** Whether another workertop, whose tune it is, still runs. */
export function isUnderWay({ by }: Unfinished): boolean {
  const pid = Number(by.split(':')[0]);
  return by !== ownKey() && by === keyOf(pid);
}

function ownKey(): ProcessKey {
  return keyOf(process.pid) ?? `${process.pid}:`;
}

/** Null if there is no such process. */
function keyOf(pid: number): ProcessKey | null {
  try {
    // proc_pid_stat(5): starttime is field 22, and the third field follows the last parenthesis.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return `${pid}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
