import type { ProcessFacts } from '../../snapshot.ts';
import { matchesGlob } from '../../text/glob.ts';

/** A project as the user wants it: what belongs to it fulfils all conditions that are given. */
export interface GroupRule {
  readonly name: string;
  /** Of the project or the working directory; `*` stands for anything. */
  readonly directory?: string;
  /** Its path or its name; `*` stands for anything. */
  readonly virtualenv?: string;
  /** Part of the command line or title; `*` stands for anything. */
  readonly command?: string;
  readonly user?: string;
}

/** The first rule that a process fulfils; null when it fulfils none. */
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

/** A directory's own subdirectories are its project's too. */
function isWithin(path: string, pattern: string): boolean {
  return like(path, pattern) || like(path, `${pattern.replace(/\/$/, '')}/*`);
}

function like(text: string, pattern: string): boolean {
  return matchesGlob(text, pattern, '*');
}
