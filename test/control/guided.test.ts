import { describe, expect, it } from 'vitest';
import { Controller } from '../../src/control/controller.ts';
import { demoSignals } from '../../src/control/demo-signals.ts';
import { GuidedRun } from '../../src/control/tune/guided.ts';
import { type Journal, noJournal } from '../../src/control/tune/journal.ts';
import type { Model, Server } from '../../src/model/model.ts';
import { Observer } from '../../src/observer.ts';
import { DemoHost } from '../../src/source/demo/host.ts';
import type { Tuning } from '../../src/state/tuning.ts';

interface Run {
  readonly told: Tuning[];
  readonly journal: { writes: number; open: boolean };
  readonly guided: GuidedRun;
  workers(): number;
  /** Reads the demo on, without a clock, until this is so. */
  until(what: (tuning: Tuning) => boolean): Promise<Tuning>;
}

const options = { wait: 0.5, watch: 30, fewest: 1, dryRun: false, keep: false };

/** A guided run of the first project of the demo, as the dashboard does it. */
async function start(part: Partial<typeof options> = {}): Promise<Run> {
  let now = Date.UTC(2026, 10, 23, 3);
  const host = new DemoHost({ seed: 1, now: () => now });
  const observer = new Observer(host.source, { memoryTotal: null });
  const read = () => {
    now += 1000;
    return observer.observe({ memoryBudget: Number.POSITIVE_INFINITY, watch: new Set() });
  };
  const controller = new Controller(demoSignals(host), {
    operation: (operation) => run.guided.operation(operation),
    notice: (_, text) => run.guided.refused(text),
  });
  await read();
  let model: Model = await read();
  controller.observe(model);
  const found = (): Server => {
    const server = model.projects.find(({ name }) => name === 'project1')?.servers[0];
    if (server === undefined) throw new Error('the demo has no project1');
    return server;
  };
  const journal = { writes: 0, open: false };
  const kept: Journal = {
    ...noJournal,
    read: async () => null,
    write: async () => void Object.assign(journal, { writes: journal.writes + 1, open: true }),
    clear: async () => void Object.assign(journal, { open: false }),
  };
  const told: Tuning[] = [];
  const guided = new GuidedRun(found().key, 'project1', model, {
    options: { ...options, ...part },
    journal: kept,
    setTarget: (key, target, wanted) => controller.setTarget(key, target, wanted),
    report: (tuning) => told.push(tuning),
  });
  const run: Run = {
    told,
    journal,
    guided,
    workers: () => found().workers.current,
    until: async (what) => {
      for (let reading = 0; reading < 2000; reading++) {
        const last = told.at(-1);
        if (last !== undefined && what(last)) return last;
        model = await read();
        controller.observe(model);
        guided.observe(model);
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error(`it stands at ${JSON.stringify(told.at(-1))}`);
    },
  };
  return run;
}

const isTrimmed = ({ said, watch }: Tuning) => said.some(({ text }) => text.startsWith('Trimming')) && watch !== null;

describe('a guided run in the dashboard', () => {
  it('ends with the number that it found, and what it saw at each', async () => {
    const run = await start();
    const before = run.workers();
    const { steps, outcome } = await run.until(({ phase }) => phase === 'ended');
    expect(outcome).toMatch(/^project1 has \d workers?: /);
    expect(steps[0]).toMatchObject({ workers: before, expected: null, putBack: null });
    expect(steps.length).toBeGreaterThan(1);
    const kept = steps.findLast(({ putBack }) => putBack === null);
    expect(run.workers()).toBe(kept?.workers);
    expect(run.journal).toEqual({ writes: steps.length - 1, open: false });
  });

  it('puts back what it has trimmed when it is stopped', async () => {
    const run = await start({ watch: 10_000 });
    const before = run.workers();
    // The first number is watched for two minutes at least.
    await run.until(isTrimmed);
    expect(run.journal.open).toBe(true);
    run.guided.stop();
    const { outcome, phase } = await run.until((tuning) => tuning.phase === 'ended');
    expect({ outcome, phase }).toMatchObject({
      phase: 'ended',
      outcome: expect.stringContaining('it was interrupted'),
    });
    expect(run.workers()).toBe(before);
    expect(run.journal.open).toBe(false);
    await run.guided.ended;
  });

  it('leaves what it has trimmed where that is wanted', async () => {
    const run = await start({ watch: 10_000, keep: true });
    const before = run.workers();
    await run.until(isTrimmed);
    run.guided.stop();
    await run.until((tuning) => tuning.phase === 'ended');
    expect(run.workers()).toBe(before - 1);
  });

  it('that is stopped before it has trimmed sends nothing', async () => {
    const run = await start();
    const before = run.workers();
    await run.until(({ watch }) => watch !== null);
    run.guided.stop();
    const { outcome } = await run.until((tuning) => tuning.phase === 'ended');
    expect(outcome).toBe('It was interrupted: nothing was sent.');
    expect(run.workers()).toBe(before);
    expect(run.journal.writes).toBe(0);
  });
});
