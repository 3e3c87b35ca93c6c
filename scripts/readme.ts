import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helpText } from '../src/cli/options.ts';
import { prefork } from '../src/recognise/prefork.ts';
import type { ServerDefinition } from '../src/servers/definition.ts';
import { definitions } from '../src/servers/registry.ts';
import { bindings } from '../src/state/keymap.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const BENCH = fileURLToPath(new URL('../bench/results.md', import.meta.url));

const methods = {
  signal: 'by TTIN and TTOU',
  fifo: 'by `+` and `-` in its FIFO',
  command: 'by its own command, as its owner',
  none: 'no, with advice',
} as const;

function serverRow({ label, scaling, documented }: ServerDefinition): string {
  // The server's own, that is: workertop goes below one worker only when told --allow-zero.
  const [floor, first] =
    scaling.method === 'none' ? ['', ''] : [String(scaling.floor), `the ${victims[scaling.victim]}`];
  const tested = documented?.tested === 'live' ? 'on the real one' : 'from recorded facts';
  return `| ${label} | ${methods[scaling.method]} | ${floor} | ${first} | ${documented?.configured ?? ''} | ${tested} |`;
}

const victims = {
  oldest: 'oldest',
  newest: 'newest',
  highest: 'one with the highest number',
  lowest: 'one with the lowest number',
} as const;

/** The parts of the README that are made of the program, by their names. */
const parts: Readonly<Record<string, () => string>> = {
  usage: () => `\`\`\`\n${helpText()}\`\`\``,
  keys: () =>
    [
      '| key | what it does |',
      '| --- | --- |',
      ...bindings.map(({ label, help }) => `| \`${label}\` | ${help} |`),
    ].join('\n'),
  servers: () =>
    [
      '| server | scaled | floor | goes first | configured in | tested |',
      '| --- | --- | --- | --- | --- | --- |',
      ...[...definitions, prefork].map(serverRow),
    ].join('\n'),
  bench: () => (existsSync(BENCH) ? readFileSync(BENCH, 'utf8').trim() : ''),
};

export function readme(): string {
  return readFileSync(README, 'utf8');
}

/** The README as it should be: what stands between `<!-- NAME -->` and `<!-- /NAME -->` is made anew. */
export function renewed(text: string): string {
  return Object.entries(parts).reduce(
    (all, [name, make]) =>
      all.replace(
        new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, start, end) => `${start}${make()}\n${end}`,
      ),
    text,
  );
}

/** Run by `npm run readme`. */
export function renewReadme(): void {
  writeFileSync(README, renewed(readme()));
}
