#!/bin/bash
# SPDX-License-Identifier: MIT
# The corpus of a fuzz target, a file a line: corpus.sh TARGET (fuzz_csv)
#
# What it is, comments of the target say: "// Corpus:", then globs; of folders the files whose names
# begin with "input", at any depth.
set -u
cd "$(dirname "$0")/../.." || exit 2
sed -n 's|^// Corpus: ||p' "tests/fuzz/$1.c" | tr ' ' '\n' | while read -r glob; do
    # shellcheck disable=SC2086  # it is a glob
    for path in $glob; do
        if [ -d "$path" ]; then
            find "$path" -type f -name 'input*'
        elif [ -f "$path" ]; then
            echo "$path"
        else
            echo "corpus.sh: $1: there is no $path" >&2
        fi
    done
done | sort
