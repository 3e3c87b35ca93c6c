import { memoize } from '../../memoize.ts';
import { absolutePath } from '../../servers/kit/configured.ts';
import { programOf } from '../../servers/kit/program.ts';
import type { ContainerFacts, ProcessFacts, Virtualenv } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import { type Place, placeOf } from './cgroup.ts';

/** Directories that hold many things and are nobody's project. */
const holders = /^\/(?:home(?:\/[^/]+)?|root|srv|opt|tmp|usr|etc|run|var(?:\/(?:www|lib|log|run|tmp|spool|cache))?)?$/;

/** Where programs have their own files: somebody's project there has a marker. */
const systems = /^\/(?:usr\/(?!src\/[^/])|etc\/|run\/)/;

/** Where a distribution has its own programs. */
const distribution = /^\/(?:usr\/(?:s?bin|lib(?:64|exec)?|share|games)|s?bin|lib(?:64)?|etc)\//;

/** What says to which project a process belongs: all that is known, the strongest first. */
export interface Evidence extends Place {
  /** Its directory; null when that is one of those that hold many things. */
  readonly directory: string | null;
  /** The file that marks the directory, null when it is the working directory alone. */
  readonly marker: string | null;
  readonly from: string | null;
  /** The name by which the directory was given, if that is a link. */
  readonly link: string | null;
  /** What is mounted there in a container: the path of the directory outside of it. */
  readonly source: string | null;
  /** What the kernel takes the directory for, whatever its path is in one container or another. */
  readonly identity: string | null;
  /** The directory of its virtualenv, where nothing else says any. */
  readonly beside: Beside | null;
  readonly virtualenv: Virtualenv | null;
  /** What its container's engine says. */
  readonly engine: ContainerFacts | null;
  readonly user: string;
  /** Without being a server, may it belong to a project? An interpreter, or run from its directory or virtualenv. */
  readonly joins: boolean;
  /** A program that did not come with the system: somebody has put it there. */
  readonly own: boolean;
}

export interface Beside {
  readonly directory: string;
  readonly marker: string | null;
}

/** What says to which project a process belongs. */
export const evidenceOf: (facts: ProcessFacts) => Evidence = memoize(gather);

function gather(facts: ProcessFacts): Evidence {
  const path = facts.directory === null ? null : lasting(facts.directory.path);
  const { marker = null, from = null, link } = facts.directory ?? {};
  const found = path === null || holders.test(path) || (marker === null && systems.test(path)) ? null : path;
  // Weaker than all else: it holds only where the virtualenv is not another project's.
  const directory = from === 'virtualenv' ? null : found;
  const { virtualenv } = facts;
  const may = !isInteractive(facts);
  return {
    directory,
    marker: directory === null ? null : marker,
    from: directory === null ? null : from,
    link: directory === null || link === undefined ? null : lasting(link),
    source: directory === null ? null : (facts.directorySource ?? null),
    identity: directory === null ? null : (facts.directoryIdentity ?? null),
    beside: from === 'virtualenv' && found !== null ? { directory: found, marker } : null,
    virtualenv,
    engine: facts.container ?? null,
    ...placeOf(facts.cgroup),
    user: facts.user ?? (facts.uid === null ? 'unknown user' : String(facts.uid)),
    joins: may && joins(facts, [facts.directory?.path, virtualenv?.path]),
    own: may && isOwn(facts),
  };
}

/** Deployed releases come and go, and the project stays: `blog/releases/20261123` and `blog/current` are `blog`. */
function lasting(path: string): string {
  return path
    .replace(/ \(deleted\)$/, '')
    .replace(/(.)\/(?:releases\/[^/]+|current)$/, '$1')
    .replace(/([^/]\/[^/]+)\/(?:releases\/[^/]+|current)(?=\/)/, '$1');
}

const shell = /^-?(?:ba|z|k|da|a|c|tc|fi|xon)?sh$/;

/** At the keyboard, not at work for a project, even where they come from its virtualenv. */
const interactive =
  /^(?:vim?|nvim|nano|emacs|pico|joe|hx|micro|tmux|screen|zellij|byobu|sshd?|ssh-agent|scp|sftp|mosh-server|less|more|most|man|top|htop|btop|watch|tail)$/i;

/** Programs that run other programs' code, by the name of the executable. argv may have been replaced by a title. */
const runtimes = /^(?:python|pypy|ruby|jruby|node|nodejs|perl|php|java|dotnet|beam\.smp|beam|deno|bun)[\d.]*$/;

function isInteractive(facts: ProcessFacts): boolean {
  const { name } = programOf(facts.argv);
  // tmux and sshd give themselves titles: `tmux: server`.
  return [name ?? '', facts.comm].some((one) => interactive.test(one.replace(/:.*/, '')));
}

function isRuntime({ argv, exe }: ProcessFacts): boolean {
  return programOf(argv).interpreter !== null || [exe, argv[0]].some((file) => runtimes.test(baseName(file ?? '')));
}

function joins(facts: ProcessFacts, places: readonly (string | undefined)[]): boolean {
  if (isRuntime(facts)) return true;
  const { name, args } = programOf(facts.argv);
  // A shell joins by its script alone: without one it is somebody's prompt.
  const file = shell.test(name ?? facts.comm) ? scriptOf(args[0], facts) : (facts.exe ?? facts.argv[0]);
  return file !== undefined && places.some((place) => place !== undefined && file.startsWith(`${place}/`));
}

/**
 * Whether a process runs code of its owner, judged by its script if an interpreter runs one: `/usr/bin/python3
 * /usr/bin/networkd-dispatcher` is part of the system.
 */
function isOwn(facts: ProcessFacts): boolean {
  const { argv, exe } = facts;
  const { name, script } = programOf(argv);
  if (shell.test(name ?? facts.comm)) return false;
  if (isRuntime(facts)) return script === null || !distribution.test(scriptOf(script, facts) ?? script);
  const file = exe ?? argv[0] ?? '';
  return file.startsWith('/') && !distribution.test(file);
}

function scriptOf(script: string | undefined, facts: ProcessFacts): string | undefined {
  if (script === undefined || script.startsWith('-')) return undefined;
  return absolutePath(facts, script) ?? script;
}

/** A phrase for the details. */
export function directoryPhrase({ directory, marker, from }: Evidence): string {
  const source = from === 'cwd' || from === null ? 'working directory' : from === 'program' ? 'its program' : from;
  return marker === null ? `${source} ${directory}` : `${source} in ${directory}, which has ${marker}`;
}
