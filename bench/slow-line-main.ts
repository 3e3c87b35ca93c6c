import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../test/helpers/eventually.ts';
import { makeFolder } from '../test/helpers/folder.ts';
import { startJob } from '../test/helpers/job.ts';
import * as kernel from '../test/helpers/kernel.ts';
import { openPty } from '../test/helpers/pty.ts';
import { startSshd } from '../test/helpers/sshd.ts';
import { workertop, workertopCommand } from '../test/helpers/workertop.ts';
import { Report } from './report.ts';

// The dashboard of a gunicorn over ssh, with 150 ms of delay in each direction, while keys and commands scale it:
// `npx tsx bench/slow-line-main.ts MINUTES`, after `npm run build`.

const MINUTES = Number(process.argv[2] ?? 10);

/** Carries bytes to a port and back, each 150 ms late. */
const proxy = `
const socket = require('node:net').connect(Number(process.argv[2]), '127.0.0.1');
const late = (write, end) => ({ data: (bytes) => setTimeout(write, 150, bytes), end: () => setTimeout(end, 150) });
const there = late((bytes) => socket.write(bytes), () => socket.end());
const back = late((bytes) => process.stdout.write(bytes), () => process.exit());
process.stdin.on('data', there.data).on('end', there.end);
socket.on('data', back.data).on('close', back.end).on('error', () => process.exit(1));
`;

const report = new Report();
const folder = makeFolder('slow-line');
// Its name stands in no command line but the server's own, so that a filter finds nothing else.
const app = makeFolder('slow-app');
const sshd = await startSshd();
const port = /^Host dash\n(?: {2}.*\n)*?.* nc 127\.0\.0\.1 (\d+)/m.exec(
  readFileSync(join(dirname(sshd.path), 'ssh_config'), 'utf8'),
)?.[1];
const bin = join(folder, 'bin');
mkdirSync(bin);
writeFileSync(join(folder, 'proxy.cjs'), proxy);
writeFileSync(
  join(bin, 'ssh'),
  `#!/bin/sh\nexec ${sshd.path}/ssh -o 'ProxyCommand ${process.execPath} ${folder}/proxy.cjs ${port}' "$@"\n`,
);
chmodSync(join(bin, 'ssh'), 0o755);
process.env['PATH'] = `${bin}:${process.env['PATH']}`;
writeFileSync(join(app, 'shop.py'), 'def app(e, s):\n    s("200 OK", [])\n    return [b"hi"]\n');
const gunicorn = await startJob(['gunicorn', '-w', '2', '-b', 'unix:shop.sock', 'shop:app'], {
  cwd: app,
  log: join(app, 'log'),
});
const workers = () => kernel.children(gunicorn.pid).length;
await eventually('two workers', () => workers() === 2);
const seconds = (since: number) => (performance.now() - since) / 1000;
const range = (all: readonly number[]) => {
  const sorted = [...all].sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `${at(0)} to ${at(1)} s, half within ${at(0.5)} s (${sorted.length} times)`;
};

const began = performance.now();
const [node, cli] = workertopCommand();
const pty = openPty(node, [cli, '--host', 'dash'], { cols: 120, rows: 40 });
try {
  await pty.waitFor(/gunicorn/, 90);
  report.say(`First list after ${seconds(began).toFixed(1)} s.`);
  pty.press('/', ...'slow-app', 'enter');
  await pty.waitFor(/Filter: slow-app/, 30);
  const byKey: number[] = [];
  const byCommand: number[] = [];
  const moved: number[] = [];
  for (let round = 0; seconds(began) < MINUTES * 60; round++) {
    const target = workers() === 2 ? 3 : 2;
    const asked = performance.now();
    if (round % 3 < 2) {
      pty.press(target === 3 ? '+' : '-');
      await eventually(
        `${target} workers`,
        () => {
          // It asks once a session.
          if (pty.text().includes('y yes')) pty.press('y');
          return workers() === target;
        },
        60,
      );
      byKey.push(seconds(asked));
    } else {
      const { code, stderr } = await workertop('scale', String(gunicorn.pid), String(target), '--host', 'dash');
      if (code !== 0) throw new Error(`scale: ${stderr}`);
      byCommand.push(seconds(asked));
    }
    await sleep(6000);
    const pressed = performance.now();
    pty.press('?');
    await pty.waitFor(/Keys|keys/, 30);
    moved.push(seconds(pressed));
    pty.press('escape');
    await sleep(2000);
  }
  report.say(
    `From a key to the change of one worker: ${range(byKey)}.`,
    `The command scale: ${range(byCommand)}.`,
    `From ? to its panel: ${range(moved)}.`,
  );
} finally {
  await pty.close();
  await gunicorn.stop();
  await sshd.stop();
  for (const one of [folder, app]) rmSync(one, { recursive: true });
}
