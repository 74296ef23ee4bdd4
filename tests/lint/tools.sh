# SPDX-License-Identifier: MIT
# clang-format, cppcheck and clang-tidy as linters: one summary line each (sourced by run.sh).
# shellcheck shell=bash

c_files() { # root pattern...
    (cd "$1" && shift && find core plugins tests -path tests/cases -prune -o \
        \( "$@" \) -type f -print 2> /dev/null | sort)
}

verdict() { # name number log: the log's findings and the summary line
    if [ -s "$3" ]; then
        cat "$3"
        local found='^[^ ]+:[0-9]+(:[0-9]+)?: (error|warning|perf.*|port.*): |^c(lang|pp)'
        echo "$1: $2 files, $(grep -cE "$found" "$3") findings"
        return 1
    fi
    echo "$1: $2 files, clean"
}

lint_format() { # root jobs
    local log n status
    log=$(mktemp) || return 1
    n=$(c_files "$1" -name '*.[ch]' | wc -l)
    c_files "$1" -name '*.[ch]' |
        (cd "$1" && xargs -r -P "$2" -n 8 clang-format --dry-run -Werror) > "$log" 2>&1 ||
        [ -s "$log" ] || echo "clang-format: error: it could not run" > "$log"
    # The places are enough: make format mends them.
    sed -i -E '/^[^ ]+:[0-9]+:[0-9]+: |error/!d; s/ \[-Wclang-format-violations\]$//' "$log"
    verdict format "$n" "$log"
    status=$?
    rm -f "$log"
    return $status
}

lint_tidy() { # root folder-of-compile-commands jobs
    local log n status
    log=$(mktemp) || return 1
    n=$(c_files "$1" -name '*.c' | wc -l)
    c_files "$1" -name '*.c' |
        (cd "$1" && xargs -r -P "$3" -n 3 clang-tidy -p "$2" --quiet) 2> "$log.err" |
        grep -vE '^$' > "$log"
    [ "${PIPESTATUS[1]}" -eq 0 ] || [ -s "$log" ] || grep error "$log.err" > "$log" ||
        echo "clang-tidy: error: it could not run" > "$log"
    verdict tidy "$n" "$log"
    status=$?
    rm -f "$log" "$log.err"
    return $status
}

# Not asked for: reentrant functions (one thread loads plugins and walks folders), file handles (it
# does not know that AC_CLEANUP closes them; the tests under ASan do).
lint_cppcheck() { # root compile-commands jobs
    local log n status
    log=$(mktemp) || return 1
    n=$(grep -c '"file":' "$2")
    (cd "$1" && cppcheck --project="$2" -j "$3" --quiet --inline-suppr --std=c11 \
        --enable=warning,performance,portability --library=posix --library=gnu \
        --suppress=missingIncludeSystem --suppress=checkersReport --suppress=readdirCalled \
        --suppress=varFuncNullUB --suppress=resourceLeak \
        --suppress=getpwuidCalled --suppress=getpwnamCalled --suppress=getpwentCalled \
        --suppress=getgrgidCalled --error-exitcode=1 \
        --template='{file}:{line}: {severity}: {message} [{id}]') > "$log" 2>&1 ||
        [ -s "$log" ] || echo "cppcheck: error: it could not run" > "$log"
    verdict cppcheck "$n" "$log"
    status=$?
    rm -f "$log"
    return $status
}
