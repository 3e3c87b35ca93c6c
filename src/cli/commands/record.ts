import { once } from 'node:events';
import { createWriteStream, renameSync, type WriteStream } from 'node:fs';
import { constants, createGzip, type Gzip } from 'node:zlib';
import { Observer } from '../../observer.ts';
import { UnsafePath } from '../../own-files/checked-directory.ts';
import { createPrivately } from '../../own-files/private-file.ts';
import { pause } from '../../pause.ts';
import type { ProcessFacts, Snapshot } from '../../snapshot.ts';
import { HEADING, RecordingWriter } from '../../source/recording.ts';
import type { ReadHints, Source } from '../../source/source.ts';
import { fileProblem } from '../../text/errno.ts';
import { maskArgv } from '../../text/mask-secrets.ts';
import { mustAnswer } from '../own-file.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from '../usage-error.ts';

/** Longest time to spend on reading memory at each reading, in seconds. */
const BUDGET = 0.05;

/** Seconds to wait at the end until everything is on the disk. */
const LAST_WRITES = 5;

/**
 * Records readings to a file until it is told to stop. Secrets are masked. If the recording is bounded by time or size,
 * the file is renamed to `FILE.1` at half of the bound and a new one is begun, so that both together keep within it.
 * @param file compressed if its name ends with `.gz`
 * @returns the number of readings
 * @throws UsageError if the file cannot be opened; Error if the disk is full
 */
export async function record(source: Source, file: string, settings: Settings, stop: AbortSignal): Promise<number> {
  const { delay, keep, max, peers } = settings;
  const observed = new Observed(source);
  const observer = new Observer(observed, { memoryTotal: null });
  let part = new Part(file, peers);
  let count = 0;
  while (!stop.aborted && part.failure === null) {
    await observer.observe({ memoryBudget: BUDGET, watch: new Set(), patience: FILES_TIMEOUT });
    if (observed.last !== null) part.add(observed.last);
    count += 1;
    if ((keep !== null && part.seconds >= keep / 2) || (max !== null && part.bytes >= max / 2)) {
      await part.end();
      await mustAnswer(file);
      renameSync(file, asideOf(file));
      part = new Part(file, peers);
    }
    await pause(delay, stop);
  }
  await part.end();
  return count;
}

/** `FILE.1`, or `NAME.1.gz` of `NAME.gz`. */
function asideOf(file: string): string {
  return file.endsWith('.gz') ? `${file.slice(0, -'.gz'.length)}.1.gz` : `${file}.1`;
}

/** One file of a recording. Each file holds all facts that it refers to. */
class Part {
  readonly #output: WriteStream;
  readonly #gzip: Gzip | null;
  readonly #writer: RecordingWriter;
  /** Uptimes of the first and the last reading. */
  #first: number | null = null;
  #last = 0;
  failure: Error | null = null;

  /**
   * Creates the file.
   * @throws UsageError if it cannot be opened
   */
  constructor(file: string, peers: boolean) {
    this.#writer = new RecordingWriter(masked, peers);
    this.#output = createWriteStream(file, { fd: create(file) });
    this.#gzip = file.endsWith('.gz') ? createGzip({ level: constants.Z_BEST_SPEED }) : null;
    this.#gzip?.pipe(this.#output);
    this.#output.on('error', (error) => {
      this.failure = error;
    });
    this.#write(`${JSON.stringify(HEADING)}\n`);
  }

  /** Seconds from its first reading to its last. */
  get seconds(): number {
    return this.#first === null ? 0 : this.#last - this.#first;
  }

  /** Bytes on the disk, without writes under way. */
  get bytes(): number {
    return this.#output.bytesWritten;
  }

  add(snapshot: Snapshot): void {
    this.#first ??= snapshot.uptime;
    this.#last = snapshot.uptime;
    this.#write(this.#writer.line(snapshot));
    // Flush, so that the file is complete whatever happens next.
    this.#gzip?.flush(constants.Z_SYNC_FLUSH);
  }

  /** @throws Error if the disk is full */
  async end(): Promise<void> {
    if (this.failure !== null) throw this.failure;
    (this.#gzip ?? this.#output).end();
    const limit = new AbortController();
    await Promise.race([once(this.#output, 'close'), pause(LAST_WRITES, limit.signal)]);
    limit.abort();
    if (!this.#output.closed) throw new Error('its file system does not answer: the end of the recording is missing');
  }

  #write(text: string): void {
    (this.#gzip ?? this.#output).write(text);
  }
}

/**
 * Creates the file.
 * @throws UsageError if it cannot be opened
 */
function create(file: string): number {
  try {
    return createPrivately(file);
  } catch (error) {
    const problem = error instanceof UnsafePath ? error.message : fileProblem(error);
    throw new UsageError(`${file || 'a file without a name'} cannot be written: ${problem}`);
  }
}

/** Passes readings on to the observer, which asks for what matters, and keeps the snapshots. */
class Observed implements Source {
  readonly #source: Source;
  last: Snapshot | null = null;

  constructor(source: Source) {
    this.#source = source;
  }

  async read(hints: ReadHints): Promise<Snapshot> {
    this.last = await this.#source.read(hints);
    return this.last;
  }

  close(): void {
    this.#source.close();
  }
}

function masked(facts: ProcessFacts): ProcessFacts {
  const environment = Object.fromEntries(
    Object.entries(facts.environment).map(([name, value]) => [
      name,
      maskArgv([`${name}=${value}`])
        .join(' ')
        .slice(name.length + 1),
    ]),
  );
  return { ...facts, argv: maskArgv(facts.argv), environment };
}
