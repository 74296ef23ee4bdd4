#!/bin/bash
# SPDX-License-Identifier: MIT
# What the built files export and need: symbols.sh BUILD-FOLDER
#
# A plugin exports acload_plugin_entry, keeps no mutable statics and needs no part of acload; core's
# global names begin with ac_ and belong to one room; acload exports nothing and needs no server.
set -u
out=$1
n=0
found=0

say() {
    echo "$1: $2"
    found=$((found + 1))
}

for so in "$out"/plugins/*.so "$out"/template/*.so; do
    [ -e "$so" ] || continue
    n=$((n + 1))
    exports=$(nm -D --defined-only --format=posix "$so" | awk '{ print $1 }' | sort | xargs)
    [ "$exports" = acload_plugin_entry ] ||
        say "$so" "exports '$exports', not just acload_plugin_entry"
    while read -r symbol; do
        say "$so" "keeps a mutable static, $symbol: state belongs to the instance"
    done < <(nm --format=sysv "$so" | awk -F '|' '
        { gsub(/ /, "", $1); gsub(/ /, "", $7); gsub(/ /, "", $4) }
        $4 == "OBJECT" && ($7 == ".data" || $7 == ".bss") && $1 !~ /^(completed|__)/ { print $1 }')
    while read -r symbol; do
        say "$so" "needs $symbol of core: a plugin gets all from its host table"
    done < <(nm -D --undefined-only --format=posix "$so" |
        awk '$1 ~ /^(ac_|acload_)/ { print $1 }')
done

names=$(mktemp) || exit 1
trap 'rm -f "$names"' EXIT
for lib in "$out"/rooms/*.a; do
    [ -e "$lib" ] || continue
    n=$((n + 1))
    room=$(basename "$lib" .a)
    nm --extern-only --defined-only --format=posix "$lib" 2> /dev/null |
        awk -v room="$room" 'NF > 1 && $1 !~ /:$/ { print $1, room }' >> "$names"
done
while read -r symbol room; do
    say "core/$room" "the global name $symbol does not begin with ac_"
done < <(awk '$1 !~ /^ac_/' "$names")
while read -r symbol rooms; do
    say "core" "$symbol is defined more than once: $rooms"
done < <(sort "$names" | awk '{ n[$1]++; r[$1] = r[$1] " " $2 } END { for (s in n)
    if (n[s] > 1) print s r[s] }')

if [ -e "$out/acload" ]; then
    n=$((n + 1))
    while read -r symbol; do
        say "$out/acload" "exports $symbol"
    done < <(nm -D --defined-only --format=posix "$out/acload" |
        awk '$2 ~ /^[TDRW]$/ { print $1 }')
    while read -r lib; do
        say "$out/acload" "needs $lib, which is the sandbox's"
    done < <(readelf -d "$out/acload" | grep -o 'libmicrohttpd[^]]*')
    readelf -d "$out/acload" | grep -q 'FLAGS.*NOW' ||
        say "$out/acload" "is linked lazily, not -z now"
    readelf -h "$out/acload" | grep -q 'Type:.*DYN' || say "$out/acload" "is not a PIE"
fi
[ $n -gt 0 ] || say "$out" "nothing is built there"
if [ $found -eq 0 ]; then
    echo "symbols: $n files, clean"
else
    echo "symbols: $n files, $found findings"
    exit 1
fi
