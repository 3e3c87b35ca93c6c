import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { openPty } from '../helpers/pty.ts';
import { workertopCommand } from '../helpers/workertop.ts';

let folder: string;
/** A real recording of some readings. */
let good: string;

const [node, cli] = workertopCommand();
const HEADING = '{"workertop":"recording","version":1}\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-recordings-'));
  const file = join(folder, 'good');
  const recorder = spawn(node, [cli, 'record', file, '--delay', '0.1'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => recorder.once('exit', resolve));
  await eventually('three readings', () => {
    return (
      (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0 && readFileSync(file, 'utf8').split('\n').length > 4
    );
  });
  recorder.kill('SIGTERM');
  expect(await ended).toBe(0);
  good = readFileSync(file, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

const broken: readonly (readonly [what: string, contents: () => string | Buffer, says: RegExp])[] = [
  ['an empty file', () => '', /is not a recording of workertop/],
  ['some text', () => 'hello\nworld\n', /is not a recording of workertop/],
  ['a newer version', () => HEADING.replace('1', '2') + good.split('\n')[1], /is not a recording of workertop/],
  ['nothing but the heading', () => HEADING, /holds no reading/],
  [
    'a reading without figures',
    () => `${HEADING}{"processes":[{}],"facts":{},"host":{}}\n`,
    /line 2: is not a reading/,
  ],
  ['facts that are missing', () => HEADING + good.split('\n')[2], /line 2: refers to facts that no earlier line has/],
  ['no gzip at all', () => 'plain', /incorrect header check/],
];

it.each(broken)('a recording is refused in one line: %s', async (what, contents, says) => {
  const file = join(folder, what.includes('gzip') ? 'broken.gz' : 'broken');
  writeFileSync(file, contents());
  const pty = openPty(node, [cli, 'replay', file], { cols: 200 });
  expect((await pty.exit).code).toBe(1);
  const lines = pty.lines().filter((line) => line !== '');
  expect(lines).toEqual([expect.stringMatching(/^workertop: /)]);
  expect(lines[0]).toMatch(says);
  expect({ alternate: pty.alternateScreen(), cursor: pty.cursorVisible() }).toEqual({ alternate: false, cursor: true });
});

it.each(['cut', 'cut.gz'])('a recording that a crash cut off is shown up to there: %s', async (name) => {
  const whole = Buffer.from(good);
  const bytes = name.endsWith('.gz') ? gzipSync(whole) : whole;
  // Within the last reading: how much of what comes before is the first one, which is whole, hangs on the machine.
  writeFileSync(join(folder, name), bytes.subarray(0, -12));
  const pty = await openDashboard(['replay', join(folder, name), '--delay', '0.1']);
  await pty.waitFor('REPLAY');
  await pty.waitFor('PROJECT / PROCESS');
  pty.press('q');
  expect((await pty.exit).code).toBe(0);
});
