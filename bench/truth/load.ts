import { request } from 'node:http';
import { pause } from '../machine.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An exponential time with this mean. */
export function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

export interface LoadOptions {
  readonly to: { readonly port: number } | { readonly socketPath: string };
  readonly work: string;
  /** Seconds that a request takes on average. */
  readonly mean: number;
  /** Seconds from one arrival to the next, and how many come with it. */
  next(): { readonly gap: number; readonly count: number };
  readonly random: () => number;
  /** What a request takes, and what it took until it was answered. Seconds. */
  readonly answered?: (service: number, latency: number) => void;
}

/** What became of requests: all times in seconds. */
export interface Sent {
  count: number;
  failed: number;
}

/**
 * An open loop: a request is sent whether or not the ones before were answered. Ends after `stop`, once all are
 * answered.
 */
export async function load(options: LoadOptions, stop: AbortSignal): Promise<Sent> {
  const { to, work, mean, random } = options;
  const sent: Sent = { count: 0, failed: 0 };
  const open = new Set<Promise<void>>();
  const send = () => {
    sent.count += 1;
    const answered = new Promise<void>((resolve) => {
      const service = exponential(mean, random);
      const began = performance.now();
      const path = `/${work}?${service.toFixed(6)}`;
      const one = request(
        { ...to, host: '127.0.0.1', path, agent: false, headers: { connection: 'close' } },
        (answer) => {
          if (answer.statusCode !== 200) sent.failed += 1;
          answer.resume().on('close', () => {
            options.answered?.(service, (performance.now() - began) / 1000);
            resolve();
          });
        },
      );
      one.on('error', () => {
        sent.failed += 1;
        resolve();
      });
      one.end();
    }).then(() => {
      open.delete(answered);
    });
    open.add(answered);
  };
  // By the clock and not from one timer to the next, whose delays would add up.
  let due = performance.now();
  while (!stop.aborted) {
    const { gap, count } = options.next();
    due += gap * 1000;
    await pause(Math.max(0, (due - performance.now()) / 1000));
    for (let one = 0; one < count && !stop.aborted; one++) send();
  }
  await Promise.all(open);
  return sent;
}
