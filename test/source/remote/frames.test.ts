import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, sectionsOf, splitBy } from '../../../src/source/remote/frames.ts';

const NONCE = '0123456789abcdef0123456789abcdef';

/** Content of any kind, with near misses of markers. It holds no number that nobody can guess. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(':z1\n', `${NONCE.slice(0, 20)}:z1\n`, '\n', NONCE.slice(1)).map((text) => Buffer.from(text)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts))
  .filter((bytes) => !bytes.includes(NONCE));

function cut(bytes: Buffer, at: readonly number[]): readonly Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('answers of a server', () => {
  it('come out as they went in, whatever they hold and however they are cut', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (bodies, places) => {
        const stream = Buffer.concat(bodies.flatMap((body, index) => [body, Buffer.from(`${NONCE}:z${index}\n`)]));
        const reader = new FrameReader(NONCE, 1024 * 1024);
        const found = cut(stream, places).flatMap((chunk) => reader.push(chunk));
        expect(found.map(({ id }) => id)).toEqual(bodies.map((_, index) => index));
        for (const [index, { body }] of found.entries())
          expect(body.equals(bodies[index] ?? Buffer.alloc(0))).toBe(true);
      }),
    );
  });

  it('without an end are given up at their limit', () => {
    const reader = new FrameReader(NONCE, 10 * 1024 * 1024);
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    expect(() => Array.from({ length: 3 }, () => reader.push(megabyte))).toThrow('sends more than 1 MB');
    const greeted = new FrameReader(NONCE, 2 * 1024 * 1024);
    greeted.push(Buffer.from(`motd\n${NONCE}:z1\n`));
    expect(() => Array.from({ length: 3 }, () => greeted.push(megabyte))).toThrow('sends more than 2 MB');
  });

  it('are cut into their sections and files', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), (contents) => {
        const body = Buffer.concat([
          Buffer.from('noise'),
          ...contents.flatMap((one, index) => [Buffer.from(`${NONCE}:t${index}\n`), one]),
        ]);
        const sections = sectionsOf(body, NONCE);
        expect(sections.map(({ tag }) => tag)).toEqual(contents.map((_, index) => `t${index}`));
        for (const [index, one] of sections.entries()) expect(one.content.equals(contents[index] ?? body)).toBe(true);
        const separator = Buffer.from(`W=${NONCE}\0`);
        const files = splitBy(Buffer.concat(contents.flatMap((one) => [one, separator])), separator);
        expect(files.map((file) => file.toString('latin1'))).toEqual(contents.map((one) => one.toString('latin1')));
      }),
    );
  });
});
