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
await onServerOverSsh(report, compile('crowd'), [0, 1100], 14);
