import type { HostSample, KernelPart, MemoryUse } from '../snapshot.ts';
import { baseName } from '../text/base-name.ts';
import { arcShrinks, limitOf } from './host.ts';
import type { Memory, MemoryMap, MemoryPart, PartKind, ProcessNode, Project, SystemGroup } from './model.ts';

/** Programs outside projects are named from this fraction of the total. */
const NAMED = 0.01;

/** The kernel's parts in words. */
const kernelNames: Readonly<Record<KernelPart, string>> = {
  slab: 'kernel objects (slab that cannot be reclaimed)',
  'page-tables': 'page tables',
  stacks: 'kernel stacks',
  'per-cpu': 'per-CPU memory of the kernel',
  vmalloc: 'kernel modules and buffers (vmalloc)',
  'boot-tables': 'tables that the kernel made at boot (hash tables)',
  kernel: 'kernel (slab, stacks, page tables)',
  sockets: 'queues of TCP and UDP (data sent or received and not read)',
  locked: 'files locked in memory that no process has mapped (ramfs)',
  'swap-cache': 'swap cache',
  zram: 'zram: swapped memory, compressed',
  zswap: 'zswap: swapped memory, compressed',
  balloon: 'balloon: taken back by the hypervisor',
  'cpu-lists': 'free pages kept by each CPU',
};

/** A recording may have parts that are not among them: those stay unexplained. */
const kernelParts = Object.keys(kernelNames) as readonly KernelPart[];

/**
 * Divides the memory into parts that add up to the machine's total, or to the limit. Their droppable memory and what is
 * free add up to what is available. Null if the source does not report it.
 */
export function memoryMap(host: HostSample, projects: readonly Project[], system: SystemGroup): MemoryMap | null {
  const limit = limitOf(host);
  const use = limit === null ? host.use : limit.use;
  if (use === undefined) return null;
  const total = limit?.limit ?? host.memory.total;
  const nodes = [
    ...projects.flatMap(({ servers, processes }) => [...servers.flatMap((server) => server.processes), ...processes]),
    ...system.processes,
  ];
  const lockedFile = nodes.reduce((sum, { sample }) => sum + (sample.memory.lockedFile ?? 0), 0);
  const { sockets = 0, ...others } = use.kernel;
  const kernel: MemoryUse['kernel'] = { ...others, locked: Math.max(0, (others.locked ?? 0) - lockedFile) };
  const known = [
    ...projects.map(({ name, memory }) => ofProcesses('project', name, memory, name)),
    ...programs(system, total),
    ...rest(nodes, use),
    ...kernelParts.map((kind) => fixed(kind, kernelNames[kind], kernel[kind] ?? 0)),
  ].filter(({ bytes }) => bytes > 0);
  const mapped = known.reduce((sum, part) => sum + part.droppable, 0);
  const unused = limit === null ? ofMachine(host, mapped) : ofLimit(host, limit, mapped);
  const { free, cache, kept, reserve } = unused;
  const left = Math.max(0, total - free - reserve - unused.others - kept - cache - sumOf(known));
  // Small packets lie in the slab, too.
  const queues = fixed('sockets', kernelNames.sockets, Math.min(sockets, left));
  const objects = Math.min(cache, use.slabCache ?? 0);
  const parts = [
    ...[...known, queues].sort((a, b) => b.bytes - a.bytes),
    fixed('reserve', 'kept free by the kernel for itself', reserve),
    fixed('others', 'within the limit, but used by others on this machine', unused.others),
    ...arcOf(use, left - queues.bytes),
    fixed('kept-cache', 'cache of files that the kernel keeps when memory is short', kept),
    droppable('cache', 'cache of files that no process has mapped', cache - objects),
    droppable('slab-cache', 'cache of file names and inodes (slab that can be reclaimed)', objects),
    fixed('free', 'free', free),
  ].filter(({ bytes }) => bytes > 0);
  const unexplained = Math.max(0, total - sumOf(parts));
  return { total, parts: [...parts, fixed('unexplained', 'unexplained', unexplained)] };
}

function sumOf(parts: readonly MemoryPart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function fixed(kind: PartKind, name: string, bytes: number): MemoryPart {
  return { kind, name, bytes, droppable: 0, project: null };
}

function droppable(kind: PartKind, name: string, bytes: number): MemoryPart {
  return { ...fixed(kind, name, bytes), droppable: bytes };
}

function ofProcesses(kind: PartKind, name: string, memory: Memory, project: string | null): MemoryPart {
  const bytes = memory.counted ?? 0;
  return { kind, name, bytes, droppable: Math.min(bytes, memory.file ?? 0), project };
}

/** Programs outside projects, added up by name. Small ones are added up as one part. */
function programs({ processes }: SystemGroup, total: number): readonly MemoryPart[] {
  const byName = new Map<string, ProcessNode[]>();
  for (const process of processes) {
    const name = programName(process);
    const others = byName.get(name);
    if (others) others.push(process);
    else byName.set(name, [process]);
  }
  const all = [...byName].map(([name, members]) => ({ name, members, part: together(name, members) }));
  const large = all.filter(({ part }) => part.bytes >= NAMED * total);
  const small = all.filter(({ part }) => part.bytes < NAMED * total).flatMap(({ members }) => members);
  const named = large.map(({ name, members, part }) =>
    members.length === 1 ? part : together(`${name} ×${members.length}`, members),
  );
  const smaller = named.length === 0 ? 'system' : 'smaller programs of the system';
  return small.length === 0 ? named : [...named, together(`${smaller}, ${processCount(small.length)}`, small)];
}

/** Programs that run others: the name of the script says more. */
const interpreter = /^(?:python|pypy|node|nodejs|ruby|perl|php|sh|bash|dash)[\d.]*$/;

/** The name of a program: `sshd`, `postgres`, `python3 unattended-upgrade`. Later arguments may hold secrets. */
function programName({ sample: { facts } }: ProcessNode): string {
  const [first = '', second = ''] = facts.argv;
  const name = baseName(first.split(/[\s:]/, 1)[0] ?? '') || facts.comm;
  const script = interpreter.test(name) && second.startsWith('/') ? baseName(second) : '';
  return script === '' ? name : `${name} ${script}`;
}

function processCount(count: number): string {
  return `${count} process${count === 1 ? '' : 'es'}`;
}

function together(name: string, processes: readonly ProcessNode[]): MemoryPart {
  let bytes = 0;
  let file = 0;
  for (const { memory } of processes) {
    bytes += memory.counted ?? 0;
    file += memory.file ?? 0;
  }
  return { kind: 'system', name, bytes, droppable: Math.min(bytes, file), project: null };
}

/** Anonymous memory, shared memory and huge pages that belong to no process. */
function rest(nodes: readonly ProcessNode[], { anonymous, shmem, huge }: MemoryUse): readonly MemoryPart[] {
  let anon = 0;
  let mapped = 0;
  let inHuge = 0;
  for (const { memory, sample } of nodes) {
    // Older kernels report no parts: everything not known to be a file's may be anonymous.
    const { pss, privateHuge = 0, lazyFree = 0 } = sample.memory;
    anon += memory.anon ?? Math.max(0, (memory.counted ?? 0) - (memory.file ?? 0) - (memory.shmem ?? 0));
    // AnonPages of meminfo includes them.
    anon += lazyFree;
    mapped += memory.shmem ?? 0;
    inHuge += privateHuge + Math.max(0, (memory.pss ?? 0) - (pss ?? 0));
  }
  return [
    fixed('unread', 'programs whose memory was not read', Math.max(0, (anonymous ?? 0) - anon)),
    fixed(
      'shmem',
      'files in memory and shared memory that no process has mapped (tmpfs)',
      Math.max(0, (shmem ?? 0) - mapped),
    ),
    fixed('huge', 'huge pages that are reserved and not in use', Math.max(0, (huge?.total ?? 0) - inHuge)),
  ];
}

interface Unused {
  readonly free: number;
  /** Page cache that no process has mapped and that can be dropped. */
  readonly cache: number;
  /** Page cache that no process has mapped and that MemAvailable does not count on. */
  readonly kept: number;
  readonly reserve: number;
  readonly others: number;
}

/**
 * MemAvailable leaves out what programs never get: a reserve of free pages, and of the page cache and the reclaimable
 * slab as much as the low watermark (si_mem_available in the kernel's mm/show_mem.c).
 * @param mapped bytes of page cache that processes have mapped
 */
function ofMachine({ memory, use }: HostSample, mapped: number): Unused {
  const unmapped = Math.max(0, memory.cache - mapped);
  const left = Math.max(0, memory.free + memory.cache - memory.available);
  const kept = Math.min(unmapped, Math.max(0, left - (use?.reserve ?? left)));
  const reserve = Math.min(memory.free, left - kept);
  return { free: memory.free - reserve, cache: unmapped - kept, kept, reserve, others: 0 };
}

function ofLimit(
  { memory }: HostSample,
  { limit, used, cache = 0, left = Number.POSITIVE_INFINITY }: NonNullable<HostSample['cgroup']>,
  mapped: number,
): Unused {
  const unused = Math.max(0, limit - used - cache);
  const free = Math.min(unused, memory.available, Math.max(0, left - cache));
  return { free, cache: Math.max(0, cache - mapped), kept: 0, reserve: 0, others: unused - free };
}

/**
 * ZFS's cache, which no other figure includes. A figure larger than the unexplained rest would be another machine's.
 */
function arcOf(use: MemoryUse, left: number): readonly MemoryPart[] {
  if (use.arc === null) return [];
  const bytes = Math.min(use.arc.size, Math.max(0, left));
  return [{ ...fixed('arc', "ZFS's cache (ARC)", bytes), droppable: Math.min(bytes, arcShrinks(use)) }];
}
