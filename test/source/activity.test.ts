import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityRule } from '../../src/probes.ts';
import type { Doing, Listener, ProcessState } from '../../src/snapshot.ts';
import { ActivityReader } from '../../src/source/proc/activity/activity-reader.ts';
import { callsOf, emptyCall, parseSyscall } from '../../src/source/proc/activity/syscalls.ts';
import { viewOf } from '../helpers/files.ts';

const WORKER = 20;
const MASTER = 10;
const LISTENER = 7001;

/** A stack and a place in a program as x86_64 has them. */
const PLACE = '0x7ffd56f87f90 0x7faad6829954\n';

const epollTargets = (path: string) => viewOf('/').epollTargets(path);

let root: string;
let reader: ActivityReader;
let time = 1000;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workertop-activity-'));
  reader = new ActivityReader(root, 'x64', epollTargets);
});
afterEach(() => {
  reader.close();
  rmSync(root, { recursive: true });
});

function write(path: string, text: string | Buffer): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function link(path: string, to: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  symlinkSync(to, file);
}

function inCall(number: number, ...args: readonly number[]): string {
  const words = Array.from({ length: 6 }, (_, index) => `0x${(args[index] ?? 0).toString(16)}`);
  return `${number} ${words.join(' ')} ${PLACE}`;
}

/** Sleeps without a timeout in a semaphore of glibc, with its stack so deep in its page. */
function sleeps(depth: number, page = 0x7f00_0000_0000): string {
  return `202 0x${(page + 0x100).toString(16)} 0x189 0x0 0x0 0x0 0xffffffff 0x${(page + depth).toString(16)} 0x7faad6829f16\n`;
}

const listeners: readonly Listener[] = [
  { address: '127.0.0.1:8000', inode: LISTENER, queue: 0 },
  { address: 'unix:/run/shop.sock', inode: 7002, queue: 0 },
];

interface Seen {
  readonly rule?: ActivityRule;
  readonly state?: ProcessState;
  readonly threads?: number;
  readonly by?: ActivityReader;
}

function all(seen: Seen = {}): readonly Doing[] {
  const { rule = { by: 'process' }, state = 'S', threads = 1, by = reader } = seen;
  const worker = { pid: WORKER, key: `${WORKER}:1`, state, threads };
  const requests = new Map([[WORKER, { rule, listeners, master: MASTER }]]);
  return by.read(requests, () => worker, time++).get(WORKER)?.doing ?? [];
}

function one(seen: Seen = {}): Doing | undefined {
  return all(seen)[0];
}

/** The bits of an fd_set at address 64 of its memory. */
function memory(bytes: readonly number[]): void {
  write(`${WORKER}/mem`, Buffer.concat([Buffer.alloc(64), Buffer.from(bytes)]));
}

function pollfd(descriptor: number): readonly number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(descriptor);
  return [...bytes];
}

const accept4 = 288;
const epollWait = 232;
const select = 23;
const poll = 7;
const read = 0;
const recvfrom = 45;
const futex = 202;

describe('a worker is idle', () => {
  it('in accept(2)', () => {
    write(`${WORKER}/syscall`, inCall(accept4, 5));
    expect(one()).toBe('idle');
  });

  it('in the same select(2) again, unless its first argument leaves open for which descriptors', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    link(`${WORKER}/fd/4`, '/dev/null');
    memory([0b0010_0000, 0, 0, 0, 0, 0, 0, 0]);
    write(`${WORKER}/syscall`, inCall(select, 6, 64));
    expect([one(), one()]).toEqual(['idle', 'idle']);
    write(`${WORKER}/syscall`, inCall(select, 64, 64));
    expect(one()).toBe('idle');
    memory([0b0001_0000, 0, 0, 0, 0, 0, 0, 0]);
    expect(one()).not.toBe('idle');
  });

  it('in select(2) on its listener', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    memory([0b0110_0000]);
    write(`${WORKER}/syscall`, inCall(select, 7, 64));
    expect(one()).toBe('idle');
  });

  it('in poll(2) on a pipe and its listener', () => {
    link(`${WORKER}/fd/4`, 'pipe:[33]');
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    memory([...pollfd(4), ...pollfd(5)]);
    write(`${WORKER}/syscall`, inCall(poll, 64, 2));
    expect(one()).toBe('idle');
  });

  it('in epoll_wait(2) for its listener, and not for others', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    link(`${WORKER}/fd/9`, 'socket:[1234]');
    write(`${WORKER}/fdinfo/6`, 'pos:\t0\ntfd:        9 events:       19\n');
    write(`${WORKER}/syscall`, inCall(epollWait, 6));
    expect(one()).toEqual({ wait: 'other' });
    write(`${WORKER}/fdinfo/6`, 'pos:\t0\ntfd:        9 events:       19\ntfd:        5 events:       19\n');
    expect(one()).toBe('idle');
  });

  it('in epoll_wait(2) once it is known what that waits for, and unknown before', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    write(`${WORKER}/syscall`, inCall(epollWait, 6));
    let targets: readonly number[] | null = null;
    const by = new ActivityReader(root, 'x64', () => targets);
    expect([one({ by }), by.waits]).toEqual(['unknown', true]);
    targets = [5];
    expect([one({ by }), by.waits]).toEqual(['idle', false]);
    by.close();
  });

  it('that may have threads only where epoll is not what it waits in', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    write(`${WORKER}/fdinfo/6`, 'tfd:        5 events:       19\n');
    write(`${WORKER}/syscall`, inCall(epollWait, 6));
    expect(one({ rule: { by: 'process', mayHaveThreads: true } })).toBe('unknown');
  });

  it('that takes turns in a futex shared between processes, without a timeout', () => {
    const turns: Seen = { rule: { by: 'process', takesTurns: true } };
    write(`${WORKER}/syscall`, inCall(futex, 64, 0, 2, 0));
    expect(one(turns)).toBe('idle');
    expect(one()).toEqual({ wait: 'lock' });
    write(`${WORKER}/syscall`, inCall(futex, 64, 128, 2, 0));
    expect(one(turns)).toEqual({ wait: 'lock' });
    write(`${WORKER}/syscall`, inCall(futex, 64, 0, 2, 0x7ffd0000));
    expect(one(turns)).toEqual({ wait: 'lock' });
  });

  it('of tasks in a read(2) of a pipe that its master has too', () => {
    const tasks: Seen = { rule: { by: 'tasks' } };
    link(`${WORKER}/fd/8`, 'pipe:[55]');
    link(`${MASTER}/fd/3`, 'pipe:[55]');
    write(`${WORKER}/syscall`, inCall(read, 8));
    expect(one(tasks)).toBe('idle');
    link(`${WORKER}/fd/11`, 'pipe:[56]');
    write(`${WORKER}/syscall`, inCall(read, 11));
    expect(one(tasks)).toEqual({ wait: 'pipe' });
  });

  it('that is an event loop in any wait for events', () => {
    write(`${WORKER}/syscall`, inCall(epollWait, 6));
    expect(one({ rule: { by: 'loop' } })).toBe('idle');
    write(`${WORKER}/syscall`, inCall(futex, 64, 128, 2, 0));
    expect(one({ rule: { by: 'loop' } })).toEqual({ wait: 'lock' });
  });

  it('only for as long as what it waits for is its listener', () => {
    link(`${WORKER}/fd/5`, `socket:[${LISTENER}]`);
    link(`${WORKER}/fd/6`, 'socket:[1234]');
    memory([0b0010_0000]);
    write(`${WORKER}/syscall`, inCall(select, 7, 64));
    expect(one()).toBe('idle');
    memory([0b0100_0000]);
    expect(one()).toEqual({ wait: 'socket' });
  });
});

describe('threads of a pool', () => {
  const rule: ActivityRule = {
    by: 'threads',
    pool: (name) => name.startsWith('tp'),
    size: 3,
    acceptsEarly: true,
    idleIn: 'place',
    isMixed: false,
  };
  const thread = (tid: number, name: string, text: string) => {
    write(`${WORKER}/task/${tid}/comm`, `${name}\n`);
    write(`${WORKER}/task/${tid}/syscall`, text);
  };

  const IDLE = 0x8f0;
  const LOCK = 0x690;
  const pages = [0x7f00_0000_0000, 0x7f11_2233_4000, 0x7f55_0000_0000];
  /** Three threads that sleep so deep in their stacks. */
  const pool = (...depths: readonly number[]) => {
    for (const [index, depth] of depths.entries()) thread(21 + index, `tp ${index}`, sleeps(depth, pages[index]));
    return all({ rule, threads: 3 });
  };

  it('are told one by one, those of other names left out', () => {
    thread(20, 'main', 'running\n');
    thread(21, 'tp 1', inCall(recvfrom, 9));
    thread(22, 'tp 2', 'running\n');
    thread(23, 'reaper', 'running\n');
    expect(all({ rule, threads: 4 })).toEqual([{ wait: 'other' }, 'cpu']);
  });

  it('are idle where the whole pool sleeps, and wait for a lock anywhere else', () => {
    expect(pool(IDLE, IDLE, IDLE)).toEqual(['idle', 'idle', 'idle']);
    expect(pool(LOCK, IDLE, LOCK)).toEqual([{ wait: 'lock' }, 'idle', { wait: 'lock' }]);
  });

  it('are unknown and not idle until it was seen where idle ones sleep', () => {
    expect(pool(LOCK, IDLE, LOCK)).toEqual(['unknown', 'unknown', 'unknown']);
    reader.connections(MASTER, 3);
    expect(pool(LOCK, LOCK, LOCK)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('are idle where they sleep while there is no connection', () => {
    thread(23, 'tp 2', 'running\n');
    for (let times = 0; times < 3; times++) {
      expect(pool(IDLE, IDLE)).toEqual(['unknown', 'unknown', 'cpu']);
      reader.connections(MASTER, 0);
    }
    expect(pool(IDLE, LOCK, IDLE)).toEqual(['idle', { wait: 'lock' }, 'idle']);
  });

  it('of the app itself are no idle ones of the pool, nor ones in use', () => {
    const mixed = { ...rule, size: 2, isMixed: true };
    const own = sleeps(LOCK);
    thread(21, 'tp 1', sleeps(IDLE, pages[0]));
    thread(22, 'tp 2', sleeps(IDLE, pages[1]));
    thread(23, 'tp own', own);
    all({ rule: mixed, threads: 3 });
    expect(all({ rule: mixed, threads: 3 })).toEqual(['idle', 'idle', 'unknown']);
    thread(22, 'tp 2', sleeps(LOCK, pages[1]));
    expect(all({ rule: mixed, threads: 3 })).toEqual(['idle', { wait: 'lock' }, 'unknown']);
  });

  it('that take turns by a mutex are idle in it, and wait for a lock in a semaphore', () => {
    const turns: ActivityRule = { ...rule, idleIn: 'mutex' };
    thread(21, 'tp 1', inCall(futex, 64, 128, 2, 0));
    thread(22, 'tp 2', sleeps(IDLE));
    expect(all({ rule: turns, threads: 2 })).toEqual(['idle', { wait: 'lock' }]);
  });

  it('wait for a lock where that has a timeout, as the interpreter of Python does', () => {
    thread(21, 'tp 1', inCall(futex, 64, 128 + 9, 0, 0x7ffd0000));
    expect(all({ rule })).toEqual([{ wait: 'lock' }]);
  });

  it('that are started later, and end, are counted', () => {
    thread(21, 'tp 1', 'running\n');
    expect(all({ rule, threads: 1 })).toEqual(['cpu']);
    thread(22, 'tp 2', 'running\n');
    expect(all({ rule, threads: 2 })).toEqual(['cpu', 'cpu']);
    rmSync(join(root, `${WORKER}/task/21`), { recursive: true });
    expect(all({ rule, threads: 1 })).toEqual(['cpu']);
  });
});

describe('a worker in use', () => {
  const tcp = (inode: number, local: string, remote: string) =>
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 20 0 0 10 -1\n`;

  beforeEach(() => {
    link(`${WORKER}/ns/net`, 'net:[1]');
    link(`${WORKER}/fd/9`, 'socket:[500]');
    write(`${WORKER}/syscall`, inCall(recvfrom, 9));
  });

  it('runs', () => {
    write(`${WORKER}/syscall`, 'running\n');
    expect(one()).toBe('cpu');
  });

  it('waits for what it is connected to, on this machine', () => {
    write(`${WORKER}/net/tcp`, tcp(500, '0100007F:C350', '0100007F:1538'));
    expect(one()).toEqual({ wait: 'net', port: 5432, local: true, address: '127.0.0.1' });
  });

  it('waits for what it is connected to, on another machine', () => {
    write(`${WORKER}/net/tcp`, tcp(500, '0A00000A:C350', '0B00000A:0CEA'));
    expect(one()).toEqual({ wait: 'net', port: 3306, local: false, address: '10.0.0.11' });
  });

  it('is held by a client where it reads from a connection that came to its listener', () => {
    write(`${WORKER}/net/tcp`, tcp(500, '0100007F:1F40', '0100007F:C351'));
    expect(one()).toBe('client');
  });

  it('is held by a client of a unix socket, and waits for another', () => {
    const line = (inode: number, name: string) => `0000: 00000003 00000000 00000000 0001 03 ${inode}${name}\n`;
    write(`${WORKER}/net/unix`, `Num RefCount Protocol Flags Type St Inode Path\n${line(500, ' /run/shop.sock')}`);
    expect(one()).toBe('client');
    link(`${WORKER}/fd/9`, 'socket:[501]');
    write(`${WORKER}/net/unix`, line(501, ''));
    time += 60;
    expect(one()).toEqual({ wait: 'unix' });
  });

  it.each([
    ['in a page fault', '-1 0x7ffd56f87f90 0x7faad6829954\n', { wait: 'disk' }],
    ['for a child', inCall(61, 300), { wait: 'child' }],
    ['as it sleeps', inCall(230), { wait: 'sleep' }],
    ['as it sleeps in select(2) without descriptors', inCall(select, 0, 0, 0), { wait: 'sleep' }],
    ['in a call that is not known', inCall(999), { wait: 'other' }],
    ['for a lock', inCall(futex, 64, 128, 2, 0), { wait: 'lock' }],
  ] as const)('waits %s', (_, text, doing) => {
    write(`${WORKER}/syscall`, text);
    expect(one()).toEqual(doing);
  });
});

describe('what cannot be told is unknown', () => {
  it.each([
    ['of a program of 32 bits', '102 0x5 0x0 0x0 0x0 0x0 0x0 0xffd3a910 0xf7f2b559\n'],
    ['of a wait that was interrupted', inCall(219)],
    ['of a broken line', '23 0x5\n'],
    ['of nothing', ''],
    ['where its memory does not hold the set', inCall(select, 7, 0x9999)],
  ])('%s', (_, text) => {
    memory([]);
    write(`${WORKER}/syscall`, text);
    expect(one()).toBe('unknown');
  });

  it('of a worker that is stopped', () => {
    write(`${WORKER}/syscall`, inCall(accept4, 5));
    expect(one({ state: 'T' })).toBe('unknown');
  });

  it('of an architecture whose calls are not known, nothing is said', () => {
    write(`${WORKER}/syscall`, inCall(accept4, 5));
    expect(all({ by: new ActivityReader(root, 'riscv64', epollTargets) })).toEqual([]);
  });

  it('of a worker that has ended, nothing is said', () => {
    expect(all()).toEqual([]);
  });
});

it('calls of aarch64 have numbers of their own', () => {
  const other = new ActivityReader(root, 'arm64', epollTargets);
  write(`${WORKER}/syscall`, inCall(202, 5));
  expect(one({ by: other })).toBe('idle');
  other.close();
});

it('a set of descriptors larger than what is looked at is no reason to read all of it', () => {
  write(`${WORKER}/mem`, '');
  truncateSync(join(root, `${WORKER}/mem`), 1_000_000);
  write(`${WORKER}/syscall`, inCall(poll, 64, 2_000_000));
  expect(one()).toBe('unknown');
});

it('whatever stands in /proc/PID/syscall is read without an error, and arguments are what they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseSyscall(bytes, bytes.length, emptyCall());
    }),
  );
  const word = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
  fc.assert(
    fc.property(fc.nat(600), fc.array(word, { minLength: 6, maxLength: 6 }), (number, args) => {
      const text = Buffer.from(`${number} ${args.map((arg) => `0x${arg.toString(16)}`).join(' ')} ${PLACE}`);
      const position = parseSyscall(text, text.length, emptyCall());
      if (typeof position !== 'object' || position === null) throw new Error('is no call');
      expect(position.number).toBe(number);
      expect([...position.ints]).toEqual(args.map((arg) => Number(BigInt.asIntN(32, arg))));
      expect([...position.args]).toEqual(args.map(Number));
    }),
  );
});

it('no number stands for two system calls', () => {
  for (const architecture of ['x64', 'arm64']) expect(callsOf(architecture)?.size).toBeGreaterThan(20);
});
