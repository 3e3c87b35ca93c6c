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

/**
 * Sends requests by another process until it is told to end.
 * @param answered gets what a request took at the server, and until it was answered. Seconds.
 */
export function startLoad(load: Load, answered: (service: number, latency: number) => void = () => {}): Sending {
  const child = spawn(process.execPath, [TSX, MAIN, JSON.stringify(load)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let sent: Sent = { count: 0, failed: 0 };
  createInterface(child.stdout).on('line', (line) => {
    const [first, second] = line.split(' ');
    if (first === 'sent') {
      const [, count, failed] = line.split(' ').map(Number);
      sent = { count: count ?? 0, failed: failed ?? 0 };
    } else answered(Number(first), Number(second));
  });
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      return sent;
    },
  };
}
