import type { ProcessKey } from '../../snapshot.ts';
import { type Inspected, inspectProcess } from '../proc/inspect.ts';
import { LostLine } from '../source.ts';
import { sectionsOf } from './frames.ts';
import { guardProgram } from './guard-program.ts';
import { MirrorTree } from './mirror-tree.ts';
import type { RemoteSource } from './remote-source.ts';
import { quoted } from './script.ts';

const outcomes = ['done', 'ended', 'changed', 'denied', 'namespace', 'bad'] as const;

/** What the shell on the server must see again before it sends a signal. */
interface Proof {
  readonly cmdline: Buffer;
  readonly status: string;
}

/** Bytes of a command line that a guard is given: one argument of a program has at most 128 kB (execve(2)). */
const LONGEST_GUARDED = 32 * 1024;

/** What a guard is told: to wait on, or to end. */
const guardSignals = { wait: 'USR1', end: 'USR2' } as const;

/** Inspects and signals processes on the server of a source. */
export class RemoteProcesses {
  readonly destination: string;
  readonly #source: RemoteSource;
  readonly #proofs = new WeakMap<Inspected, Proof>();

  constructor(source: RemoteSource) {
    this.#source = source;
    this.destination = source.destination;
  }

  /** Reads processes now. Ended ones are left out. @throws LostLine */
  async inspect(pids: readonly number[]): Promise<ReadonlyMap<number, Inspected>> {
    const { line, server } = this.#connection();
    // A new tree has nothing cached, so it reads everything now.
    const tree = new MirrorTree(line, server, [], false);
    const read = await Promise.all(pids.map((pid) => tree.settle(() => this.#inspectOne(tree, pid))));
    return new Map(read.flatMap((found) => (found === null ? [] : [[found.pid, found] as const])));
  }

  /**
   * Sends a signal if the process is still the one inspected: the shell compares command line, parent, ids, signal
   * masks and start time right before `kill`.
   * @throws LostLine
   */
  async signal(found: Inspected, signal: NodeJS.Signals): Promise<(typeof outcomes)[number]> {
    const { line } = this.#connection();
    const proof = this.#proofs.get(found);
    if (proof === undefined || !isPid(found.pid) || !Number.isInteger(found.startTicks)) return 'bad';
    const { pid, startTicks } = found;
    const name = signal.replace(/^SIG/, '');
    const request = `k ${pid} ${startTicks} ${name} ${quoted(asShellSees(proof.cmdline))} ${quoted(proof.status)}`;
    const tags = sectionsOf(await line.request(request), line.nonce).map(({ tag }) => tag);
    return outcomes.find((outcome) => tags.includes(`k${outcome}`)) ?? 'bad';
  }

  /** Whether a guard can be started there; null if there is no connection. */
  get hasGuards(): boolean | null {
    return this.#source.connection?.server.hasPerl ?? null;
  }

  /**
   * Starts a guard there, which adds a worker to a server that was trimmed if it is not told to wait for so many seconds.
   * @param master takes SIGTTIN
   * @returns its identity; null if it could not be started
   * @throws LostLine
   */
  async guard(master: Inspected, patience: number): Promise<ProcessKey | null> {
    const { line } = this.#connection();
    const proof = this.#proofs.get(master);
    if (proof === undefined || proof.cmdline.length > LONGEST_GUARDED || !isPid(master.pid)) return null;
    const words = [master.pid, master.startTicks, patience, proof.cmdline.toString('hex')].join(' ');
    const body = await line.request(
      `b G; perl -e ${quoted(guardProgram)} -- ${words} ${quoted(proof.status)} </proc/version`,
    );
    const said =
      sectionsOf(body, line.nonce)
        .find(({ tag }) => tag === 'G')
        ?.content.toString('latin1') ?? '';
    const [, pid, startTicks] = /^READY (\d{1,10}) (\d{1,15})\n$/.exec(said) ?? [];
    return pid === undefined ? null : `${pid}:${startTicks}`;
  }

  /**
   * Tells a guard something, over whatever connection there is now.
   * @returns whether it was still there
   * @throws LostLine
   */
  async tellGuard(guard: ProcessKey, what: keyof typeof guardSignals): Promise<boolean> {
    const { line } = this.#connection();
    const [pid = 0, startTicks = 0] = guard.split(':').map(Number);
    if (!isPid(pid) || !Number.isInteger(startTicks)) return false;
    // A guard that has ended may not have been waited for yet.
    const isSame = `read -r v </proc/${pid}/stat && set -- \${v##*) } && [ "$1" != Z ] && [ "\${20}" = ${startTicks} ]`;
    const body = await line.request(`b n; ${isSame} && kill -s ${guardSignals[what]} ${pid} && b ntold`);
    return sectionsOf(body, line.nonce).some(({ tag }) => tag === 'ntold');
  }

  #inspectOne(tree: MirrorTree, pid: number): Inspected | null {
    if (!isPid(pid)) return null;
    const found = inspectProcess(tree, pid);
    const cmdline = tree.bytes(`${pid}/cmdline`);
    if (found === null || typeof cmdline === 'string') return null;
    this.#proofs.set(found, { cmdline, status: proofOf(tree.text(`${pid}/status`) ?? '') });
    return found;
  }

  #connection(): NonNullable<RemoteSource['connection']> {
    const { connection } = this.#source;
    if (connection === null) throw new LostLine(`${this.destination}: not connected`);
    return connection;
  }
}

function isPid(pid: number): boolean {
  return Number.isInteger(pid) && pid > 1;
}

/**
 * The command line as the shell's `tr` writes it: NUL as newline, newline as byte 1, and an `x` that protects the last
 * newline.
 */
function asShellSees(cmdline: Buffer): string {
  const swapped = cmdline.map((byte) => (byte === 0 ? 0x0a : byte === 0x0a ? 1 : byte));
  return `${Buffer.from(swapped).toString('latin1')}x`;
}

/** The lines of proc_pid_status(5) that the shell compares, in its order. */
function proofOf(status: string): string {
  const lines = status.matchAll(/^(PPid|Uid|Gid|SigBlk|SigIgn|SigCgt):\s*(.*?)\s*$/gm);
  return [...lines].map(([, name, value]) => `${name}:${value} `).join('');
}
