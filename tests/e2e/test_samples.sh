#!/bin/bash
# SPDX-License-Identifier: MIT
# The stories of samples/, run as their READMEs say, compared with the records they should make.
#
# A story is a folder with job.json, its inputs and expect.ndjson; expect.rejects, where rows are
# rejected, has a line "<input> <line> <code>" for each.
set -u
root=${AC_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
: "${ACLOAD:?test_samples.sh is started by make test}"
: "${PLUGINS:?test_samples.sh is started by make test}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export HOME=$tmp ACLOAD_PLUGIN_PATH=$PLUGINS ACLOAD_SCHEMAS=$root/schemas
failed=0

report() { # name file: the verdict, with what the file holds
    if [ -s "$2" ]; then
        echo "not ok $1"
        sed 's/^/    /' "$2"
        failed=1
    else
        echo "ok $1"
    fi
}

# The command stands in the README, so that what people read is what is run here.
command_of() { sed -n 's/^    acload \(run .*\)$/\1/p' "$1" | head -n 1; }

story() { # folder
    local name here command status=0 expected=0
    name=$(basename "$1")
    here=$tmp/$name
    cp -r "$1" "$here"
    find "$here" -type f -exec touch -d 2031-03-04T16:45:00Z {} + # Created_Date__c comes from it
    command=$(command_of "$here/README.md")
    # shellcheck disable=SC2086  # words of a command line
    (cd "$here" && "$ACLOAD" ${command:-no command in the README}) \
        > "$here/out" 2> "$here/err" < /dev/null || status=$?
    jq -cS . "$here/expect.ndjson" 2> "$here/bad" | sort > "$here/want"
    jq -cS . "$here/out" 2>> "$here/bad" | sort > "$here/got"
    diff -u "$here/want" "$here/got" >> "$here/bad"
    report "$name makes its records" "$here/bad"

    touch "$here/expect.rejects"
    [ -s "$here/expect.rejects" ] && expected=1
    sed -nE 's/.*row rejected input="?([^" ]*)"? line=([0-9]+) code=([A-Z_]+).*/\1 \2 \3/p' \
        "$here/err" | sort -k 2n > "$here/rejects"
    diff -u "$here/expect.rejects" "$here/rejects" > "$here/bad"
    [ $status -eq $expected ] || echo "exit code $status, expected $expected" >> "$here/bad"
    [ -s "$here/bad" ] && sed 's/^/stderr: /' "$here/err" >> "$here/bad"
    report "$name rejects what it says, and nothing else" "$here/bad"
}

for folder in "$root"/samples/*/; do
    [ -f "$folder/job.json" ] && [ -f "$folder/expect.ndjson" ] && story "${folder%/}"
done
exit $failed
