import type { ProcessFacts } from '../../snapshot.ts';
import { programOf } from './program.ts';

/** Where packages of languages are: the code there is nobody's project. */
const packages = /\/(?:site-packages|dist-packages|gems)\/|\/lib(?:64)?\/(?:python|ruby|perl)[\d.]*\//;

/**
 * The directory of the code that a process runs: of its script, its jar, its assembly, its release, or of a program of its own. Absolute, and null
 * where nothing tells.
 */
export function codeDirectory(facts: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null {
  const root = releaseOf(facts.argv);
  if (root !== null) return root;
  const file = codeFile(facts);
  if (file === null || packages.test(file)) return null;
  const directory = file.slice(0, Math.max(1, file.lastIndexOf('/')));
  return withoutModules(directory).replace(/(.)\/s?bin$/, '$1');
}

function codeFile({ argv, cwd, exe }: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null {
  const { interpreter, script, name, args } = programOf(argv);
  const file =
    interpreter !== null ? script : name === 'java' ? jarOf(args) : name === 'dotnet' ? assemblyOf(args) : exe;
  if (file === null || file === '-') return null;
  const path = file.replace(/ \(deleted\)$/, '');
  if (path.startsWith('/')) return path;
  return cwd?.startsWith('/') ? `${cwd.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}` : null;
}

/** `java -jar FILE`. */
export function jarOf(args: readonly string[]): string | null {
  const at = args.indexOf('-jar');
  return at < 0 ? null : (args[at + 1] ?? null);
}

/** `dotnet FILE.dll`, `dotnet exec FILE.dll`. */
function assemblyOf(args: readonly string[]): string | null {
  return args.find((arg) => arg.endsWith('.dll')) ?? null;
}

/** A release of Erlang or Elixir is told its root by its start script (https://www.erlang.org/doc/apps/erts/erl_cmd). */
function releaseOf(argv: readonly string[]): string | null {
  if (!/(?:^|\/)beam(?:\.smp)?$/.test(argv[0] ?? '')) return null;
  const root = argv[argv.indexOf('-root') + 1];
  // The system's Erlang runs whatever it is told: it is no release.
  return root?.startsWith('/') && !/^\/usr\/(?:local\/)?lib/.test(root) ? root : null;
}

/** A program among a project's packages is that project's; one that is installed for all is a project of its own. */
function withoutModules(directory: string): string {
  const [, before, name] = /^(.*?)\/node_modules\/(?:\.bin|((?:@[^/]+\/)?[^/]+))/.exec(directory) ?? [];
  if (before === undefined) return directory;
  return /^\/usr(?:\/|$)|\/lib$/.test(before) && name !== undefined ? `${before}/node_modules/${name}` : before;
}
