import { workersProgram } from './workers.ts';

/**
 * What runs on the server: functions of a POSIX shell, sent over its standard input. Nothing is written to its disk.
 * They need `cat`, `cut`, `env`, `grep`, `head`, `id`, `ls`, `sort`, `tr` and `uname`, from coreutils and grep or from
 * busybox.
 *
 * Files may contain any text, so no fixed separator is safe. A random number therefore stands in the shell's
 * environment, which only its owner may read (proc_pid_environ(5)), and `cat` prints its own environment between two
 * files. So one `cat` reads any number of files. A file may lack its last newline; then the first variable of the
 * environment follows directly after its last byte. So the number stands in two variables: the later one always begins
 * a line.
 *
 * The script first undoes what the login shell passed on: bash exports functions and options through its environment
 * (bash(1)).
 */
const undone = `
set +efux
unset IFS
for v in awk cat cd chroot cksum cut env grep head id kill ls mawk perl printf read readlink sed setpriv sort stat timeout tr true uname; do
  unset -f "$v"
done
for v in $(env | cut -d= -f1); do
  case $v in
    ''|*[!A-Za-z0-9_]*|[0-9]*|W|PATH|UID|EUID|PPID|SHELLOPTS|BASHOPTS|BASH_VERSINFO) ;;
    *) unset "$v" ;;
  esac
done
p=${'$'}{PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
unset PATH
PATH=$p
LC_ALL=C
QUOTING_STYLE=c
X=$W
export LC_ALL QUOTING_STYLE W X
cd /proc && [ -e self/stat ] || { echo 'no /proc is mounted there' >&2; exit 1; }
# In a chroot without devices it would be a new file. What is open for reading takes nothing either.
if [ -c /dev/null ]; then exec 2>/dev/null; else exec 2</proc/version; fi
unset PWD OLDPWD
`;

const functionsAlone = String.raw`
b() { printf '%s:%s\n' "$W" "$1"; }
s() { b s; cat [0-9]*/stat; }
f() {
  a=
  for q; do a="$a $q /proc/self/environ"; done
  b f
  set -f
  cat $a 2>&1
  set +f
}
l() { b l; ls -ld "$@"; }
d() { b d; for q; do printf '%s\n' "$q"; done; }
e() {
  r=$1
  shift
  a=
  for q; do a="$a $q /proc/self/environ"; done
  b e
  cat $a | tr '\0\n' '\n\001' | grep -aE "^(W|X)=[0-9a-f]{32}$|^($r)=" | cut -b1-4096
}
p() { b p; perl -e "$Y" -- "$@"; }
m() { for q; do b "m$q"; grep -aoE ' /.*/site-packages/' "$q" | sort -u; done; }
t() { for q; do b "t$q"; grep -aE '^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:[0-9A-F]+ 0A ' "$q"; done; }
u() { for q; do b "u$q"; grep -aE ' 00010000 | [/@]' "$q"; done; }
w() { for q; do b "w$q"; head -c 1048577 "$q"; done; }
k() {
  case $1$2 in ''|*[!0-9]*) b kbad; return ;; esac
  case $3 in TTIN|TTOU|HUP|TERM|CONT|KILL) ;; *) b kbad; return ;; esac
  [ "$1" -gt 1 ] || { b kbad; return; }
  read -r v </proc/self/stat
  [ "${'$'}{v%% *}" = "$$" ] || { b knamespace; return; }
  [ -d "$1" ] || { b kended; return; }
  [ "$(tr '\0\n' '\n\001' <"$1/cmdline"; printf x)" = "$4" ] || { b kchanged; return; }
  g=
  while read -r n v; do
    case $n in PPid:|Uid:|Gid:|SigBlk:|SigIgn:|SigCgt:) g="$g$n$v " ;; esac
  done <"$1/status"
  [ "$g" = "$5" ] || { b kchanged; return; }
  read -r v <"$1/stat"
  i=$1 j=$2 o=$3
  case $v in "$i ("*") "*) ;; *) b kchanged; return ;; esac
  set -- ${'$'}{v##*) }
  [ "${'$'}{20}" = "$j" ] || { b kchanged; return; }
  kill -s "$o" "$i" && { b kdone; return; }
  [ -d "$i" ] && b kdenied || b kended
}
z() { printf '%s:z%s\n' "$W" "$1"; }
a() {
  if [ -n "$(command -v mawk)" ]; then exec mawk -W interactive "$1"; else exec awk "$1"; fi
}
r() {
  if [ "$(printf 'z 0\n' | (a "$1"))" = "$W:z0" ]; then
    I=$2
    export I
    a "$1"
  fi
  z "$2"
}
h() {
  b i
  id -u
  printf '%s\n' "$$"
  uname -m
  read -r v </proc/self/stat
  printf '%s\n' "${'$'}{v%% *}"
  if [ -n "$I" ]; then printf '%s\n' "$PPID"; else printf '%s\n' "$$"; fi
  timeout -s KILL 1 true && echo timeout
  perl -e 'print "perl\n"'
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid 65534 --regid 65534 --clear-groups true && echo setpriv
    chroot --userspec=+65534:+65534 --groups= / true && echo chroot
  fi
  b C
  cat /proc/self/environ
}
`;

/** Quotes a text as one word of the shell. @throws Error if it has a NUL, which no argument can have */
export function quoted(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL cannot be sent to a shell');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** All functions that a shell on the server gets. Each writes its answer after a marker. */
export const functions = `Y=${quoted(workersProgram)}\n${functionsAlone}`;

/** The start of the script: the number that marks its output, and the functions. @param nonce hexadecimal */
export function preamble(nonce: string): string {
  return `W=${nonce}\n${undone}${functions}`;
}
