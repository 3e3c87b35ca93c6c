import { describe, expect, it } from 'vitest';
import { bytes, duration, percent } from '../../src/text/figures.ts';

const MB = 1024 * 1024;

describe('figures', () => {
  it.each([
    [0, '0B'],
    [999, '999B'],
    [4096, '4K'],
    [1023.9 * 1024, '1.0M'],
    [9.64 * MB, '9.6M'],
    [144 * MB, '144M'],
    [144.4 * MB, '144M'],
    [999.4 * MB, '999M'],
    [1000 * MB, '0.977G'],
    [1065 * MB, '1.04G'],
    [150 * 1024 * MB, '150G'],
    [-12 * MB, '-12M'],
  ])('%d bytes are %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [0.0003, '<0.1 %'],
    [0.004, '0.4 %'],
    [0.0996, '10 %'],
    [0.688, '69 %'],
    [1, '100 %'],
  ])('%d is %s', (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it.each([
    [40, '40 s'],
    [720, '12 min'],
    [18_000, '5 h'],
    [400_000, '5 days'],
  ])('%d seconds are %s', (value, text) => {
    expect(duration(value)).toBe(text);
  });
});
