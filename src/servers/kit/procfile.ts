import type { ServerProcesses } from '../definition.ts';
import { absolutePath } from './configured.ts';
import { flag } from './flags.ts';

/**
 * The phrase for a program of a Procfile.
 * @param name the process with its number, `web.1`; null if unknown
 */
export function procfileProgram({ claim, head }: ServerProcesses, runner: string, name: string | null): string {
  const given = flag(claim.args ?? [], ['-f', '--procfile'])?.value ?? 'Procfile';
  const file = absolutePath(head.facts, given) ?? given;
  return `${runner} (${name === null ? '' : `${name.replace(/\.\d+$/, '')} of `}${file})`;
}
