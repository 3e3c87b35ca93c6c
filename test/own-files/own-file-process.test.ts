import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwnFileProcess } from '../../src/own-files/own-file-process.ts';
import { eventually } from '../helpers/eventually.ts';
import { helperProgram } from '../helpers/helper-program.ts';
import * as kernel from '../helpers/kernel.ts';

/** By the real helper process. */
const ownFiles = new OwnFileProcess([helperProgram('own-file-helper')]);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-own-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...parts: readonly string[]) => join(folder, ...parts);

describe('a file of workertop’s own', () => {
  it('is read as it was written, however large', async () => {
    const text = 'é'.repeat(1_000_000);
    await ownFiles.replace(at('state', 'file'), text);
    expect(await ownFiles.read(at('state', 'file'))).toBe(text);
    await ownFiles.remove(at('state', 'file'));
    expect(await ownFiles.read(at('state', 'file'))).toBeNull();
  });

  it('may be asked for several times at once', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all(texts.map((text) => ownFiles.replace(at(text), text)));
    expect(await Promise.all(texts.map((text) => ownFiles.read(at(text))))).toEqual(texts);
  });

  it('is not read through a link, nor written into a linked directory', async () => {
    writeFileSync(at('secret'), 'secret');
    symlinkSync(at('secret'), at('link'));
    await expect(ownFiles.read(at('link'))).rejects.toThrow('link is not a regular file');
    mkdirSync(at('elsewhere'));
    symlinkSync(at('elsewhere'), at('state'));
    await expect(ownFiles.replace(at('state', 'file'), 'text')).rejects.toThrow('state is a link');
  });
});

describe('a helper that does not answer', () => {
  const stuckFor = (seconds: number) => {
    const program = at('stuck.mjs');
    writeFileSync(
      program,
      `import fs from 'node:fs'; fs.writeFileSync('${at('pid')}', String(process.pid));
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    );
    return new OwnFileProcess([program], { start: seconds, reading: 1, writing: 1 });
  };

  it('is given up and ended, with everything that was asked of it', async () => {
    const files = stuckFor(1);
    const asked = [files.read(at('a')), files.replace(at('b'), 'text'), files.probe(at('c'))];
    const answers = await Promise.allSettled(asked);
    expect(answers.map((one) => one.status === 'rejected' && one.reason)).toEqual(
      asked.map(() => expect.objectContaining({ code: 'ETIMEDOUT' })),
    );
    await eventually('its end', () => !kernel.isAlive(Number(readFileSync(at('pid'), 'utf8'))));
  });

  it('that falls silent once it has started has less time', async () => {
    const program = at('silent.mjs');
    writeFileSync(program, `process.stdout.write('"ready"\\n'); setInterval(() => {}, 1000);`);
    const files = new OwnFileProcess([program], { start: 600, reading: 0.1, writing: 600 });
    await expect(files.read(at('a'))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('holds up an end for no longer than was said', async () => {
    const files = stuckFor(60);
    void files.replace(at('a'), 'text').catch(() => {});
    const began = performance.now();
    await files.settled(0.1);
    expect(performance.now() - began).toBeLessThan(5000);
    await eventually('its pid', () => existsSync(at('pid')) && Number(readFileSync(at('pid'), 'utf8')) > 0);
    process.kill(Number(readFileSync(at('pid'), 'utf8')), 'SIGKILL');
  });
});
