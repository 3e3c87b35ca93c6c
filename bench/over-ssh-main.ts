import { loadavg } from 'node:os';
import { compile, describeMachine } from './machine.ts';
import { onServerOverSsh } from './over-ssh.ts';
import { Report } from './report.ts';

// What monitors cost on a server that is watched over ssh: `npm run bench:ssh`.

const report = new Report();
const load = loadavg().map((value) => value.toFixed(1));
report.say(
  `${describeMachine()}; load ${load.join(' ')} before; a terminal of 120 × 40, a reading every 2 seconds.`,
  '',
);
// Numbers of processes may be named: each takes three minutes.
const sizes = process.argv.slice(2).map(Number);
await onServerOverSsh(report, compile('crowd'), sizes.length > 0 ? sizes : [0, 1100], 14);
