import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { attacksOn } from '../helpers/attacks.ts';

interface Pattern {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

/** What is matched against the program's own text or its user's alone: the command line and the configuration file. */
const trusted = ['src/cli', 'src/state'];

function patternsOf(file: string): readonly Pattern[] {
  const text = readFileSync(file, 'utf8');
  const found: Pattern[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    else if (typeof node === 'object' && node !== null) {
      if ('regex' in node && 'start' in node) {
        const { pattern, flags } = node.regex as { pattern: string; flags: string };
        const line = text.slice(0, Number(node.start)).split('\n').length;
        found.push({ where: `${file}:${line}`, source: pattern, flags });
      } else for (const one of Object.values(node)) visit(one);
    }
  };
  visit(parseSync(file, text).program);
  return found;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
  .filter((file) => !trusted.some((folder) => file.startsWith(`${folder}/`)))
  .sort();

const patterns = files.flatMap(patternsOf);

/** Milliseconds by a clock, the least of several runs. */
function leastTime({ source, flags }: Pattern, text: string, runs: number, clock: () => number): number {
  const expression = new RegExp(source, flags);
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const started = clock();
    if (flags.includes('g')) text.replace(expression, '');
    else expression.test(text);
    least = Math.min(least, clock() - started);
  }
  return least;
}

/** Milliseconds. Where it is much, `cpuTimeOf` tells whether others took it. */
function timeOf(pattern: Pattern, text: string, runs: number): number {
  return leastTime(pattern, text, runs, () => performance.now());
}

/** Milliseconds of CPU time. It is right on a busy machine too, and dearer to read. */
function cpuTimeOf(pattern: Pattern, text: string, runs: number): number {
  return leastTime(pattern, text, runs, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  });
}

/** Characters. Each is tried after the one before, so that exponential and cubic time are seen before they last. */
const TINY = 8;
const SHORT = 250;
const MEDIUM = 2500;

/** Milliseconds that no expression takes over a short text, unless its time grows faster than the square of the length. */
const MUCH = 4;

/** Milliseconds that no expression takes over a medium text, unless it goes back over it again and again. */
const SUSPICIOUS = 0.7;

/** Eight times the text: linear time grows eightfold, quadratic time 64-fold. */
const GROWTH = 8;
const MOST_GROWTH = 24;

/** An attack that takes more than linear time; null when none of them does. */
function slowAttack(pattern: Pattern): string | null {
  for (const length of [TINY, SHORT]) {
    for (const text of attacksOn(pattern.source, length)) {
      const time = timeOf(pattern, text, 1);
      if (time > MUCH && cpuTimeOf(pattern, text, 2) > MUCH) return `${shown(text)} takes ${time.toFixed(0)} ms`;
    }
  }
  let index = 0;
  for (const text of attacksOn(pattern.source, MEDIUM)) {
    const suspicious = timeOf(pattern, text, 1) > SUSPICIOUS && cpuTimeOf(pattern, text, 3) > SUSPICIOUS;
    if (suspicious) {
      const long = nth(attacksOn(pattern.source, MEDIUM * GROWTH), index);
      const growth = cpuTimeOf(pattern, long, 2) / cpuTimeOf(pattern, text, 3);
      if (growth > MOST_GROWTH) return `${shown(text)} grows ${growth.toFixed(0)}-fold`;
    }
    index++;
  }
  return null;
}

function nth(texts: Iterable<string>, wanted: number): string {
  let index = 0;
  for (const text of texts) if (index++ === wanted) return text;
  return '';
}

function shown(text: string): string {
  return `${JSON.stringify(text.slice(0, 80))}…`;
}

it('the expressions of the sources are found', () => {
  expect(patterns.length).toBeGreaterThan(150);
});

it('an expression that goes back over its text is told from one that does not', () => {
  const of = (source: string) => slowAttack({ where: '', source, flags: '' });
  expect(of('^puma (\\d\\S*) \\((.*?)\\)(?: \\[(.*)\\])?$')).not.toBeNull();
  expect(of(';.*$')).not.toBeNull();
  expect(of('^\\s*([\\w-]+)\\s*=(.*)$')).toBeNull();
});

it('no expression that meets the text of others takes more than linear time', () => {
  const slow = patterns.flatMap((pattern) => {
    const attack = slowAttack(pattern);
    return attack === null ? [] : [`${pattern.where} /${pattern.source}/${pattern.flags} over ${attack}`];
  });
  expect(slow).toEqual([]);
}, 120_000);

/** Reads the kernel's files, by names that are constants; and passes on expressions that stand in the sources. */
const makers = ['src/source/proc/', 'src/source/files/protocol.ts'];

it('no expression is made at run time of the text of others', () => {
  const made = files.filter((file) => readFileSync(file, 'utf8').includes('new RegExp('));
  expect(made.filter((file) => !makers.some((maker) => file.startsWith(maker)))).toEqual([]);
});
