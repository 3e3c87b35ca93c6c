import { maskArgv } from '../../text/mask-secrets.ts';
import type { Model, Server } from '../model.ts';

/**
 * Shell text of the command that would scale a server, with secrets masked. Null if it scales by signals, or not at
 * all.
 */
export function commandText(server: Server, direction: 1 | -1, model: Model): string | null {
  const { definition, head, claim, processes } = server;
  if (definition.scaling.method !== 'command') return null;
  const workers = processes.flatMap(({ role, sample }) => (role === 'worker' ? [sample] : []));
  const command = definition.scaling.command({ head: head.sample, claim, workers }, direction);
  if (command === null) return null;
  const args = command.args.map((arg) => arg.replaceAll('%h', model.host.name));
  const variables = Object.entries(command.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  return maskArgv([...variables, command.program, ...args]).join(' ');
}

/** The user that the command runs as: the server's owner. */
export function ownerOf({ head }: Server): string {
  const { user, uid } = head.sample.facts;
  return user ?? (uid === null ? 'its owner' : `user ${uid}`);
}
