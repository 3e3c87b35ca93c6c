import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/model/build.ts';
import type { Doing, Listener } from '../../src/snapshot.ts';
import { caught, directory, sample, snapshot } from '../helpers/samples.ts';

const MASTER = 100;

/** What is said of one gthread worker of four threads. */
function seen(doing: readonly Doing[], connections: Partial<Listener> = {}) {
  const argv = ['/venv/bin/python', '/venv/bin/gunicorn', '--threads', '4', 'shop.wsgi'];
  const common = { argv, cwd: '/srv/shop', directory: directory('/srv/shop') };
  const listeners = [{ address: '127.0.0.1:8000', inode: 7, queue: 0, ...connections }];
  const master = sample({ ...common, pid: MASTER, caught: caught.gunicornMaster, listeners });
  const activity = { by: 'threads', doing } as const;
  const worker = sample({ ...common, pid: 101, ppid: MASTER, caught: caught.gunicornWorker, activity });
  const model = buildModel(snapshot([master, worker]), null, { memoryTotal: null });
  const found = model.projects[0]?.servers[0]?.activity;
  return { basis: found?.basis, inUse: found?.inUse, total: found?.total, waiting: found?.waitingInside };
}

const lock = { wait: 'lock' } as const;

describe('threads in use', () => {
  it('are counted by their system calls where these tell it of all', () => {
    expect(seen(['cpu', lock, 'idle', 'idle'])).toMatchObject({ basis: 'syscall', inUse: 2, total: 4 });
  });

  it('are known although a thread of the app is not, where the whole pool is', () => {
    expect(seen(['cpu', 'idle', 'idle', 'idle', 'unknown'])).toMatchObject({ basis: 'syscall', inUse: 1, total: 4 });
  });

  it('are unknown, and not idle, where it cannot be told whether threads are', () => {
    expect(seen(['cpu', 'unknown', 'unknown', 'unknown'])).toMatchObject({ basis: null, inUse: null, total: null });
    expect(seen(['cpu', 'unknown', 'unknown', 'unknown'], { open: 9 })).toMatchObject({ basis: null, inUse: null });
  });

  it('are no more than there are connections', () => {
    const some: readonly Doing[] = ['cpu', 'unknown', 'unknown', 'unknown'];
    expect(seen(some, { open: 1 })).toMatchObject({ basis: 'connections', inUse: 1, total: 4 });
  });

  it('are as many as there are requests in flight, and the rest of these wait', () => {
    const some: readonly Doing[] = ['cpu', 'unknown', 'unknown', 'unknown'];
    const three = { basis: 'connections', inUse: 3, total: 4, waiting: 0 };
    expect(seen(some, { open: 9, inFlight: 3 })).toEqual(three);
    const all = { basis: 'connections', inUse: 4, total: 4, waiting: 3 };
    expect(seen(some, { open: 9, inFlight: 7 })).toEqual(all);
  });
  it('of which one is idle for a moment do not hide who waits', () => {
    const most: readonly Doing[] = ['cpu', lock, 'cpu', 'idle'];
    expect(seen(most, { open: 9, inFlight: 7 })).toMatchObject({ inUse: 3, waiting: 4 });
    expect(seen(most, { open: 9 })).toMatchObject({ inUse: 3, waiting: null });
    expect(seen(most, { open: 3 })).toMatchObject({ inUse: 3, waiting: 0 });
    expect(seen(['cpu', 'idle', 'idle', 'idle'], { open: 9, inFlight: 7 })).toMatchObject({ inUse: 1, waiting: 0 });
  });
});
