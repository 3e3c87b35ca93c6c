import { resolve } from 'node:path';
import { exposition, Texts } from '../../export/exposition.ts';
import { serveMetrics } from '../../export/http.ts';
import { Series } from '../../export/series.ts';
import { Observations } from '../../model/activity/observations.ts';
import { Observer } from '../../observer.ts';
import { KeptObservations } from '../../own-files/kept-observations.ts';
import { replaceFile } from '../../own-files/public-file.ts';
import { pause } from '../../pause.ts';
import { isOnThisMachine } from '../../source/files/on-this-machine.ts';
import type { Source } from '../../source/source.ts';
import { fileProblem } from '../../text/errno.ts';
import { ownFiles } from '../beside.ts';
import { modelOptions } from '../in-force.ts';
import { readOwnFile } from '../own-file.ts';
import { FILES_TIMEOUT } from '../patience.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/** Longest time to spend on reading memory at each reading, in seconds. */
const BUDGET = 0.05;

/** Longest time between two looks at workers, in seconds: what `w` shows is made of looks that are close together. */
const LOOK_EVERY = 5;

/** A reading counts as recent for this many intervals. */
const RECENT = 3;

/**
 * Exports metrics until stopped: over HTTP, to a file, or once to stdout. It sends no signal, and
 * runs no program but ss(8) and id(1), which tell what the kernel and the user database know.
 * @returns text for stdout; empty if the metrics go elsewhere
 * @throws UsageError if the address, the token or the file cannot be used
 */
export async function exportMetrics(source: Source, settings: Settings, stop: AbortSignal): Promise<string> {
  const { once, textfile, interval } = settings;
  const observer = new Observer(source, modelOptions(settings));
  const kept = KeptObservations.of(ownFiles(), process.env);
  const observations = new Observations();
  await kept.readInto(observations);
  const series = new Series(version, observations);
  const read = async (memoryBudget: number) => {
    const model = await observer.observe({ memoryBudget, watch: new Set(), patience: FILES_TIMEOUT });
    observations.record(model);
    series.observe(model);
  };
  if (once) {
    // The first reading finds the servers, the second their sockets, the third all memory and what workers do.
    await read(0);
    await read(0);
    await read(Number.POSITIVE_INFINITY);
    const text = exposition(series.scrape(), 'prometheus');
    if (textfile === null) return text;
    await writeTextfile(textfile, text);
    return '';
  }
  const serving = textfile === null ? await serve(settings, series) : null;
  const keeping = kept.keepWriting(observations);
  const looks = Math.ceil(interval / LOOK_EVERY);
  try {
    await read(0);
    for (let look = 0; !stop.aborted; look = (look + 1) % looks) {
      await read(look === 0 ? BUDGET : 0);
      serving?.tick();
      if (textfile !== null && look === 0) await writeTextfile(textfile, exposition(series.scrape(), 'prometheus'));
      await pause(interval / looks, stop);
    }
  } finally {
    serving?.close();
    await keeping.end();
  }
  return '';
}

/** A helper process writes what does not lie on this machine: it can be left behind. Rejects with UsageError. */
async function writeTextfile(path: string, text: string): Promise<void> {
  try {
    const whole = resolve(path);
    if (path === '' || isOnThisMachine(whole)) replaceFile(path, text);
    else await ownFiles().publish(whole, text);
  } catch (error) {
    throw new UsageError(`${path || 'a file without a name'} cannot be written: ${fileProblem(error)}`);
  }
}

interface Serving {
  /** Reports a new reading. */
  tick(): void;
  close(): void;
}

async function serve({ listen, tokenFile, interval }: Settings, series: Series): Promise<Serving> {
  const [, bracketed, host = bracketed ?? '', port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(listen) ?? [];
  let readAt = Number.NEGATIVE_INFINITY;
  const texts = new Texts();
  const server = await serveMetrics({
    host,
    port: Number(port),
    token: tokenFile === null ? null : await readToken(tokenFile),
    scrape: (format) => {
      series.scrape();
      return texts.of(format);
    },
    healthy: () => performance.now() - readAt < RECENT * interval * 1000,
  }).catch((error: unknown) => {
    throw new UsageError(`${listen} cannot be listened on: ${fileProblem(error)}`);
  });
  if (!isLoopback(host)) {
    const guard = tokenFile === null ? 'to everyone' : 'to clients with the token';
    process.stderr.write(`workertop: serving metrics on ${listen} ${guard}, without TLS\n`);
  }
  return {
    tick: () => {
      readAt = performance.now();
      texts.renew(series.samples);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

/** Reads the token. Rejects with UsageError if the file cannot be read, is empty, or others may read it. */
async function readToken(path: string): Promise<string> {
  const { text, mode } = await readOwnFile(path).catch((error: unknown) => {
    throw new UsageError(`${path || 'a file without a name'} cannot be read: ${fileProblem(error)}`);
  });
  if ((mode & 0o077) !== 0) throw new UsageError(`${path} can be read by other users: run chmod 600 on it`);
  const token = text.trim();
  if (token === '') throw new UsageError(`${path} contains no token`);
  return token;
}
