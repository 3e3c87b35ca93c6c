import { pause } from '../../pause.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import { isGeneralDirectory } from '../../text/general-directories.ts';
import type { FileAnswerer, Viewpoint } from '../files/files.ts';

/** Seconds for which an answer holds: a change of workers is read many times a second. */
const LASTING = 2;

/** Most seconds that a reading waits for an answer. */
const LONGEST = 1;

interface LastAnswer {
  readonly at: number;
  /** Milliseconds since 1970; undefined if unknown. */
  readonly changedAt: number | undefined;
}

/** Finds out when the code changed that a new worker would load. */
export class CodeChanges {
  readonly #files: FileAnswerer;
  readonly #answers = new Map<string, LastAnswer>();

  constructor(files: FileAnswerer) {
    this.#files = files;
  }

  /** The last answer, as milliseconds since 1970; undefined if there is none. */
  of(key: string): number | undefined {
    return this.#answers.get(key)?.changedAt;
  }

  /**
   * Asks anew, and waits for the answer for a second at most.
   * @param wanted matches the names of code files
   * @param now seconds since boot
   */
  async ask(
    key: string,
    { directory }: ProcessFacts,
    wanted: RegExp,
    viewpoint: Viewpoint,
    now: number,
  ): Promise<void> {
    const last = this.#answers.get(key);
    if (last !== undefined && now - last.at < LASTING) return;
    // A directory that holds many projects says nothing of this one's code.
    if (directory === null || !directory.path.startsWith('/') || isGeneralDirectory(directory.path)) return;
    const limit = new AbortController();
    const answer = await Promise.race([
      this.#files.ask(viewpoint, { kind: 'newest', path: directory.path, wanted }),
      pause(LONGEST, limit.signal),
    ]);
    limit.abort();
    const milliseconds = typeof answer === 'object' && answer.status === 'value' ? Number(answer.value[0]) : Number.NaN;
    this.#answers.set(key, { at: now, changedAt: Number.isFinite(milliseconds) ? milliseconds : undefined });
  }

  /**
   * Forgets all processes but these.
   * @param keys processes that still live
   */
  keep(keys: { has(key: string): boolean }): void {
    for (const key of this.#answers.keys()) if (!keys.has(key)) this.#answers.delete(key);
  }
}
