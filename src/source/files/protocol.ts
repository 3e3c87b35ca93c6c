import type { Answer, Mount, Question, Viewpoint } from './files.ts';

/** What the helper process is sent, one in a line of JSON. */
export interface Batch {
  /** Devices of mounts that are not to be touched. */
  readonly avoid: readonly string[];
  /** Whether only file systems of this machine's own disks and memory may be touched. */
  readonly localOnly: boolean;
  readonly parts: readonly Part[];
}

/** The questions of one viewpoint. */
export interface Part {
  readonly viewpoint: Viewpoint;
  readonly questions: readonly Question[];
}

/** What the helper process sends, each in a line of JSON: that it goes on to another mount, and the answers in their order. */
export type Message =
  | { readonly type: 'enter'; readonly mount: Mount; readonly remote: boolean }
  | { readonly type: 'answer'; readonly answer: Answer };

/** Both ends are this program's own: a line is what the other end made. */
export function encode(message: Batch | Message): string {
  return `${JSON.stringify(message, (_, value: unknown) => (value instanceof RegExp ? { pattern: value.source, flags: value.flags } : value))}\n`;
}

export function decodeBatch(line: string): Batch {
  return JSON.parse(line, (_, value: unknown) => (isPattern(value) ? new RegExp(value.pattern, value.flags) : value));
}

export function decodeMessage(line: string): Message {
  return JSON.parse(line);
}

function isPattern(value: unknown): value is { readonly pattern: string; readonly flags: string } {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'flags' in value;
}
