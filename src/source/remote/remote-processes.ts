import { type Inspected, inspectProcess } from '../proc/inspect.ts';
import { LostLine } from '../source.ts';
import { sectionsOf } from './frames.ts';
import { MirrorTree } from './mirror-tree.ts';
import type { RemoteSource } from './remote-source.ts';
import { quoted } from './script.ts';

const outcomes = ['done', 'ended', 'changed', 'denied', 'namespace', 'bad'] as const;

/** What a process looked like when it was inspected, as the shell there sees it. */
interface Proof {
  readonly cmdline: string;
  readonly status: string;
}

/** Inspects and signals processes over the line of a source. */
export class RemoteProcesses {
  readonly destination: string;
  readonly #source: RemoteSource;
  readonly #proofs = new WeakMap<Inspected, Proof>();

  constructor(source: RemoteSource) {
    this.#source = source;
    this.destination = source.destination;
  }

  /** Reads processes now; those that are gone are left out. @throws LostLine */
  async inspect(pids: readonly number[]): Promise<ReadonlyMap<number, Inspected>> {
    const { line, server } = this.#connection();
    // A tree of its own holds nothing yet, so all is read now.
    const tree = new MirrorTree(line, server, [], false);
    const read = await Promise.all(pids.map((pid) => tree.settle(() => this.#inspectOne(tree, pid))));
    return new Map(read.flatMap((found) => (found === null ? [] : [[found.pid, found] as const])));
  }

  /**
   * Sends a signal if the process is still what was inspected: its command line, parent, ids, masks and start time are
   * compared there in the same shell step, right before `kill`.
   * @throws LostLine
   */
  async signal(found: Inspected, signal: NodeJS.Signals): Promise<(typeof outcomes)[number]> {
    const { line } = this.#connection();
    const proof = this.#proofs.get(found);
    if (proof === undefined || !isPid(found.pid) || !Number.isInteger(found.startTicks)) return 'bad';
    const { pid, startTicks } = found;
    const name = signal.replace(/^SIG/, '');
    const request = `k ${pid} ${startTicks} ${name} ${quoted(proof.cmdline)} ${quoted(proof.status)}`;
    const tags = sectionsOf(await line.request(request), line.nonce).map(({ tag }) => tag);
    return outcomes.find((outcome) => tags.includes(`k${outcome}`)) ?? 'bad';
  }

  #inspectOne(tree: MirrorTree, pid: number): Inspected | null {
    if (!isPid(pid)) return null;
    const found = inspectProcess(tree, pid);
    const cmdline = tree.bytes(`${pid}/cmdline`);
    if (found === null || typeof cmdline === 'string') return null;
    this.#proofs.set(found, { cmdline: asShellSees(cmdline), status: proofOf(tree.text(`${pid}/status`) ?? '') });
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

/** NULs as newlines and newlines as bytes of 1, as `tr` writes them there, and an `x` that keeps the last of them. */
function asShellSees(cmdline: Buffer): string {
  const swapped = cmdline.map((byte) => (byte === 0 ? 0x0a : byte === 0x0a ? 1 : byte));
  return `${Buffer.from(swapped).toString('latin1')}x`;
}

/** The lines of proc_pid_status(5) that decide, in their order there. */
function proofOf(status: string): string {
  const lines = status.matchAll(/^(PPid|Uid|Gid|SigBlk|SigIgn|SigCgt):\s*(.*?)\s*$/gm);
  return [...lines].map(([, name, value]) => `${name}:${value} `).join('');
}
