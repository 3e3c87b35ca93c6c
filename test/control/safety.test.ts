/**
 * What must never happen: a signal to what does not handle it. Random tables go through all that decides over it, from a reading to the
 * last look at the process, which has changed meanwhile; only the sending itself is replaced.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ProcessSignals } from '../../src/control/signals.ts';
import { buildModel } from '../../src/model/build.ts';
import { castings, type Placed } from '../helpers/families.ts';
import { statLine } from '../helpers/proc-tree.ts';
import { sample, snapshot } from '../helpers/samples.ts';

vi.mock('../../src/control/commands.ts', () => ({ runAsOwner: () => null, writeFifo: () => null }));

/** Beyond the largest pid that Linux has (4,194,304): should a signal leave this test, it would find nobody. */
const FIRST = 5_000_000;

const BOTH = 0x300000;

let root: string;

beforeAll(() => {
  // In memory where there is such a place: it is written to some hundred thousand times.
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'workertop-safety-'));
  // Of our own PID namespace.
  symlinkSync(String(process.pid), join(root, 'self'));
});
afterAll(() => rmSync(root, { recursive: true }));

const pidOf = (index: number) => FIRST + index;
const parentOf = ({ under }: Placed) => (under === null ? 1 : pidOf(under));
/** puma's workers name their master's pid. */
const argvOf = ({ argv, under }: Placed) =>
  argv.map((word) => word.replace(/(cluster worker \d+): 0/, `$1: ${under === null ? 0 : pidOf(under)}`));

/** As it was when it was read. */
function seen(actor: Placed, index: number) {
  const mask = { 'as it is': actor.caught, stopped: actor.caught, starting: 0, 'mask unknown': null }[actor.seen];
  return sample({
    pid: pidOf(index),
    ppid: parentOf(actor),
    argv: argvOf(actor),
    caught: mask,
    state: actor.seen === 'stopped' ? 'T' : 'S',
    startTicks: index,
    environment: actor.environment ?? {},
    cwd: '/srv/shop',
  });
}

/** As it is when the signal would be sent; null when it is there no more. */
function now(actor: Placed, index: number) {
  const { drift } = actor;
  if (drift === 'gone') return null;
  return {
    startTicks: drift === 'pid reused' ? index + 1000 : index,
    argv: drift === 'runs another program' ? ['sleep', '60'] : argvOf(actor),
    caught: drift === 'handles nothing' ? 0 : drift === 'handles TTIN alone' ? 0x100000 : actor.caught,
    blocked: drift === 'blocks TTOU' ? 0x200000 : 0,
    state: drift === 'stopped' ? 'T' : drift === 'traced' ? 't' : drift === 'zombie' ? 'Z' : 'S',
  };
}

function write(actor: Placed, index: number): void {
  const pid = pidOf(index);
  const folder = join(root, String(pid));
  const as = now(actor, index);
  if (as === null) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  const mask = (bits: number) => bits.toString(16).padStart(16, '0');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'stat'),
    statLine(pid, { ppid: parentOf(actor), startTicks: as.startTicks, state: as.state }),
  );
  writeFileSync(join(folder, 'cmdline'), as.argv.map((word) => `${word}\0`).join(''));
  writeFileSync(
    join(folder, 'status'),
    `Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nSigBlk:\t${mask(as.blocked)}\nSigIgn:\t${mask(0)}\nSigCgt:\t${mask(as.caught)}\n`,
  );
}

it('sends a signal to nobody but a known scaler’s master, which is who it was and handles both', {
  timeout: 180_000,
}, () => {
  const sent: { pid: number; signal: string | number | undefined }[] = [];
  const kill = vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    sent.push({ pid, signal });
    return true;
  });
  const signals = new ProcessSignals(root);
  let signalled = 0;
  try {
    fc.assert(
      fc.property(castings, (table) => {
        table.forEach(write);
        const model = buildModel(snapshot(table.map(seen)), null, { memoryTotal: null });
        for (const server of model.projects.flatMap(({ servers }) => servers)) {
          for (const direction of [1, -1] as const) {
            sent.length = 0;
            const outcome = signals.scale(server, direction);
            // At most one, and only where it says that it did something.
            expect(sent.length).toBeLessThanOrEqual(outcome === null ? 1 : 0);
            for (const { pid, signal } of sent) {
              const actor = table[pid - FIRST];
              const as = actor && now(actor, pid - FIRST);
              expect(signal).toBe(direction === 1 ? 'SIGTTIN' : 'SIGTTOU');
              expect(actor?.scalable).toBe(true);
              expect(as).toMatchObject({ startTicks: pid - FIRST, blocked: 0, state: 'S' });
              expect((as?.caught ?? 0) & BOTH).toBe(BOTH);
              expect(actor?.drift).toBe('none');
              signalled++;
            }
          }
        }
      }),
      { numRuns: 10_000 },
    );
  } finally {
    kill.mockRestore();
  }
  // Else nothing would have been tested.
  expect(signalled).toBeGreaterThan(2000);
});
