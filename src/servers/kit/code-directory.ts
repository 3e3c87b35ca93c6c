import type { ProcessFacts } from '../../snapshot.ts';
import { programOf, titleOf } from './program.ts';

/** Directories of installed packages. Code in them belongs to no project. */
const packages = /\/(?:site-packages|dist-packages|gems)\/|\/lib(?:64)?\/(?:python|ruby|perl)[\d.]*\//;

/**
 * The directory of the code that a process runs: of its script, jar, assembly or release, or of its own program.
 * Absolute; null if unknown.
 */
export function codeDirectory(facts: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null {
  const root = releaseOf(facts.argv);
  if (root !== null) return root;
  const file = codeFile(facts);
  if (file === null || packages.test(file)) return null;
  const directory = file.slice(0, Math.max(1, file.lastIndexOf('/')));
  return withoutModules(directory).replace(/(.)\/(?:s?bin|lib)$/, '$1');
}

/** A script in a title, since the interpreter's own file says nothing then: `starman master /srv/shop/app.psgi`. */
const scriptInTitle = / (\/[^ ]+\.(?:psgi|ru|pl|py|rb|m?js))(?= |$)/;

function codeFile({ argv, cwd, exe }: Pick<ProcessFacts, 'argv' | 'cwd' | 'exe'>): string | null {
  const title = titleOf(argv);
  if (title !== null) return scriptInTitle.exec(title)?.[1] ?? exe;
  const { interpreter, script, name, args } = programOf(argv);
  const file =
    interpreter !== null
      ? script
      : name === 'java'
        ? (jarOf(args) ?? classPathOf(args))
        : name === 'dotnet'
          ? assemblyOf(args)
          : exe;
  if (file === null || file === '-') return null;
  const path = file.replace(/ \(deleted\)$/, '');
  if (path.startsWith('/')) return path;
  return cwd?.startsWith('/') ? `${cwd.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}` : null;
}

/** The file of `java -jar FILE`. */
export function jarOf(args: readonly string[]): string | null {
  const at = args.indexOf('-jar');
  return at < 0 ? null : (args[at + 1] ?? null);
}

/** The first file or directory of a class path: `/opt/batch/lib/*` (java(1)). */
function classPathOf(args: readonly string[]): string | null {
  const at = args.findIndex((arg) => /^(?:-cp|-classpath|--class-path)$/.test(arg));
  return at < 0 ? null : (args[at + 1]?.split(':', 1)[0] ?? null);
}

/** The file of `dotnet FILE.dll` or `dotnet exec FILE.dll`. */
function assemblyOf(args: readonly string[]): string | null {
  return args.find((arg) => arg.endsWith('.dll')) ?? null;
}

/**
 * The root of an Erlang or Elixir release, which its start script passes on
 * (https://www.erlang.org/doc/apps/erts/erl_cmd).
 */
function releaseOf(argv: readonly string[]): string | null {
  if (!/(?:^|\/)beam(?:\.smp)?$/.test(argv[0] ?? '')) return null;
  const root = argv[argv.indexOf('-root') + 1];
  // The system's Erlang is not a release.
  return root?.startsWith('/') && !/^\/usr\/(?:local\/)?lib/.test(root) ? root : null;
}

/** The project above `node_modules`, or the package itself if it is installed for the whole system. */
function withoutModules(directory: string): string {
  const [, before, name] = /^(.*?)\/node_modules\/(?:\.bin|((?:@[^/]+\/)?[^/]+))/.exec(directory) ?? [];
  if (before === undefined) return directory;
  return /^\/usr(?:\/|$)|\/lib$/.test(before) && name !== undefined ? `${before}/node_modules/${name}` : before;
}
