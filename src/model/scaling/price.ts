import type { ProcessKey } from '../../snapshot.ts';
import { bytes, percent, plural } from '../../text/figures.ts';
import { ownMemory } from '../memory.ts';
import type { Model, Server } from '../model.ts';
import { freedBy } from './next-to-stop.ts';

/** Fraction of the total that must remain free after workers were added. */
const LEAST_LEFT = 0.05;

/**
 * The machine is short of memory from these values on: bytes per second moved to or from swap, and fraction of time in
 * which tasks wait for memory.
 */
const SWAPPING = 1024 * 1024;
const WAITING = 0.1;

/** Most workers added at once without a question. */
const MOST_UNASKED = 10;

/** Workers to be added to one server, whether only asked for or already starting. */
export interface Growth {
  readonly server: Server;
  /** Name of its project. */
  readonly project: string;
  /** Number of workers before the first of them started. */
  readonly from: number;
  readonly to: number;
  /** New workers that have started and may still be loading. */
  readonly came: readonly ProcessKey[];
  /** Whether each was asked for by a key press of its own. */
  readonly oneByOne: boolean;
}

/** What workers cost, in bytes. */
export interface Price {
  /** Workers that have not started or loaded yet. */
  readonly more: number;
  /** Own memory of the largest worker; null if unknown. */
  readonly each: number | null;
  readonly cost: number | null;
}

/** What one step costs or frees, and the memory used afterwards. */
export interface StepPrice {
  /** Number of workers after the step. */
  readonly workers: number;
  /** Bytes, positive in either direction; null if unknown. */
  readonly bytes: number | null;
  /** Bytes of the memory total in use after the step; null if unknown. */
  readonly usedAfter: number | null;
  /** Whether it fits; null if unknown. A trim always does. */
  readonly fits: boolean | null;
}

/** Why workers are not added without a question. */
export interface Objection {
  /** `size`: many. `unknown`: unknown cost. `memory`: they do not fit. `code`: they load other code. */
  readonly because: 'size' | 'unknown' | 'memory' | 'code';
  /** One sentence with its figures. */
  readonly text: string;
}

/** Own memory of the largest worker of a server, in bytes: a new one may grow as large. Null if unknown. */
export function largestWorker(server: Server): number | null {
  const sizes = server.processes.flatMap(({ role, memory }) => (role === 'worker' ? (ownMemory(memory) ?? []) : []));
  return sizes.length === 0 ? null : Math.max(...sizes);
}

/** What new workers will still take: each may grow as large as the largest of the server's workers. */
export function priceOf({ server, from, to, came }: Growth): Price {
  const each = largestWorker(server);
  const more = Math.max(0, to - from);
  if (each === null) return { more, each, cost: more === 0 ? 0 : null };
  const started = new Set(came);
  const taken = server.processes
    .filter(({ key }) => started.has(key))
    .reduce((sum, { memory }) => sum + (ownMemory(memory) ?? 0), 0);
  return { more, each, cost: Math.max(0, more * each - taken) };
}

/**
 * How many more workers fit into the available memory, each as large as the largest now, with a twentieth of the memory
 * left free. Null if the size of a worker is unknown.
 */
export function moreThatFit(server: Server, model: Model): number | null {
  const each = largestWorker(server);
  if (each === null || each <= 0) return null;
  const rooms = roomsOf([{ server, cost: each }], model);
  const counts = rooms.map(({ available, total }) => Math.floor((available - LEAST_LEFT * total) / each));
  return Math.max(0, Math.min(...counts));
}

/** Beyond this number of workers it is no longer memory that limits them. */
const MOST_FIT = 50;

/** How many workers more fit, for people: `8 more fit`; null if unknown. */
export function fitText(server: Server, model: Model): string | null {
  const fit = moreThatFit(server, model);
  return fit === null ? null : `${fit > MOST_FIT ? `over ${MOST_FIT}` : fit} more fit`;
}

/** What one more worker costs, or one fewer frees, and what the machine would use then. */
export function priceOfStep(server: Server, direction: 1 | -1, model: Model): StepPrice {
  const { current } = server.workers;
  const { used } = model.host.memory;
  const workers = current + direction;
  if (direction === -1) {
    const freed = freedBy(server, 1);
    return { workers, bytes: freed, usedAfter: freed === null ? null : Math.max(0, used - freed), fits: true };
  }
  const cost = largestWorker(server);
  if (cost === null) return { workers, bytes: null, usedAfter: null, fits: null };
  const room = roomsOf([{ server, cost }], model);
  return { workers, bytes: cost, usedAfter: used + cost, fits: room.every(isEnough) };
}

/**
 * The strongest objection to adding workers; null if there is none.
 * @param wanted growth asked for now
 * @param underWay growth agreed to before, which has not taken all of its memory yet
 */
export function objectionTo(wanted: readonly Growth[], underWay: readonly Growth[], model: Model): Objection | null {
  const growing = wanted.filter(({ from, to }) => to > from);
  if (growing.length === 0) return null;
  const title = growing.map(({ project, from, to }) => `${project} ${from} → ${plural(to, 'worker')}`).join(', ');
  const pressed = shortage(model);
  if (pressed !== null) return { because: 'memory', text: `${title}: ${pressed}.` };
  const tight = tightest(growing, underWay, model);
  if (tight !== null) return { because: 'memory', text: `${title}: ${tight}.` };
  const unknown = growing.find((growth) => priceOf(growth).cost === null);
  if (unknown !== undefined) {
    const { available } = model.host.memory;
    const text = `${title}: it is not known what one worker takes; ${bytes(available)} is available.`;
    return { because: 'unknown', text };
  }
  return growing.some(isMuch) ? { because: 'size', text: `${title}: ${muchText(growing, model)}.` } : null;
}

/** Memory for one server's growth. */
interface Taken {
  readonly server: Server;
  /** Bytes. */
  readonly cost: number;
}

/** Memory that workers must fit into, in bytes. */
interface Room {
  readonly available: number;
  readonly total: number;
  readonly cost: number;
  /** Whose memory it is, if not the whole machine's. */
  readonly of: string;
}

function isEnough({ available, total, cost }: Room): boolean {
  return available - cost >= LEAST_LEFT * total;
}

/** The machine's room for all growth, and the room of each server's unit or container. */
function roomsOf(taken: readonly Taken[], model: Model): readonly Room[] {
  const { available, total, limitedBy } = model.host.memory;
  const of = { MemTotal: '', cgroup: ' of the limit', option: ' of --memory' }[limitedBy];
  const all = taken.reduce((sum, { cost }) => sum + cost, 0);
  return [{ available, total, cost: all, of }, ...taken.flatMap((part) => unitRoom(part, taken, model))];
}

/** The room within the memory limit of a systemd unit or container, which kills processes beyond it. */
function unitRoom({ server }: Taken, taken: readonly Taken[], model: Model): readonly Room[] {
  const { memoryLimit, cgroup } = server.head.sample.facts;
  if (memoryLimit === null || cgroup === null || memoryLimit >= model.host.memory.total) return [];
  const servers = model.projects.flatMap((project) => project.servers);
  const used = [
    ...servers.flatMap(({ processes }) => processes),
    ...[model.system, ...model.projects].flatMap(({ processes }) => processes),
  ]
    .filter(({ sample }) => sample.facts.cgroup === cgroup)
    .reduce((sum, { memory }) => sum + (memory.counted ?? 0), 0);
  const cost = taken
    .filter((part) => part.server.head.sample.facts.cgroup === cgroup)
    .reduce((sum, part) => sum + part.cost, 0);
  return [{ available: Math.max(0, memoryLimit - used), total: memoryLimit, cost, of: ' of its unit’s limit' }];
}

/** What does not fit, with figures; null if everything fits, as far as known. */
function tightest(growing: readonly Growth[], underWay: readonly Growth[], model: Model): string | null {
  const others = underWay.filter(({ server }) => growing.every((growth) => growth.server.key !== server.key));
  const taken = [...growing, ...others].map((growth) => ({ server: growth.server, cost: priceOf(growth).cost ?? 0 }));
  const room = roomsOf(taken, model)
    .filter((candidate) => candidate.cost > 0 && !isEnough(candidate))
    .toSorted((a, b) => a.available - a.cost - (b.available - b.cost))[0];
  if (room === undefined) return null;
  const { available, total, cost, of } = room;
  const sum = takesText(growing);
  const own = growing.reduce((all, growth) => all + (priceOf(growth).cost ?? 0), 0);
  const waiting = cost - own > 0 && of === '' ? `, ${bytes(cost - own)} more are under way` : '';
  const left = available >= cost ? `, which leaves less than ${percent(LEAST_LEFT)}` : '';
  return `${sum}${waiting}, and ${bytes(available)} of ${bytes(total)}${of} is available${left}`;
}

function takesText(growing: readonly Growth[]): string {
  const prices = growing.map(priceOf);
  const more = prices.reduce((sum, price) => sum + price.more, 0);
  const cost = prices.reduce((sum, price) => sum + (price.cost ?? 0), 0);
  const [first] = prices;
  const each = prices.length === 1 && first !== undefined && first.each !== null && more > 1;
  const by = each ? ` (${more} × ${bytes(first.each ?? 0)})` : '';
  return `${more} more would take ≈${bytes(cost)}${by}`;
}

/** Why nothing is added at any cost: the machine is short of memory now. */
function shortage({ host: { pressure } }: Model): string | null {
  if (pressure === null) return null;
  const moved = (pressure.swapIn ?? 0) + (pressure.swapOut ?? 0);
  if (moved >= SWAPPING) return `the machine is swapping, ${bytes(moved)}/s`;
  const { someAvg10 } = pressure;
  if (someAvg10 !== null && someAvg10 >= WAITING) return `tasks wait for memory ${percent(someAvg10)} of the time`;
  return null;
}

function isMuch({ from, to, oneByOne }: Growth): boolean {
  const more = to - from;
  return more > MOST_UNASKED || (!oneByOne && more > 1 && to > 2 * from);
}

function muchText(growing: readonly Growth[], model: Model): string {
  const { available } = model.host.memory;
  const many = growing.length > 1 || !growing.every(({ from, to }) => to > 2 * from);
  return `${many ? 'that is many at once' : 'that more than doubles it'}; ${takesText(growing)} of ${bytes(available)} available`;
}
