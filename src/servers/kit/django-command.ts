import type { ProcessFacts } from '../../snapshot.ts';
import { programOf } from './program.ts';

/** The arguments after a command of Django's manage.py; null if the process runs another command, or none. */
export function djangoCommand({ argv }: ProcessFacts, command: string): readonly string[] | null {
  const { name, args } = programOf(argv);
  const isDjango = name === 'manage.py' || name === 'django-admin' || name === 'django';
  return isDjango && args[0] === command ? args.slice(1) : null;
}
