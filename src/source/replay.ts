import { createReadStream, statSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { Snapshot } from '../snapshot.ts';
import { countReadings } from './count-readings.ts';
import { isHeading, RecordingReader } from './recording.ts';
import type { Source } from './source.ts';

/** A step in a recording. */
export type Move =
  | { readonly type: 'readings'; readonly count: number }
  | { readonly type: 'seconds'; readonly seconds: number }
  /** The first reading at or after a time, in milliseconds since 1970. */
  | { readonly type: 'time'; readonly at: number }
  /** The nearest reading in a direction that differs from the reading before it. */
  | { readonly type: 'change'; readonly direction: 1 | -1; differ(a: Snapshot, b: Snapshot): boolean };

/** Plays a recording, one reading after the other. It can jump to any reading. At the end it repeats the last one. */
export class ReplaySource implements Source {
  readonly #path: string;
  #reader: ForwardReader;
  #last: Snapshot | null = null;
  #index = 0;
  #count: number | null = null;
  #move: Move | null = null;
  #stays = false;
  #isCounted = false;

  /** @throws Error if there is no such file */
  constructor(path: string) {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new Error(`${path} does not exist or is not a file`);
    this.#path = path;
    this.#reader = new ForwardReader(path);
  }

  /** Counts all readings, meanwhile. */
  async #countAll(): Promise<void> {
    const count = await countReadings(this.#path);
    // The end itself knows better.
    this.#count ??= count;
  }

  /** Number of the present reading, from 1. */
  get index(): number {
    return this.#index;
  }

  /** Number of readings; null until they have been counted. */
  get count(): number | null {
    return this.#count === null ? null : Math.max(this.#count, this.#index);
  }

  /** Chooses the next reading. */
  go(move: Move): void {
    this.#move = move;
  }

  /** Whether to pause: every reading is the present one until `go` is called. */
  stay(stays: boolean): void {
    this.#stays = stays;
  }

  /** @throws Error with file and line if it is not a recording */
  async read(): Promise<Snapshot> {
    const move = this.#move;
    this.#move = null;
    if (move !== null && this.#last !== null) await this.#follow(move, this.#last);
    else if (!this.#stays || this.#last === null) await this.#next();
    if (this.#last === null) throw new Error(`${this.#path} holds no reading`);
    if (!this.#isCounted) {
      this.#isCounted = true;
      void this.#countAll();
    }
    return this.#last;
  }

  close(): void {
    this.#reader.close();
  }

  /**
   * Advances by one reading.
   * @returns false at the end
   */
  async #next(): Promise<boolean> {
    const snapshot = await this.#reader.next();
    if (snapshot === null) {
      this.#count = this.#index;
      return false;
    }
    this.#last = snapshot;
    this.#index += 1;
    return true;
  }

  async #follow(move: Move, from: Snapshot): Promise<void> {
    switch (move.type) {
      case 'readings':
        return this.#goTo(Math.max(1, this.#index + move.count));
      case 'seconds':
        return this.#goToTime(from.at + move.seconds * 1000);
      case 'time':
        return this.#goToTime(move.at);
      case 'change':
        return move.direction > 0 ? this.#toNextChange(move.differ) : this.#toChangeBefore(move.differ);
    }
  }

  async #goTo(index: number): Promise<void> {
    if (index < this.#index) await this.#restart();
    while (this.#index < index && (await this.#next()));
  }

  async #goToTime(at: number): Promise<void> {
    if ((this.#last?.at ?? 0) > at) await this.#restart();
    if (this.#last === null) await this.#next();
    while ((this.#last?.at ?? at) < at && (await this.#next()));
  }

  async #toNextChange(differ: (a: Snapshot, b: Snapshot) => boolean): Promise<void> {
    for (;;) {
      const before = this.#last;
      if (!(await this.#next()) || before === null || this.#last === null || differ(before, this.#last)) return;
    }
  }

  /** Starts from the beginning, because a reading refers to facts in earlier ones. */
  async #toChangeBefore(differ: (a: Snapshot, b: Snapshot) => boolean): Promise<void> {
    const here = this.#index;
    let target = 1;
    await this.#restart();
    await this.#next();
    while (this.#index < here - 1) {
      const before = this.#last;
      if (!(await this.#next())) break;
      if (before !== null && this.#last !== null && differ(before, this.#last)) target = this.#index;
    }
    await this.#goTo(target);
  }

  async #restart(): Promise<void> {
    this.#reader.close();
    this.#reader = new ForwardReader(this.#path);
    this.#index = 0;
    this.#last = null;
  }
}

/** Reads a recording once, from the beginning. */
class ForwardReader {
  readonly #path: string;
  readonly #recording = new RecordingReader();
  readonly #input: Readable;
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  #broken: Error | null = null;
  #line = 0;

  constructor(path: string) {
    this.#path = path;
    const file = createReadStream(path);
    // A recording that a crash cut off is good up to that point: a missing gzip trailer is no error.
    this.#input = path.endsWith('.gz') ? file.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })) : file;
    this.#interface = createInterface({ input: this.#input, crlfDelay: Number.POSITIVE_INFINITY });
    this.#input.on('error', (error: Error) => {
      this.#broken = error;
      this.#interface.close();
    });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /**
   * The next reading; null at the end.
   * @throws Error with file and line if it is not a recording
   */
  async next(): Promise<Snapshot | null> {
    for (;;) {
      const { done, value: line } = await this.#lines.next();
      this.#line += 1;
      if (this.#broken !== null && this.#line <= 2) throw new Error(`${this.#path}: ${this.#broken.message}`);
      if (this.#line === 1) {
        if (done || !isHeading(line)) throw new Error(`${this.#path} is not a recording of workertop`);
        continue;
      }
      return done ? null : this.#parse(line);
    }
  }

  close(): void {
    this.#interface.close();
    this.#input.destroy();
  }

  #parse(line: string): Snapshot | null {
    try {
      return this.#recording.snapshot(line);
    } catch (error) {
      // The last line may have been cut off.
      if (error instanceof SyntaxError) return null;
      throw new Error(`${this.#path}, line ${this.#line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
