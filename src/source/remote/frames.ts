/** Most bytes of a marker: the number, its tag, a newline. */
const LONGEST_MARKER = 128;

/** Most bytes before the first answer: a login shell may print a greeting. */
const LARGEST_GREETING = 1024 * 1024;

/** The text of one answer, without its end marker. */
export interface Frame {
  readonly id: number;
  readonly body: Buffer;
}

/** The server sent something that is not an answer. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

/**
 * Cuts the server's output into answers. An answer ends with `NONCE:zID` and a newline. Only workertop and its own
 * shell know the number, so no content can contain it.
 */
export class FrameReader {
  readonly #mark: Buffer;
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #length = 0;
  #tail = Buffer.alloc(0);
  #answered = false;

  /** @param largest most bytes of one answer */
  constructor(nonce: string, largest: number) {
    this.#mark = Buffer.from(`${nonce}:z`);
    this.#largest = largest;
  }

  /** Takes received bytes. @returns the answers that are now complete @throws BadFrame if an answer is too large */
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

  /** Finds a whole marker that ends in this chunk: its end within the chunk, its length and its number. */
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

/** Splits an answer at its tags, `NONCE:TAG` and a newline. Text before the first tag is dropped. */
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

/** Splits bytes at a separator. Bytes after the last separator are dropped. */
export function splitBy(content: Buffer, separator: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = content.indexOf(separator); at >= 0; at = content.indexOf(separator, from)) {
    parts.push(content.subarray(from, at));
    from = at + separator.length;
  }
  return parts;
}
