import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { checkedDirectory, self, within } from '../own-files/checked-directory.ts';
import type { ViewSettings } from '../state/settings.ts';
import { settings } from './settings.ts';
import { tomlLine } from './toml.ts';

/** Bytes. A larger configuration file is a mistake. */
const LARGEST = 1024 * 1024;

/**
 * Writes settings changed on the screen to a configuration file. Other lines stay as they are.
 * @throws Error if it cannot be written, or if others may write there
 */
export function saveSettings(path: string, view: ViewSettings): void {
  const directory = checkedDirectory(dirname(path), 'ours');
  try {
    const target = within(directory, basename(path));
    const before = contentOf(target, path);
    const made = within(directory, `.${basename(path)}.${process.pid}`);
    const file = openSync(
      made,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      writeSync(file, withSettings(before, view));
      renameSync(made, target);
    } catch (error) {
      unlinkSync(made);
      throw error;
    } finally {
      closeSync(file);
    }
  } finally {
    closeSync(directory.descriptor);
  }
}

/**
 * The present content; empty if there is no file.
 * @throws Error if it is not a file of ours
 */
function contentOf(target: string, path: string): string {
  if (lstatSync(target, { throwIfNoEntry: false }) === undefined) return '';
  const file = openSync(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const about = fstatSync(file);
    if (!about.isFile() || about.uid !== self()) throw new Error(`${path} is not a regular file of yours`);
    if (about.size > LARGEST) throw new Error(`${path} is too large`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Sets the screen's keys in a configuration: in place, else before its first table. */
export function withSettings(text: string, view: ViewSettings): string {
  const { delay, theme, confirm, mouse, hidden } = view;
  const values = { delay, theme, confirm, mouse, hide: hidden } as const;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(values) as [keyof typeof values, (typeof values)[keyof typeof values]][]) {
    const { key = name } = settings[name];
    const first = lines.findIndex((line) => /^\s*\[/.test(line));
    const end = first < 0 ? lines.length : first;
    const at = lines.slice(0, end).findIndex((line) => new RegExp(`^\\s*${key}\\s*=`).test(line));
    const line = tomlLine(key, value);
    if (at < 0) lines.splice(end, 0, line);
    // A list over several lines ends with its bracket.
    else lines.splice(at, linesOf(lines, at), line);
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(lines: readonly string[], at: number): number {
  if (!/=\s*\[/.test(lines[at] ?? '')) return 1;
  const length = lines.slice(at).findIndex((line) => /\]\s*(?:#.*)?$/.test(line));
  return length < 0 ? 1 : length + 1;
}
