import { positionals } from './kit/flags.ts';
import { phpConsole } from './kit/php-console.ts';
import { unscalable } from './kit/unscalable.ts';

/** A worker of Symfony's Messenger: one process (Command/ConsumeMessagesCommand.php; not run here). */
export const symfonyMessenger = unscalable({
  kind: 'symfony-messenger',
  label: 'Symfony Messenger',
  configuredIn: 'a process for each worker',
  claim: (facts) => {
    const args = phpConsole(facts, 'console', ['messenger:consume', 'messenger:consume-messages']);
    if (args === null) return null;
    const receivers = positionals(args, new Set()).join(',');
    return receivers === '' ? { args } : { args, app: receivers };
  },
  recycling: '--memory-limit=128M',
  advice: 'Start or end another messenger:consume: numprocs of its supervisor program.',
});
