/** Longest marker: the number, its tag, a newline. */
const LONGEST_MARKER = 128;

/** Bytes that may come before the first answer: a login shell may greet. */
const LARGEST_GREETING = 1024 * 1024;

/** One answer, from its request to its end marker. */
export interface Frame {
  readonly id: number;
  readonly body: Buffer;
}

/** The other side sends what no answer is. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

/**
 * Cuts what a server sends into answers. An answer ends with `NONCE:zID` and a newline. The number is known to this side and to
 * our own shell there, so no content can hold it.
 */
export class FrameReader {
  readonly #mark: Buffer;
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #tail = Buffer.alloc(0);
  #answered = false;

  /** @param largest bytes that one answer may have */
  constructor(nonce: string, largest: number) {
    this.#mark = Buffer.from(`${nonce}:z`);
    this.#largest = largest;
  }

  /**
   * Takes what has come.
   * @returns the answers that it completes
   * @throws BadFrame if an answer is too large
   */
  push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    for (;;) {
      const found = this.#find(rest);
      if (found === null) break;
      const all = Buffer.concat([...this.#chunks, rest.subarray(0, Math.max(0, found.end))]);
      frames.push({ id: found.id, body: all.subarray(0, all.length - found.length) });
      rest = rest.subarray(found.end);
      this.#chunks = [];
      this.#length = 0;
      this.#tail = Buffer.alloc(0);
      this.#answered = true;
    }
    this.#keep(rest);
    return frames;
  }

  #keep(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-LONGEST_MARKER)]).subarray(-LONGEST_MARKER);
    const most = this.#answered ? this.#largest : Math.min(this.#largest, LARGEST_GREETING);
    if (this.#length > most) throw new BadFrame(`sends more than ${Math.round(most / 1024 / 1024)} MB for one answer`);
  }

  /** A whole marker that ends in this chunk: where it ends in the chunk, its length and its number. */
  #find(chunk: Buffer): { readonly end: number; readonly length: number; readonly id: number } | null {
    const before = this.#tail.length;
    const text = Buffer.concat([this.#tail, chunk]);
    for (let at = text.indexOf(this.#mark); at >= 0; at = text.indexOf(this.#mark, at + 1)) {
      const newline = text.indexOf(0x0a, at);
      if (newline < 0) return null;
      const id = text.toString('latin1', at + this.#mark.length, newline);
      if (!/^\d{1,10}$/.test(id)) continue;
      return { end: newline + 1 - before, length: newline + 1 - at, id: Number(id) };
    }
    return null;
  }
}

/** The parts of an answer by their tags: `NONCE:TAG` and a newline begin one. What comes before the first is dropped. */
export function sectionsOf(body: Buffer, nonce: string): readonly { readonly tag: string; readonly content: Buffer }[] {
  const mark = Buffer.from(`${nonce}:`);
  const starts: { readonly tag: string; readonly at: number; readonly from: number }[] = [];
  for (let at = body.indexOf(mark); at >= 0; ) {
    const newline = body.indexOf(0x0a, at);
    if (newline < 0) break;
    starts.push({ tag: body.toString('latin1', at + mark.length, newline), at, from: newline + 1 });
    at = body.indexOf(mark, newline);
  }
  return starts.map(({ tag, from }, index) => ({ tag, content: body.subarray(from, starts[index + 1]?.at) }));
}

/** What lies before each separator. What comes after the last one is dropped. */
export function splitBy(content: Buffer, separator: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = content.indexOf(separator); at >= 0; at = content.indexOf(separator, from)) {
    parts.push(content.subarray(from, at));
    from = at + separator.length;
  }
  return parts;
}
