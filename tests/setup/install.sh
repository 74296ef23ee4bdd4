#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that the named sets need: install.sh build test lint check ...
#
# Runs on a machine that has nothing but git and make. Says what is missing, one line each, and
# installs it with apt-get; one line when all is there.
set -u
here=$(cd "$(dirname "$0")" && pwd)

have() { # probe
    case $1 in
        cmd:*) command -v "${1#cmd:}" > /dev/null 2>&1 ;;
        pc:*) command -v pkg-config > /dev/null 2>&1 && pkg-config --exists "${1#pc:}" ;;
        hdr:*) [ -e "/usr/include/${1#hdr:}" ] || [ -e "/usr/local/include/${1#hdr:}" ] ;;
        file:*) [ -e "${1#file:}" ] ;;
        *) echo "install.sh: no such probe: $1" >&2 && exit 2 ;;
    esac
}

missing=() probes=() report=()
while read -r set package probe why; do
    case " $* " in *" $set "*) ;; *) continue ;; esac
    have "$probe" && continue
    case " ${missing[*]-} " in *" $package "*) continue ;; esac
    missing+=("$package")
    probes+=("$probe")
    report+=("$(printf '  %-22s %s' "$package" "$why")")
done < <(grep -v '^#' "$here/packages")

if [ ${#missing[@]} -eq 0 ]; then
    echo "setup: every package needed to $* is installed"
    exit 0
fi
echo "setup: missing, to be installed with apt-get:"
printf '%s\n' "${report[@]}"

by_hand() {
    echo "setup: $1; install by hand, then start again: apt-get install ${missing[*]}" >&2
    exit 1
}
command -v apt-get > /dev/null 2>&1 || by_hand "there is no apt-get here"
root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null 2>&1 || by_hand "not root, and there is no sudo"
    root=(sudo)
    [ -t 0 ] || root=(sudo -n)
fi
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
apt() {
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" > "$log" 2>&1
}
# The package lists may be absent or old: then fetch them and try once more.
apt install --no-install-recommends "${missing[@]}" ||
    { apt update && apt install --no-install-recommends "${missing[@]}"; } ||
    { tail -n 20 "$log" >&2 && by_hand "apt-get failed"; }
hash -r
for i in "${!missing[@]}"; do
    have "${probes[i]}" || by_hand "${missing[i]} is installed, but ${probes[i]} is not there"
done
echo "setup: installed ${#missing[@]} packages"
