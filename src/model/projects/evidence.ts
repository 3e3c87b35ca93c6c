import { memoize } from '../../memoize.ts';
import { absolutePath } from '../../servers/kit/configured.ts';
import { programOf } from '../../servers/kit/program.ts';
import type { ProcessFacts, Virtualenv } from '../../snapshot.ts';
import { type Place, placeOf } from './cgroup.ts';

/** Directories that hold many things and are nobody's project. */
const general =
  /^\/(?:home(?:\/[^/]+)?|root|srv|opt|tmp|usr(?:\/.*)?|etc(?:\/.*)?|run(?:\/.*)?|var(?:\/(?:www|lib|log|run|tmp|spool|cache))?)?$/;

/** What says to which project a process belongs: all that is known, the strongest first. */
export interface Evidence extends Place {
  /** Its directory; null when that is one of those that hold many things. */
  readonly directory: string | null;
  /** The file that marks the directory, null when it is the working directory alone. */
  readonly marker: string | null;
  readonly from: string | null;
  /** The directory of its virtualenv, where nothing else says any. */
  readonly beside: Beside | null;
  readonly virtualenv: Virtualenv | null;
  readonly user: string;
  /** Without being a server, may it belong to a project? An interpreter, or run from its directory or virtualenv. */
  readonly joins: boolean;
}

export interface Beside {
  readonly directory: string;
  readonly marker: string | null;
}

/** What says to which project a process belongs. */
export const evidenceOf: (facts: ProcessFacts) => Evidence = memoize(gather);

function gather(facts: ProcessFacts): Evidence {
  const path = facts.directory === null ? null : lasting(facts.directory.path);
  const found = path === null || general.test(path) ? null : path;
  const { marker = null, from = null } = facts.directory ?? {};
  // Weaker than all else: it holds only where the virtualenv is not another project's.
  const directory = from === 'virtualenv' ? null : found;
  const { virtualenv } = facts;
  return {
    directory,
    marker: directory === null ? null : marker,
    from: directory === null ? null : from,
    beside: from === 'virtualenv' && found !== null ? { directory: found, marker } : null,
    virtualenv,
    ...placeOf(facts.cgroup),
    user: facts.user ?? (facts.uid === null ? 'unknown user' : String(facts.uid)),
    joins: joins(facts, [facts.directory?.path, virtualenv?.path]),
  };
}

/** Deployed releases come and go, and the project stays: `blog/releases/20261123` and `blog/current` are `blog`. */
function lasting(path: string): string {
  return path
    .replace(/ \(deleted\)$/, '')
    .replace(/(.)\/(?:releases\/[^/]+|current)$/, '$1')
    .replace(/(.)\/releases\/\d{8,}(?=\/)/, '$1');
}

const shell = /^-?(?:ba|z|k|da|a|c|tc|fi|xon)?sh$/;

/** At the keyboard, not at work for a project, even where they come from its virtualenv. */
const interactive =
  /^(?:vim?|nvim|nano|emacs|pico|joe|hx|micro|tmux|screen|zellij|byobu|sshd?|ssh-agent|scp|sftp|mosh-server|less|more|most|man|top|htop|btop|watch|tail)$/i;

function joins(facts: ProcessFacts, places: readonly (string | undefined)[]): boolean {
  const { interpreter, name, args } = programOf(facts.argv);
  // tmux and sshd give themselves titles: `tmux: server`.
  if ([name ?? '', facts.comm].some((one) => interactive.test(one.replace(/:.*/, '')))) return false;
  if (interpreter !== null) return true;
  // A shell joins by its script alone: without one it is somebody's prompt.
  const file = shell.test(name ?? facts.comm) ? scriptOf(args[0], facts) : (facts.exe ?? facts.argv[0]);
  return file !== undefined && places.some((place) => place !== undefined && file.startsWith(`${place}/`));
}

function scriptOf(script: string | undefined, facts: ProcessFacts): string | undefined {
  if (script === undefined || script.startsWith('-')) return undefined;
  return absolutePath(facts, script) ?? script;
}

/** A phrase for the details. */
export function directoryPhrase({ directory, marker, from }: Evidence): string {
  const source = from === 'cwd' || from === null ? 'working directory' : from;
  return marker === null ? `${source} ${directory}` : `${source} in ${directory}, which has ${marker}`;
}
