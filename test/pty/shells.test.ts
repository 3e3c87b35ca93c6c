import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPty } from '../helpers/pty.ts';
import { requireServer } from '../helpers/requirements.ts';
import { workertop } from '../helpers/workertop.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workertop-shells-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(join(folder, shell), (await workertop('completion', shell)).stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What each shell offers behind a command line that is written so far. */
const offers: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => {
    const words = line.split(/ |(?==)|(?<==)/);
    const script = `source ${folder}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _workertop; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { encoding: 'utf8', cwd: folder });
    return output.split('\n').filter(Boolean);
  },
  fish: (line) => {
    requireServer('fish');
    const script = `source ${folder}/fish; complete -C $argv[1]`;
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const output = execFileSync('fish', ['--no-config', '-c', script, line], { encoding: 'utf8', cwd: folder, env });
    return output.split('\n').flatMap((row) => row.split('\t')[0] || []);
  },
};

describe.each(Object.entries(offers))('completion in %s', (shell, offered) => {
  it('offers the commands', () => {
    expect(offered('workertop ')).toEqual(expect.arrayContaining(['list', 'scale', 'replay']));
    expect(offered('workertop re')).toEqual(['record', 'replay']);
  });

  it('offers the options of a command, and no others', () => {
    expect(offered('workertop scale --')).toContain('--dry-run');
    expect(offered('workertop scale --')).not.toContain('--mouse');
    expect(offered('workertop --')).toContain('--mouse');
    expect(offered('workertop --')).not.toContain('--dry-run');
  });

  it('offers the values of options and operands', () => {
    expect(offered('workertop --sort q').at(-1)).toMatch(/^(?:--sort=)?queue$/);
    expect(offered('workertop --sort=q').at(-1)).toMatch(/^(?:--sort=)?queue$/);
    expect(offered('workertop completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
    expect(offered(`workertop replay ${shell.slice(0, 2)}`)).toContain(shell);
    expect(offered('workertop scale shop ').toSorted()).toEqual(['+1', '-1']);
    expect(offered('workertop list -u roo')).toContain('root');
  });
});

it('completion in zsh offers commands, options and values', async () => {
  requireServer('zsh');
  const pty = openPty('zsh', ['-f', '-i'], { cwd: folder, cols: 100, rows: 40, env: { PS1: '> ', HOME: folder } });
  await pty.waitFor('> ');
  pty.press(`autoload -Uz compinit && compinit -u -D && source ${folder}/zsh && echo ready-$?\r`);
  await pty.waitFor('ready-0');
  pty.press('clear\r');
  pty.press('workertop sca\tshop -', '\t');
  await pty.waitFor('--dry-run');
  expect(pty.text()).toMatch(/print what would be done/);
  expect(pty.text()).not.toMatch(/--mouse/);
  pty.press('\x15', 'clear\r', 'workertop --sort=q\t');
  await pty.waitFor('workertop --sort=queue');
  pty.press('\x15', 'clear\r', 'workertop completion f\t');
  await pty.waitFor('workertop completion fish');
  await pty.close();
});

it('the man page is one that man can read', () => {
  requireServer('man-db');
  const page = execFileSync('man', ['--warnings=all', '-l', 'docs/workertop.1'], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' },
  });
  expect(page).toMatch(/-d SECONDS, --delay SECONDS\n\s+seconds between readings \(2\)\./);
  expect(page).toMatch(/workertop scale TARGET N\|\+N\|-N/);
});
