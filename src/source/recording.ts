import type { Doing, ProcessFacts, ProcessSample, Snapshot } from '../snapshot.ts';
import { json } from '../text/sanitize.ts';
import { isRecorded } from './recorded-shape.ts';

/** The first line of a recording. */
export const HEADING = { workertop: 'recording', version: 1 } as const;

/** A snapshot on one line: facts, which hardly change, are written once and named by their number after that. */
interface RecordedSnapshot extends Omit<Snapshot, 'processes'> {
  readonly facts: Readonly<Record<string, ProcessFacts>>;
  readonly processes: readonly (Omit<ProcessSample, 'facts'> & { readonly facts: number })[];
}

/** Makes lines of snapshots. @param mask what must not be kept goes */
export class RecordingWriter {
  readonly #mask: (facts: ProcessFacts) => ProcessFacts;
  #numbers = new Map<ProcessFacts, number>();
  #next = 1;

  constructor(mask: (facts: ProcessFacts) => ProcessFacts) {
    this.#mask = mask;
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
      return { ...withoutPeers(process), facts: number };
    });
    this.#numbers = numbers;
    const recorded: RecordedSnapshot = { ...snapshot, self: null, facts, processes };
    return `${json(recorded)}\n`;
  }
}

/** Whom workers wait for may be third parties: of these the port is kept, not the address. */
function withoutPeers(process: ProcessSample): ProcessSample {
  const { activity } = process;
  if (activity === undefined) return process;
  const doing = activity.doing.map((one): Doing => {
    if (typeof one !== 'object' || one.wait !== 'net') return one;
    const { wait, port, local } = one;
    return { wait, port, local };
  });
  return { ...process, activity: { ...activity, doing } };
}

/** Makes snapshots of lines again. */
export class RecordingReader {
  #facts = new Map<number, ProcessFacts>();

  /** @throws Error when the line is none of a recording's */
  snapshot(line: string): Snapshot {
    const { facts, processes, ...rest } = parseLine(line);
    for (const [number, value] of Object.entries(facts)) this.#facts.set(Number(number), value);
    const used = new Map<number, ProcessFacts>();
    const samples = processes.map((process): ProcessSample => {
      const known = this.#facts.get(process.facts);
      if (known === undefined) throw new Error('names facts that it does not hold');
      used.set(process.facts, known);
      return { ...process, facts: known };
    });
    this.#facts = used;
    return { ...rest, processes: samples };
  }
}

function parseLine(line: string): RecordedSnapshot {
  const value: unknown = JSON.parse(line);
  if (!isRecorded(value)) throw new Error('is no reading of a recording');
  return value as RecordedSnapshot;
}

export function isHeading(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('workertop' in value) || !('version' in value)) return false;
    return value.workertop === HEADING.workertop && value.version === HEADING.version;
  } catch {
    return false;
  }
}
