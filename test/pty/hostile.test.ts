import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDashboard, select } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import { EVERYTHING, type HostileFamily, startHostile } from '../helpers/hostile.ts';
import { workertop, workertopCommand } from '../helpers/workertop.ts';

let folder: string;
let evil: HostileFamily;
/** A command line of 120 KiB, with a secret at its end. */
let long: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-state-'));
  evil = await startHostile(EVERYTHING);
  const words = [`\x1b]0;${'x'.repeat(120 * 1024)}`, '\x9b31m', '--password', 'hunter2'];
  long = spawn('perl', ['-e', 'sleep 600', ...words], { stdio: 'ignore', cwd: folder });
});
afterAll(() => {
  evil?.stop();
  long?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Valid UTF-8 without anything that a terminal would act on, other than the ends of lines. */
function expectHarmless(bytes: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u);
  return text;
}

/**
 * What a terminal gets of the dashboard without what workertop says to it: cursor (a step down and up to three back),
 * colours, modes, the question for its ground.
 */
function content(raw: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for
  return raw.replace(/\x1b(?:\]11;\?\x1b\\|\[B\x08{0,3}|\[[?>]?[\d;]*[A-Za-z]|[()][A-Z0-9]|[=>78M])/g, '');
}

describe('names that real processes gave themselves', () => {
  it('are shown harmlessly in the dashboard', async () => {
    const env = { XDG_STATE_HOME: folder };
    const pty = await openDashboard(['--filter', `${evil.pid}`], { cols: 160, rows: 36, env });
    await select(pty, new RegExp(`\\b${evil.pid}\\b`));
    for (const key of ['+', '-']) {
      pty.press(key);
      // The first change is asked about.
      if (key === '+') {
        await pty.waitFor('Add a worker to');
        pty.press('y');
      }
      await pty.waitFor(key === '+' ? /done: evil.* 2 → 3 workers / : /done: evil.* 3 → 2 workers /);
    }
    for (const panel of ['enter', 'l', 'a', 't']) {
      pty.press(panel);
      await pty.waitFor('┌─ ');
      pty.press('escape');
      await pty.waitFor((lines) => lines.some((line) => line.startsWith('PROJECT / PROCESS')));
    }
    pty.press('escape');
    await pty.waitFor((lines) => !lines.some((line) => line.includes('Filter:')));
    pty.press('/', 'xxxxx', 'enter', 'end', 'right', 'end', 'enter');
    await pty.waitFor('x'.repeat(20));
    expect(content(pty.raw())).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(pty.raw()).toContain('tags{bold}');
    await pty.close();

    const log = join(folder, 'workertop', 'actions.log');
    expect(expectHarmless(readFileSync(log))).toMatch(/evil.* 2 → 3 workers/);
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'workertop')).mode & 0o777).toBe(0o700);
  });

  it.each(['list', 'list --json', 'config'])('%s lets nothing through', async (line) => {
    const { stdout, code } = await workertop(...line.split(' '));
    expect(code).toBe(0);
    const text = expectHarmless(Buffer.from(stdout));
    if (line.endsWith('--json')) {
      const listed = JSON.parse(text) as { projects: { name: string; servers: { processes: { pid: number }[] }[] }[] };
      const project = listed.projects.find(({ servers }) =>
        servers.some(({ processes }) => processes.some(({ pid }) => pid === evil.pid)),
      );
      // To programs it is told as it is.
      expect(project?.name).toContain('evil\x1b]52;c;ZXZpbA==\x07');
    }
  });

  it.each(['+1', '-1'])('scale %s lets nothing through', async (change) => {
    for (const extra of [['--dry-run'], []]) {
      const { stdout, stderr, code } = await workertop('scale', String(evil.pid), change, ...extra);
      expect(code).toBe(0);
      expect(expectHarmless(Buffer.from(stdout))).toContain('evil');
      expect(stderr).toBe('');
    }
    const { stdout, stderr, code } = await workertop(
      'scale',
      `${EVERYTHING.toString('latin1').replace('\0', '')}`,
      '1',
    );
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expectHarmless(Buffer.from(stderr));
  });

  it('are kept harmlessly in recordings', async () => {
    const file = join(folder, 'recording');
    const [node, cli] = workertopCommand();
    const recorder = spawn(node, [cli, 'record', file, '--delay', '0.2'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => recorder.once('exit', resolve));
    await eventually('a recording', () => statSync(file, { throwIfNoEntry: false })?.size);
    recorder.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(expectHarmless(readFileSync(file))).toContain('evil');
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
  });
});
