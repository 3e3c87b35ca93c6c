import { expect, it } from 'vitest';
import { parseInFlight } from '../../src/source/proc/activity/tcp-info.ts';

/** A line of `ss -tinHO` (iproute2 6.1) of a connection that has sent and received. */
function connection(figures: string, bytes = 'bytes_sent:66 bytes_received:98'): string {
  const ends = 'ESTAB 0      0      127.0.0.1:9292 127.0.0.1:51274';
  return `${ends} bbr wscale:10,10 rto:216 ${bytes} segs_out:33 ${figures} pacing_rate 394299253656bps`;
}

it.each([
  ['has asked and got nothing yet', connection('lastsnd:900 lastrcv:60 lastack:60', 'bytes_received:98'), 1],
  ['has asked since its last answer', connection('lastsnd:900 lastrcv:60 lastack:60'), 1],
  ['has asked again at once, and waits', connection('lastsnd:60 lastrcv:60 lastack:60'), 1],
  ['has its answer', connection('lastsnd:952 lastrcv:1028 lastack:952'), 0],
  ['got its answer at once', connection('lastsnd:952 lastrcv:952 lastack:912'), 0],
  ['has not asked yet', connection('lastsnd:952 lastrcv:952 lastack:952', ''), 0],
])('a client that %s is counted accordingly', (_, line, count) => {
  expect(parseInFlight(`${line}\n`, new Set([9292])).get(9292)).toBe(count);
});
