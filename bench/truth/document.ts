import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../../docs/truth.md', import.meta.url));

const heading = `# What workertop says of workers, and what was so

Made by \`npm run bench:truth\`, which starts real servers, sends them work and compares what is read of their workers with what the servers
themselves note. \`npm run bench:truth -- PART…\` makes some of it anew.
`;

/** The parts, in the order in which the document has them. */
export const parts = ['in-use', 'profile', 'prediction'] as const;
export type Part = (typeof parts)[number];

/** Puts a part in its place, in the place of the one before. */
export function write(part: Part, title: string, lines: readonly string[]): void {
  const sections = new Map(
    existsSync(path)
      ? [...readFileSync(path, 'utf8').matchAll(/<!-- (\S+) -->\n([\s\S]*?)\n<!-- end -->/g)].map(
          ([, name = '', text = '']) => [name, text] as const,
        )
      : [],
  );
  sections.set(part, [`## ${title}`, '', machine(part), '', ...lines].join('\n'));
  const all = parts.flatMap((name) => {
    const text = sections.get(name);
    return text === undefined ? [] : [`\n<!-- ${name} -->\n${text}\n<!-- end -->\n`];
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, heading + all.join(''));
}

function machine(part: Part): string {
  const [cpu] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${memory}, Linux ${release()}, Node ${process.version}; load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end; \`npm run bench:truth -- ${part}\`.`;
}
