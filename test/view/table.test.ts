import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { table } from '../../src/view/table.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';
import { pressed, type Seen, seenOf, theme256, told } from '../helpers/screen.ts';

const size = { columns: 80, lines: 24 };

function seeing(processes: readonly ProcessSample[], seen: Seen = seenOf(size), uptime = 1000): Seen {
  const model = buildModel(snapshot(processes, { uptime }), null, { memoryTotal: null });
  return told(seen, { type: 'model', model });
}

const tableOf = (seen: Seen) =>
  table({ ...seen, theme: theme256 }).map((line) => line.map(({ text }) => text).join(''));

it.each([
  [null, '–'],
  [0, '0'],
  [7, '7'],
])('a queue of %s is shown as %s', (queue, told) => {
  const lines = tableOf(seeing(gunicorn({ pid: 100, workers: [{}, {}], queue })));
  expect(lines.find((line) => line.includes('▾ project1'))).toMatch(new RegExp(` ${told} *$`));
});

it('memory that a trim frees is marked where it is an estimate', () => {
  const memory = { quality: 'estimate' as const };
  const lines = tableOf(seeing(gunicorn({ pid: 100, workers: [{ memory }, { memory }] })));
  expect(lines.find((line) => line.includes('▾ project1'))).toContain(' ~6.0M ');
});

it('memory that is still to be read is shown as such, not as a number', () => {
  const unread = { quality: 'estimate' as const, pss: null, uss: null };
  const lines = tableOf(seeing(gunicorn({ pid: 100, workers: [{ memory: unread }, { memory: own(100) }] })));
  expect(lines.find((line) => line.includes('▾ project1'))).toMatch(/ 2 of 1 +… /);
  expect(lines.find((line) => line.includes('worker 101'))).toMatch(/ … /);
  expect(lines.find((line) => line.includes('worker 102'))).toMatch(/ 1\d\dM /);
});

/** Projects of a gunicorn with three workers each, and so much memory for each worker. */
const projects = (sizes: readonly number[]) =>
  sizes.flatMap((megabytes, index) =>
    gunicorn({
      pid: 1000 + index * 10,
      project: `site${String(index).padStart(2, '0')}`,
      workers: Array.from({ length: 3 }, () => ({ memory: own(megabytes) })),
    }),
  );

describe('a long list', () => {
  const thirty = Array.from({ length: 30 }, (_, index) => 100 - index);

  it('has one line for each project, and tells where in it the view is', () => {
    const seen = seeing(projects(thirty));
    const lines = tableOf(seen);
    expect(lines.filter((line) => /▸ site\d\d/.test(line))).toHaveLength(17);
    expect(lines.filter((line) => line.endsWith('█')).length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.endsWith('░')).length).toBeGreaterThan(5);
  });

  it('begins at its first row for as long as nobody has chosen another', () => {
    let seen = seeing(projects(thirty));
    seen = seeing(projects(thirty.toReversed()), seen, 1002);
    expect(seen.state.scroll).toBe(0);
    expect(seen.state.rows[0]?.id).toBe(seen.state.selected);
    seen = pressed(seen, 'down');
    const chosen = seen.state.selected;
    seen = seeing(projects(thirty), seen, 1010);
    expect(seen.state.selected).toBe(chosen);
  });

  it('keeps its columns where they are while it is scrolled', () => {
    let seen = seeing([
      ...projects(thirty),
      ...gunicorn({ pid: 5000, project: 'a-project-of-a-long-name', workers: [{}] }),
    ]);
    const column = () => tableOf(seen)[0]?.indexOf('WORKERS');
    const before = column();
    for (let page = 0; page < 4; page++) {
      seen = pressed(seen, 'pagedown');
      expect(column()).toBe(before);
    }
  });
});

describe('the order of rows', () => {
  const order = (seen: Seen) => tableOf(seen).flatMap((line) => /site\d\d/.exec(line)?.[0] ?? []);

  it('stays while figures hardly differ, and changes once they clearly do at two readings running', () => {
    let seen = seeing(projects([100, 99]));
    for (const at of [1002, 1004, 1006]) {
      seen = seeing(projects([100, 102]), seen, at);
      expect(order(seen)).toEqual(['site00', 'site01']);
    }
    seen = seeing(projects([100, 130]), seen, 1008);
    expect(order(seen)).toEqual(['site00', 'site01']);
    seen = seeing(projects([100, 130]), seen, 1010);
    expect(order(seen)).toEqual(['site01', 'site00']);
  });

  it('does not change for a figure of one reading', () => {
    let seen = seeing(projects([100, 90]));
    for (const [at, second] of [
      [1002, 200],
      [1004, 90],
      [1006, 200],
      [1008, 90],
    ] as const) {
      seen = seeing(projects([100, second]), seen, at);
      expect(order(seen)).toEqual(['site00', 'site01']);
    }
  });

  it('does not change within two seconds of a key', () => {
    let seen = pressed(seeing(projects([100, 90])), 'down');
    seen = seeing(projects([100, 200]), seen, 1000.5);
    expect(order(seen)).toEqual(['site00', 'site01']);
    seen = seeing(projects([100, 200]), seen, 1003);
    expect(order(seen)).toEqual(['site01', 'site00']);
  });

  it('is made anew when another one is asked for', () => {
    const seen = pressed(seeing(projects([100, 102])), 'S-i');
    expect(order(seen)).toEqual(['site00', 'site01']);
    expect(tableOf(seen)[0]).toContain('MEM▴');
  });
});
