import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Arrivals } from './arrivals.ts';

const TSX = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
const MAIN = fileURLToPath(new URL('load-main.ts', import.meta.url));

/** What is sent. */
export interface Load {
  readonly to: { readonly port: number } | { readonly socketPath: string };
  readonly work: string;
  /** Seconds that a request takes on average. */
  readonly mean: number;
  readonly arrivals: Arrivals;
  readonly seed: number;
  /** Whether connections are kept for the next request. */
  readonly keepAlive?: true;
}

/** What became of one request. Seconds. */
export interface Answered {
  /** What it took at the server. */
  readonly service: number;
  /** From when it was sent until it was answered. */
  readonly latency: number;
  /** From when it was sent until a worker had read it; NaN if the app does not tell. */
  readonly waited: number;
  /** When it was answered, by CLOCK_MONOTONIC. */
  readonly at: number;
}

/** What became of requests. */
export interface Sent {
  readonly count: number;
  readonly failed: number;
}

export interface Sending {
  /** Stops sending, and waits for all answers. */
  end(): Promise<Sent>;
}

/** Sends requests by another process until it is told to end. */
export function startLoad(load: Load, answered: (one: Answered) => void = () => {}): Sending {
  const child = spawn(process.execPath, [TSX, MAIN, JSON.stringify(load)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let sent: Sent = { count: 0, failed: 0 };
  createInterface(child.stdout).on('line', (line) => {
    const [first = Number.NaN, latency = 0, waited = Number.NaN, at = 0] = line.split(' ').map(Number);
    // `sent COUNT FAILED` is the last line.
    if (Number.isNaN(first)) sent = { count: latency, failed: waited };
    else answered({ service: first, latency, waited, at });
  });
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      return sent;
    },
  };
}
