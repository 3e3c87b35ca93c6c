/**
 * Sends requests in an open loop: each is sent whether or not the ones before were answered. A process of its own, so
 * that nothing is read in step with it. Its argument is a `Load` as JSON. For each answer it prints the seconds that
 * the request took at the server and in all, after its standard input has ended how many it sent and how many failed.
 */
import { request } from 'node:http';
import { pause } from '../../src/pause.ts';
import { arrivalsOf } from './arrivals.ts';
import type { Load } from './load.ts';
import { exponential, seeded } from './random.ts';

const { to, work, mean, arrivals, seed }: Load = JSON.parse(process.argv[2] ?? '');
const random = seeded(seed + 1000);
const next = arrivalsOf(arrivals, seed);
const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();

let sent = 0;
let failed = 0;
const open = new Set<Promise<void>>();

function send(): void {
  sent += 1;
  const service = exponential(mean, random);
  const began = performance.now();
  const answered = new Promise<void>((resolve) => {
    const path = `/${work}?${service.toFixed(6)}`;
    const headers = { connection: 'close' };
    const one = request({ ...to, host: '127.0.0.1', path, agent: false, headers }, (answer) => {
      if (answer.statusCode !== 200) failed += 1;
      answer.resume().on('close', () => {
        process.stdout.write(`${service.toFixed(6)} ${((performance.now() - began) / 1000).toFixed(6)}\n`);
        resolve();
      });
    });
    one.on('error', () => {
      failed += 1;
      resolve();
    });
    one.end();
  }).then(() => {
    open.delete(answered);
  });
  open.add(answered);
}

// By the clock and not from one timer to the next, whose delays would add up.
let due = performance.now();
while (!stop.signal.aborted) {
  const { gap, count } = next();
  due += gap * 1000;
  await pause(Math.max(0, (due - performance.now()) / 1000), stop.signal);
  for (let one = 0; one < count && !stop.signal.aborted; one++) send();
}
await Promise.all(open);
process.stdout.write(`sent ${sent} ${failed}\n`);
