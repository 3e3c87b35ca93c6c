import type { HostMemory, MemoryReading, MemoryUse } from '../../snapshot.ts';
import { MB } from './scenario.ts';
import { type SimulatedProcess, type SimulatedServer, STEPS_PER_SECOND } from './simulated-server.ts';

const PAGE = 4096;
const TOTAL = 1536 * MB;
const SWAP_TOTAL = 1024 * MB;

/** What the kernel takes for itself. */
const kernel = { slab: 63 * MB, 'page-tables': 11 * MB, vmalloc: 18 * MB, stacks: 3 * MB, 'per-cpu': MB } as const;
const KERNEL = Object.values(kernel).reduce((sum, bytes) => sum + bytes, 0);

const use: MemoryUse = {
  anonymous: null,
  shmem: null,
  huge: null,
  arc: null,
  swapInMemory: null,
  kernel,
};

/** Programs cannot take the last of the memory: something is cached always. */
const LEAST_AVAILABLE = 40 * MB;

/** Of the C library and the like, which all processes share. */
const LIBRARIES = { rss: 4 * MB, pss: 0.2 * MB } as const;

/** Of its own memory, what a server's process has when it starts; and the seconds in which it comes near to the rest. */
const WARM_UP = { from: 0.55, seconds: 6 } as const;

/** The machine's memory and that of each process: what all of them take is what the machine has less. */
export interface Memory {
  readonly host: HostMemory;
  readonly use: MemoryUse;
  readonly processes: ReadonlyMap<SimulatedProcess, MemoryReading>;
  /** Fraction of what programs want to have that is in swap. */
  readonly swapped: number;
  /** More is wanted than memory and swap can hold. */
  readonly exhausted: boolean;
}

interface Want {
  readonly process: SimulatedProcess;
  readonly own: number;
  readonly shared: number;
  /** Processes that share it. */
  readonly sharers: number;
}

/** @param step the present one */
export function readMemory(servers: readonly SimulatedServer[], step: number): Memory {
  const wants = servers.flatMap((server) => wantsOf(server, step));
  const wanted = wants.reduce((sum, { own, shared, sharers }) => sum + own + shared / sharers + LIBRARIES.pss, 0);
  const most = TOTAL - KERNEL - LEAST_AVAILABLE;
  const swapped = Math.max(0, 1 - most / wanted);
  const processes = new Map(wants.map((want) => [want.process, reading(want, swapped)] as const));
  let taken = KERNEL;
  let swapUsed = 0;
  for (const { pss, file, swap } of processes.values()) {
    taken += (pss ?? 0) - (file ?? 0);
    swapUsed += swap ?? 0;
  }
  const available = TOTAL - taken;
  const cache = pages(available * 0.62);
  return {
    host: { total: TOTAL, free: available - cache, available, cache, swapTotal: SWAP_TOTAL, swapUsed },
    use,
    processes,
    swapped,
    exhausted: swapUsed > SWAP_TOTAL,
  };
}

function wantsOf({ head, workers }: SimulatedServer, step: number): readonly Want[] {
  const all = [head, ...workers];
  return all.map((process) => {
    const { own, shared } = process.part;
    const age = (step - process.born) / STEPS_PER_SECOND;
    const warmth = 1 - (1 - WARM_UP.from) * Math.exp(-age / WARM_UP.seconds);
    // What sways is at most a twentieth of it, so that small processes stay small.
    const wobble = Math.max(-own / 20, Math.min(own / 20, process.wobble));
    return { process, own: own * warmth + process.grown + wobble, shared, sharers: all.length };
  });
}

/** What only one process has of a template's memory is its own. */
function reading({ own, shared, sharers }: Want, swapped: number): MemoryReading {
  const resident = 1 - swapped;
  const alone = sharers === 1 ? shared : 0;
  const uss = pages((own + alone) * resident);
  const common = pages((shared - alone) * resident);
  const anon = uss + pages(common / sharers);
  const file = pages(LIBRARIES.pss);
  return {
    rss: uss + common + pages(LIBRARIES.rss),
    pss: anon + file,
    uss,
    anon,
    file,
    shmem: 0,
    frees: uss,
    swap: pages((own + shared / sharers) * swapped),
    quality: 'exact',
    fresh: true,
  };
}

function pages(bytes: number): number {
  return Math.floor(bytes / PAGE) * PAGE;
}
