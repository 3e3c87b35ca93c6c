import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { panelOf } from '../../src/state/state.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { caught, sample, snapshot } from '../helpers/samples.ts';
import { effectsOf, pressed, type Seen, seenOf, told } from '../helpers/screen.ts';

const size = { columns: 80, lines: 24 };

function seeing(seen: Seen, processes: readonly ProcessSample[], uptime: number): Seen {
  const model = buildModel(snapshot(processes, { uptime }), null, { memoryTotal: null });
  return told(seen, { type: 'model', model });
}

/** Two projects, the second of which grows. */
const projects = (second: number) => [
  ...gunicorn({ pid: 100, project: 'first', workers: [{ memory: own(100) }, { memory: own(100) }] }),
  ...gunicorn({ pid: 200, project: 'second', workers: [{ memory: own(second) }, { memory: own(50) }] }),
];

/** The question whether to kill the first worker of the first project. */
function asked(): Seen {
  return pressed(seeing(seenOf(size), projects(50), 1000), 'down', 'down', 'f9', 'end', 'enter');
}

const question = ({ state }: Seen) => {
  const panel = panelOf(state);
  return panel?.type === 'confirm' ? panel.question.join('\n') : null;
};

describe('a question before something is ended', () => {
  it('names the process by pid, role and project, and says what will be done', () => {
    expect(question(asked())).toMatch(/^Kill worker 101 of first\?\n.*first\.wsgi\n.*KILL\)\.$/);
  });

  it('stays with its process while the list moves beneath it', () => {
    const before = asked();
    // For two seconds after a key nothing moves.
    const moved = seeing(seeing(before, projects(500), 1002), projects(500), 1010);
    expect(moved.state.rows.map(({ id }) => id)).not.toEqual(before.state.rows.map(({ id }) => id));
    expect(moved.state.rows[0]?.id).toBe('project:dir:/srv/sites/second');
    expect(question(moved)).toBe(question(before));
    expect(effectsOf(moved, 'y')).toEqual([{ type: 'act', action: 'kill', process: '101:10100' }]);
  });

  it.each([
    ['ended', []],
    ['ended, and its pid is another process’s', [{ startTicks: 777 }]],
  ])('is taken back when its process has %s', (_, replaced) => {
    const left = projects(50).filter(({ pid }) => pid !== 101);
    const others = projects(50).flatMap((process) =>
      process.pid === 101 ? replaced.map((by) => ({ ...process, ...by })) : [],
    );
    const after = seeing(asked(), [...left, ...others], 1002);
    expect(panelOf(after.state)).toBeNull();
    expect(after.state.notice?.text).toBe('It has already exited; nothing was sent.');
    expect(effectsOf(after, 'y')).toEqual([]);
  });

  it.each(['n', 'escape', 'q'])('is answered with no by %s', (key) => {
    expect(effectsOf(asked(), key)).toEqual([]);
    expect(panelOf(pressed(asked(), key).state)).toBeNull();
  });

  it.each(['x', '-', 'space', 'down'])('is not answered at all by %s', (key) => {
    expect(effectsOf(asked(), key)).toEqual([]);
    expect(question(pressed(asked(), key))).toBe(question(asked()));
  });
});

it('asks nothing and sends nothing where workertop only looks', () => {
  const seen = seeing(seenOf(size, { readOnly: true }), projects(50), 1000);
  for (const keys of [['down', '-'], ['down', '+'], ['u'], ['down', 'f9', 'end', 'enter'], ['l', 'u']]) {
    const before = pressed(seen, ...keys.slice(0, -1));
    const last = keys.at(-1) ?? '';
    expect(effectsOf(before, last)).toEqual([]);
    expect(pressed(before, last).state.notice?.text).toContain('--read-only');
  }
});

describe('+ and - with a question first', () => {
  const asking = (confirm: 'always' | 'first' | 'never', queue = 0) => {
    const settings = { delay: 2, theme: 'auto', confirm, mouse: false, hidden: [] } as const;
    const workers = [{ memory: own(100) }, { memory: own(100) }, { memory: own(100) }];
    return seeing(seenOf(size, { settings }), gunicorn({ pid: 100, project: 'first', workers, queue }), 1000);
  };

  it('are asked about once in a session, with what goes and what it frees', () => {
    const seen = pressed(asking('first'), '-');
    expect(question(seen)).toMatch(/^Trim a worker of first: 3 → 2\?\n.*101.*frees ≈100M/);
    expect(effectsOf(seen, 'y')).toMatchObject([{ type: 'scale', delta: -1 }]);
    const agreed = pressed(seen, 'y');
    expect(effectsOf(agreed, '-')).toMatchObject([{ type: 'scale', delta: -1 }]);
    expect(effectsOf(pressed(seen, 'n'), '-')).toEqual([]);
  });

  it('are asked about each time, or never, as is set', () => {
    expect(question(pressed(asking('always'), '-', 'y', '-'))).toContain('Trim a worker');
    expect(effectsOf(asking('never'), '-')).toMatchObject([{ type: 'scale', delta: -1 }]);
  });

  it('are asked about again before a trim while connections wait', () => {
    const seen = pressed(asking('first', 4), '+', 'y', '-');
    expect(question(seen)).toContain('4 connections waiting.');
    expect(effectsOf(pressed(asking('first', 4), '+', 'y'), '+')).toMatchObject([{ type: 'scale', delta: 1 }]);
  });
});

describe('+ and - on any row of a server', () => {
  const workers = [{ memory: own(100) }, { memory: own(100) }];
  const seen = seeing(seenOf(size), gunicorn({ pid: 100, project: 'first', workers }), 1000);

  it.each([
    ['its project', []],
    ['its master', ['down']],
    ['a worker', ['down', 'down', 'down']],
  ])('act on that server: %s', (_, keys) => {
    expect(effectsOf(pressed(seen, ...keys), '-')).toMatchObject([{ type: 'scale', server: '100:10000', delta: -1 }]);
  });

  it('act on the web server of a project that has others too', () => {
    const web = gunicorn({ pid: 100, project: 'first', workers });
    const argv = ['/v/bin/python', '/v/bin/celery', '-A', 'first', 'worker'];
    const [master] = web;
    if (master === undefined) throw new Error('no master');
    const { directory, cwd } = master.facts;
    const celery = [10, 11, 12].map((pid) => {
      const of = pid === 10 ? { caught: caught.celeryMain } : { ppid: 10, caught: caught.celeryPoolChild };
      return sample({ pid, argv, directory, cwd, ...of });
    });
    const both = seeing(seenOf(size), [...web, ...celery], 1000);
    expect(both.state.rows.filter(({ type }) => type === 'server')).toHaveLength(2);
    expect(effectsOf(both, '-')).toMatchObject([{ type: 'scale', server: '100:10000', delta: -1 }]);
  });
});
