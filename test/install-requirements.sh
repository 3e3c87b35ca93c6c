#!/usr/bin/env bash
# Installs the Debian packages of requirements.apt that are not installed yet.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
while read -r package file; do
  if [[ -n $package && $package != '#'* && ! -e $file ]]; then
    missing+=("$package")
  fi
done <requirements.apt

if ((${#missing[@]} == 0)); then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "The tests with real servers need Debian's packages, and apt-get is not here: ${missing[*]}" >&2
  exit 1
fi
as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "The tests with real servers need root to install: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
