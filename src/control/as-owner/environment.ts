import { matchesGlob } from '../../text/glob.ts';

/** Variables that make a program load or run something else. They are never passed on. */
const NEVER =
  /^(?:LD_|PYTHON|NODE_|RUBY|GEM_|BUNDLE_|PERL|BASH|ENV$|SHELLOPTS$|IFS$|PS4$|GCONV_|GLIBC_|MALLOC_|LOCPATH$|NLSPATH$|TMPDIR$|GIT_|OPENSSL_|SSL|JAVA_|JDK_|npm_|NPM_)/;

/** The name of a locale, which libc makes a path of. */
const LOCALE = /^[\w@.-]{1,64}$/;

/** The sources of a command's environment. */
export interface Ingredients {
  /** The environment of the server; empty if its title has overwritten it. */
  readonly server: ReadonlyMap<string, string>;
  /** Names of variables to take from it; `*` stands for any characters. */
  readonly variables: readonly string[];
  /** Variables that the command itself sets. */
  readonly given: Readonly<Record<string, string>>;
  readonly user: string;
  readonly home: string | null;
  readonly path: readonly string[];
  /** Whether only root and the owner can change a path. */
  isOwn(path: string): boolean;
}

/** The whole environment of a command: what a login would set, and the variables that its definition names. */
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
