import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawn, openDashboard } from '../helpers/dashboard.ts';
import { eventually } from '../helpers/eventually.ts';
import * as kernel from '../helpers/kernel.ts';
import { openShell, type Shell } from '../helpers/shell.ts';
import { workertopCommand } from '../helpers/workertop.ts';

const COMMAND = workertopCommand().join(' ');

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
  ];

  it.each(waysOut)('on %s', async (_, out, status) => {
    const pid = await shell.start(COMMAND);
    await drawn(shell);
    out(pid);
    await shell.back();
    expect(await shell.ask('echo $?')).toBe(status);
    await expectRestored();
  });

  it('on Ctrl-Z, and taken again on fg', async () => {
    const pid = await shell.start(COMMAND);
    await drawn(shell);

    shell.press('ctrl-z');
    await shell.back();
    expect(kernel.state(pid)).toBe('T');
    await expectRestored();

    shell.press('fg', 'enter');
    await drawn(shell);
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
  it('workertop is gone', async () => {
    const pty = await openDashboard();
    pty.hangUp();
    await eventually('workertop has ended', () => !kernel.isAlive(pty.pid), 5);
  });
});
