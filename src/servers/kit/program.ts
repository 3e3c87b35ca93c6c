import { memoize } from '../../memoize.ts';
import type { ProcessFacts } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';

/** The program of an argv: the script or module that an interpreter runs, else the program itself. */
export interface Program {
  /** The interpreter without its version; null if the program runs by itself. */
  readonly interpreter: Interpreter | null;
  /** Base name of the program or script, or the module's name; null for a title, a REPL or inline code. */
  readonly name: string | null;
  /** The script as written in argv; null for a module. */
  readonly script: string | null;
  /** The arguments after the program, script or module: the first MOST_ARGUMENTS. */
  readonly args: readonly string[];
}

export type Interpreter = 'python' | 'ruby' | 'node' | 'deno' | 'bun' | 'perl' | 'php';

/** By name. A Map, since a process may be called `constructor`. */
const interpreters: ReadonlyMap<string, Interpreter> = new Map([
  ['python', 'python'],
  ['pypy', 'python'],
  ['ruby', 'ruby'],
  ['jruby', 'ruby'],
  ['node', 'node'],
  ['nodejs', 'node'],
  ['deno', 'deno'],
  ['bun', 'bun'],
  ['perl', 'perl'],
  ['php', 'php'],
]);

interface Syntax {
  /** Flags whose value is the next argument. */
  readonly valued: readonly string[];
  /** Flags that carry code. No script follows them. */
  readonly code: readonly string[];
  /** Commands that stand before the script: `deno run main.ts`. Another word that is no file is a command, too. */
  readonly commands?: readonly string[];
}

const syntaxes: Readonly<Record<Interpreter, Syntax>> = {
  python: { valued: ['-W', '-X', '--check-hash-based-pycs'], code: [] },
  ruby: { valued: ['-I', '-r', '-C', '-E'], code: ['-e'] },
  node: {
    valued: ['-r', '--require', '--import', '--loader', '--experimental-loader', '-C', '--conditions'],
    code: ['-e', '-p', '-pe', '--eval', '--print'],
  },
  // https://docs.deno.com/runtime/reference/cli and https://bun.com/docs/runtime
  deno: { valued: ['-c', '--config', '--import-map', '--env-file'], code: ['-e'], commands: ['run', 'serve'] },
  bun: {
    valued: ['-r', '--preload', '-c', '--config', '--env-file', '--cwd', '--filter'],
    code: ['-e', '--eval', '-p', '--print'],
    commands: ['run'],
  },
  perl: { valued: ['-I'], code: ['-e', '-E'] },
  php: { valued: ['-c', '-d', '-z', '-S', '-t'], code: ['-r'] },
};

/**
 * Characters of a title that are parsed. A title names a program, an app and at most one path (PATH_MAX); any process
 * may set one of 128 KiB.
 */
const LONGEST_TITLE = 4096;

/** Arguments that are parsed. No server has as many. */
const MOST_ARGUMENTS = 1000;

/** The beginning of the title that a program has set; null if argv is still its command line. */
export function titleOf(argv: readonly string[]): string | null {
  const [only] = argv;
  return argv.length === 1 && only?.includes(' ') ? only.slice(0, LONGEST_TITLE).trimEnd() : null;
}

/** The program of an argv. */
export const programOf: (argv: readonly string[]) => Program = memoize((argv) =>
  parse(argv.length > MOST_ARGUMENTS ? argv.slice(0, MOST_ARGUMENTS) : argv),
);

/** The arguments of a program with one of these names; null if the process runs another program. */
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
  const { valued, code, commands } = syntaxes[interpreter];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (commands?.includes(arg)) continue;
    if (!arg.startsWith('-') || arg === '-') {
      // A task of deno.json, a script of package.json: what it runs is a child.
      if (commands !== undefined && !/[./]/.test(arg)) break;
      return { interpreter, name: baseName(arg), script: arg, args: args.slice(index + 1) };
    }
    if (interpreter === 'python') {
      // Short flags may be joined, and -m and -c take the rest: `-um gunicorn`, `-mgunicorn`.
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
