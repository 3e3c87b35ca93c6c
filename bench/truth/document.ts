import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../../docs/truth.md', import.meta.url));

const heading = `# What workertop says of workers, and what was so

Made by \`npm run bench:truth\`, which starts real servers, sends them work and compares what is read of their workers with what the servers
themselves note. \`npm run bench:truth -- PART…\` makes some of it anew, \`PART:WORD\` the rows with that word.
`;

/** The parts, in the order in which the document has them. */
export const parts = ['in-use', 'in-flight', 'profile', 'prediction', 'cost'] as const;
export type Part = (typeof parts)[number];

/** Puts a part in its place, in the place of the one before. */
export function write(part: Part, title: string, lines: readonly string[]): void {
  const sections = sectionsHere();
  sections.set(part, [`## ${title}`, '', machine(part), '', ...lines].join('\n'));
  const all = parts.flatMap((name) => {
    const text = sections.get(name);
    return text === undefined ? [] : [`\n<!-- ${name} -->\n${text}\n<!-- end -->\n`];
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, heading + all.join(''));
}

function sectionsHere(): Map<string, string> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return new Map(
    [...text.matchAll(/<!-- (\S+) -->\n([\s\S]*?)\n<!-- end -->/g)].map(([, name = '', body = '']) => [name, body]),
  );
}

/** The rows of a part as they were written last, by what their first `keys` cells say. */
export function rowsBefore(part: Part, keys: number): ReadonlyMap<string, readonly string[]> {
  const lines = (sectionsHere().get(part) ?? '').split('\n').filter((line) => line.startsWith('| '));
  const rows = lines.map((line) => line.slice(2, -2).split(' | '));
  return new Map(rows.slice(2).map((cells) => [keyOf(cells, keys), cells]));
}

export function keyOf(cells: readonly string[], keys: number): string {
  return cells.slice(0, keys).join(' | ');
}

/** Prints a row, and puts it in the place of the one with the same first `keys` cells. */
export function putRow(rows: Map<string, readonly string[]>, cells: readonly string[], keys: number): void {
  process.stdout.write(`${rowText(cells)}\n`);
  rows.set(keyOf(cells, keys), cells);
}

export function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function machine(part: Part): string {
  const [cpu] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${memory}, Linux ${release()}, Node ${process.version}; load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end; \`npm run bench:truth -- ${part}\`.`;
}
