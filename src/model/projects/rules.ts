import type { ProcessFacts } from '../../snapshot.ts';
import { matchesGlob } from '../../text/glob.ts';

/** A user's rule for a project. A process belongs to it if it fulfils all conditions given. */
export interface GroupRule {
  readonly name: string;
  /** The project or working directory; `*` stands for any text. */
  readonly directory?: string;
  /** The virtualenv's path or name; `*` stands for any text. */
  readonly virtualenv?: string;
  /** Part of the command line or title; `*` stands for any text. */
  readonly command?: string;
  readonly user?: string;
}

/** The first rule that a process fulfils; null if it fulfils none. */
export function ruleFor(facts: ProcessFacts, rules: readonly GroupRule[]): GroupRule | null {
  return rules.find((rule) => fulfils(facts, rule)) ?? null;
}

function fulfils(facts: ProcessFacts, { directory, virtualenv, command, user }: GroupRule): boolean {
  const { cwd, argv } = facts;
  return (
    (directory === undefined ||
      [facts.directory?.path, cwd].some((path) => path != null && isWithin(path, directory))) &&
    (virtualenv === undefined ||
      [facts.virtualenv?.path, facts.virtualenv?.name].some((path) => path !== undefined && like(path, virtualenv))) &&
    (command === undefined || like(argv.join(' '), `*${command}*`)) &&
    (user === undefined || (facts.user !== null && like(facts.user, user)))
  );
}

/** Whether a path matches the pattern, or lies below a directory that does. */
function isWithin(path: string, pattern: string): boolean {
  return like(path, pattern) || like(path, `${pattern.replace(/\/$/, '')}/*`);
}

function like(text: string, pattern: string): boolean {
  return matchesGlob(text, pattern, '*');
}
