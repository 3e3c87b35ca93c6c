import type { OwnFiles } from '../own-files/own-files.ts';
import type { ViewSettings } from '../state/settings.ts';
import { settings } from './settings.ts';
import { tomlLine } from './toml.ts';

/**
 * Writes settings changed on the screen to a configuration file. Other lines stay as they are. Rejects if it cannot be
 * written, or if others may write there.
 */
export async function saveSettings(files: OwnFiles, path: string, view: ViewSettings): Promise<void> {
  await files.replace(path, withSettings((await files.read(path)) ?? '', view));
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
