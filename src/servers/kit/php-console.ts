import type { ProcessFacts } from '../../snapshot.ts';
import { programOf } from './program.ts';

/** The arguments after a command of a PHP script; null if the process runs another. */
export function phpConsole(
  { argv }: ProcessFacts,
  script: string,
  commands: readonly string[],
): readonly string[] | null {
  const { interpreter, name, args } = programOf(argv);
  const [command = '', ...rest] = args;
  return (interpreter === 'php' || interpreter === null) && name === script && commands.includes(command) ? rest : null;
}

/** The same for Laravel's artisan. */
export function artisan(facts: ProcessFacts, commands: readonly string[]): readonly string[] | null {
  return phpConsole(facts, 'artisan', commands);
}
