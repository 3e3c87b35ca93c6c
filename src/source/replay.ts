import { createReadStream, statSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { constants, createGunzip } from 'node:zlib';
import type { Snapshot } from '../snapshot.ts';
import { isHeading, RecordingReader } from './recording.ts';
import type { Source } from './source.ts';

/** A recording, one reading after the other; at its end the last one stays. */
export class ReplaySource implements Source {
  readonly #path: string;
  readonly #reader = new RecordingReader();
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  #broken: Error | null = null;
  #line = 0;
  #last: Snapshot | null = null;

  /** @throws Error when there is no such file */
  constructor(path: string) {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new Error(`${path} is no file`);
    this.#path = path;
    const file = createReadStream(path);
    // One that was cut off by a crash is good up to there: an end without gzip's trailer is no error.
    const input = path.endsWith('.gz') ? file.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })) : file;
    this.#interface = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    input.on('error', (error: Error) => {
      this.#broken = error;
      this.#interface.close();
    });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /** @throws Error with file and line where it is no recording */
  async read(): Promise<Snapshot> {
    const line = await this.#next();
    if (this.#line === 1) {
      if (line === null || !isHeading(line)) throw new Error(`${this.#path} is no recording of workertop`);
      return this.read();
    }
    if (line !== null) {
      const snapshot = this.#parse(line);
      if (snapshot !== null) this.#last = snapshot;
    }
    if (this.#last === null) throw new Error(`${this.#path} holds no reading`);
    return this.#last;
  }

  close(): void {
    this.#interface.close();
  }

  async #next(): Promise<string | null> {
    this.#line += 1;
    const next = await this.#lines.next();
    if (this.#broken !== null && this.#last === null) throw new Error(`${this.#path}: ${this.#broken.message}`);
    return next.done ? null : next.value;
  }

  #parse(line: string): Snapshot | null {
    try {
      return this.#reader.snapshot(line);
    } catch (error) {
      // The last line may have been cut off.
      if (error instanceof SyntaxError) return null;
      throw new Error(`${this.#path}, line ${this.#line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
