import fc from 'fast-check';

/** A capture with some bytes changed, cut out, doubled, or cut off. */
export function mutated(capture: Buffer | undefined): fc.Arbitrary<Buffer> {
  const original = capture ?? Buffer.alloc(0);
  const spot = fc.nat(Math.max(0, original.length - 1));
  const edit = fc.record({ at: spot, remove: fc.nat(12), insert: fc.uint8Array({ maxLength: 6 }) });
  return fc.tuple(fc.array(edit, { maxLength: 4 }), fc.option(spot)).map(([edits, end]) => {
    let bytes = original;
    for (const { at, remove, insert } of edits)
      bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
    return end === null ? bytes : bytes.subarray(0, end);
  });
}

/** No number that is none, and none below zero, anywhere within. */
export function isSound(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0;
  if (value instanceof Map) return [...value.values()].every(isSound);
  if (value instanceof Set) return [...value].every(isSound);
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isSound);
  return true;
}
