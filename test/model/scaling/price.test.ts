import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build.ts';
import type { Model, Server } from '../../../src/model/model.ts';
import { fitText, type Growth, objectionTo, priceOf, priceOfStep } from '../../../src/model/scaling/price.ts';
import type { Pressure, ProcessSample } from '../../../src/snapshot.ts';
import { gunicorn, own } from '../../helpers/models.ts';
import { host, MB, snapshot } from '../../helpers/samples.ts';

interface Machine {
  readonly availableMb?: number;
  readonly pressure?: Partial<Pressure>;
  /** Limit of the unit that the server runs in. */
  readonly unitMb?: number;
  readonly memoryTotal?: number;
}

function machine(workersMb: readonly (number | null)[], options: Machine = {}): Model {
  const { availableMb = 512, unitMb, memoryTotal = null } = options;
  const pressure: Pressure = {
    someAvg10: 0,
    someAvg60: 0,
    fullAvg10: 0,
    swappedIn: 0,
    swappedOut: 0,
    oomKills: 0,
    ...options.pressure,
  };
  const workers = workersMb.map((mb) => ({ memory: mb === null ? { uss: null, pss: null } : own(mb) }));
  const inUnit = (process: ProcessSample): ProcessSample =>
    unitMb === undefined
      ? process
      : { ...process, facts: { ...process.facts, cgroup: '/shop.service', memoryLimit: unitMb * MB } };
  const base = host();
  const here = { ...base, pressure, memory: { ...base.memory, available: availableMb * MB } };
  const processes = gunicorn({ pid: 100, workers }).map(inUnit);
  const before = { ...here, pressure: { ...pressure, swappedIn: 0, swappedOut: 0 } };
  return buildModel(
    snapshot(processes, { uptime: 1001, host: here }),
    snapshot(processes, { uptime: 1000, host: before }),
    { memoryTotal },
  );
}

function serverOf(model: Model): Server {
  const server = model.projects[0]?.servers[0];
  if (server === undefined) throw new Error('no server');
  return server;
}

function growth(model: Model, to: number, options: Partial<Growth> = {}): Growth {
  const server = serverOf(model);
  return { server, project: 'shop', from: server.workers.current, to, came: [], oneByOne: false, ...options };
}

const objection = (model: Model, to: number, options: Partial<Growth> = {}) =>
  objectionTo([growth(model, to, options)], [], model);

describe('the price of more workers', () => {
  it('is that of the largest of their siblings, each', () => {
    expect(priceOf(growth(machine([20, 60, 40]), 5))).toEqual({ more: 2, each: 60 * MB, cost: 120 * MB });
  });

  it('leaves out what those that came have taken already', () => {
    const model = machine([60, 60, 25]);
    const last = serverOf(model).processes.at(-1)?.key ?? '';
    expect(priceOf(growth(model, 4, { from: 2, came: [last] })).cost).toBe(95 * MB);
  });

  it('counts what a worker has in swap', () => {
    const [master, worker] = gunicorn({ pid: 100, workers: [{ memory: { ...own(20), swap: 30 * MB } }] });
    const model = buildModel(snapshot([master, worker].filter((one) => one !== undefined)), null, {
      memoryTotal: null,
    });
    expect(priceOf(growth(model, 2)).each).toBe(50 * MB);
  });

  it('is not known where no worker’s own memory is', () => {
    expect(priceOf(growth(machine([null, null]), 3))).toMatchObject({ each: null, cost: null });
  });
});

describe('both ways from here', () => {
  it('cost and free, and say what would be used then', () => {
    const model = machine([50, 60]);
    const used = 1024 * MB;
    const [server] = [serverOf(model)];
    expect(priceOfStep(server, 1, model)).toEqual({
      workers: 3,
      bytes: 60 * MB,
      usedAfter: used + 60 * MB,
      fits: true,
    });
    expect(priceOfStep(server, -1, model)).toEqual({
      workers: 1,
      bytes: 50 * MB,
      usedAfter: used - 50 * MB,
      fits: true,
    });
  });

  it('say that one more does not fit', () => {
    const model = machine([50, 60], { availableMb: 100 });
    expect(priceOfStep(serverOf(model), 1, model).fits).toBe(false);
  });
});

it('more workers fit as long as a twentieth of the memory is left, and over 50 are not counted', () => {
  const room = (workerMb: number) => {
    const model = machine([workerMb], { availableMb: 512 });
    return fitText(serverOf(model), model);
  };
  const all = Math.floor((512 - 0.05 * (host().memory.total / MB)) / 100);
  expect(room(100)).toBe(`${all} more fit`);
  expect(room(0.1)).toBe('over 50 more fit');
});

describe('workers that do not fit', () => {
  it('are refused with the figures', () => {
    expect(objection(machine([100, 100]), 7)).toEqual({
      because: 'memory',
      text: 'shop 2 → 7 workers: 5 more would take ≈500M (5 × 100M), and 512M of 1.50G is available, which leaves less than 5.0 %.',
    });
    expect(objection(machine([100, 100]), 99)?.text).toContain(
      '97 more would take ≈9.47G (97 × 100M), and 512M of 1.50G',
    );
  });

  it('are those that leave less than a twentieth of the total', () => {
    expect(objection(machine([100, 100], { availableMb: 177 }), 3)).toBeNull();
    expect(objection(machine([100, 100], { availableMb: 176 }), 3)?.because).toBe('memory');
  });

  it('are counted with what is under way for other servers', () => {
    const model = machine([100, 100]);
    const other = { ...serverOf(model), key: 'other' };
    const underWay: Growth = { server: other, project: 'blog', from: 2, to: 5, came: [], oneByOne: true };
    expect(objectionTo([growth(model, 4)], [], model)).toBeNull();
    expect(objectionTo([growth(model, 4)], [underWay], model)?.text).toContain('300M more are under way');
  });

  it('are those beyond --memory', () => {
    const model = machine([100, 100], { memoryTotal: 1100 * MB });
    expect(objection(model, 3)?.text).toContain('of --memory');
  });

  it('are those beyond the limit of their unit', () => {
    const model = machine([100, 100], { unitMb: 315 });
    expect(objection(model, 3)?.text).toContain('of its unit’s limit');
  });

  it.each<[string, Partial<Pressure>]>([
    ['pages come from swap', { swappedIn: 4 * MB }],
    ['pages go to swap', { swappedOut: 4 * MB }],
    ['tasks wait for memory', { someAvg10: 0.3 }],
  ])('are all where %s', (_, pressure) => {
    expect(objection(machine([1, 1], { pressure }), 3)?.because).toBe('memory');
  });
});

describe('many workers', () => {
  it('are asked for where they more than double, or are more than ten', () => {
    const model = machine([2, 2], { availableMb: 1400 });
    expect(objection(model, 4)).toBeNull();
    expect(objection(model, 5)).toMatchObject({ because: 'size', text: expect.stringContaining('more than doubles') });
    expect(objection(machine(Array(12).fill(2), { availableMb: 1400 }), 22)).toBeNull();
    expect(objection(machine(Array(12).fill(2), { availableMb: 1400 }), 23)?.because).toBe('size');
  });

  it('are not asked for at each of a few key presses', () => {
    const model = machine([2], { availableMb: 1400 });
    expect(objection(model, 6, { oneByOne: true })).toBeNull();
    expect(objection(model, 12, { oneByOne: true })?.because).toBe('size');
  });

  it('are asked for where their cost is not known', () => {
    expect(objection(machine([null, null]), 3)).toMatchObject({
      because: 'unknown',
      text: 'shop 2 → 3 workers: it is not known what one worker takes; 512M is available.',
    });
  });

  it('are no matter of fewer ones', () => {
    expect(objection(machine([null, null], { availableMb: 0 }), 1)).toBeNull();
  });
});
