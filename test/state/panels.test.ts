import { describe, expect, it } from 'vitest';
import type { Operation } from '../../src/state/operation.ts';
import { panelOf } from '../../src/state/state.ts';
import { clampScroll } from '../../src/view/frame.ts';
import { advised, demoSeen, effectsOf, linesOf, pressed, type Seen, theme256, told } from '../helpers/screen.ts';

const small = { columns: 80, lines: 24 };

const text = (seen: Seen) => linesOf(seen).join('\n');

function operation(part: Partial<Operation>): Operation {
  return {
    id: 1,
    server: '1203:1',
    pid: 1203,
    project: 'project1',
    kind: 'gunicorn',
    from: 3,
    target: 2,
    current: 2,
    phase: 'done',
    sent: 1,
    came: [],
    loading: null,
    leaving: [],
    predicted: null,
    freed: null,
    usedBefore: 0.7,
    usedNow: 0.6,
    text: 'project1 3 → 2 workers',
    reminder: null,
    line: null,
    startedAt: 0,
    endedAt: null,
    undo: false,
    ...part,
  };
}

describe('the sort menu', () => {
  it('opens at what the table is sorted by', async () => {
    const byCpu = pressed(await demoSeen(small), 's', 'down', 'down', 'down', 'down', 'enter');
    expect(byCpu.state.arrangement.sort).toBe('cpu');
    expect(pressed(byCpu, 's', 'down', 'enter').state.arrangement.sort).toBe('workers');
  });
});

describe('the log', () => {
  it('undoes, as it says', async () => {
    expect(effectsOf(pressed(await demoSeen(small), 'l'), 'u')).toEqual([{ type: 'undo' }]);
  });

  it('tells what else was done, and what was refused', async () => {
    const state = await demoSeen(small);
    const shown = told(
      state,
      { type: 'notice', level: 'info', text: 'Killed worker 1204.' },
      { type: 'notice', level: 'warning', text: '1205 has ended.' },
      { type: 'key', key: 'l', character: 'l' },
    );
    expect(text(shown)).toMatch(/\d\d:\d\d:\d\d +1205 has ended\..*\d\d:\d\d:\d\d +Killed worker 1204\./s);
  });

  it('has the newest first, changes and all else by time', async () => {
    const state = await demoSeen(small);
    const change = operation({ startedAt: (state.state.model?.at ?? 0) - 5000, reminder: 'Set -w 2.' });
    const shown = told(
      state,
      { type: 'operation', operation: change },
      { type: 'notice', level: 'info', text: 'Killed worker 1204.' },
      { type: 'key', key: 'l', character: 'l' },
    );
    expect(text(shown)).toMatch(/Killed worker 1204\..*3 → 2 workers.*Set -w 2/s);
  });
});

describe('the advice panel', () => {
  it('goes to the process that an advice is about, opening what it is in', async () => {
    const seen = pressed(advised(await demoSeen(small)), 'f5');
    const { state } = seen;
    expect(state.rows.some(({ type }) => type === 'server')).toBe(false);
    const beat = state.advice.findIndex(({ kind }) => kind === 'beat');
    const there = pressed(seen, 'a', ...Array.from({ length: beat }, () => 'down'), 'enter');
    expect(panelOf(there.state)).toBeNull();
    const row = there.state.rows.find(({ id }) => id === there.state.selected);
    expect(row?.type === 'server' && row.server.kind).toBe('celery-beat');
  });

  it('says so where the filter hides it', async () => {
    const filtered = pressed(advised(await demoSeen(small)), '/', 'r', 'e', 'd', 'i', 's', 'enter');
    const there = pressed(filtered, 'a', 'enter');
    expect(panelOf(there.state)).toBeNull();
    expect(there.state.notice?.text).toBe('The filter hides it.');
  });
});

describe('a panel that scrolls', () => {
  it.each(['?', 'enter'])('comes back from its end with the first key up (%s)', async (key) => {
    const settle = (seen: Seen, ...keys: readonly string[]) =>
      keys.reduce<Seen>((current, one) => {
        const after = pressed(current, one);
        return { ...after, state: clampScroll({ ...after, theme: theme256 }) };
      }, seen);
    const end = settle(await demoSeen({ columns: 60, lines: 15 }), key, 'end', 'end', 'pagedown');
    const up = settle(end, 'up');
    expect(text(up)).not.toBe(text(end));
    expect(text(settle(up, 'down'))).toBe(text(end));
  });
});

describe('what is tagged', () => {
  it('is named wherever the selection is, and scaled together; what is not stays told while the others are', async () => {
    const seen = await demoSeen(small);
    const celery = seen.state.rows.findIndex((row) => row.type === 'server' && row.server.kind === 'celery');
    const downs = Array.from({ length: celery }, () => 'down');
    const tagged = pressed(seen, 'space', ...downs, 'space', 'end');
    expect(tagged.state.tagged.size).toBe(2);
    expect(text(tagged)).toMatch(/2 servers tagged: project1, project2.*\n \+ and - act on all 2/);
    expect(effectsOf(tagged, '-')).toMatchObject([{ type: 'scale', delta: -1 }]);
    const refused = pressed(tagged, '-');
    const begun = told(refused, { type: 'operation', operation: operation({ phase: 'running', current: 3 }) });
    expect(text(begun)).toContain('celery 1420 needs a confirmation of its own: select it alone first.');
    const done = operation({ freed: 144 * 1024 ** 2 });
    expect(text(told(begun, { type: 'operation', operation: done }))).toContain('144M freed');
  });
});

describe('the outcome of a trim', () => {
  const freed = 150 * 1024 ** 2;
  const done = operation({ freed, line: '-w 2', reminder: 'Lasts until restart. To keep it: set 2 instead of -w 3.' });

  it('tells bytes before percent, what makes it last, and how to undo it, whole at 80 columns', async () => {
    const seen = told(await demoSeen(small), { type: 'operation', operation: done });
    const lines = linesOf(seen).slice(-4, -1);
    expect(lines[0]).toContain('done: project1 3 → 2 workers');
    expect(lines[1]).toMatch(/^ 150M freed: 1\.05G → 922M, 70 → 60 %\. u undoes it\. *$/);
    expect(lines[2]).toMatch(/^ Lasts until restart\. To keep it: set 2 instead of -w 3\. +y copies the line$/);
  });

  it.each([
    [60, 'To keep it: -w 2 in blog.service.'],
    [80, 'To keep it: set 2 instead of -w 3 in blog.service.'],
    [100, 'Lasts until restart. To keep it: set 2 instead of -w 3 in blog.service.'],
    [200, 'Lasts until restart. To keep it: set 2 instead of -w 3 on the command line; started by blog.service.'],
  ])('says at %i columns what makes it last, in as many words as fit', async (columns, told_) => {
    const where = '-w 3 on the command line; started by systemd unit blog.service (systemctl edit blog.service)';
    const reminder = `Lasts until restart. To keep it: set 2 instead of ${where}${' or its drop-in'.repeat(3)}.`;
    const seen = told(await demoSeen({ columns, lines: 15 }), { type: 'operation', operation: { ...done, reminder } });
    expect(
      linesOf(seen)
        .at(-2)
        ?.replace(/ +y copies the line$/, ''),
    ).toBe(` ${told_}`);
  });

  it('tells apart what others took meanwhile, and no percent where they hardly move', async () => {
    const others = { ...done, usedNow: 0.699 };
    const [, line] = linesOf(told(await demoSeen(small), { type: 'operation', operation: others })).slice(-4, -1);
    expect(line).toMatch(/^ 150M freed: 1\.05G → 1\.05G; meanwhile others took 148M\. u undoes it\. *$/);
  });

  it('goes to the clipboard by y, and by no other key', async () => {
    const seen = told(await demoSeen(small), { type: 'operation', operation: done });
    expect(effectsOf(seen, 'y')).toEqual([{ type: 'copy', text: '-w 2' }]);
    for (const key of ['c', 'enter', 'space', 'Y']) {
      expect(effectsOf(seen, key).filter(({ type }) => type === 'copy')).toEqual([]);
    }
    expect(effectsOf(await demoSeen(small), 'y')).toEqual([]);
  });
});

describe('the settings', () => {
  it('hold at once, and are saved by s alone', async () => {
    const seen = pressed(await demoSeen(small), 'f2', 'right');
    expect(seen.state.settings.theme).toBe('dark');
    expect(effectsOf(seen, 's')).toEqual([{ type: 'save', settings: seen.state.settings }]);
    const hidden = pressed(seen, 'down', 'down', 'down', 'down', 'down', 'space', 'escape');
    expect(text(hidden)).not.toContain('WORKERS');
  });
});

describe('a filter', () => {
  const first = ({ state }: Seen) => state.rows.map(({ id }) => id).indexOf(state.selected ?? 'system');

  it('leaves the first row selected if it hides the one that was', async () => {
    const seen = pressed(await demoSeen(small), 'end', '/', 'r', 'e', 'd', 'i', 's');
    expect(first(seen)).toBe(0);
  });

  it('leaves no trace in the order once it is gone', async () => {
    const seen = await demoSeen(small);
    const order = seen.state.rows.map(({ id }) => id);
    const back = pressed(seen, '/', 'r', 'e', 'd', 'i', 's', 'enter', 'escape');
    expect(back.state.rows.map(({ id }) => id)).toEqual(order);
  });
});

describe('a search', () => {
  it('closes again what it opened for fewer letters', async () => {
    const seen = pressed(await demoSeen(small), 'f5');
    const closed = seen.state.rows.length;
    // A worker's pid begins with 13; a letter more, and no row but that of nginx has it.
    const one = pressed(seen, 'f3', '1', '3');
    expect(one.state.rows.length).toBeGreaterThan(closed);
    const other = pressed(one, 'backspace', 'backspace', 'n', 'g', 'i', 'n', 'x');
    expect(other.state.rows).toHaveLength(closed);
  });

  it('goes to the first row that has the text, then to the next, and around', async () => {
    const at = (seen: Seen) => {
      const row = seen.state.rows.find(({ id }) => id === seen.state.selected);
      return row?.type === 'process' ? row.process.pid : null;
    };
    const seen = pressed(await demoSeen(small), 'f3', '1', '3', '9');
    expect(at(seen)).toBe(1390);
    const next = pressed(seen, 'enter', 'n');
    expect(at(next)).toBe(1391);
    expect(at(pressed(next, 'n'))).toBe(1390);
  });
});

describe('the mouse', () => {
  it('sorts by a click on a head, and the other way round by a second', async () => {
    const click = { type: 'mouse', what: 'click', target: { type: 'column', name: 'cpu' } } as const;
    const once = told(await demoSeen(small), click);
    expect(once.state.arrangement).toMatchObject({ sort: 'cpu', reverse: false });
    expect(told(once, click).state.arrangement).toMatchObject({ sort: 'cpu', reverse: true });
  });

  it('opens and closes by the sign, presses what the footer offers, and chooses in a panel', async () => {
    const seen = await demoSeen(small);
    const closed = told(seen, { type: 'mouse', what: 'click', target: { type: 'row', index: 0, sign: true } });
    expect(closed.state.rows[0]?.expanded).toBe(false);
    const sorting = told(seen, { type: 'mouse', what: 'click', target: { type: 'key', key: 's' } });
    expect(panelOf(sorting.state)?.type).toBe('sort');
    const chosen = told(sorting, { type: 'mouse', what: 'double-click', target: { type: 'entry', index: 4 } });
    expect(chosen.state.arrangement.sort).toBe('cpu');
  });
});

describe('the details', () => {
  const title = (seen: Seen) => linesOf(seen)[2] ?? '';

  it('turn from page to page by Tab, arrows and numbers, each from its top', async () => {
    const seen = pressed(await demoSeen(small), 'enter');
    expect(title(seen)).toContain(' project1 ─ 1 memory  2 server  3 group ');
    expect(text(seen)).toMatch(/worker 1204 .* 1st/);
    const server = pressed(seen, 'end', 'tab');
    expect(panelOf(server.state)).toMatchObject({ page: 'server', scroll: 0 });
    expect(text(server)).toMatch(/listens on {3}127\.0\.0\.1:8101/);
    expect(panelOf(pressed(server, 'right').state)).toMatchObject({ page: 'group' });
    expect(panelOf(pressed(seen, 'left').state)).toMatchObject({ page: 'group' });
    expect(panelOf(pressed(seen, '3').state)).toMatchObject({ page: 'group' });
    expect(panelOf(pressed(seen, '9').state)).toMatchObject({ page: 'memory' });
  });

  it('name the page alone where there is no room for all names', async () => {
    expect(title(pressed(await demoSeen({ columns: 40, lines: 15 }), 'enter', 'tab'))).toContain(' 2/3 server ');
  });

  it('show all pages at once on a wide terminal', async () => {
    const seen = pressed(await demoSeen({ columns: 120, lines: 40 }), 'enter');
    for (const part of ['private ', 'worker 1204 ', 'listens on ', 'grouped by ']) expect(text(seen)).toContain(part);
  });

  it('tell which worker - takes first, and none that stays', async () => {
    const order = text(pressed(await demoSeen(small), 'enter')).match(/worker \d+ .*(?:1st|2nd|3rd)/g) ?? [];
    expect(order.map((line) => line.replace(/ .* /, ' '))).toEqual(['worker 1st', 'worker 2nd']);
  });
});

describe('a panel over the table', () => {
  it.each(['enter', 't', 'w', '?'])('does not offer + and -, which do not change workers there (%s)', async (key) => {
    const seen = await demoSeen(small);
    expect(text(seen)).toContain('- to 2:');
    expect(text(pressed(seen, key))).not.toContain('- to 2:');
  });
});

describe('the selection', () => {
  const selected = (seen: Seen) => seen.state.selected;

  it('is the first row until a key is about a row', async () => {
    const seen = await demoSeen(small);
    expect(selected(seen)).toBe(seen.state.rows[0]?.id);
    const turned = pressed(seen, 'S-i');
    expect(selected(turned)).toBe(turned.state.rows[0]?.id);
    expect(selected(turned)).not.toBe(selected(seen));
  });

  it.each(['-', '+', 'space'])('stays with what %s was about when the order turns', async (key) => {
    const seen = await demoSeen(small);
    const turned = pressed(seen, key, 'escape', 'S-i');
    expect(selected(turned)).toBe(selected(seen));
    expect(selected(turned)).not.toBe(turned.state.rows[0]?.id);
  });
});
