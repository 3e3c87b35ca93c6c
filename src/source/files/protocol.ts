import type { Answer, Mount, Question, Viewpoint } from './files.ts';

/** A message to the helper process, one line of JSON. */
export interface Batch {
  /** Devices of mounts that must not be touched. */
  readonly avoid: readonly string[];
  /** Whether only this machine's own disks and memory may be touched. */
  readonly localOnly: boolean;
  readonly parts: readonly Part[];
}

/** The questions from one viewpoint. */
export interface Part {
  readonly viewpoint: Viewpoint;
  readonly questions: readonly Question[];
}

/** A message of the helper process, one line of JSON: it enters another mount, or the answers in order. */
export type Message =
  | { readonly type: 'enter'; readonly mount: Mount; readonly remote: boolean }
  | { readonly type: 'answer'; readonly answer: Answer };

/** Serialises a message to one line. Both ends are this program's own. */
export function encode(message: Batch | Message): string {
  return `${JSON.stringify(message, (_, value: unknown) => (value instanceof RegExp ? { pattern: value.source, flags: value.flags } : value))}\n`;
}

/** Parses a line for the helper process. */
export function decodeBatch(line: string): Batch {
  return JSON.parse(line, (_, value: unknown) => (isPattern(value) ? new RegExp(value.pattern, value.flags) : value));
}

/** Parses a line of the helper process. */
export function decodeMessage(line: string): Message {
  return JSON.parse(line);
}

function isPattern(value: unknown): value is { readonly pattern: string; readonly flags: string } {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'flags' in value;
}
