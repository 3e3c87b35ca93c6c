import type { Doing, ProcessFacts, ProcessSample, Snapshot } from '../snapshot.ts';
import { json } from '../text/sanitize.ts';
import { isRecorded } from './recorded-shape.ts';

/** The first line of a recording. */
export const HEADING = { workertop: 'recording', version: 1 } as const;

/** A snapshot on one line. Facts, which rarely change, are written once and then referred to by number. */
interface RecordedSnapshot extends Omit<Snapshot, 'processes'> {
  readonly facts: Readonly<Record<string, ProcessFacts>>;
  readonly processes: readonly (Omit<ProcessSample, 'facts'> & { readonly facts: number })[];
}

/** Serialises snapshots to lines of JSON. */
export class RecordingWriter {
  readonly #mask: (facts: ProcessFacts) => ProcessFacts;
  #numbers = new Map<ProcessFacts, number>();
  #next = 1;
  readonly #peers: boolean;

  /**
   * @param mask removes secrets
   * @param peers whether to keep the addresses of the peers that workers wait for
   */
  constructor(mask: (facts: ProcessFacts) => ProcessFacts, peers = false) {
    this.#mask = mask;
    this.#peers = peers;
  }

  line(snapshot: Snapshot): string {
    const facts: Record<string, ProcessFacts> = {};
    const numbers = new Map<ProcessFacts, number>();
    const processes = snapshot.processes.map((process) => {
      let number = this.#numbers.get(process.facts);
      if (number === undefined) {
        number = this.#next++;
        facts[number] = this.#mask(process.facts);
      }
      numbers.set(process.facts, number);
      return { ...(this.#peers ? process : withoutPeers(process)), facts: number };
    });
    this.#numbers = numbers;
    const recorded: RecordedSnapshot = { ...snapshot, self: null, facts, processes };
    return `${json(recorded)}\n`;
  }
}

/** Removes the addresses of peers, who may be third parties. Ports are kept. */
function withoutPeers(process: ProcessSample): ProcessSample {
  const { activity } = process;
  if (activity === undefined) return process;
  const doing = activity.doing.map((thread): Doing => {
    if (typeof thread !== 'object' || thread.wait !== 'net') return thread;
    const { wait, port, local } = thread;
    return { wait, port, local };
  });
  return { ...process, activity: { ...activity, doing } };
}

/** Parses lines of a recording. Lines must be given in their order. */
export class RecordingReader {
  #facts = new Map<number, ProcessFacts>();

  /** @throws Error if the line is not one of a recording */
  snapshot(line: string): Snapshot {
    const { facts, processes, ...rest } = parseLine(line);
    for (const [number, value] of Object.entries(facts)) this.#facts.set(Number(number), value);
    const used = new Map<number, ProcessFacts>();
    const samples = processes.map((process): ProcessSample => {
      const shared = this.#facts.get(process.facts);
      if (shared === undefined) throw new Error('refers to facts that no earlier line has');
      used.set(process.facts, shared);
      return { ...process, facts: shared };
    });
    this.#facts = used;
    return { ...rest, processes: samples };
  }
}

function parseLine(line: string): RecordedSnapshot {
  const value: unknown = JSON.parse(withCurrentNames(line));
  if (!isRecorded(value)) throw new Error('is not a reading of a recording');
  return value as RecordedSnapshot;
}

/**
 * Gives members of an older recording's line their current names. Quotes in strings are escaped, so only keys match.
 */
function withCurrentNames(line: string): string {
  return line.replaceAll(',"settings":{', ',"configLines":{').replaceAll(',"told":{', ',"selfReport":{');
}

/** Whether a line is the first line of a recording. */
export function isHeading(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('workertop' in value) || !('version' in value)) return false;
    return value.workertop === HEADING.workertop && value.version === HEADING.version;
  } catch {
    return false;
  }
}
