import { matchesGlob } from '../../text/glob.ts';

/** Variables that tell a program to load or run something else, whoever asks for them. */
const NEVER =
  /^(?:LD_|PYTHON|NODE_|RUBY|GEM_|BUNDLE_|PERL|BASH|ENV$|SHELLOPTS$|IFS$|PS4$|GCONV_|GLIBC_|MALLOC_|LOCPATH$|NLSPATH$|TMPDIR$|GIT_|OPENSSL_|SSL|JAVA_|JDK_|npm_|NPM_)/;

/** A locale, which is part of a path to libc. */
const LOCALE = /^[\w@.-]{1,64}$/;

/** What a command's environment is made of. */
export interface Ingredients {
  /** The server's own; empty where its title has overwritten it. */
  readonly server: ReadonlyMap<string, string>;
  /** Names to be taken from it; `*` stands for any characters. */
  readonly variables: readonly string[];
  /** What the command brings along. */
  readonly given: Readonly<Record<string, string>>;
  readonly user: string;
  readonly home: string | null;
  readonly path: readonly string[];
  /** Whether nobody but root and the owner can change what is there. */
  isOwn(path: string): boolean;
}

/** The whole environment of a command: what a login would give, and what its definition asks for by name. */
export function environmentFor(from: Ingredients): Readonly<Record<string, string>> {
  const { server, user } = from;
  const kept = [...server].filter(
    ([name, value]) =>
      !NEVER.test(name) && !value.includes('\0') && from.variables.some((wanted) => matchesGlob(name, wanted, '*')),
  );
  const [home, virtualenv] = [from.home ?? server.get('HOME'), server.get('VIRTUAL_ENV')];
  const language = server.get('LC_ALL') ?? server.get('LANG');
  return {
    ...Object.fromEntries(kept),
    ...(virtualenv !== undefined && from.isOwn(virtualenv) ? { VIRTUAL_ENV: virtualenv } : {}),
    ...from.given,
    HOME: home !== undefined && from.isOwn(home) ? home : '/',
    USER: user,
    LOGNAME: user,
    LANG: language !== undefined && LOCALE.test(language) ? language : 'C.UTF-8',
    PATH: from.path.join(':'),
  };
}
