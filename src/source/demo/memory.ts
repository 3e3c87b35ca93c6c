import type { HostMemory, MemoryReading, MemoryUse } from '../../snapshot.ts';
import { MB } from './scenario.ts';
import { type SimulatedProcess, type SimulatedServer, STEPS_PER_SECOND } from './simulated-server.ts';

const PAGE = 4096;
const TOTAL = 1536 * MB;
const SWAP_TOTAL = 1024 * MB;

/** Memory of the kernel. */
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

/** Programs cannot take all memory: this many bytes always stay cached. */
const LEAST_AVAILABLE = 40 * MB;

/** Memory of the C library and the like, which all processes share. */
const LIBRARIES = { rss: 4 * MB, pss: 0.2 * MB } as const;

/** A process starts with this fraction of its own memory, and approaches the rest over these seconds. */
const WARM_UP = { from: 0.55, seconds: 6 } as const;

/** The memory of the machine and of each process. Used memory is the sum of the processes' and the kernel's. */
export interface Memory {
  readonly host: HostMemory;
  readonly use: MemoryUse;
  readonly processes: ReadonlyMap<SimulatedProcess, MemoryReading>;
  /** Fraction of the memory wanted by programs that is in swap. */
  readonly swapped: number;
  /** Whether more is wanted than memory and swap can hold. */
  readonly exhausted: boolean;
}

interface Want {
  readonly process: SimulatedProcess;
  readonly own: number;
  readonly shared: number;
  /** Number of processes that share it. */
  readonly sharers: number;
}

/**
 * Computes the memory of all processes.
 * @param step the present step
 */
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
    const { own, shared } = process.template;
    const age = (step - process.born) / STEPS_PER_SECOND;
    const warmth = 1 - (1 - WARM_UP.from) * Math.exp(-age / WARM_UP.seconds);
    // Fluctuation is at most a twentieth, so small processes stay small.
    const wobble = Math.max(-own / 20, Math.min(own / 20, process.wobble));
    return { process, own: own * warmth + process.grown + wobble, shared, sharers: all.length };
  });
}

/** A reading of one process. Memory shared by a single process is its own. */
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
