import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controller } from '../../src/control/controller.ts';
import type { Signals } from '../../src/control/signals.ts';
import { buildModel } from '../../src/model/build.ts';
import type { Model } from '../../src/model/model.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import type { Operation, Question } from '../../src/state/operation.ts';
import { cases } from '../helpers/cases.ts';
import { gunicorn } from '../helpers/models.ts';
import { host, MB, snapshot } from '../helpers/samples.ts';

/** Standard signals that come within this many seconds are one: the master has not handled the first yet. */
const COALESCE = 0.05;

interface Worker {
  readonly pid: number;
  readonly ussMb: number;
  /** When it goes, once told. */
  leavesAt: number;
  /** When it crashes. */
  readonly diesAt: number;
  readonly startedAt: number;
}

/** A master and a worker. Their facts are the same objects at every reading, as a source gives them. */
const template = gunicorn({ pid: 100, workers: [{}] });

/** A gunicorn as the kernel and its source have it: it handles a signal a little later, and ends its oldest worker first. */
class Simulated {
  now = 1000;
  wanted: number;
  workers: Worker[] = [];
  readonly sent: { readonly direction: 1 | -1; readonly at: number }[] = [];
  /** Seconds that a worker told to go still takes. */
  leaving = 0.1;
  booting = 0.05;
  alive = true;
  deaf = false;
  refusal: string | null = null;
  totalMb = 2048;
  /** Seconds until a new worker crashes. */
  lives = Number.POSITIVE_INFINITY;
  /** Seconds in which a new worker takes its memory. */
  loads = 0;
  /** Whether nothing is known of the workers' memory. */
  unread = false;
  /** When its code on disk was changed, seconds since boot. */
  changedAt: number | null = null;
  /** Signals that are lost before one is heard. */
  loses = 0;
  #next = 101;
  #pending: { readonly direction: 1 | -1; readonly at: number }[] = [];

  constructor(workers: number) {
    this.wanted = workers;
    for (let count = 0; count < workers; count++) this.#add();
  }

  #add(): void {
    const pid = this.#next++;
    const leavesAt = Number.POSITIVE_INFINITY;
    this.workers.push({ pid, ussMb: 50 + pid, leavesAt, diesAt: this.now + this.lives, startedAt: this.now });
  }

  readonly signals: Signals = {
    scale: (_, direction) => {
      if (this.refusal !== null) return this.refusal;
      this.sent.push({ direction, at: this.now });
      const coalesced = this.#pending.some((one) => one.direction === direction && this.now - one.at < COALESCE);
      if (this.loses > 0) {
        this.loses -= 1;
        return null;
      }
      if (!coalesced && !this.deaf) this.#pending.push({ direction, at: this.now });
      return null;
    },
    act: () => null,
  };

  /** What happens within some seconds. */
  pass(seconds: number): void {
    this.now += seconds;
    for (const { direction, at } of this.#pending.filter((one) => this.now - one.at >= COALESCE)) {
      this.wanted = Math.max(1, this.wanted + direction);
      this.#pending = this.#pending.filter((one) => one.at !== at);
    }
    this.workers = this.workers.filter(({ leavesAt, diesAt }) => Math.min(leavesAt, diesAt) > this.now);
    const staying = this.workers.filter(({ leavesAt }) => leavesAt === Number.POSITIVE_INFINITY);
    for (let count = staying.length; count < this.wanted; count++) this.#add();
    for (const worker of staying.slice(0, Math.max(0, staying.length - this.wanted))) {
      worker.leavesAt = this.now + this.leaving;
    }
  }

  /** A worker dies, and is replaced at once. */
  crash(): void {
    this.workers.shift();
  }

  model(): Model {
    const [master, one] = template;
    const processes: ProcessSample[] = [];
    if (this.alive && master && one) {
      const codeChangedAt = this.changedAt === null ? undefined : BOOTED + this.changedAt * 1000;
      processes.push({ ...master, startTicks: 5000, ...(codeChangedAt === undefined ? {} : { codeChangedAt }) });
      for (const { pid, ussMb, startedAt } of this.workers) {
        const loaded = this.loads === 0 || startedAt === 1000 ? 1 : Math.min(1, (this.now - startedAt) / this.loads);
        const uss = ussMb * loaded * MB;
        const known = this.unread ? null : uss;
        const memory = { rss: uss * 1.1, pss: known, uss: known, swap: 0, quality: 'exact', fresh: true } as const;
        processes.push({ ...one, pid, ppid: 100, startTicks: startedAt * 100, memory });
      }
    }
    const used = 200 * MB + this.workers.reduce((sum, { ussMb }) => sum + ussMb * MB, 0);
    const base = host();
    const { totalMb } = this;
    const total = totalMb * MB;
    const memory = { ...base.memory, total, available: total - used, free: total - used };
    const at = BOOTED + this.now * 1000;
    const now = snapshot(processes, { uptime: this.now, at, host: { ...base, memory } });
    return buildModel(now, null, { memoryTotal: null });
  }
}

interface Run {
  readonly controller: Controller;
  readonly operations: Operation[];
  readonly notices: string[];
  /** Readings until nothing is to be done any more, or so many seconds have passed. */
  settle(seconds?: number): void;
  step(seconds?: number): void;
}

/** Milliseconds since 1970. */
const BOOTED = Date.UTC(2026, 10, 24);

const KEY = '100:5000';
const STEP = 0.15;

function run(server: Simulated): Run {
  const operations: Operation[] = [];
  const notices: string[] = [];
  const controller = new Controller(server.signals, {
    operation: (operation) => operations.push(operation),
    notice: (_, text) => notices.push(text),
  });
  controller.observe(server.model());
  const step = (seconds = STEP) => {
    server.pass(seconds);
    controller.observe(server.model());
  };
  const settle = (seconds = 300) => {
    for (let passed = 0; controller.busy && passed < seconds; passed += STEP) step();
  };
  return { controller, operations, notices, settle, step };
}

const last = ({ operations }: Run) => operations.at(-1);

describe('a change of workers', () => {
  it('brings exactly six workers for six quick presses', () => {
    const server = new Simulated(3);
    const one = run(server);
    for (let press = 0; press < 6; press++) one.controller.scale(KEY, 1);
    one.settle();
    expect(server.workers).toHaveLength(9);
    expect(server.sent).toHaveLength(6);
    expect(last(one)).toMatchObject({ from: 3, target: 9, current: 9, phase: 'done' });
  });

  it('never has two signals under way', () => {
    const server = new Simulated(2);
    const one = run(server);
    one.controller.scale(KEY, 5);
    one.settle();
    const gaps = server.sent.slice(1).map(({ at }, index) => at - (server.sent[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.3);
  });

  it('tells what was freed: the own memory of the worker that went, as it was before', () => {
    const server = new Simulated(3);
    const one = run(server);
    const uss = (server.workers[0]?.ussMb ?? 0) * MB;
    one.controller.scale(KEY, -1);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'done', freed: uss, predicted: uss, current: 2 });
    expect(last(one)?.text).toMatch(/^project1 3 → 2 workers, freed \d+M \(predicted \d+M\), memory \d+ % → \d+ %$/);
    expect(last(one)?.reminder).toContain('restart');
  });

  it('shows a worker that finishes a long request as leaving, and goes on meanwhile', () => {
    const server = new Simulated(4);
    server.leaving = 20;
    const one = run(server);
    one.controller.scale(KEY, -2);
    for (let passed = 0; passed < 5; passed += STEP) one.step();
    expect(last(one)).toMatchObject({ phase: 'running', current: 2 });
    expect(last(one)?.leaving).toHaveLength(2);
    expect(server.sent).toHaveLength(2);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'done', current: 2 });
    expect(server.workers).toHaveLength(2);
  });

  it('says so when a worker that was told to go does not', () => {
    const server = new Simulated(3);
    server.leaving = 1e6;
    const one = run(server);
    one.controller.scale(KEY, -1);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'failed' });
    expect(last(one)?.text).toContain('still there after 90 s');
  });

  it('moves its target while it runs', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 4);
    for (let count = 0; count < 6; count++) one.step();
    one.controller.scale(KEY, -5);
    one.settle();
    expect(server.workers).toHaveLength(2);
    expect(last(one)).toMatchObject({ from: 3, target: 2, phase: 'done' });
  });

  it('goes to the floor and no further', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, -10);
    one.settle();
    expect(server.workers).toHaveLength(1);
    expect(server.sent).toHaveLength(2);
  });

  it('ends with the master', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 3);
    one.step();
    server.alive = false;
    one.settle();
    expect(one.controller.busy).toBe(false);
    expect(last(one)?.text).toContain('its master has ended');
  });

  it('gives up on a master that does not hear', () => {
    const server = new Simulated(3);
    server.deaf = true;
    const one = run(server);
    one.controller.scale(KEY, 1);
    one.settle();
    expect(last(one)?.text).toContain('no new worker appeared');
    expect(server.sent).toHaveLength(1);
  });

  it('tells the truth where a worker died meanwhile and came back', () => {
    const server = new Simulated(4);
    const one = run(server);
    one.controller.scale(KEY, -1);
    one.step();
    server.crash();
    one.settle();
    expect(server.workers).toHaveLength(3);
    expect(last(one)).toMatchObject({ phase: 'done', current: 3 });
  });

  it('sends nothing where it is refused, and says why', () => {
    const server = new Simulated(3);
    server.refusal = '100 is another process now: nothing was sent.';
    const one = run(server);
    one.controller.scale(KEY, -1);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'failed' });
    expect(last(one)?.text).toContain('another process now');
    expect(server.workers).toHaveLength(3);
  });

  it('ends, though another one scales the same master the other way', () => {
    const server = new Simulated(3);
    const up = run(server);
    const down = run(server);
    up.controller.scale(KEY, 3);
    down.controller.scale(KEY, -2);
    for (let passed = 0; (up.controller.busy || down.controller.busy) && passed < 600; passed += STEP) {
      server.pass(STEP);
      const model = server.model();
      up.controller.observe(model);
      down.controller.observe(model);
    }
    expect([up.controller.busy, down.controller.busy]).toEqual([false, false]);
  });

  it('ends, and tells how many there are, where HUP has brought the configured number back', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 4);
    for (let count = 0; count < 8; count++) one.step();
    server.wanted = 3;
    one.settle();
    expect(one.controller.busy).toBe(false);
    expect(last(one)?.current).toBe(server.workers.length);
  });
});

describe('a change that adds workers', () => {
  it('has failed where a new worker ends within seconds, and says how many are left', () => {
    const server = new Simulated(3);
    const one = run(server);
    server.lives = 2;
    one.controller.scale(KEY, 1);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'failed' });
    expect(last(one)?.text).toMatch(/a new worker ended within [23] s of its start .*; it has [34] workers$/);
  });

  it('is no failure where the server replaces its old workers as well', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 1);
    for (let count = 0; count < 4; count++) one.step();
    server.crash();
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'done', current: 4 });
  });

  it('is done once its workers have taken their memory', () => {
    const server = new Simulated(3);
    server.loads = 5;
    const one = run(server);
    one.controller.scale(KEY, 1);
    one.settle();
    const { startedAt = 0, endedAt } = last(one) ?? {};
    expect(last(one)).toMatchObject({ phase: 'done', loading: null });
    expect(((endedAt ?? 0) - startedAt) / 1000).toBeGreaterThan(5);
  });

  it('says so where its workers still load', () => {
    const server = new Simulated(3);
    server.loads = 60;
    const one = run(server);
    one.controller.scale(KEY, 2);
    one.settle();
    expect(last(one)).toMatchObject({ phase: 'done' });
    expect(last(one)?.text).toMatch(/; the new ones are still loading: \d+M each so far$/);
  });

  it('is not begun where it does not fit, and asks', () => {
    const server = new Simulated(3);
    const questions: Question[] = [];
    const controller = new Controller(server.signals, {
      operation: () => {},
      notice: () => {},
      question: (question) => questions.push(question),
    });
    controller.observe(server.model());
    controller.setTarget(KEY, 99, { consent: 'size' });
    expect(controller.busy).toBe(false);
    expect(questions).toMatchObject([{ because: 'memory', wanted: { server: KEY, target: 99, undo: false } }]);
    controller.setTarget(KEY, 99, { consent: 'memory' });
    expect(controller.busy).toBe(true);
  });

  it('asks before a new worker loads code that is newer than its workers, and sends nothing until then', () => {
    const server = new Simulated(2);
    const questions: Question[] = [];
    const operations: Operation[] = [];
    const controller = new Controller(server.signals, {
      operation: (operation) => operations.push(operation),
      notice: () => {},
      question: (question) => questions.push(question),
    });
    const settle = () => {
      for (let passed = 0; controller.busy && passed < 300; passed += STEP) {
        server.pass(STEP);
        controller.observe(server.model());
      }
    };
    server.pass(60);
    server.changedAt = 1040;
    controller.observe(server.model());
    controller.scale(KEY, 1);
    settle();
    expect(server.sent).toEqual([]);
    expect(operations.at(-1)?.phase).toBe('cancelled');
    expect(questions).toMatchObject([{ because: 'code', wanted: { server: KEY, target: 3, undo: false } }]);
    expect(questions[0]?.text).toMatch(
      /^project1 2 → 3 workers: its code was changed 20 s ago, after its newest worker started\. .*gunicorn ends itself/,
    );
    // That it does not fit was agreed to: that its code is other was not.
    controller.setTarget(KEY, 3, { consent: 'memory' });
    settle();
    expect(server.sent).toEqual([]);
    controller.setTarget(KEY, 3, { consent: 'all' });
    settle();
    expect(server.workers).toHaveLength(3);
    // One of its workers runs the new code by now.
    controller.scale(KEY, 1);
    settle();
    expect(server.workers).toHaveLength(4);
    expect(questions).toHaveLength(2);
  });

  it('is not asked about code that was written within a second of the start of a worker', () => {
    const server = new Simulated(2);
    const one = run(server);
    server.changedAt = 1000.9;
    one.step();
    one.controller.scale(KEY, 1);
    one.settle();
    expect(server.workers).toHaveLength(3);
  });

  it('is priced by the next reading where memory is not read yet', () => {
    const server = new Simulated(3);
    const one = run(server);
    server.unread = true;
    one.step();
    one.controller.scale(KEY, 1);
    one.controller.scale(KEY, 1);
    expect([...one.controller.watch]).toContain(101);
    server.unread = false;
    one.settle();
    expect(one.notices).toEqual([]);
    expect(server.workers).toHaveLength(5);
  });

  it('is asked for where memory cannot be read', () => {
    const server = new Simulated(3);
    const one = run(server);
    server.unread = true;
    one.step();
    one.controller.scale(KEY, 1);
    one.settle();
    expect(one.notices).toEqual([expect.stringContaining('not known what one worker takes')]);
    expect(server.workers).toHaveLength(3);
  });

  it('is asked for when an undo would bring it', () => {
    const server = new Simulated(5);
    const one = run(server);
    one.controller.scale(KEY, -2);
    one.settle();
    server.totalMb = 700;
    one.step();
    one.controller.undo();
    expect(one.controller.busy).toBe(false);
    expect(one.notices.at(-1)).toContain('2 more would take');
    server.totalMb = 2048;
    one.step();
    one.controller.undo();
    one.settle();
    expect(server.workers).toHaveLength(5);
  });
});

describe('a change that trims workers', () => {
  it('is told again where its signal was lost', () => {
    const server = new Simulated(4);
    const one = run(server);
    server.loses = 1;
    one.controller.scale(KEY, -2);
    one.settle();
    expect(server.workers).toHaveLength(2);
    expect(last(one)).toMatchObject({ phase: 'done', current: 2 });
    expect(server.sent).toHaveLength(3);
  });

  it('counts those that leave as living where they do not go', () => {
    const server = new Simulated(4);
    server.leaving = 1e6;
    const one = run(server);
    one.controller.scale(KEY, -1);
    one.settle();
    expect(last(one)?.text).toMatch(/; it has 4 workers$/);
  });
});

describe('a controller that is left', () => {
  it('tells what was under way', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 2);
    one.step();
    one.step();
    const [cut] = one.controller.leave();
    expect(cut).toMatchObject({ phase: 'interrupted', sent: 1 });
    expect(cut?.text).toMatch(/^project1 3 → 5 was under way: 1 sent, [34] run now$/);
    expect(one.controller.busy).toBe(false);
  });
});

describe('undo and cancel', () => {
  it('takes back the last change, and then the one before', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 1);
    one.settle();
    one.controller.scale(KEY, 2);
    one.settle();
    one.controller.undo();
    one.settle();
    expect(server.workers).toHaveLength(4);
    one.controller.undo();
    one.settle();
    expect(server.workers).toHaveLength(3);
    one.controller.undo();
    expect(one.notices.at(-1)).toContain('nothing to undo');
  });

  it('sends no more once cancelled, and says how far it came', () => {
    const server = new Simulated(3);
    const one = run(server);
    one.controller.scale(KEY, 6);
    for (let count = 0; count < 6; count++) one.step();
    one.controller.cancel();
    const sent = server.sent.length;
    one.settle();
    expect(server.sent).toHaveLength(sent);
    expect(last(one)).toMatchObject({ phase: 'cancelled', current: server.workers.length });
  });
});

describe('fit', () => {
  it('stops as soon as the target is reached', () => {
    const server = new Simulated(5);
    const one = run(server);
    const { usedShare } = server.model().host.memory;
    const trims = [{ server: KEY, pid: 100, project: 'project1', from: 5, to: 1, frees: 0, inUse: null }];
    one.controller.fit(trims, usedShare - 0.05);
    one.settle();
    expect(server.workers).toHaveLength(4);
    expect(one.notices.at(-1)).toContain('the target is reached');
  });
});

it('a change of workers always ends, and never sends while a signal is under way, whatever happens', () => {
  const event = fc.oneof(
    fc.record({ type: fc.constant('scale' as const), delta: fc.integer({ min: -3, max: 3 }) }),
    fc.record({ type: fc.constantFrom('crash' as const, 'undo' as const, 'cancel' as const, 'die' as const) }),
    fc.record({ type: fc.constant('hup' as const), to: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ type: fc.constant('slow' as const), seconds: fc.constantFrom(0.05, 3, 40) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), event), { maxLength: 12 }), (events) => {
      const server = new Simulated(3);
      const one = run(server);
      for (const [steps, happening] of events) {
        for (let count = 0; count < steps; count++) one.step();
        if (happening.type === 'scale') one.controller.scale(KEY, happening.delta);
        else if (happening.type === 'crash') server.crash();
        else if (happening.type === 'undo') one.controller.undo();
        else if (happening.type === 'cancel') one.controller.cancel();
        else if (happening.type === 'die') server.alive = false;
        else if (happening.type === 'hup') server.wanted = happening.to;
        else if (happening.type === 'slow') server.leaving = happening.seconds;
      }
      one.settle(1000);
      expect(one.controller.busy).toBe(false);
      const gaps = server.sent.slice(1).map(({ at }, index) => at - (server.sent[index]?.at ?? 0));
      expect(gaps.every((gap) => gap >= 0.29)).toBe(true);
      expect(server.wanted).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: cases(300) },
  );
});
