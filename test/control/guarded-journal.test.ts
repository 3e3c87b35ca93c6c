import { describe, expect, it } from 'vitest';
import { GuardedJournal, type Guards } from '../../src/control/tune/guarded-journal.ts';
import { type Journal, noJournal, type Unfinished } from '../../src/control/tune/journal.ts';
import type { Inspected } from '../../src/source/proc/inspect.ts';

const trim = { server: '10:1000', pid: 10, project: 'shop', from: 3, to: 2, at: 1 };
const master: Inspected = {
  pid: 10,
  startTicks: 1000,
  ppid: 1,
  state: 'S',
  comm: 'gunicorn',
  argv: [],
  uid: 0,
  ids: 'one',
  caught: 0,
  ignored: 0,
  blocked: 0,
  held: false,
};

/** A journal with its file and the guards of its machine in memory. */
function start(there: Partial<Guards> = {}) {
  const told: string[] = [];
  const file: { left: Unfinished | null } = { left: null };
  const kept: Journal = {
    ...noJournal,
    read: async () => file.left,
    write: async (tune) => void Object.assign(file, { left: { ...tune, by: '1:1' } }),
    clear: async () => void Object.assign(file, { left: null }),
  };
  const journal = new GuardedJournal(kept, {
    destination: 'vps1',
    hasGuards: true,
    inspect: async () => new Map([[10, master]]),
    guard: async () => '77:5',
    tellGuard: async (guard, what) => {
      told.push(`${what} ${guard}`);
      return true;
    },
    ...there,
  });
  return { journal, file, told };
}

describe('the journal of a trim on another machine', () => {
  it('has a guard from before the trim until it is cleared', async () => {
    const { journal, file, told } = start();
    await journal.write(trim);
    expect(file.left).toMatchObject({ ...trim, guard: '77:5' });
    await journal.clear();
    expect({ told, left: file.left }).toEqual({ told: ['end 77:5'], left: null });
  });

  it.each<[string, Partial<Guards>]>([
    ['no guard can be started', { guard: async () => null }],
    ['the master is another by now', { inspect: async () => new Map([[10, { ...master, startTicks: 1001 }]]) }],
    ['the master has ended', { inspect: async () => new Map() }],
  ])('is not written if %s, so that nothing is sent', async (_, there) => {
    const { journal, file } = start(there);
    await expect(journal.write(trim)).rejects.toThrow('no guard could be started on vps1');
    expect(file.left).toBeNull();
  });

  it('ends the guard that an earlier run has left', async () => {
    const { journal, file, told } = start();
    file.left = { ...trim, by: '1:1', guard: '66:4' };
    await journal.clear();
    expect({ told, left: file.left }).toEqual({ told: ['end 66:4'], left: null });
  });

  it('stays if the connection is broken when it is cleared', async () => {
    const { journal, file } = start({ tellGuard: () => Promise.reject(new Error('the connection ended')) });
    await journal.write(trim);
    await expect(journal.clear()).rejects.toThrow('the connection ended');
    expect(file.left).toMatchObject(trim);
  });

  it('takes no further trim once its guard has ended by itself: how many workers there are is not known', async () => {
    const { journal } = start({ tellGuard: async () => false });
    await journal.write(trim);
    await journal.clear();
    await expect(journal.write(trim)).rejects.toThrow('the guard on vps1 has ended by itself');
  });
});
