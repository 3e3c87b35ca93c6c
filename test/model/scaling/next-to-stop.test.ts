import { describe, expect, it } from 'vitest';
import type { Server } from '../../../src/model/model.ts';
import { freedBy, nextToStop, spareWorkers } from '../../../src/model/scaling/next-to-stop.ts';
import type { TrimOrder } from '../../../src/servers/definition.ts';
import { workerNumber } from '../../../src/servers/kit/worker-processes.ts';
import { gunicorn, own, watch } from '../../helpers/models.ts';
import { MB } from '../../helpers/samples.ts';

function server(workers: readonly number[], caught?: number): Server {
  const options = { pid: 100, workers: workers.map((megabytes) => ({ memory: own(megabytes) })) };
  const { model } = watch(0, () => gunicorn(caught === undefined ? options : { ...options, caught }));
  const found = model.projects[0]?.servers[0];
  if (found === undefined) throw new Error('no server');
  return found;
}

/** @param numbers of its workers, oldest first */
function ending(trims: TrimOrder, numbers: readonly number[] = []): Server {
  const base = server([10, 20, 30]);
  const processes = base.processes.map((process, index) => {
    const facts = { ...process.sample.facts, argv: [`unicorn worker[${numbers[index - 1]}] -c u.rb`] };
    return { ...process, sample: { ...process.sample, facts } };
  });
  const scaling = { method: 'signal', floor: 0, trims, number: workerNumber } as const;
  return { ...base, processes, definition: { ...base.definition, scaling } };
}

const pids = (one: Server) => nextToStop(one).map(({ pid }) => pid);

describe('the next workers to stop', () => {
  it('go in the order of their kind of server', () => {
    expect(pids(ending('oldest'))).toEqual([101, 102, 103]);
    expect(pids(ending('newest'))).toEqual([103, 102, 101]);
    expect(pids(ending('highest', [1, 2, 0]))).toEqual([102, 101, 103]);
    expect(pids(ending('lowest', [1, 2, 0]))).toEqual([103, 101, 102]);
  });

  it('give back the memory that is theirs alone', () => {
    expect(freedBy(server([10, 20, 30]), 2)).toBe(30 * MB);
    expect(freedBy(server([10]), 2)).toBeNull();
  });
});

describe('spare workers', () => {
  it('are all but one, and none where no signal may be sent', () => {
    expect(spareWorkers(server([1, 1, 1]))).toBe(2);
    expect(spareWorkers(server([1]))).toBe(0);
    expect(spareWorkers(server([]))).toBe(0);
    expect(spareWorkers(server([1, 1, 1], 0))).toBe(0);
  });
});
