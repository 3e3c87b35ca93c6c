import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { cksum } from '../../../src/source/remote/cksum.ts';

it.each(['', 'a', 'gunicorn: master [shop]\0\0', '\xff\x80', 'x'.repeat(70_000)])(
  'checksums are those of cksum(1)',
  (text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(String(cksum(bytes))).toBe(execFileSync('cksum', { input: bytes, encoding: 'utf8' }).split(' ')[0]);
  },
);
