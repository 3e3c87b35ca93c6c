import { describe, expect, it } from 'vitest';
import { advise } from '../../src/model/advice/advice.ts';
import type { Action } from '../../src/state/action.ts';
import type { Operation } from '../../src/state/operation.ts';
import type { AppState } from '../../src/state/state.ts';
import { update } from '../../src/state/update.ts';
import { frame, settled } from '../../src/view/frame.ts';
import { demoState, pressed, theme256 } from '../helpers/screen.ts';

const small = { columns: 80, lines: 24 };

const told = (state: AppState, ...actions: readonly Action[]) =>
  actions.reduce((current, action) => update(current, action)[0], state);

const text = (state: AppState) =>
  frame(state, theme256)
    .map((line) => line.map((part) => part.text).join(''))
    .join('\n');

async function advised(): Promise<AppState> {
  const state = await demoState(small);
  return state.model === null ? state : told(state, { type: 'advice', advice: advise(state.model, state.history) });
}

describe('the sort menu', () => {
  it('opens at what the table is sorted by', async () => {
    const byCpu = pressed(await demoState(small), 's', 'down', 'down', 'down', 'down', 'enter');
    expect(byCpu.arrangement.sort).toBe('cpu');
    expect(pressed(byCpu, 's', 'down', 'enter').arrangement.sort).toBe('workers');
  });
});

describe('the log', () => {
  it('undoes, as it says', async () => {
    const state = pressed(await demoState(small), 'l');
    expect(update(state, { type: 'key', key: 'u', character: 'u' })[1]).toEqual([{ type: 'undo' }]);
  });

  it('tells what else was done, and what was refused', async () => {
    const state = await demoState(small);
    const shown = told(
      state,
      { type: 'notice', level: 'info', text: 'Killed worker 1204.' },
      { type: 'notice', level: 'warning', text: '1205 has ended.' },
      { type: 'key', key: 'l', character: 'l' },
    );
    expect(text(shown)).toMatch(/\d\d:\d\d:\d\d +1205 has ended\..*\d\d:\d\d:\d\d +Killed worker 1204\./s);
  });

  it('has the newest first, changes and all else by time', async () => {
    const state = await demoState(small);
    const at = state.model?.at ?? 0;
    const change = {
      id: 1,
      text: 'project1 3 → 2 workers',
      startedAt: at - 5000,
      phase: 'done',
      reminder: 'Set -w 2.',
    };
    const shown = told(
      state,
      { type: 'operation', operation: change as unknown as Operation },
      { type: 'notice', level: 'info', text: 'Killed worker 1204.' },
      { type: 'key', key: 'l', character: 'l' },
    );
    expect(text(shown)).toMatch(/Killed worker 1204\..*3 → 2 workers.*Set -w 2/s);
  });
});

describe('the advice panel', () => {
  it('goes to the process that an advice is about, opening what it is in', async () => {
    const state = pressed(await advised(), 'f5');
    expect(state.rows.some(({ type }) => type === 'server')).toBe(false);
    const beat = state.advice.findIndex(({ kind }) => kind === 'beat');
    const there = pressed(state, 'a', ...Array.from({ length: beat }, () => 'down'), 'enter');
    expect(there.panel).toBeNull();
    const row = there.rows.find(({ id }) => id === there.selected);
    expect(row?.type === 'server' && row.server.kind).toBe('celery-beat');
  });

  it('says so where the filter hides it', async () => {
    const filtered = pressed(await advised(), '/', 'r', 'e', 'd', 'i', 's', 'enter');
    const there = pressed(filtered, 'a', 'enter');
    expect(there.panel).toBeNull();
    expect(there.notice?.text).toBe('The filter hides it.');
  });
});

describe('a panel that scrolls', () => {
  it.each(['?', 'enter'])('comes back from its end with the first key up (%s)', async (key) => {
    const settle = (state: AppState, ...keys: readonly string[]) =>
      keys.reduce((current, one) => settled(pressed(current, one), theme256), state);
    const end = settle(await demoState({ columns: 60, lines: 15 }), key, 'end', 'end', 'pagedown');
    const up = settle(end, 'up');
    expect(text(up)).not.toBe(text(end));
    expect(text(settle(up, 'down'))).toBe(text(end));
  });
});

describe('what is tagged', () => {
  it('is scaled together, and what of it is not stays told while the others are', async () => {
    const tagged = pressed(await demoState(small), 'down', 'space', 'end', 'up', 'up', 'up', 'up', 'up', 'space');
    expect(tagged.tagged.size).toBe(2);
    const [refused, effects] = update(tagged, { type: 'key', key: '-', character: '-' });
    expect(effects).toMatchObject([{ type: 'scale', delta: -1 }]);
    const change = { id: 1, server: '1203:1', text: 'project1 3 → 2 workers: 3 now …', phase: 'running' };
    const begun = told(refused, { type: 'operation', operation: change as unknown as Operation });
    expect(text(begun)).toContain('celery 1420 is asked for by itself first.');
    const done = { ...change, text: 'project1 3 → 2 workers, freed 144M', phase: 'done', reminder: null };
    expect(text(told(begun, { type: 'operation', operation: done as unknown as Operation }))).toContain('freed 144M');
  });
});
