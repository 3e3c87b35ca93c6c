import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import type { Pty } from '../helpers/pty.ts';

// On the simulated host, whose workers come and go with the keys as real ones do.

const F9 = '\x1b[20~';

let pty: Pty;

beforeEach(async () => {
  pty = await openDashboard(['demo', '--delay', '0.2'], { cols: 100, rows: 40 });
  await pty.waitFor(/gunicorn {2}:8102/);
});
afterEach(() => pty.close().then(() => undefined));

const rows = (lines: readonly string[], pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;

/** Presses a key that changes workers for the first time, and agrees. */
async function agreeTo(key: string, question: RegExp): Promise<void> {
  pty.press(key);
  await pty.waitFor(question);
  pty.press('y');
}

describe('adding and trimming in the dashboard', () => {
  it('asks once, is told in the row while it runs, then with its figures, and is undone', async () => {
    await select(pty, /gunicorn {2}:8102/);
    await agreeTo('-', /Trim a worker of project2: 3 → 2\?/);
    await pty.waitFor(/gunicorn {2}:8102 .*3→2…/);
    await pty.waitFor(/worker 1389 +leaving/);
    await pty.waitFor(/done: project2 3 → 2 workers/);
    await pty.waitFor(/\d+M freed: [\d.]+G → [\d.]+[GM], \d+ → \d+ %.* u undoes it/);
    await pty.waitFor(/To keep it: (?:set 2 instead of workers = 3|workers = 2) in/);
    await pty.waitFor(/gunicorn {2}:8102 .* 2 of 3 /);
    pty.press('u');
    await pty.waitFor(/done: project2 2 → 3 workers/);
    await pty.waitFor(/gunicorn {2}:8102 .* 3 +\d+M/);
    pty.press('l');
    await pty.waitFor((lines) => rows(lines, /\d\d:\d\d:\d\d +project2 [23] → [23] workers/) === 2);
  });

  it('acts on the server of a worker, and says who goes', async () => {
    await select(pty, /worker 1205/);
    await pty.waitFor(/- to 2: \d+M less.* \(1204 goes\)/);
    await agreeTo('-', /gunicorn 1203 chooses who goes: 1204/);
    await pty.waitFor(/done: project1 3 → 2 workers/);
    await pty.waitFor((lines) => rows(lines, /worker 1204/) === 0 && rows(lines, /worker 1205/) === 1);
  });

  it('acts on the web server of a project that has others too', async () => {
    await select(pty, /▾ project2/);
    await agreeTo('+', /Add a worker to project2: 3 → 4\?/);
    await pty.waitFor(/done: project2 3 → 4 workers/);
    await pty.waitFor(/gunicorn {2}:8102 .* 4 of 3 /);
  });

  it('is cancelled by Esc: no more are told to go', async () => {
    await select(pty, /gunicorn {2}:8102/);
    await agreeTo('-', /Trim a worker of project2/);
    pty.press('-');
    await pty.waitFor(/gunicorn {2}:8102 .*→1…/);
    pty.press('escape');
    await pty.waitFor(/cancelled/i);
    await pty.waitFor(
      (lines) =>
        lines.some((line) => /gunicorn {2}:8102 .* 2 of 3 /.test(line)) && !lines.some((line) => /leaving/.test(line)),
    );
  });

  it('acts on all that are tagged, and says so wherever the selection is', async () => {
    for (const row of [/▾ project1/, /gunicorn {2}:8102/]) {
      await select(pty, row);
      pty.press(' ');
      await pty.waitFor(/servers? tagged/);
    }
    pty.press('end');
    await pty.waitFor(/2 servers tagged: project1, project2/);
    pty.press('-');
    for (const row of [/project1 .* 2 of 3 /, /gunicorn {2}:8102.* 2 of 3 /]) await pty.waitFor(row);
    pty.press('U');
    await pty.waitFor((lines) => rows(lines, /●/) === 0);
  });

  it('goes no lower than one worker', async () => {
    await select(pty, /▾ project1/);
    await agreeTo('-', /Trim a worker of project1/);
    pty.press('-', '-', '-', '-');
    await pty.waitFor(/project1 .* 1 of 3 /);
    await pty.waitFor(/done: project1 3 → 1 worker\b/);
    pty.press('-');
    await pty.waitFor(/gunicorn 1203 has 1 worker left: that is the fewest/);
  });

  it('does nothing without a yes', async () => {
    await select(pty, /▾ project1/);
    pty.press('-');
    await pty.waitFor(/Trim a worker of project1/);
    pty.press('n');
    await pty.waitFor(/Cancelled/);
    pty.press('l');
    await pty.waitFor(/Nothing yet/);
  });
});

it('a fit shows what it would trim, trims one by one, and stops when the target is reached', async () => {
  await pty.waitFor(/MEM .* 7\d%/);
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
    const row = pid === '1203' ? 'project1 ' : 'gunicorn  :8102';
    await pty.waitFor(new RegExp(`${row}.* ${to} of 3 `));
  }
});

it('a fit that is not confirmed trims nothing', async () => {
  pty.press('A', '5', '5', 'enter');
  await pty.waitFor(/Fit to 55 %/);
  pty.press('n');
  await pty.waitFor((lines) => rows(lines, /(?:project1 |gunicorn {2}:8102).* 3 +\d+M/) === 2);
  pty.press('l');
  await pty.waitFor(/Nothing yet/);
});

it('a filter works while it is typed, stays with Enter, and goes with Esc', async () => {
  pty.press('/', 'b', 'e', 'a');
  await pty.waitFor((lines) => rows(lines, /\bbeat 1431/) === 1 && rows(lines, /worker \d/) === 0);
  pty.press('t', 'enter');
  await pty.waitFor((lines) => /Filter: beat/.test(lines[0] ?? ''));
  pty.press('escape');
  await pty.waitFor((lines) => rows(lines, /worker \d/) > 5 && !/Filter/.test(lines[0] ?? ''));
});

it('a frozen display stays, and goes on with what has come since', async () => {
  pty.press('p');
  await pty.waitFor((lines) => /PAUSED/.test(lines[0] ?? ''));
  const frozen = pty.lines().slice(3, -5);
  await select(pty, /▾ project1/);
  await agreeTo('-', /Trim a worker of project1/);
  await pty.waitFor(/done: project1 3 → 2 workers/);
  expect(pty.lines().filter((line) => /worker 120/.test(line))).toEqual(
    frozen.filter((line) => /worker 120/.test(line)),
  );
  pty.press('p');
  await pty.waitFor((lines) => !/PAUSED/.test(lines[0] ?? '') && rows(lines, /worker 120/) === 2);
});

it('the selection follows its process when the order turns', async () => {
  await select(pty, /beat 1431/);
  pty.press('I');
  await pty.waitFor(
    (lines) =>
      lines.findIndex((line) => /^▾ project1/.test(line)) > lines.findIndex((line) => /^▾ project2/.test(line)) &&
      rows(lines, /project2 · beat|project2 · celery beat/) === 1,
  );
  pty.press('enter');
  await pty.waitFor(/project2: celery beat 1431/);
});

it('a key jumps to the process that takes most memory', async () => {
  pty.press('G', 'm', 'enter');
  await pty.waitFor(/project1: worker 120\d/);
});

it('a process is killed only after a yes, and only the one that was named', async () => {
  await select(pty, /worker 1205/);
  pty.press(F9, 'end', 'enter');
  await pty.waitFor(/Kill worker 1205 of project1\?/);
  pty.press('n');
  await pty.waitFor(/Cancelled/);
  await pty.waitFor(/worker 1205/);
  pty.press(F9, 'end', 'enter');
  await pty.waitFor(/Kill worker 1205 of project1\?/);
  pty.press('y');
  await pty.waitFor(/Killed worker 1205/);
  await pty.waitFor((lines) => rows(lines, /^ +worker 1205/) === 0 && rows(lines, /^ +worker 120[46]/) === 2);
  // Its master starts another in its place.
  await pty.waitFor(/project1 .* 3 +\d+M/);
});
