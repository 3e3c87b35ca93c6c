import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import type { Pty } from '../helpers/pty.ts';

// On the simulated host, whose workers come and go with the keys as real ones do.

const F9 = '\x1b[20~';

let pty: Pty;

beforeEach(async () => {
  pty = await openDashboard(['demo', '--delay', '0.2'], { cols: 100, rows: 30 });
  await pty.waitFor(/master 1388/);
});
afterEach(() => pty.close().then(() => undefined));

const rows = (lines: readonly string[], pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;

describe('adding and trimming', () => {
  it('is told in the row while it runs, then with its figures, and is undone', async () => {
    await select(pty, /master 1388/);
    pty.press('-');
    await pty.waitFor(/master 1388 .*3→2…/);
    await pty.waitFor(/worker 1389 +leaving/);
    await pty.waitFor(/project2 3 → 2 workers, freed \d+M \(predicted \d+M\), memory \d+ % → \d+ %/);
    await pty.waitFor(/A restart forgets it: set 2 instead of workers = 3/);
    await pty.waitFor(/master 1388 .* 2\/5 /);
    pty.press('u');
    await pty.waitFor(/project2 2 → 3 workers, memory/);
    await pty.waitFor(/master 1388 .* 3\/5 /);
    pty.press('l');
    await pty.waitFor((lines) => rows(lines, /\d\d:\d\d:\d\d +project2 [23] → [23] workers/) === 2);
  });

  it('is cancelled by Esc: no more are told to go', async () => {
    await select(pty, /master 1388/);
    pty.press('-', '-');
    await pty.waitFor(/master 1388 .*→1…/);
    pty.press('escape');
    await pty.waitFor(/cancelled/i);
    await pty.waitFor(
      (lines) => lines.some((line) => /master 1388 .* 2\/5 /.test(line)) && !lines.some((line) => /leaving/.test(line)),
    );
  });

  it('acts on all that are tagged', async () => {
    for (const pid of [1203, 1388]) {
      await select(pty, new RegExp(`master ${pid}`));
      pty.press(' ');
      await pty.waitFor(new RegExp(`● master ${pid}`));
    }
    pty.press('-');
    for (const pid of [1203, 1388]) await pty.waitFor(new RegExp(`● master ${pid}.* 2/5 `));
    pty.press('U');
    await pty.waitFor((lines) => rows(lines, /●/) === 0);
  });

  it('goes no lower than one worker', async () => {
    await select(pty, /master 1203/);
    pty.press('-', '-', '-', '-', '-');
    await pty.waitFor(/master 1203 .* 1\/5 /);
    await pty.waitFor(/project1 3 → 1 workers?, freed/);
    pty.press('-');
    await pty.waitFor(/gunicorn 1203 has 1 worker left: that is the fewest/);
  });
});

it('fits: shows what it would trim, does it one by one, and stops when the target is reached', async () => {
  await pty.waitFor(/Mem .* 7\d%/);
  pty.press('A', '5', '5', 'enter');
  await pty.waitFor(/Fit to 55 %/);
  const plan = await pty.waitFor(/workers? to trim: 7\d % → 5\d %/);
  const trims = plan.filter((line) => /master \d+: 3 → [12], frees ≈\d+M/.test(line));
  expect(trims.length).toBeGreaterThan(0);
  await pty.waitFor(/No trim, but project2: beat takes \d+M/);
  pty.press('y');
  await pty.waitFor(/Fit to 55 %: the target is reached, memory is at 5\d %/, 30);
  for (const trim of trims) {
    const [, pid = '', to = ''] = /master (\d+): 3 → (\d)/.exec(trim) ?? [];
    await pty.waitFor(new RegExp(`master ${pid}.* ${to}/5 `));
  }
});

it('does nothing of a plan that is not confirmed', async () => {
  pty.press('A', '5', '5', 'enter');
  await pty.waitFor(/Fit to 55 %/);
  pty.press('n');
  await pty.waitFor((lines) => rows(lines, /master (?:1203|1388).* 3\/5 /) === 2);
  pty.press('l');
  await pty.waitFor(/Nothing yet/);
});

it('filters as it is typed, keeps it with Enter, and clears it with Esc', async () => {
  pty.press('/', 'b', 'e', 'a');
  await pty.waitFor((lines) => rows(lines, /\bbeat 1431/) === 1 && rows(lines, /worker \d/) === 0);
  pty.press('t', 'enter');
  await pty.waitFor((lines) => /Filter: beat/.test(lines[0] ?? ''));
  pty.press('escape');
  await pty.waitFor((lines) => rows(lines, /worker \d/) > 5 && !/Filter/.test(lines[0] ?? ''));
});

it('freezes what is shown, and goes on with what has come since', async () => {
  pty.press('p');
  await pty.waitFor((lines) => /FROZEN/.test(lines[0] ?? ''));
  const frozen = pty.lines().slice(3, -4);
  await select(pty, /master 1203/);
  pty.press('-');
  await pty.waitFor(/project1 3 → 2 workers, freed/);
  expect(pty.lines().filter((line) => /worker 120/.test(line))).toEqual(
    frozen.filter((line) => /worker 120/.test(line)),
  );
  pty.press('p');
  await pty.waitFor((lines) => !/FROZEN/.test(lines[0] ?? '') && rows(lines, /worker 120/) === 2);
});

it('follows the selected process when the order turns', async () => {
  await select(pty, /beat 1431/);
  pty.press('I');
  await pty.waitFor(
    (lines) =>
      lines.findIndex((line) => /^▾ project1/.test(line)) > lines.findIndex((line) => /^▾ project2/.test(line)) &&
      rows(lines, /project2 celery beat/) === 1,
  );
  pty.press('enter');
  await pty.waitFor(/project2: celery beat 1431/);
});

it('jumps to the process that takes most memory', async () => {
  pty.press('G', 'm', 'enter');
  await pty.waitFor(/project1: worker 120\d/);
});

it('kills only after a yes, and only the process that it named', async () => {
  await select(pty, /worker 1205/);
  pty.press(F9, 'end', 'enter');
  await pty.waitFor(/Kill worker 1205 of project1\?/);
  pty.press('n');
  await pty.waitFor(/Nothing was done/);
  await pty.waitFor(/worker 1205/);
  pty.press(F9, 'end', 'enter');
  await pty.waitFor(/Kill worker 1205 of project1\?/);
  pty.press('y');
  await pty.waitFor(/Killed worker 1205/);
  await pty.waitFor((lines) => rows(lines, /^ +worker 1205/) === 0 && rows(lines, /^ +worker 120[46]/) === 2);
  // Its master starts another in its place.
  await pty.waitFor(/master 1203 .* 3\/5 /);
});
