import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import type { Effect } from '../../src/state/action.ts';
import { serverOf } from '../../src/state/row.ts';
import { panelOf } from '../../src/state/state.ts';
import { caught, directory, sample, snapshot } from '../helpers/samples.ts';
import { effectsOf, pressed, type Seen, seenOf, told } from '../helpers/screen.ts';

const common = { cwd: '/srv/shop', directory: directory('/srv/shop'), user: 'shop' };

function celery(): readonly ProcessSample[] {
  const argv = ['/v/bin/python', '/v/bin/celery', '-A', 'shop', '-b', 'redis://:hunter2@db/1', 'worker', '-n', 'n@%h'];
  const child = { ...common, argv, ppid: 10, caught: caught.celeryPoolChild };
  return [
    sample({ ...common, argv, pid: 10, caught: caught.celeryMain }),
    sample({ ...child, pid: 11 }),
    sample({ ...child, pid: 12 }),
  ];
}

function pm2(): readonly ProcessSample[] {
  const worker = (pid: number, id: string) =>
    sample({
      ...common,
      pid,
      ppid: 10,
      argv: ['node /srv/shop/a.js'],
      environment: { name: 'api', pm_id: id },
      listeners: [],
    });
  return [
    sample({ ...common, pid: 10, argv: ['PM2 v7.0.4: God Daemon (/home/shop/.pm2)'] }),
    worker(11, '0'),
    worker(12, '1'),
  ];
}

/** The dashboard with these processes, the first server that scales by a command selected. */
function dashboard(processes: readonly ProcessSample[]): Seen {
  const model = buildModel(snapshot(processes), null, { memoryTotal: null });
  const seen = told(seenOf({ columns: 120, lines: 40 }), { type: 'model', model });
  const { state } = seen;
  const row = state.rows.find((one) => serverOf(one)?.scaling.method === 'command');
  if (row === undefined) throw new Error('no such server');
  return { ...seen, state: { ...state, selected: row.id, chosen: true } };
}

function press(seen: Seen, ...keys: readonly string[]): readonly [Seen, readonly Effect[]] {
  return keys.reduce<readonly [Seen, readonly Effect[]]>(
    ([before, effects], key) => [pressed(before, key), [...effects, ...effectsOf(before, key)]],
    [seen, []],
  );
}

const question = ({ state }: Seen) => {
  const panel = panelOf(state);
  return panel?.type === 'confirm' ? panel.question : null;
};

describe('a server that scales by a command of its own', () => {
  it('asks first, with the very commands, secrets masked, and as whom they are run', () => {
    const [asking, effects] = press(dashboard(celery()), '-');
    expect(effects).toEqual([]);
    const control = '/v/bin/celery -A shop -b redis://:***@db/1 control --timeout 5 -d n@vps1';
    expect(question(asking)).toEqual([
      'celery does not scale by signals. Its own commands to add and to trim are:',
      `${control} pool_grow 1`,
      `${control} pool_shrink 1`,
      'Run them as shop? (Asked once for celery 10.)',
    ]);
  });

  it('is not asked again once that was allowed, and does nothing where it was not', () => {
    const [allowed, effects] = press(dashboard(celery()), '-', 'y');
    expect(effects.map(({ type }) => type)).toEqual(['scale']);
    expect(press(allowed, '+')[1].map(({ type }) => type)).toEqual(['scale']);
    const [denied, none] = press(dashboard(celery()), '-', 'n');
    expect(none).toEqual([]);
    expect(question(press(denied, '-')[0])).not.toBeNull();
  });

  it('names the app of pm2, its home, and the process that would go', () => {
    expect(question(press(dashboard(pm2()), '+')[0])).toEqual([
      'pm2 does not scale by signals. Its own commands to add and to trim are:',
      'PM2_HOME=/home/shop/.pm2 pm2 scale api +1',
      'PM2_HOME=/home/shop/.pm2 pm2 delete 0',
      'Run them as shop? (Asked once for pm2 api.)',
    ]);
  });

  it.each([
    ['celery', celery()],
    ['an app of pm2', pm2()],
  ])('stays until it is answered, for %s, however often is read meanwhile', (_, processes) => {
    const [asked] = press(dashboard(processes), '+');
    const model = buildModel(snapshot(processes, { uptime: 100_002 }), null, { memoryTotal: null });
    const later = told(asked, { type: 'model', model });
    expect(question(later)).toEqual(question(asked));
    expect(press(later, 'y')[1]).toMatchObject([{ type: 'scale', delta: 1 }]);
  });
});

describe("the row of pm2's app", () => {
  it('offers nothing to do to the daemon, which runs other apps too', () => {
    const [state] = press(dashboard(pm2()), 'f9');
    expect(panelOf(state.state)).toBeNull();
    expect(state.state.notice?.text).toContain('Select a process');
  });

  it('refuses to trim the last one', () => {
    const [state, effects] = press(dashboard(pm2().slice(0, 2)), '-');
    expect(effects).toEqual([]);
    expect(state.state.notice?.text).toBe('pm2 api has 1 worker left: that is the fewest.');
  });
});
