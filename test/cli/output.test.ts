import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { workertopCommand } from '../helpers/workertop.ts';

const run = promisify(execFile);

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Of workertop itself. */
  readonly code: number;
}

/** Runs a pipeline whose first command is workertop, as `W`. */
async function bash(pipeline: string): Promise<Ended> {
  const script = `W() { ${workertopCommand().join(' ')} "$@"; }; ${pipeline}; echo "code \${PIPESTATUS[0]}" >&2`;
  const { stdout, stderr } = await run('bash', ['-c', script]);
  const [, said = '', code] = /^(.*)code (\d+)\n$/s.exec(stderr) ?? [];
  return { stdout, stderr: said, code: Number(code) };
}

describe('a reader that has had enough', () => {
  it.concurrent.each([
    'W list | head -c1',
    'W list --json | true',
    'W | head -c1',
    'W help | head -c1',
    'W --help | true',
    'W config | true',
    'W demo | true',
  ])('%s is no error', async (pipeline) => {
    expect(await bash(pipeline)).toMatchObject({ code: 0, stderr: '' });
  });

  it('hides no refusal', async () => {
    const { code, stderr } = await bash('W scale no-such-project +1 | true');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^workertop: no project no-such-project\b[^\n]*\n$/);
  });
});

it.concurrent.each(['W list', 'W list --json', 'W --help', 'W config'])(
  '%s says that a disk is full',
  async (command) => {
    expect(existsSync('/dev/full')).toBe(true);
    expect(await bash(`${command} >/dev/full`)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'workertop: stdout: no space is left\n',
    });
  },
);

it.concurrent.each(['>&-', '2>&-', '<&-', '</dev/null'])('workertop list %s does what it can', async (closed) => {
  expect(await bash(`W list ${closed}`)).toMatchObject({ code: 0 });
});

it('workertop help shows what --help shows', async () => {
  const [word, option] = [await bash('W help'), await bash('W --help')];
  expect(word).toEqual(option);
  expect(word.stdout).toContain('workertop list');
});
