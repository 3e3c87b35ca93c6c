import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  list,
  type ReadFailure,
  readBytes,
  readChunks,
  readLink,
  readText,
  readWhole,
  readWholeText,
} from './files.ts';
import { isHeld } from './held.ts';
import { parseOpenFiles } from './parsers/text.ts';
import { StatTable } from './stat-table.ts';
import type { ProcTree, StatScan } from './tree.ts';

/** PROC_SUPER_MAGIC of statfs(2). */
const PROCFS = 0x9fa0;

/** Descriptors left for everything else: sockets, the terminal, files of one process at a time. */
const DESCRIPTORS_SPARED = 96;
const MOST_DESCRIPTORS = 8192;

/** A proc tree in a folder of this machine, read as its readers ask. */
export class LocalTree implements ProcTree {
  readonly root: string;
  readonly opens = true;
  readonly activity = null;
  readonly isOwn: boolean;
  readonly isKernels: boolean;
  readonly isRoot = process.geteuid?.() === 0;
  readonly sys: string;
  readonly architecture = process.arch;
  #stats: StatTable | null = null;

  /** @throws Error if it is not a directory */
  constructor(root: string) {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
      throw new Error(`${root || 'a proc tree without a name'} is not a directory`);
    this.root = root;
    this.isOwn = root === '/proc';
    this.isKernels = isProcfs(root);
    // A copy of another machine's proc tree may have its sys tree beside it.
    this.sys = this.isKernels ? '/sys' : `${dirname(root)}/sys`;
  }

  get self(): number | null {
    const self = Number(this.link('self') ?? Number.NaN);
    return Number.isInteger(self) ? self : null;
  }

  get stats(): StatScan {
    this.#stats ??= new StatTable(this.root, descriptorRoom());
    return this.#stats;
  }

  expect(): void {}

  bytes(name: string, limit?: number): Buffer | ReadFailure {
    return this.#isHeld(name) ? 'held' : readBytes(this.#path(name), limit);
  }

  whole(name: string, limit: number): Buffer | ReadFailure | 'huge' {
    return this.#isHeld(name) ? 'held' : readWhole(this.#path(name), limit);
  }

  text(name: string, limit?: number): string | null {
    return this.#isHeld(name) ? null : readText(this.#path(name), limit);
  }

  wholeText(name: string, limit: number): string | null {
    return this.#isHeld(name) ? null : readWholeText(this.#path(name), limit);
  }

  *chunks(name: string, size: number): Generator<string, ReadFailure | null> {
    return this.#isHeld(name) ? 'held' : yield* readChunks(this.#path(name), size);
  }

  link(name: string): string | null {
    return readLink(this.#path(name));
  }

  list(name: string): readonly string[] | null {
    return list(this.#path(name));
  }

  mostWithin(): number {
    return Number.POSITIVE_INFINITY;
  }

  begin(): void {}

  settle<Result>(read: () => Result): Result {
    return read();
  }

  close(): void {
    this.#stats?.close();
  }

  /** In a copy of a proc tree nothing blocks. */
  #isHeld(name: string): boolean {
    return this.isKernels && isHeld(this.root, name, (pid) => this.#stats?.now(pid) ?? null);
  }

  #path(name: string): string {
    return name.startsWith('/') ? name : `${this.root}/${name}`;
  }
}

/** Whether a directory is the proc file system of this kernel, not a copy of another machine's. */
function isProcfs(root: string): boolean {
  try {
    return statfsSync(root).type === PROCFS;
  } catch {
    return false;
  }
}

function descriptorRoom(): number {
  const limit = parseOpenFiles(readText('/proc/self/limits') ?? '') ?? 1024;
  return Math.max(0, Math.min(MOST_DESCRIPTORS, limit - DESCRIPTORS_SPARED));
}
