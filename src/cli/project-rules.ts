import type { GroupRule } from '../model/projects/rules.ts';
import { tomlLine } from './toml.ts';
import { UsageError } from './usage-error.ts';

const ruleKeys = ['name', 'directory', 'virtualenv', 'command', 'user'] as const;

/**
 * Reads the [[projects]] of a configuration file.
 * @param lineOf line number, from 1, of a key in one of them
 * @throws UsageError with the line and the allowed values
 */
export function parseProjectRules(
  projects: unknown,
  file: string,
  lineOf: (key: string, project: number | null) => number,
): readonly GroupRule[] {
  const misplaced = () =>
    new UsageError(`${file}, line ${lineOf('projects', null)}: projects are written as [[projects]]`);
  if (!Array.isArray(projects)) throw misplaced();
  return projects.map((rule: unknown, index): GroupRule => {
    if (typeof rule !== 'object' || rule === null) throw misplaced();
    const wrong = (key: string, message: string) => new UsageError(`${file}, line ${lineOf(key, index)}: ${message}`);
    for (const [key, value] of Object.entries(rule)) {
      if (!ruleKeys.some((name) => name === key))
        throw wrong(key, `unknown setting ${key} of a project: its settings are ${ruleKeys.join(', ')}`);
      if (typeof value !== 'string' || value === '') throw wrong(key, `${key} must be text`);
    }
    const { name, ...conditions }: Partial<Record<(typeof ruleKeys)[number], string>> = rule;
    if (name === undefined) throw wrong('[[projects]]', 'a project needs a name');
    if (Object.keys(conditions).length === 0)
      throw wrong('name', `${name} needs a directory, a virtualenv, a command or a user`);
    return { name, ...conditions };
  });
}

const example: GroupRule = {
  name: 'shop',
  directory: '/srv/shop*',
  virtualenv: '/srv/venvs/shop',
  command: 'shop.wsgi',
  user: 'shop',
};

/** Rules as lines of a configuration file, or a commented example if there are none. */
export function showProjectRules(rules: readonly GroupRule[]): readonly string[] {
  const about =
    '# A rule takes precedence over what workertop finds; all its conditions must match. * stands for anything.';
  if (rules.length === 0) return [about, ...showRule(example).map((line) => `# ${line}`)];
  return [about, ...rules.flatMap((rule) => [...showRule(rule), ''])];
}

function showRule(rule: GroupRule): readonly string[] {
  const lines = ruleKeys.flatMap((key) => (rule[key] === undefined ? [] : [tomlLine(key, rule[key])]));
  return ['[[projects]]', ...lines];
}
