#!/bin/bash
# SPDX-License-Identifier: MIT
# Prints the share of lines that the tests reached, file by file: cover.sh BUILD-FOLDER
set -u
out=$1
for part in core plugins; do
    find "$out/obj/$part" -name '*.gcda' -print0 2> /dev/null
done | sort -z | xargs -0 -r gcov --no-output --relative-only 2> /dev/null | awk '
    /^File / { file = $2; gsub(/\047/, "", file) }
    /^Lines executed:/ && file ~ /\.c$/ {
        sub(/^Lines executed:/, "")
        sub(/%/, "")
        share[file] = $1
        lines[file] = $3
        file = ""
    }
    END {
        for (file in share) {
            reached += share[file] * lines[file] / 100
            all += lines[file]
            printf "%6.1f %%  %5d lines  %s\n", share[file], lines[file], file | "sort -k4"
        }
        close("sort -k4")
        printf "%6.1f %%  %5d lines  in all\n", all ? 100 * reached / all : 0, all
    }'
