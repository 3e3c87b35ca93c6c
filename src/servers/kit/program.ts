import { memoize } from '../../memoize.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';

/** What an argv runs: the script or module where an interpreter runs it, else the program itself. */
export interface Program {
  /** Without its version; null when the program runs by itself. */
  readonly interpreter: Interpreter | null;
  /** Base name of the program or script, or the module's name; null for a title, a REPL or inline code. */
  readonly name: string | null;
  /** The script as written in argv; null for a module. */
  readonly script: string | null;
  /** What comes after the program, script or module: the first 1000. */
  readonly args: readonly string[];
}

export type Interpreter = 'python' | 'ruby' | 'node' | 'perl' | 'php';

/** By name: a map, since a process may be called `constructor`. */
const interpreters: ReadonlyMap<string, Interpreter> = new Map([
  ['python', 'python'],
  ['pypy', 'python'],
  ['ruby', 'ruby'],
  ['jruby', 'ruby'],
  ['node', 'node'],
  ['nodejs', 'node'],
  ['perl', 'perl'],
  ['php', 'php'],
]);

interface Syntax {
  /** Flags whose value is the next argument. */
  readonly valued: readonly string[];
  /** Flags that carry code, after which there is no script. */
  readonly code: readonly string[];
}

const syntaxes: Readonly<Record<Interpreter, Syntax>> = {
  python: { valued: ['-W', '-X', '--check-hash-based-pycs'], code: [] },
  ruby: { valued: ['-I', '-r', '-C', '-E'], code: ['-e'] },
  node: {
    valued: ['-r', '--require', '--import', '--loader', '--experimental-loader', '-C', '--conditions'],
    code: ['-e', '-p', '-pe', '--eval', '--print'],
  },
  perl: { valued: ['-I'], code: ['-e', '-E'] },
  php: { valued: ['-c', '-d', '-z', '-S', '-t'], code: ['-r'] },
};

/**
 * Characters of a title that are looked at. A title names a program, an app and at most a path, which is no longer than this (PATH_MAX);
 * anybody may give himself one of 128 KiB.
 */
const LONGEST_TITLE = 4096;

/** Arguments of a program that are looked at. No server is started with as many. */
const MOST_ARGUMENTS = 1000;

/** The title a program gave itself, of which the beginning counts; null when argv is still an argv. */
export function titleOf(argv: readonly string[]): string | null {
  const [only] = argv;
  return argv.length === 1 && only?.includes(' ') ? only.slice(0, LONGEST_TITLE).trimEnd() : null;
}

/** What an argv runs. */
export const programOf: (argv: readonly string[]) => Program = memoize((argv) =>
  parse(argv.length > MOST_ARGUMENTS ? argv.slice(0, MOST_ARGUMENTS) : argv),
);

/** The arguments of a program of one of these names; null when the process runs another program. */
export function argsOf({ argv }: ProcessFacts, names: readonly string[]): readonly string[] | null {
  const { name, args } = programOf(argv);
  return name !== null && names.includes(name) ? args : null;
}

function parse(argv: readonly string[]): Program {
  const [first] = argv;
  if (first === undefined || titleOf(argv) !== null) {
    return { interpreter: null, name: null, script: null, args: [] };
  }
  const name = baseName(first);
  const interpreter = interpreters.get(/^([a-z]+)(\d[\w.-]*)?$/.exec(name)?.[1] ?? '');
  if (interpreter === undefined) return { interpreter: null, name, script: null, args: argv.slice(1) };
  return parseInterpreter(interpreter, argv.slice(1));
}

function parseInterpreter(interpreter: Interpreter, args: readonly string[]): Program {
  const { valued, code } = syntaxes[interpreter];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-') || arg === '-') {
      return { interpreter, name: baseName(arg), script: arg, args: args.slice(index + 1) };
    }
    if (interpreter === 'python') {
      // Short flags may be joined, and -m and -c take all that follows: `-um gunicorn`, `-mgunicorn`.
      const [, letter, attached] = /^-[bBdEiIOPqRsSuvx]*([mc])(.*)$/.exec(arg) ?? [];
      const module = attached === '' ? args[index + 1] : attached;
      if (letter === 'm' && module !== undefined) {
        return { interpreter, name: module, script: null, args: args.slice(index + (attached === '' ? 2 : 1)) };
      }
      if (letter === 'c') break;
    }
    if (code.includes(arg)) break;
    if (valued.includes(arg)) index++;
  }
  return { interpreter, name: null, script: null, args: [] };
}
