#!/bin/sh
# Installs workertop @VERSION@ for this user: into ~/.local, without root. It says what it does before it does it.
#   sh install.sh              with Node @MAJOR@.@MINOR@ or newer the package (under 1 MB), else one program with Node in it
#   sh install.sh package      the package
#   sh install.sh program      the program
# To remove it: rm -r ~/.local/bin/workertop ~/.local/lib/workertop
# Everything is in a function, so that a download that was cut off does nothing.
set -eu

# SHA-256 sums of this version.
sums() {
  cat <<'SUMS'
@SUMS@
SUMS
}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'workertop: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

download() {
  if have curl; then
    curl -fsSL "$1" -o "$2"
  elif have wget; then
    wget -q "$1" -O "$2"
  else
    fail 'curl or wget is needed, and neither is here'
  fi
}

sum_of() {
  if have sha256sum; then
    sha256sum "$1"
  elif have shasum; then
    shasum -a 256 "$1"
  elif have openssl; then
    openssl dgst -sha256 -r "$1"
  else
    fail 'sha256sum, shasum or openssl is needed to check the download, and none is here'
  fi | cut -d ' ' -f 1
}

# Empty without Node.
node_version() {
  if have node; then node -p process.versions.node 2>/dev/null || :; fi
}

# Whether version $1 is new enough.
is_new() {
  major=${1%%.*}
  rest=${1#*.}
  minor=${rest%%.*}
  [ "$major" -gt @MAJOR@ ] || { [ "$major" -eq @MAJOR@ ] && [ "$minor" -ge @MINOR@ ]; }
}

# The program for this machine, empty if there is none. It needs glibc.
program_here() {
  [ "$(uname -s)" = Linux ] || return 0
  case $(uname -m) in
    x86_64) arch=x64 loader=/lib64/ld-linux-x86-64.so.2 ;;
    aarch64) arch=arm64 loader=/lib/ld-linux-aarch64.so.1 ;;
    *) return 0 ;;
  esac
  [ -e "$loader" ] || return 0
  sums | cut -d ' ' -f 3 | grep -x "workertop-@VERSION@-linux-$arch.tar.gz" || :
}

main() {
  base=${WORKERTOP_BASE:-@BASE@}
  bin=$HOME/.local/bin
  lib=$HOME/.local/lib/workertop
  node=$(node_version)
  package=workertop-@VERSION@.tgz
  program=$(program_here)
  kind=${1:-}
  if [ -z "$kind" ]; then
    kind=package
    if [ -n "$program" ] && { [ -z "$node" ] || ! is_new "$node"; }; then kind=program; fi
  fi
  case $kind in
    package)
      [ -n "$node" ] || fail 'Node @MAJOR@.@MINOR@ or newer is needed, and there is none'
      is_new "$node" || fail "Node @MAJOR@.@MINOR@ or newer is needed, and this is Node $node"
      file=$package
      say "workertop @VERSION@ for Node $node, into $lib; the command is $bin/workertop."
      ;;
    program)
      [ -n "$program" ] || fail "there is no program with Node in it for $(uname -s) $(uname -m)"
      file=$program
      say "workertop @VERSION@ with Node in it, into $lib; the command is $bin/workertop."
      ;;
    *) fail "$kind is neither package nor program" ;;
  esac
  have tar || fail 'tar is needed, and is not here'
  have gzip || fail 'gzip is needed, and is not here'

  wanted=$(sums | grep "  $file\$" | cut -d ' ' -f 1)
  [ -n "$wanted" ] || fail "no sum of $file is known"
  mkdir -p "$HOME/.local/lib" "$bin"
  new=$(mktemp -d "$HOME/.local/lib/.workertop.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  say "Downloading $base/$file"
  download "$base/$file" "$new/archive" || fail "$base/$file cannot be downloaded"
  got=$(sum_of "$new/archive")
  [ "$got" = "$wanted" ] || fail "the SHA-256 sum of $file is $got and should be $wanted: nothing was installed"
  say "Its SHA-256 sum is right."

  mkdir "$new/lib"
  if [ "$kind" = package ]; then
    tar -xzf "$new/archive" -C "$new/lib" --strip-components=1
    start=cli.js
  else
    tar -xzf "$new/archive" -C "$new/lib"
    start=workertop
  fi
  chmod 755 "$new/lib/$start"
  "$new/lib/$start" --version >/dev/null || fail 'what was downloaded does not run here: nothing was installed'
  rm -rf "$lib"
  mv "$new/lib" "$lib"
  ln -sf "../lib/workertop/$start" "$bin/workertop"
  say "Installed $("$bin/workertop" --version). To remove it: rm -r $bin/workertop $lib"
  case :$PATH: in
    *:"$bin":*) ;;
    *) say "$bin is not in PATH: start it as $bin/workertop, or add it." ;;
  esac
  say "To see all users' processes in full: sudo $bin/workertop"
}

main "$@"
