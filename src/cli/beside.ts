import { fileURLToPath } from 'node:url';
import { OwnFileProcess } from '../own-files/own-file-process.ts';

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
  return helper('file-helper');
}

let files: OwnFileProcess | null = null;

/** workertop's own files, by a helper process that starts when it is needed. */
export function ownFiles(): OwnFileProcess {
  files ??= new OwnFileProcess(helper('own-file-helper'));
  return files;
}

function helper(name: string): readonly string[] {
  const program = programBeside(name);
  return [...(program.endsWith('.ts') ? process.execArgv : []), program];
}
