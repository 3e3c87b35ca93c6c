import { describe, expect, it } from 'vitest';
import { asShown, judgeScale } from '../../src/control/judge.ts';
import { buildModel } from '../../src/model/build.ts';
import type { ProcessNode, Server } from '../../src/model/model.ts';
import type { Inspected } from '../../src/source/proc/inspect.ts';
import { gunicorn } from '../helpers/models.ts';
import { snapshot } from '../helpers/samples.ts';

function serverOf(workers: number): Server {
  const processes = gunicorn({ pid: 100, workers: Array.from({ length: workers }, () => ({})) });
  const [server] = buildModel(snapshot(processes), null, { memoryTotal: null }).projects.flatMap((one) => one.servers);
  if (server === undefined) throw new Error('no gunicorn was recognised');
  return server;
}

/** The process as it was shown, but for what has changed since. */
function read({ sample }: ProcessNode, changes: Partial<Inspected> = {}): Inspected {
  const { pid, startTicks, ppid, state, facts } = sample;
  const { comm, argv, uid, ids = 'one', caught, ignored, blocked } = facts;
  return {
    ...{ pid, startTicks, ppid, state, comm, argv, uid, ids, caught, ignored, blocked, held: false },
    ...changes,
  };
}

describe('one worker fewer', () => {
  it('is told by TTOU to a master that is as it was shown', () => {
    const judged = judgeScale(serverOf(2), -1, (process) => read(process));
    expect(judged).toEqual({ type: 'signal', signal: 'SIGTTOU' });
  });

  it('is refused where the process runs another server by now, which handles the signal too', () => {
    const argv = ['puma 6.4.2 (tcp://0.0.0.0:80) [shop]'];
    const server = serverOf(2);
    const judged = judgeScale(server, -1, (process) => read(process, process === server.head ? { argv } : {}));
    expect(judged).toEqual({ type: 'refused', reason: '100 runs another program now: nothing was sent.' });
  });

  it('is refused where the other worker has ended and its parent has not noticed: it would be the last', () => {
    const judged = judgeScale(serverOf(2), -1, (process) => read(process, process.pid === 101 ? { state: 'Z' } : {}));
    expect(judged).toMatchObject({ type: 'refused', reason: expect.stringContaining('1 worker left') });
  });

  it('is refused where a worker has another start time: it is another process', () => {
    const identify = (process: ProcessNode) =>
      asShown(process, read(process, process.pid === 101 ? { startTicks: 1 } : {}));
    expect(judgeScale(serverOf(2), -1, identify)).toMatchObject({ type: 'refused' });
  });

  it('counts a worker that hangs in the kernel as living', () => {
    const identify = (process: ProcessNode) => asShown(process, read(process, { held: process.pid === 101 }));
    expect(judgeScale(serverOf(2), -1, identify)).toEqual({ type: 'signal', signal: 'SIGTTOU' });
  });
});
