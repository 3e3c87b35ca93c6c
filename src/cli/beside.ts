import { fileURLToPath } from 'node:url';

/**
 * The file of a program that runs in a process of its own: `NAME.js` in the package. In the sources it is
 * `src/NAME.ts`, which needs the loader that this process was started with.
 */
export function programBeside(name: string): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(isSource ? `../${name}.ts` : `./${name}.js`, import.meta.url));
}

/** The arguments of Node that start the helper that reads files. */
export function fileHelper(): readonly string[] {
  const program = programBeside('file-helper');
  return [...(program.endsWith('.ts') ? process.execArgv : []), program];
}
