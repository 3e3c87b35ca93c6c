import {
  type Activity,
  type ContainerFacts,
  type HostMemory,
  type HostSample,
  type Listener,
  type MemoryLimit,
  type MemoryReading,
  type MemoryUse,
  type Pressure,
  type ProcessFacts,
  type ProcessSample,
  type ProjectDirectory,
  processStates,
  type SelfReport,
  type Snapshot,
  type Virtualenv,
  type Wait,
} from '../snapshot.ts';

/** Tests a value read from a recording: the file may be damaged, or made by somebody else. */
type Check = (value: unknown) => boolean;

const number: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const signed: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const map =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);
/** Each member of the type has its check: a new one does not compile without. */
const object = <T>(checks: Readonly<Record<keyof T, Check>>): Check => {
  const entries = Object.entries<Check>(checks);
  return (value) => isObject(value) && entries.every(([key, check]) => check((value as Record<string, unknown>)[key]));
};

const memory = object<MemoryReading>({
  rss: number,
  pss: nullable(number),
  uss: nullable(number),
  swap: nullable(number),
  anon: optional(nullable(number)),
  file: optional(nullable(number)),
  shmem: optional(nullable(number)),
  lockedFile: optional(number),
  lazyFree: optional(number),
  frees: optional(nullable(number)),
  privateHuge: optional(number),
  sharedHuge: optional(number),
  quality: oneOf('exact', 'estimate', 'rss'),
  fresh: flag,
});

const plainDoing: Check = oneOf('idle', 'cpu', 'client', 'unknown');
const net = object<Extract<Wait, { wait: 'net' }>>({
  wait: oneOf('net'),
  port: number,
  local: flag,
  address: optional(text),
});
const wait = object<Pick<Wait, 'wait'>>({
  wait: oneOf('socket', 'unix', 'pipe', 'disk', 'lock', 'sleep', 'child', 'other'),
});
const doing: Check = (value) => plainDoing(value) || net(value) || wait(value);

const listener = object<Listener>({
  address: text,
  inode: number,
  queue: nullable(number),
  open: optional(number),
  closed: optional(number),
  inFlight: optional(number),
});

const selfReport = object<SelfReport>({
  asOf: number,
  workers: nullable(list(object<{ pid: number; state: string }>({ pid: number, state: text }))),
  configured: nullable(number),
});

const process = object<ProcessSample>({
  pid: number,
  startTicks: number,
  ppid: number,
  pgrp: number,
  session: number,
  state: oneOf(...processStates),
  cpuTicks: number,
  memory,
  listeners: nullable(list(listener)),
  selfReport: optional(selfReport),
  activity: optional(object<Activity>({ by: oneOf('process', 'tasks', 'threads', 'loop'), doing: list(doing) })),
  codeChangedAt: optional(number),
  facts: number,
});

const facts = object<ProcessFacts>({
  comm: text,
  argv: list(text),
  cwd: nullable(text),
  exe: nullable(text),
  uid: nullable(number),
  ids: optional(oneOf('one', 'mixed')),
  user: nullable(text),
  caught: nullable(number),
  ignored: nullable(number),
  blocked: nullable(number),
  cgroup: nullable(text),
  memoryLimit: nullable(number),
  environment: map(text),
  virtualenv: nullable(object<Virtualenv>({ path: text, name: text, evidence: text, python: nullable(text) })),
  packages: map(text),
  directory: nullable(
    object<ProjectDirectory>({ path: text, marker: nullable(text), from: text, link: optional(text) }),
  ),
  directoryIdentity: optional(text),
  directorySource: optional(text),
  container: optional(
    object<ContainerFacts>({ name: nullable(text), project: nullable(text), service: nullable(text) }),
  ),
  configLines: map(list(text)),
  files: optional(oneOf('waiting', 'unknown')),
});

const use = object<MemoryUse>({
  anonymous: nullable(number),
  shmem: nullable(number),
  huge: nullable(object<NonNullable<MemoryUse['huge']>>({ total: number, used: number })),
  arc: nullable(object<NonNullable<MemoryUse['arc']>>({ size: number, least: number })),
  swapInMemory: nullable(object<NonNullable<MemoryUse['swapInMemory']>>({ total: number, used: number })),
  reserve: optional(number),
  slabCache: optional(number),
  kernel: map(number),
});

const host = object<HostSample>({
  name: text,
  os: text,
  cores: number,
  ticksPerSecond: number,
  memory: object<HostMemory>({
    total: number,
    free: number,
    available: number,
    cache: number,
    swapTotal: number,
    swapUsed: number,
  }),
  cgroup: nullable(
    object<MemoryLimit>({
      limit: number,
      used: number,
      cache: optional(number),
      left: optional(number),
      swap: optional(object<NonNullable<MemoryLimit['swap']>>({ most: nullable(number), used: number })),
      use: optional(use),
    }),
  ),
  use: optional(use),
  pressure: nullable(
    object<Pressure>({
      someAvg10: nullable(number),
      someAvg60: nullable(number),
      fullAvg10: nullable(number),
      swappedIn: nullable(number),
      swappedOut: nullable(number),
      oomKills: nullable(number),
    }),
  ),
  load: nullable((value) => list(number)(value) && (value as readonly number[]).length === 3),
});

/** Whether a value is a reading as `RecordingWriter` writes it. */
export const isRecorded = object<Snapshot & { facts: unknown }>({
  at: signed,
  uptime: number,
  host,
  accounting: oneOf('pss', 'rss'),
  processes: list(process),
  kernelThreads: number,
  self: nullable(number),
  othersHidden: optional(flag),
  silentMounts: optional(list(text)),
  facts: map(facts),
});
