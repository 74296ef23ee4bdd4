#!/bin/bash
# SPDX-License-Identifier: MIT
# Packs acload with all that it is linked to, for AWS Lambda: started by make lambda.
#
#   lambda-zip.sh BOOTSTRAP PLUGINS SCHEMAS OUT.zip [acload.json]
#
# BOOTSTRAP is acload, linked to start with /var/task/lib/ and to look for its libraries there, so
# that nothing of the machine it runs on matters: no libc, no certificates, no encodings. The same
# files make the same zip.
set -eu
export LC_ALL=C TZ=UTC
bootstrap=$1 plugins=$2 schemas=$3 out=$4 config=${5-}
ca=/etc/ssl/certs/ca-certificates.crt

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/lib" "$stage/plugins" "$stage/schemas"
strip -o "$stage/bootstrap" "$bootstrap"
for plugin in "$plugins"/*.so; do
    strip -o "$stage/plugins/${plugin##*/}" "$plugin"
done
cp -rL "$schemas"/. "$stage/schemas"
find "$stage/schemas" -name '*.md' -delete
[ -z "$config" ] || cp "$config" "$stage/acload.json"
[ -r "$ca" ] || { echo "lambda-zip.sh: $ca is missing: install ca-certificates" >&2 && exit 1; }
cp "$ca" "$stage/lib/ca-certificates.crt"

# What they are linked to, the loader among it, and the conversions of encodings, which the C
# library opens by itself.
ldd "$bootstrap" "$plugins"/*.so | sed -n 's|.*[ \t]\(/[^ ]*\) (0x[0-9a-f]*)$|\1|p' | sort -u |
    while read -r library; do
        cp -L "$library" "$stage/lib/"
    done
libc=$(ldd "$bootstrap" | sed -n 's|.*libc\.so\.6 => \([^ ]*\) .*|\1|p')
cp -r "$(dirname "$(readlink -f "$libc")")/gconv" "$stage/lib/gconv"
rm -f "$stage/lib/gconv/gconv-modules.cache"

chmod -R u=rwX,go=rX "$stage"
find "$stage" -exec touch -h -d '2000-01-01' {} +
rm -f "$out"
cd "$stage"
find . -mindepth 1 | sort | zip -q -X -@ "$out"
