import { processStates } from '../snapshot.ts';

/** Tests a value read from a recording: the file may be damaged, or made by somebody else. */
type Check = (value: unknown) => boolean;

const number: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const signed: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const one =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);
const maybe =
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
const all = (checks: Readonly<Record<string, Check>>): Check => {
  const entries = Object.entries(checks);
  return (value) => isObject(value) && entries.every(([key, check]) => check((value as Record<string, unknown>)[key]));
};

const memory = all({
  rss: number,
  pss: maybe(number),
  uss: maybe(number),
  swap: maybe(number),
  anon: optional(maybe(number)),
  file: optional(maybe(number)),
  shmem: optional(maybe(number)),
  frees: optional(maybe(number)),
  privateHuge: optional(number),
  sharedHuge: optional(number),
  quality: one('exact', 'estimate', 'rss'),
  fresh: flag,
});

const words: Check = one('idle', 'cpu', 'client', 'unknown');
const net = all({ wait: one('net'), port: number, local: flag });
const wait = all({ wait: one('socket', 'unix', 'pipe', 'disk', 'lock', 'sleep', 'child', 'other') });
const doing: Check = (value) => words(value) || net(value) || wait(value);

const process = all({
  pid: number,
  startTicks: number,
  ppid: number,
  pgrp: number,
  session: number,
  state: one(...processStates),
  cpuTicks: number,
  memory,
  listeners: maybe(list(all({ address: text, inode: number, queue: maybe(number) }))),
  activity: optional(all({ by: one('process', 'tasks', 'threads', 'loop'), doing: list(doing) })),
  codeChangedAt: optional(number),
  facts: number,
});

const facts = all({
  comm: text,
  argv: list(text),
  cwd: maybe(text),
  exe: maybe(text),
  uid: maybe(number),
  ids: optional(one('one', 'mixed')),
  user: maybe(text),
  caught: maybe(number),
  ignored: maybe(number),
  blocked: maybe(number),
  cgroup: maybe(text),
  memoryLimit: maybe(number),
  environment: map(text),
  virtualenv: maybe(all({ path: text, name: text, evidence: text, python: maybe(text) })),
  packages: map(text),
  directory: maybe(all({ path: text, marker: maybe(text), from: text, link: optional(text) })),
  directoryIdentity: optional(text),
  directorySource: optional(text),
  container: optional(all({ name: maybe(text), project: maybe(text), service: maybe(text) })),
  configLines: map(list(text)),
});

const averages = { someAvg10: maybe(number), someAvg60: maybe(number), fullAvg10: maybe(number) };

const use = all({
  anonymous: maybe(number),
  shmem: maybe(number),
  huge: maybe(all({ total: number, used: number })),
  arc: maybe(all({ size: number, least: number })),
  swapInMemory: maybe(all({ total: number, used: number })),
  kernel: map(number),
});

const host = all({
  name: text,
  os: text,
  cores: number,
  ticksPerSecond: number,
  memory: all({ total: number, free: number, available: number, cache: number, swapTotal: number, swapUsed: number }),
  cgroup: maybe(all({ limit: number, used: number, cache: optional(number), use: optional(use) })),
  use: optional(use),
  pressure: maybe(all({ ...averages, swappedIn: maybe(number), swappedOut: maybe(number), oomKills: maybe(number) })),
  load: maybe(list(number)),
});

/** Whether a value is a reading as `RecordingWriter` writes it. */
export const isRecorded = all({
  at: signed,
  uptime: number,
  host,
  accounting: one('pss', 'rss'),
  processes: list(process),
  kernelThreads: number,
  facts: map(facts),
});
