import { programOf } from '../../servers/kit/program.ts';
import type { ProcessFacts, ProcessSample } from '../../snapshot.ts';
import { baseName } from '../../text/base-name.ts';
import { type Evidence, editorServerOf, scriptOf } from './evidence.ts';
import type { Place } from './places.ts';

/** Where people put programs of their own. */
const own = /^\/(?:usr\/local|opt|srv|home\/[^/]+|root|mnt|data)\//;

/** Hidden directories into which tools install programs that a user asked for. */
const toolDirectories =
  /^\/(?:home\/[^/]+|root)\/\.(?:local\/(?:bin|share\/(?:pnpm|uv|pipx))|bun|cargo|deno|nvm|volta|asdf|npm-global|npm|pyenv|rbenv)\//;

const extension = /\.(?:py|[cm]?[jt]s|rb|pl|php|sh|jar)$/;

/** The place of a program that somebody installed without other evidence: a file in `/usr/local/bin` or at home. */
export function byProgram({ facts }: ProcessSample, { isInstalled, user }: Evidence): Place | null {
  if (!isInstalled) return null;
  const editor = editorServerOf(facts);
  if (editor !== null) return placeOf(editor, `~/.${editor}`, user);
  const file = fileOf(facts);
  if (file === null || !own.test(file) || (file.includes('/.') && !toolDirectories.test(file))) return null;
  return placeOf(baseName(file).replace(extension, ''), file, user);
}

function placeOf(name: string, file: string, user: string): Place {
  return { id: `program:${name}:${user}`, name, directory: null, evidence: `${file} of ${user}` };
}

/** The file of the program: the script if an interpreter runs one. Null if that is unknown. */
function fileOf(facts: ProcessFacts): string | null {
  const { interpreter, script } = programOf(facts.argv);
  if (interpreter === null) return facts.exe?.replace(/ \(deleted\)$/, '') ?? null;
  return scriptOf(script ?? undefined, facts) ?? null;
}
