/**
 * Sends requests, in an open loop unless there is a number of clients: each is sent whether or not the ones before were
 * answered. A process of its own, so that nothing is read in step with it. Its argument is a `Load` as JSON. For each
 * answer it prints what `Answered` has, after its standard input has ended how many it sent and how many failed.
 */
import { Agent, request } from 'node:http';
import { pause } from '../../src/pause.ts';
import { type Arrival, arrivalsOf } from './arrivals.ts';
import type { Load } from './load.ts';
import { exponential, seeded } from './random.ts';

const { to, work, mean, arrivals, seed, keepAlive }: Load = JSON.parse(process.argv[2] ?? '');
const random = seeded(seed + 1000);
const agent = new Agent({ keepAlive: keepAlive === true });
const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();

let sent = 0;
let failed = 0;
const open = new Set<Promise<void>>();

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

function send(): Promise<void> {
  sent += 1;
  const service = exponential(mean, random);
  const began = monotonic();
  const answered = new Promise<void>((resolve) => {
    const path = `/${work}?${service.toFixed(6)}`;
    const headers = { 'x-sent': began.toFixed(6), ...(keepAlive ? {} : { connection: 'close' }) };
    const one = request({ ...to, host: '127.0.0.1', path, agent, headers }, (answer) => {
      if (answer.statusCode !== 200) failed += 1;
      answer.resume().on('close', () => {
        const now = monotonic();
        const waited = answer.headers['x-waited'] ?? 'NaN';
        process.stdout.write(`${service.toFixed(6)} ${(now - began).toFixed(6)} ${waited} ${now.toFixed(6)}\n`);
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
  return answered;
}

async function client(): Promise<void> {
  while (!stop.signal.aborted) await send();
}

async function openLoop(next: () => Arrival): Promise<void> {
  // By the clock and not from one timer to the next, whose delays would add up.
  let due = performance.now();
  while (!stop.signal.aborted) {
    const { gap, count } = next();
    due += gap * 1000;
    await pause(Math.max(0, (due - performance.now()) / 1000), stop.signal);
    for (let one = 0; one < count && !stop.signal.aborted; one++) send();
  }
}

if (arrivals.kind === 'closed') await Promise.all(Array.from({ length: arrivals.clients }, client));
else await openLoop(arrivalsOf(arrivals, seed));
await Promise.all(open);
process.stdout.write(`sent ${sent} ${failed}\n`);
agent.destroy();
