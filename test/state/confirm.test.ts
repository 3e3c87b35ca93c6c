import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import type { Effect } from '../../src/state/action.ts';
import type { AppState } from '../../src/state/state.ts';
import { update } from '../../src/state/update.ts';
import { gunicorn, own } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';
import { pressed, stateOf } from '../helpers/screen.ts';

const size = { columns: 80, lines: 24 };

function seeing(state: AppState, processes: readonly ProcessSample[], uptime: number): AppState {
  const model = buildModel(snapshot(processes, { uptime }), null, { memoryTotal: null });
  return update(state, { type: 'model', model })[0];
}

/** Two projects, the second of which grows. */
const projects = (second: number) => [
  ...gunicorn({ pid: 100, project: 'first', workers: [{ memory: own(100) }, { memory: own(100) }] }),
  ...gunicorn({ pid: 200, project: 'second', workers: [{ memory: own(second) }, { memory: own(50) }] }),
];

/** The question whether to kill the first worker of the first project. */
function asked(): AppState {
  return pressed(seeing(stateOf(size), projects(50), 1000), 'down', 'down', 'f9', 'end', 'enter');
}

const effectsOf = (state: AppState, key: string): readonly Effect[] =>
  update(state, { type: 'key', key, character: key })[1];

const question = ({ panel }: AppState) => (panel?.type === 'confirm' ? panel.question.join('\n') : null);

describe('a question before something is ended', () => {
  it('names the process by pid, role and project, and says what will be done', () => {
    expect(question(asked())).toMatch(/^Kill worker 101 of first\?\n.*first\.wsgi\n.*\(KILL\)\.$/);
  });

  it('stays with its process while the list moves beneath it', () => {
    const before = asked();
    const moved = seeing(before, projects(500), 1002);
    expect(moved.rows.map(({ id }) => id)).not.toEqual(before.rows.map(({ id }) => id));
    expect(moved.rows[0]?.id).toBe('project:dir:/srv/sites/second');
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
    expect(after.panel).toBeNull();
    expect(after.notice?.text).toMatch(/ended meanwhile: nothing was sent/);
    expect(effectsOf(after, 'y')).toEqual([]);
  });

  it.each(['n', 'escape', 'q'])('is answered with no by %s', (key) => {
    expect(effectsOf(asked(), key)).toEqual([]);
    expect(pressed(asked(), key).panel).toBeNull();
  });

  it.each(['x', '-', 'space', 'down'])('is not answered at all by %s', (key) => {
    expect(effectsOf(asked(), key)).toEqual([]);
    expect(question(pressed(asked(), key))).toBe(question(asked()));
  });
});

it('asks nothing and sends nothing where workertop only looks', () => {
  const state = seeing(stateOf(size, { readOnly: true }), projects(50), 1000);
  for (const keys of [['down', '-'], ['down', '+'], ['u'], ['down', 'f9', 'end', 'enter'], ['l', 'u']]) {
    const before = pressed(state, ...keys.slice(0, -1));
    const [after, effects] = update(before, { type: 'key', key: keys.at(-1) ?? '', character: null });
    expect(effects).toEqual([]);
    expect(after.notice?.text).toContain('--read-only');
  }
});
