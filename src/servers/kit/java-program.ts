import { baseName } from '../../text/base-name.ts';
import { programOf } from './program.ts';

/** What a JVM runs: its main class, or the jar or module that holds that. */
export interface JavaProgram {
  readonly main: string;
  readonly args: readonly string[];
}

/** Options of the launcher whose value is the next argument (java(1)). */
const valued = new Set([
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--add-modules',
  '--upgrade-module-path',
]);

/** Null for another program, or if its arguments are in a file. */
export function javaProgram(argv: readonly string[]): JavaProgram | null {
  const { name, args } = programOf(argv);
  if (name !== 'java') return null;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const following = args[index + 1];
    if (arg === '-jar' && following !== undefined) return { main: baseName(following), args: args.slice(index + 2) };
    if ((arg === '-m' || arg === '--module') && following !== undefined) {
      return { main: following, args: args.slice(index + 2) };
    }
    if (valued.has(arg)) index++;
    else if (!arg.startsWith('-') && !arg.startsWith('@')) return { main: arg, args: args.slice(index + 1) };
  }
  return null;
}
