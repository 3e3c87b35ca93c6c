import type { Answer, Question, Viewpoint } from '../files/files.ts';
import type { MountedFiles, Mounts } from '../files/mounts.ts';
import { toExtended } from './ere.ts';
import { quoted } from './script.ts';

/** Most entries of a directory that are sent. */
const MOST_SENT = 5000;

/**
 * Shell functions that look into users' files on the server. Like `Walker` here, they follow a path part by part, touch
 * no mount that may never answer, and keep links within the root of the process. Each answer begins with a marker of
 * its batch.
 */
const functions = String.raw`
a() { printf '%s%s:%s\n' "$S" "$I" "$1"; }
w() {
  r=$1 P= n=0
  while [ -n "$r" ]; do
    c=${'$'}{r%%/*}
    case $r in */*) r=${'$'}{r#*/} ;; *) r= ;; esac
    case $c in ''|.) continue ;; ..) P=${'$'}{P%/*}; continue ;; esac
    m "$P/$c" || return $?
    if [ -L "$R$P/$c" ]; then
      n=$((n+1))
      [ $n -le 40 ] || return 1
      t=$(readlink "$R$P/$c" && printf x) || return 1
      t=${'$'}{t%?x}
      case $t in /*) P= ;; esac
      r=$t/$r
    else
      P=$P/$c
    fi
  done
}
o() {
  w "$1"
  case $? in 0) ;; 1) a a; return 1 ;; *) a u; return 1 ;; esac
  X=$R$P
  X=${'$'}{X:-/}
  [ -e "$X" ] || { a a; return 1; }
}
D() { o "$1" || return 1; [ -d "$X" ] || { a a; return 1; }; [ -r "$X" ] && [ -x "$X" ] || { a d; return 1; }; a v; }
F() { o "$1" || return 1; [ -f "$X" ] || { a a; return 1; }; [ -r "$X" ] || { a d; return 1; }; a v; }
N() { D "$1" || return; shift; for n; do if ! m "$P/$n" || [ -L "$X/$n" ] || [ -e "$X/$n" ]; then printf '%s\n' "$n"; fi; done; }
Q() { o "$1" || return; a v; printf '%s\n' "${'$'}{P:-/}"; stat -c %d:%i "$X"; }
`;

/** How the shell joins continued lines. */
const joins = {
  backslash: String.raw`sed -e :a -e '/\\$/{N;s/\\\n/ /;ta' -e '}'`,
  indent: String.raw`sed -e :a -e '$!N;s/\n[ 	]\{1,\}\([^ 	[]\)/ \1/;ta' -e 'P;D'`,
} as const;

/** Whether the question can be answered without asking the server. */
export function answerHere(question: Question): Answer | null {
  if (!question.path.startsWith('/') || question.path.includes('\0')) return { status: 'absent' };
  if (question.kind === 'lines' && toExtended(question.wanted) === null) return { status: 'unknown', mount: null };
  // The server would have to send the whole file, with all secrets in it.
  if (question.kind === 'json') return { status: 'absent' };
  return question.kind === 'newest' ? { status: 'unknown', mount: null } : null;
}

/** Shell text that answers questions from one viewpoint. @param mark random text that begins each answer */
export function questionScript(
  questions: readonly Question[],
  viewpoint: Pick<Viewpoint, 'process'>,
  mounts: Mounts,
  mark: string,
): string {
  const root = viewpoint.process === null ? '' : `${viewpoint.process}/root`;
  const asked = questions.map((question, index) => `I=${index}\n${asText(question)}`);
  return [`S=${mark}`, `R=${root}`, 'LC_ALL=C', avoiding(mounts), functions, ...asked, ''].join('\n');
}

function asText(question: Question): string {
  const path = word(question.path);
  switch (question.kind) {
    case 'lines': {
      const { pattern, ignoreCase } = toExtended(question.wanted) ?? { pattern: '^$', ignoreCase: false };
      const join = question.continued === undefined ? '' : `${joins[question.continued]} | `;
      return `F ${path} && head -c ${question.limit} "$X" | ${join}grep -aE${ignoreCase ? 'i' : ''} ${word(pattern)} | cut -b1-16384`;
    }
    case 'names':
      return `N ${path} ${question.names.map(word).join(' ')}`;
    case 'entries': {
      const glob = question.glob
        .split(/([*?])/)
        .map((part) => (part === '*' || part === '?' ? part : word(part)))
        .join('');
      const print = `[ -L "$n" ] || [ -e "$n" ] || continue; n=\${n##*/}; case $n in *'\n'*) ;; *) printf '%s\\n' "$n" ;; esac`;
      return `D ${path} && for n in "$X"/${glob}; do ${print}; done | head -n ${MOST_SENT}`;
    }
    case 'place':
      return `Q ${path}`;
    default:
      return 'a u';
  }
}

/** A text as a word of the shell, in the bytes that latin1 sends. */
function word(text: string): string {
  return quoted(Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('latin1'));
}

/**
 * A shell function that says whether a path may be touched: 1 if it has no users' files, 2 if its mount may not answer.
 */
function avoiding(mounts: Mounts): string {
  const all = [...mounts.values()].filter(({ point }) => point !== '/');
  const away = all.filter(({ kind }) => kind !== 'local');
  const below = (point: string) => away.some((one) => point.startsWith(`${one.point}/`));
  const rules = [...away, ...all.filter(({ kind, point }) => kind === 'local' && below(point))]
    .sort((one, other) => other.point.length - one.point.length)
    .map((mount) => `${word(mount.point)}|${word(mount.point)}/*) return ${resultOf(mount)} ;;`);
  return rules.length === 0 ? 'm() { :; }' : `m() {\ncase $1 in\n${rules.join('\n')}\nesac\n}`;
}

function resultOf({ kind }: MountedFiles): 0 | 1 | 2 {
  if (kind === 'local') return 0;
  return kind === 'kernel' ? 1 : 2;
}

/** Parses the answers of such a shell. A missing answer is unknown. */
export function parseAnswers(output: Buffer, questions: readonly Question[], mark: string): readonly Answer[] {
  const parts = output.toString('utf8').split(mark).slice(1);
  const found = new Map<number, Answer>();
  for (const part of parts) {
    const [, index, status, content = ''] = /^(\d+):([vadu])\n([\s\S]*)$/.exec(part) ?? [];
    if (index !== undefined) found.set(Number(index), answerOf(status ?? 'u', content, questions[Number(index)]));
  }
  return questions.map((_, index) => found.get(index) ?? { status: 'unknown', mount: null });
}

function answerOf(status: string, content: string, question: Question | undefined): Answer {
  if (status === 'a') return { status: 'absent' };
  if (status === 'd') return { status: 'denied' };
  if (status !== 'v' || question === undefined) return { status: 'unknown', mount: null };
  const lines = content.split('\n').slice(0, -1);
  if (question.kind === 'names')
    return { status: 'value', value: question.names.filter((name) => lines.includes(name)) };
  if (question.kind !== 'lines') return { status: 'value', value: lines };
  const { wanted } = question;
  return { status: 'value', value: lines.map((line) => line.slice(0, 4096)).filter((line) => wanted.test(line)) };
}
