import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOwnerBy } from '../../src/control/as-owner/helper.ts';
import { asShown, judgeScale } from '../../src/control/judge.ts';
import { ProcessSignals } from '../../src/control/signals.ts';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessNode, Server } from '../../src/model/model.ts';
import type { ProcessSample } from '../../src/snapshot.ts';
import { helperProgram } from '../helpers/helper-program.ts';
import { gunicorn } from '../helpers/models.ts';
import { caught, directory, sample, snapshot } from '../helpers/samples.ts';

const asOwner = asOwnerBy(helperProgram('owner-helper'));

let child: ChildProcess;
let pid: number;

const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1');
const state = () => stat().charAt(stat().lastIndexOf(')') + 2);
const startTicks = () =>
  Number(
    stat()
      .slice(stat().lastIndexOf(')') + 2)
      .split(' ')[19],
  );

beforeEach(async () => {
  child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  pid = child.pid ?? 0;
});
afterEach(async () => {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

/** A gunicorn as the screen may still have it, whose pid is the sleeper's by now. */
function serverSeen(change: (master: ProcessSample) => ProcessSample): Server {
  const [master, ...workers] = gunicorn({ pid, workers: [{}, {}, {}] });
  if (master === undefined) throw new Error('no master');
  const processes = [change(master), ...workers];
  const server = buildModel(snapshot(processes), null, { memoryTotal: null }).projects[0]?.servers[0];
  if (server === undefined) throw new Error('no server');
  return server;
}

it('a process whose command line cannot be read without a risk is left alone', () => {
  const { head } = serverSeen((master) => master);
  const { startTicks, ppid, state, facts } = head.sample;
  const found = { ...facts, pid, startTicks, ppid, state, ids: 'one', held: false } as const;
  expect(asShown(head, found)).toBe(found);
  expect(asShown(head, { ...found, held: true })).toEqual({
    refused: `${pid} hangs in the kernel and cannot be inspected: nothing was sent.`,
    held: true,
  });
});

it('a worker that waits in the kernel is still one of them', () => {
  const server = serverSeen((master) => master);
  const found = ({ pid: of, sample: { startTicks, ppid, state, facts } }: ProcessNode) =>
    ({ ...facts, pid: of, startTicks, ppid, state, ids: 'one', held: of !== server.head.pid }) as const;
  const judged = judgeScale(server, -1, (process) => asShown(process, found(process)));
  expect(judged).toEqual({ type: 'signal', signal: 'SIGTTOU' });
});

describe('a process that is not what the screen says', () => {
  it.each([
    ['of another age', (master: ProcessSample) => ({ ...master, startTicks: 1 }), 'another process now'],
    [
      'that runs another program',
      (master: ProcessSample) => ({ ...master, startTicks: startTicks() }),
      'another program now',
    ],
  ])('%s gets no signal', async (_, change, why) => {
    const server = serverSeen(change);
    expect(server.scaling.available).toBe(true);
    for (const direction of [1, -1] as const)
      expect(await new ProcessSignals(asOwner).scale(server, direction)).toContain(why);
    expect(state()).toMatch(/[RS]/);
  });

  it('that has ended gets no signal', async () => {
    const server = serverSeen((master) => ({ ...master, pid: 4_000_000 }));
    expect(await new ProcessSignals(asOwner).scale(server, 1)).toContain('has ended');
  });

  it('is not ended or reloaded either', async () => {
    const server = serverSeen((master) => ({ ...master, startTicks: 1 }));
    for (const action of ['stop', 'kill', 'reload'] as const) {
      expect(await new ProcessSignals(asOwner).act(action, server.head, server)).toContain('another process now');
    }
    expect(state()).toMatch(/[RS]/);
  });
});

it('sends HUP to a process that handles it only', async () => {
  const server = serverSeen((master) => ({ ...master, startTicks: startTicks() }));
  expect(server.head.sample.facts.caught).toBe(caught.gunicornMaster);
  expect(await new ProcessSignals(asOwner).act('reload', server.head, server)).toContain('does not handle HUP');
  expect(state()).toMatch(/[RS]/);
});

it.each([1, 0, -1])('the pid %i is never signalled', async (number) => {
  const server = serverSeen((master) => master);
  const head = { ...server.head, pid: number, sample: { ...server.head.sample, pid: number } };
  expect(await new ProcessSignals(asOwner).scale({ ...server, head }, 1)).toContain('never sent a signal');
  expect(await new ProcessSignals(asOwner).act('kill', head, null)).toContain('never sent a signal');
});

it('never lets pm2 end the last process of an app, whoever asks for it', async () => {
  const daemon = spawn('cat', [], { argv0: 'PM2 v7.0.4: God Daemon (/nowhere)', stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    await once(daemon, 'spawn');
    const started = readFileSync(`/proc/${daemon.pid}/stat`, 'latin1').split(' ')[21];
    const common = { directory: directory('/srv/shop'), cwd: '/srv/shop' };
    const argv = ['PM2 v7.0.4: God Daemon (/nowhere)'];
    const head = sample({ ...common, pid: daemon.pid ?? 0, startTicks: Number(started), argv });
    const own = { pid, startTicks: startTicks(), ppid: head.pid };
    const worker = sample({ ...common, ...own, environment: { name: 'shop', pm_id: '0' }, listeners: [] });
    const { projects } = buildModel(snapshot([head, worker]), null, { memoryTotal: null });
    const app = projects.flatMap(({ servers }) => servers).find(({ kind }) => kind === 'pm2');
    expect(app && new ProcessSignals(asOwner).scale(app, -1)).toBe('pm2 shop has 1 worker left: nothing was sent.');
  } finally {
    daemon.kill('SIGKILL');
  }
});

it('continues a process that is stopped', async () => {
  process.kill(pid, 'SIGSTOP');
  await expect.poll(state).toBe('T');
  const server = serverSeen((master) => ({ ...master, startTicks: startTicks(), state: 'T' }));
  expect(server.scaling.reason).toContain('kill -CONT');
  expect(await new ProcessSignals(asOwner).act('continue', server.head, server)).toBeNull();
  await expect.poll(state).toBe('S');
});
