import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/cli/config-file.ts';
import { saveSettings, withSettings } from '../../src/cli/save-settings.ts';
import { OwnFileProcess } from '../../src/own-files/own-file-process.ts';
import { helperProgram } from '../helpers/helper-program.ts';

/** By the real helper process. */
const ownFiles = new OwnFileProcess([helperProgram('own-file-helper')]);

const view = { delay: 5, theme: 'light', confirm: 'always', mouse: true, hidden: ['swap', 'trend'] } as const;
const values = { delay: 5, theme: 'light', confirm: 'always', mouse: true, hide: ['swap', 'trend'] };

let folder: string;

beforeEach(() => {
  // Where nobody else may write.
  folder = mkdtempSync(join(homedir(), '.workertop-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('saved settings', () => {
  it.each([
    ['nothing', ''],
    ['other settings and projects', '# mine\nsort = "cpu"\ndelay = 2\n\n[[projects]]\nname = "shop"\nuser = "shop"\n'],
    ['a list over several lines', 'hide = [\n  "swap",\n  "cpu",\n] # wide\nmouse = false\n'],
  ])('are read again from a file of %s, whose other lines stay', (_, before) => {
    const after = withSettings(before, view);
    expect(parseConfig(after, 'config.toml')).toMatchObject(values);
    for (const line of ['# mine', 'sort = "cpu"', 'name = "shop"']) {
      if (before.includes(line)) expect(after).toContain(line);
    }
    expect(withSettings(after, view)).toBe(after);
  });

  it('are written to a file that is made, with its directories, for its owner alone', async () => {
    const path = join(folder, 'deep', 'er', 'config.toml');
    await saveSettings(ownFiles, path, view);
    expect(parseConfig(readFileSync(path, 'utf8'), path)).toMatchObject(values);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['config.toml']);
  });

  it('are not written through a link', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'precious');
    mkdirSync(join(folder, 'here'));
    const path = join(folder, 'here', 'config.toml');
    symlinkSync(other, path);
    await expect(saveSettings(ownFiles, path, view)).rejects.toThrow('not a regular file');
    expect(readFileSync(other, 'utf8')).toBe('precious');
  });
});
