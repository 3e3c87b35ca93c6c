import { describe, expect, it } from 'vitest';
import { MOST_ARGUMENTS, MOST_ENVIRONMENT, parseCmdline, pickEnvironment } from '../../src/source/proc/parsers/text.ts';

describe('a command line', () => {
  it('that was cut has no part of an argument: --workers 12 is never --workers 1', () => {
    const before = `gunicorn\0${'x'.repeat(MOST_ARGUMENTS - 40)}\0--workers\0`;
    const bytes = Buffer.from(`${before}${'1'.repeat(100)}`).subarray(0, MOST_ARGUMENTS);
    expect(parseCmdline(bytes).at(-1)).toBe('--workers');
  });

  it('of one long title is kept', () => {
    expect(parseCmdline(Buffer.from('t'.repeat(MOST_ARGUMENTS)))).toEqual(['t'.repeat(MOST_ARGUMENTS)]);
  });
});

describe('an environment', () => {
  const names = new Set(['VIRTUAL_ENV']);

  it('of several hundred kB, as of many Kubernetes services, is read to its end', () => {
    const services = Array.from({ length: 7000 }, (_, index) => `SERVICE_${index}_PORT_80_TCP_ADDR=10.0.0.1\0`).join(
      '',
    );
    expect(pickEnvironment(Buffer.from(`${services}VIRTUAL_ENV=/srv/shop/venv`), names)).toEqual({
      VIRTUAL_ENV: '/srv/shop/venv',
    });
  });

  it('that was cut has no part of a value', () => {
    const bytes = Buffer.from(`A=${'x'.repeat(MOST_ENVIRONMENT - 20)}\0VIRTUAL_ENV=/srv/shop/venv\0`);
    expect(pickEnvironment(bytes.subarray(0, MOST_ENVIRONMENT), names)).toEqual({});
  });
});
