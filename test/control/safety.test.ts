/**
 * What must never happen: a signal to what does not handle it, or a deed in the name of whom it is not for. Random tables go through all that
 * decides over it, from a reading to the last look at the process, which has changed meanwhile; only the sending itself is replaced.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Errand } from '../../src/control/as-owner/errand.ts';
import { ProcessSignals } from '../../src/control/signals.ts';
import { buildModel } from '../../src/model/build.ts';
import { cases, enough, patience } from '../helpers/cases.ts';
import { castings, type Drift, mixing, type Placed } from '../helpers/families.ts';
import { statLine } from '../helpers/proc-tree.ts';
import { sample, snapshot } from '../helpers/samples.ts';

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

/** What each file holds, by its path: most tables differ from the one before in a few files, and writing is what takes time. */
const held = new Map<string, string>();

function put(path: string, text: string): void {
  if (held.get(path) === text) return;
  writeFileSync(path, text, 'latin1');
  held.set(path, text);
}

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
    for (const path of held.keys()) if (path.startsWith(`${folder}/`)) held.delete(path);
    return;
  }
  const mask = (bits: number) => bits.toString(16).padStart(16, '0');
  const [uids, gids] = idsAfter(actor.drift);
  if (!held.has(join(folder, 'stat'))) mkdirSync(folder, { recursive: true });
  put(join(folder, 'stat'), statLine(pid, { ppid: parentOf(actor), startTicks: as.startTicks, state: as.state }));
  put(join(folder, 'cmdline'), as.argv.map((word) => `${word}\0`).join(''));
  put(
    join(folder, 'status'),
    `Uid:\t${uids.join('\t')}\nGid:\t${gids.join('\t')}\nSigBlk:\t${mask(as.blocked)}\nSigIgn:\t${mask(0)}\nSigCgt:\t${mask(as.caught)}\n`,
  );
  const began = actor.drift === 'began as a set-uid program' ? 12_345 : OWNER;
  const auxv = [6, 4096, 11, began, 12, OWNER, 13, OWNER, 14, OWNER, 23, began === OWNER ? 0 : 1, 0, 0];
  put(join(folder, 'auxv'), Buffer.from(new BigUint64Array(auxv.map(BigInt)).buffer).toString('latin1'));
}

/** Whose they are when they are read first. */
const OWNER = 1000;

/** Real, effective, saved and file-system ids, of user and group. */
function idsAfter(drift: Drift): readonly [readonly number[], readonly number[]] {
  const own = [OWNER, OWNER, OWNER, OWNER];
  switch (drift) {
    case 'real user is another':
      return [[12_345, 0, 0, 0], own];
    case 'saved user is another':
      return [[OWNER, OWNER, 0, OWNER], own];
    case 'saved group is another':
      return [own, [OWNER, OWNER, 42, OWNER]];
    case 'belongs to another user':
      return [own.map(() => 12_345), own.map(() => 12_345)];
    default:
      return [own, own];
  }
}

/** In short, as families have it. */
const told = (errand: Errand) => (errand.kind === 'run' ? `run ${errand.command.program}` : `write ${errand.path}`);

it('no process is signalled, and no command run, but for the master of a known server that is still the same', {
  timeout: patience(180),
}, () => {
  const sent: { pid: number; what: string | number | undefined }[] = [];
  const kill = vi.spyOn(process, 'kill').mockImplementation((pid, what) => {
    sent.push({ pid, what });
    return true;
  });
  const signals = new ProcessSignals(async (errand) => {
    sent.push({ pid: errand.pid, what: told(errand) });
    expect(errand.startTicks).toBe(errand.pid - FIRST);
    return null;
  }, root);
  const counts = { signal: 0, run: 0, write: 0 };
  try {
    fc.assert(
      fc.property(castings, (table) => {
        table.forEach(write);
        const model = buildModel(snapshot(table.map(seen)), null, { memoryTotal: null });
        const driftOf = (pid: number) => table[pid - FIRST]?.drift ?? 'none';
        for (const server of model.projects.flatMap(({ servers }) => servers)) {
          for (const direction of [1, -1] as const) {
            sent.length = 0;
            const outcome = signals.scale(server, direction);
            // At most one, and only where it does not say that it did nothing.
            expect(sent.length).toBeLessThanOrEqual(typeof outcome === 'string' ? 0 : 1);
            for (const { pid, what } of sent) {
              const actor = table[pid - FIRST];
              const as = actor && now(actor, pid - FIRST);
              const isErrand = what !== 'SIGTTIN' && what !== 'SIGTTOU';
              if (isErrand) expect(what).toBe(actor?.errand);
              else expect(what).toBe(direction === 1 ? 'SIGTTIN' : 'SIGTTOU');
              expect(as).toMatchObject({ startTicks: pid - FIRST, state: 'S' });
              if (!isErrand) {
                expect(actor?.scalable).toBe(true);
                expect(as?.blocked).toBe(0);
                expect((as?.caught ?? 0) & BOTH).toBe(BOTH);
              }
              const harmless = isErrand ? ['handles nothing', 'handles TTIN alone', 'blocks TTOU'] : [];
              expect(['none', 'belongs to another user', ...harmless]).toContain(actor?.drift);
              const workers = server.processes.filter(({ role }) => role === 'worker').map((worker) => worker.pid);
              for (const worker of workers) expect(mixing).not.toContain(driftOf(worker));
              counts[isErrand ? (actor?.errand?.startsWith('run') ? 'run' : 'write') : 'signal']++;
            }
          }
        }
      }),
      { numRuns: cases(10_000) },
    );
  } finally {
    kill.mockRestore();
  }
  // Else nothing would have been tested.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(enough(500));
});
