import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { helpText } from '../../src/options.ts';
import { bindings } from '../../src/state/keymap.ts';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const BENCH = fileURLToPath(new URL('../../bench/results.md', import.meta.url));

/** The parts of the README that are made of the program, by their names. */
const parts: Readonly<Record<string, () => string>> = {
  usage: () => `\`\`\`\n${helpText()}\`\`\``,
  keys: () =>
    [
      '| key | what it does |',
      '| --- | --- |',
      ...bindings.map(({ label, help }) => `| \`${label}\` | ${help} |`),
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
