import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { constants, createGzip } from 'node:zlib';
import { UnsafePath } from '../../control/checked-directory.ts';
import { createPrivately } from '../../control/private-file.ts';
import { Observer } from '../../observer.ts';
import { pause } from '../../pause.ts';
import type { ProcessFacts, Snapshot } from '../../snapshot.ts';
import { HEADING, RecordingWriter } from '../../source/recording.ts';
import type { ReadHints, Source } from '../../source/source.ts';
import { fileProblem } from '../../text/errno.ts';
import { maskArgv } from '../../text/mask-secrets.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from '../usage-error.ts';

/** Longest time to spend on reading memory at each reading, in seconds. */
const BUDGET = 0.05;

/** Longest time to wait for files of processes that have come, in seconds. */
const PATIENCE = 0.5;

/**
 * Keeps readings in a file until it is told to stop, secrets masked.
 * @param file compressed where its name ends with `.gz`
 * @returns how many readings there are
 * @throws UsageError when the file cannot be opened; Error when the disk is full
 */
export async function record(source: Source, file: string, { delay }: Settings, stop: AbortSignal): Promise<number> {
  const output = createWriteStream(file, { fd: create(file) });
  const gzip = file.endsWith('.gz') ? createGzip({ level: constants.Z_BEST_SPEED }) : null;
  gzip?.pipe(output);
  const target = gzip ?? output;
  let failure: Error | null = null;
  output.on('error', (error) => {
    failure = error;
  });
  const writer = new RecordingWriter(masked);
  const observed = new Observed(source);
  const observer = new Observer(observed, { memoryTotal: null });
  target.write(`${JSON.stringify(HEADING)}\n`);
  let count = 0;
  while (!stop.aborted && failure === null) {
    await observer.observe({ memoryBudget: BUDGET, watch: new Set(), patience: PATIENCE });
    if (observed.last !== null) target.write(writer.line(observed.last));
    // What is on the disk is good, whatever happens next.
    gzip?.flush(constants.Z_SYNC_FLUSH);
    count += 1;
    await pause(delay, stop);
  }
  if (failure !== null) throw failure;
  target.end();
  await once(output, 'close');
  return count;
}

/** @throws UsageError when it cannot be opened */
function create(file: string): number {
  try {
    return createPrivately(file);
  } catch (error) {
    const problem = error instanceof UnsafePath ? error.message : fileProblem(error);
    throw new UsageError(`${file || 'a file without a name'} cannot be written: ${problem}`);
  }
}

/** The observer asks a source for what matters; the snapshots are what is kept. */
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
