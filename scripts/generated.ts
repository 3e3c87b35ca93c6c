import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { helpText } from '../src/cli/help.ts';
import { manPage } from '../src/cli/man-page.ts';
import { prefork } from '../src/recognise/prefork.ts';
import type { ServerDefinition } from '../src/servers/definition.ts';
import { definitions } from '../src/servers/registry.ts';
import { bindings } from '../src/state/keymap.ts';
import { testedText } from '../test/helpers/tested-kinds.ts';
import { alertRules, alertTable } from './monitoring/alerts.ts';
import { grafanaDashboard } from './monitoring/dashboard.ts';
import { metricTable } from './monitoring/metric-table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const methods = {
  signal: 'by TTIN and TTOU',
  fifo: 'by `+` and `-` in its FIFO',
  command: 'by its own command, as its owner',
  none: 'no, with advice',
} as const;

function serverRow({ kind, label, scaling, configuredIn }: ServerDefinition): string {
  // The server's own, that is: workertop goes below one worker only when told --allow-zero.
  const [floor, first] =
    scaling.method === 'none' ? ['', ''] : [String(scaling.floor), `the ${victims[scaling.trims]}`];
  return `| ${label} | ${methods[scaling.method]} | ${floor} | ${first} | ${configuredIn} | ${testedText(kind)} |`;
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
  metrics: metricTable,
  alerts: alertTable,
  bench: () => current('bench/results.md').trim(),
};

/** A text with what stands between `<!-- NAME -->` and `<!-- /NAME -->` made anew. */
function withParts(text: string): string {
  return Object.entries(parts).reduce(
    (all, [name, make]) =>
      all.replace(
        new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, start, end) => `${start}${make()}\n${end}`,
      ),
    text,
  );
}

interface Generated {
  readonly file: string;
  /** The file as it should be. @param current as it is, empty where it is not there */
  readonly renewed: (current: string) => string;
}

/** Every file that is made of the program, or has parts that are. */
export const generated: readonly Generated[] = [
  { file: 'README.md', renewed: withParts },
  { file: 'docs/servers.md', renewed: withParts },
  { file: 'docs/benchmarks.md', renewed: withParts },
  { file: 'docs/prometheus/README.md', renewed: withParts },
  { file: 'docs/prometheus/alerts.yml', renewed: alertRules },
  { file: 'docs/prometheus/grafana.json', renewed: grafanaDashboard },
  { file: 'docs/workertop.1', renewed: () => manPage(manifest.version) },
];

/** A file of the repository; empty where it is not there. */
export function current(file: string): string {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Run by `npm run readme`. */
export function renewAll(): void {
  for (const { file, renewed } of generated) {
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), renewed(current(file)));
  }
}
