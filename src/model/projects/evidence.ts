import { memoize } from '../../memoize.ts';
import { absolutePath } from '../../servers/kit/configured.ts';
import { programOf } from '../../servers/kit/program.ts';
import type { ContainerFacts, ProcessFacts, Virtualenv } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import { isGeneralDirectory } from '../../text/general-directories.ts';
import { type Place, placeOf } from './cgroup.ts';
import { isDeployment, namingPart } from './generic.ts';

/** Directories of installed software. A project there has a marker. */
const systems = /^\/(?:usr\/(?!src\/[^/])|etc\/|run\/)/;

/** Directories of a distribution's own programs. */
const distribution = /^\/(?:usr\/(?:s?bin|lib(?:64|exec)?|share|games)|s?bin|lib(?:64)?|etc)\//;

/** Everything that tells to which project a process belongs, strongest first. */
export interface Evidence extends Place {
  /** Its directory; null if that may hold many projects. */
  readonly directory: string | null;
  /** The file that marks the directory as a project; null if there is none. */
  readonly marker: string | null;
  /** What named the directory, as in `ProjectDirectory`. */
  readonly from: string | null;
  /** The path that named the directory, if links lead from it; else null. */
  readonly link: string | null;
  /** In a container: the path that the directory is mounted from; null if it is not mounted. */
  readonly source: string | null;
  /** `device:inode` of the directory, the same in all containers; null if unknown. */
  readonly identity: string | null;
  /** The directory that contains its virtualenv; used only if nothing better is known. */
  readonly virtualenvHome: VirtualenvHome | null;
  readonly virtualenv: Virtualenv | null;
  /** The names that its container's engine knows. */
  readonly engine: ContainerFacts | null;
  readonly user: string;
  /**
   * Whether a process that is not a server may join a project: it is an interpreter, or its program lies in the project
   * or virtualenv.
   */
  readonly canJoin: boolean;
  /** Whether somebody installed the program: it did not come with the system. */
  readonly isInstalled: boolean;
  /** Whether it is part of what its parent does, unless it tells otherwise. A prompt in a web terminal is not. */
  readonly canFollow: boolean;
}

export interface VirtualenvHome {
  readonly directory: string;
  readonly marker: string | null;
}

/** Gathers the evidence for a process's project. */
export const evidenceOf: (facts: ProcessFacts) => Evidence = memoize(gather);

function gather(facts: ProcessFacts): Evidence {
  // An editor's server works in the directory that somebody has opened, which is not its project.
  const path = facts.directory === null || editorServerOf(facts) !== null ? null : lasting(facts.directory.path);
  const { marker = null, from = null, link } = facts.directory ?? {};
  const usable = path === null || isGeneralDirectory(path) || (marker === null && systems.test(path)) ? null : path;
  const place = placeOf(facts.cgroup);
  // A directory of jars or scripts, such as /opt/scripts, may hold those of several units.
  const isShared = from === 'program' && marker === null && place.unit !== null && namingPart(usable ?? '') < 0;
  // The home of a virtualenv is weak evidence: the virtualenv may be another project's.
  const directory = from === 'virtualenv' || isShared ? null : usable;
  const { virtualenv } = facts;
  const isBackground = !isInteractive(facts);
  return {
    directory,
    marker: directory === null ? null : marker,
    from: directory === null ? null : from,
    link: directory === null || link === undefined ? null : lasting(link),
    source: directory === null ? null : (facts.directorySource ?? null),
    identity: directory === null ? null : (facts.directoryIdentity ?? null),
    virtualenvHome: from === 'virtualenv' && usable !== null ? { directory: usable, marker } : null,
    virtualenv,
    engine: facts.container ?? null,
    ...place,
    user: facts.user ?? (facts.uid === null ? 'unknown user' : String(facts.uid)),
    canJoin: isBackground && canJoin(facts, [facts.directory?.path, virtualenv?.path]),
    isInstalled: isBackground && isInstalled(facts),
    canFollow: isBackground && !isPrompt(facts),
  };
}

/** Deployed releases come and go, and the project stays: `blog/releases/20261123` and `blog/current` are `blog`. */
function lasting(path: string): string {
  return path
    .replace(/ \(deleted\)$/, '')
    .replace(/(.)\/(?:releases\/[^/]+|current)$/, '$1')
    .replace(/([^/]\/[^/]+)\/(?:releases\/[^/]+|current)(?=\/)/, '$1')
    .replace(
      /([^/]\/[^/]+)\/(?:versions|deploys|deployments)\/([^/]+)(?=\/|$)/,
      (whole, before: string, name: string) => (isDeployment(name) ? before : whole),
    );
}

const shell = /^-?(?:ba|z|k|da|a|c|tc|fi|xon)?sh$/;

/** Programs for people at a keyboard. They never join a project, even if they lie in its virtualenv. */
const interactive =
  /^(?:vim?|nvim|nano|emacs|pico|joe|hx|micro|tmux|screen|zellij|byobu|sshd?|ssh-agent|scp|sftp|mosh-server|less|more|most|man|top|htop|btop|watch|tail)$/i;

/** What an editor installs on a server that it connects to over ssh: `~/.vscode-server`, `~/.cursor-server`. */
const editorServer = /^\/(?:home\/[^/]+|root)\/\.([a-z]+-server)\//;

/** The name of the editor's server that a process belongs to; null if it belongs to none. */
export function editorServerOf({ argv, exe }: ProcessFacts): string | null {
  const files = [exe, argv[0], programOf(argv).script];
  return files.map((file) => editorServer.exec(file ?? '')?.[1]).find((name) => name !== undefined) ?? null;
}

/** Programs that run other code, by the name of the executable, since a title may have replaced argv. */
const runtimes =
  /^(?:(?:python|pypy|ruby|jruby|node|nodejs|perl|php|php-cgi|java|dotnet|beam\.smp|beam|deno|bun)[\d.]*(?:_bin)?|lsphp[\d.]*|lswsgi|lsnode|frankenphp)$/;

function isInteractive(facts: ProcessFacts): boolean {
  const { name } = programOf(facts.argv);
  // tmux and sshd give themselves titles: `tmux: server`.
  return [name ?? '', facts.comm].some((program) => interactive.test(program.replace(/:.*/, '')));
}

function isPrompt({ argv, comm }: ProcessFacts): boolean {
  const { name, args } = programOf(argv);
  return shell.test(name ?? comm) && args.every((arg) => arg.startsWith('-') && arg !== '-c');
}

function isRuntime({ argv, exe }: ProcessFacts): boolean {
  return programOf(argv).interpreter !== null || [exe, argv[0]].some((file) => runtimes.test(baseName(file ?? '')));
}

function canJoin(facts: ProcessFacts, places: readonly (string | undefined)[]): boolean {
  if (isRuntime(facts)) return true;
  const { name, args } = programOf(facts.argv);
  // A shell joins by its script alone: without one it is somebody's prompt.
  const file = shell.test(name ?? facts.comm) ? scriptOf(args[0], facts) : (facts.exe ?? facts.argv[0]);
  // `go run` compiles into a temporary directory.
  if (file?.startsWith('/tmp/go-build')) return true;
  return file !== undefined && places.some((place) => place !== undefined && file.startsWith(`${place}/`));
}

/**
 * Whether a process runs code that somebody installed, judged by its script if an interpreter runs one:
 * `/usr/bin/python3 /usr/bin/networkd-dispatcher` is part of the system.
 */
function isInstalled(facts: ProcessFacts): boolean {
  const { argv, exe } = facts;
  const { name, script } = programOf(argv);
  if (shell.test(name ?? facts.comm)) return false;
  if (isRuntime(facts)) return script === null || !distribution.test(scriptOf(script, facts) ?? script);
  const file = exe ?? argv[0] ?? '';
  return file.startsWith('/') && !distribution.test(file);
}

/** The path of a script; undefined without one. */
export function scriptOf(script: string | undefined, facts: ProcessFacts): string | undefined {
  if (script === undefined || script.startsWith('-')) return undefined;
  return absolutePath(facts, script) ?? script;
}

/** A phrase for the details. */
export function directoryPhrase({ directory, marker, from }: Evidence): string {
  const source = from === 'cwd' || from === null ? 'working directory' : from === 'program' ? 'its program' : from;
  return marker === null ? `${source} ${directory}` : `${source} in ${directory}, which has ${marker}`;
}
