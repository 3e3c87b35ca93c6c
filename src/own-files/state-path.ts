import { homedir } from 'node:os';
import { join } from 'node:path';

/** The path of a file in `$XDG_STATE_HOME/workertop`; null without a home. */
export function statePath(environment: NodeJS.ProcessEnv, name: string): string | null {
  const state = environment['XDG_STATE_HOME'];
  if (state?.startsWith('/')) return join(state, 'workertop', name);
  const home = environment['HOME'] ?? homedir();
  return home.startsWith('/') ? join(home, '.local', 'state', 'workertop', name) : null;
}
