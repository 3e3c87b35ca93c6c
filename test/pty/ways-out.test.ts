import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawn, openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { makeProcTree } from '../helpers/proc-tree.ts';
import { openShell, type Shell } from '../helpers/shell.ts';
import { workertopCommand } from '../helpers/workertop.ts';

const COMMAND = workertopCommand().join(' ');

/** Loaded before workertop, makes it fail in the way that FAULT says. */
const FAULT = fileURLToPath(new URL('fault.cjs', import.meta.url));

describe('the terminal is given back as it was found', () => {
  let shell: Shell;
  let before: string;

  beforeEach(async () => {
    shell = openShell();
    before = await shell.ask('stty -g');
  });
  afterEach(async () => {
    await shell.close();
  });

  async function expectRestored(): Promise<void> {
    await eventually('the normal screen', () => !shell.alternateScreen());
    expect(shell.cursorVisible()).toBe(true);
    expect(shell.terminal.modes).toMatchObject({
      applicationCursorKeysMode: false,
      bracketedPasteMode: false,
      mouseTrackingMode: 'none',
    });
    expect(await shell.ask('stty -g')).toBe(before);
  }

  const waysOut: readonly (readonly [name: string, out: (pid: number) => void, status: string])[] = [
    ['q', () => shell.press('q'), '0'],
    ['F10', () => shell.press('f10'), '0'],
    ['Ctrl-C', () => shell.press('ctrl-c'), '130'],
    ['SIGINT', (pid) => process.kill(pid, 'SIGINT'), '130'],
    ['SIGTERM', (pid) => process.kill(pid, 'SIGTERM'), '143'],
    ['SIGHUP', (pid) => process.kill(pid, 'SIGHUP'), '129'],
    ['SIGQUIT', (pid) => process.kill(pid, 'SIGQUIT'), '131'],
  ];

  describe.each(['', ' --mouse'])('from workertop%s', (options) => {
    it.each(waysOut)('on %s', async (_, out, status) => {
      const pid = await shell.start(COMMAND + options);
      await drawn(shell);
      if (options !== '') await eventually('the mouse', () => shell.terminal.modes.mouseTrackingMode !== 'none');
      out(pid);
      await shell.back();
      expect(await shell.ask('echo $?')).toBe(status);
      expect(kernel.isAlive(pid)).toBe(false);
      await expectRestored();
    });
  });

  it.each([
    ['a painting', 'painting', 'cannot paint this'],
    ['a timer', 'timer', 'nobody waits for this'],
    ['a promise', 'promise', 'nobody catches this'],
  ])('on an exception in %s, which is told in one line', async (_, where, message) => {
    const pid = await shell.start(`NODE_OPTIONS=--require=${FAULT} FAULT=${where} ${COMMAND} demo --mouse`);
    await shell.waitFor(`workertop: ${message}`);
    await shell.back();
    expect(await shell.ask('echo $?')).toBe('1');
    expect(kernel.isAlive(pid)).toBe(false);
    expect(shell.text()).not.toMatch(/\n\s+at /);
    await expectRestored();
  });

  it('when what it reads goes away, and says what that was', async () => {
    const tree = makeProcTree();
    tree.add(10);
    await shell.start(`${COMMAND} --mouse --delay 0.2 --proc ${tree.root}`);
    await drawn(shell);
    rmSync(tree.root, { recursive: true });
    await shell.waitFor('workertop: ');
    await shell.back();
    expect(await shell.ask('echo $?')).toBe('1');
    await expectRestored();
  });

  it.each(['', ' --mouse'])('on Ctrl-Z, and taken again on fg, from workertop%s', async (options) => {
    const mouse = options === '' ? 'none' : 'any';
    const pid = await shell.start(COMMAND + options);
    await drawn(shell);

    shell.press('ctrl-z');
    await shell.back();
    expect(kernel.state(pid)).toBe('T');
    await expectRestored();

    shell.press('fg', 'enter');
    await drawn(shell);
    await eventually('the mouse', () => shell.terminal.modes.mouseTrackingMode === mouse);
    shell.press('q');
    await shell.back();
    expect(await shell.ask('echo $?')).toBe('0');
    await expectRestored();
  });

  it('with what stood on the screen before', async () => {
    await shell.ask('echo remember me');
    await shell.start(COMMAND);
    await drawn(shell);
    expect(shell.text()).not.toContain('remember me');
    shell.press('q');
    await shell.back();
    await shell.waitFor('<remember me>');
  });
});

describe('when the terminal goes away', () => {
  it('by itself', async () => {
    const pty = await openDashboard(['--mouse']);
    pty.hangUp();
    await eventually('workertop has ended', () => !kernel.isAlive(pty.pid), 5);
  });

  it('with the program that held it, as when an SSH client is killed', async () => {
    const holder = spawn('script', ['-qfc', `stty rows 24 cols 80; exec ${COMMAND} --delay 0.2`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
    try {
      let written = '';
      holder.stdout.on('data', (data: Buffer) => {
        written += data.toString('latin1');
      });
      await eventually('the dashboard', () => written.includes('workertop'));
      const pid = await eventually('workertop', () => kernel.children(holder.pid ?? 0)[0]);
      holder.kill('SIGKILL');
      await eventually('workertop has ended', () => !kernel.isAlive(pid), 5);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('with the shell that started it', async () => {
    const shell = openShell();
    await shell.waitFor('shell>');
    const pid = await shell.start(`${COMMAND} --delay 0.2`);
    await drawn(shell);
    process.kill(shell.pid, 'SIGKILL');
    await eventually('workertop has ended', () => !kernel.isAlive(pid), 5);
    await shell.close();
  });

  it('though SIGHUP was ignored when it was started', async () => {
    const shell = openShell();
    await shell.waitFor('shell>');
    shell.press("trap '' HUP", 'enter');
    const pid = await shell.start(`${COMMAND} --delay 0.2`);
    await drawn(shell);
    shell.hangUp();
    await eventually('workertop has ended', () => !kernel.isAlive(pid), 5);
    await shell.exit;
  });

  it('for it, since what stood between it and the shell was killed', async () => {
    const shell = openShell();
    await shell.waitFor('shell>');
    const between = await shell.start(`sh -c '${COMMAND} --delay 0.2; true'`);
    await drawn(shell);
    const [pid = 0] = kernel.children(between);
    process.kill(between, 'SIGKILL');
    await eventually('workertop has ended', () => !kernel.isAlive(pid), 5);
    await eventually('the normal screen', () => !shell.alternateScreen());
    await shell.close();
  });
});
