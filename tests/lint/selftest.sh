#!/bin/bash
# SPDX-License-Identifier: MIT
# Proves that every linter finds what it is for: small bad trees, each of which must be refused,
# and a good one, which must pass.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lint/tools.sh
. "$here/tools.sh"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
bad=0
tag='SPDX-License-Identifier: MIT'

fresh() { # an empty tree in $tree
    n=$((n + 1))
    tree=$tmp/$n
    mkdir -p "$tree"
}

put() { # path: from standard input
    mkdir -p "$(dirname "$tree/$1")"
    cat > "$tree/$1"
}

c_file() { # path line...: with the two opening lines
    local path=$1
    shift
    printf '%s\n' "// $tag" '// Holds what the test needs.' "$@" | put "$path"
}

finds() { # what it must say; command...
    local want=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "selftest: case $n: '$*' found nothing, but should have: $want"
        bad=$((bad + 1))
    elif ! grep -qF -- "$want" <<< "$said"; then
        echo "selftest: case $n: '$*' should have said '$want', but said:"
        echo "$said"
        bad=$((bad + 1))
    fi
}

passes() { # command...
    local said
    if ! said=$("$@" 2>&1); then
        echo "selftest: case $n: '$*' should have passed, but said:"
        echo "$said"
        bad=$((bad + 1))
    fi
}

repeat() { # times text
    local i
    for ((i = 0; i < $1; i++)); do printf '%s\n' "$2"; done
}

layers() {
    fresh
    c_file core/base/x.c '#include <stdio.h>' '#include "base/x.h"' '#include <acload/plugin.h>'
    c_file core/base/http_multi.c '#include <curl/curl.h>'
    c_file core/sink/x.c '#include "batch/y.h"' '#include "x_int.h"'
    c_file core/main.c '#include "cli/cli.h"'
    c_file plugins/p/p.c '#include <acload/plugin.h>' '#include <string.h>' '#include "q.h"'
    c_file plugins/p/q.h
    passes "$here/layers.pl" "$tree"
    local path line want
    while IFS='|' read -r path line want; do
        fresh
        c_file core/cli/cli.h
        c_file "$path" '' "$line"
        finds "$path:4: $want" "$here/layers.pl" "$tree"
    done << 'END'
core/base/x.c|#include "cli/cli.h"|'base' includes "cli/cli.h": 'cli' is to its right
core/batch/x.h|#  include "sink/sink.h"|'batch' includes
core/sink/x.c|#include "util/x.h"|includes "util/x.h": there is no room 'util'
core/sink/x.c|#include <sqlite3.h>|includes <sqlite3.h>
core/base/str.c|#include <curl/curl.h>|includes <curl/curl.h>
core/source/x.c|#include <csv.h>|includes <csv.h>
core/base/x.c|#include <archive.h>|includes <archive.h>
core/cli/x.c|#include <dlfcn.h>|includes <dlfcn.h>
core/cli/x.c|#include <microhttpd.h>|includes <microhttpd.h>
core/cli/x.c|#include "x.c"|includes a source file
core/include/acload/plugin.h|#include <curl/curl.h>|includes curl/curl.h
plugins/p/p.c|#include "base/str.h"|includes base/str.h
plugins/p/p.c|#include "str.h"|includes str.h
tests/unit/base/test_x.c|#include "cli/cli.h"|a test of 'base' includes
tests/sandbox/x.c|#include "cli/cli.h"|includes "cli/cli.h"
END
    fresh
    c_file core/util/x.c
    finds 'core/util/x.c:1: lies in no room' "$here/layers.pl" "$tree"
}

sizes() {
    fresh
    c_file core/base/x.c 'int f(void) {' "$(repeat 78 '    // ─')" '}' \
        "// $(printf '─%.0s' {1..97})"
    passes "$here/sizes.pl" "$tree"
    fresh
    c_file core/base/x.c '' 'int long_one(int a,' '             int b) {' \
        "$(repeat 78 '    // x')" '}'
    finds 'core/base/x.c:4: long_one() has 81 lines, over 80' "$here/sizes.pl" "$tree"
    fresh
    c_file tests/unit/base/test_x.c 'START_TEST(a_long_one) {' "$(repeat 80 '    // x')" '}'
    finds 'test_x.c:3: a_long_one() has 82 lines' "$here/sizes.pl" "$tree"
    fresh
    c_file core/base/x.c "$(repeat 599 '// x')"
    finds 'core/base/x.c:601: the file has 601 lines, over 600' "$here/sizes.pl" "$tree"
    fresh
    c_file core/include/acload/plugin.h "$(repeat 199 '// x')"
    finds 'the public header has 201 lines, over 200' "$here/sizes.pl" "$tree"
    fresh
    c_file core/base/x.c "// $(printf 'x%.0s' {1..98})" '// x '
    finds 'core/base/x.c:3: the line has 101 columns' "$here/sizes.pl" "$tree"
    finds 'core/base/x.c:4: blanks at the end' "$here/sizes.pl" "$tree"
    fresh
    printf '// x\n\tx' | put core/base/x.c
    finds 'core/base/x.c:2: a tab' "$here/sizes.pl" "$tree"
    finds 'core/base/x.c:2: no newline' "$here/sizes.pl" "$tree"
}

banned() {
    fresh
    c_file core/base/x.c '// strcpy(a, b) in a comment' 'char *a = "strcpy(a, b) // sprintf(";' \
        'void my_strcpy(int);' 'int b = p->time(1) + x.system(2);' 'goto out;' '#if 01' \
        'int c __attribute__((unused));'
    passes "$here/banned.pl" "$tree"
    local line want
    while IFS='|' read -r line want; do
        fresh
        c_file core/sink/x.c "$line"
        finds "core/sink/x.c:3: $want" "$here/banned.pl" "$tree"
    done << 'END'
strcpy(a, b);|strcpy()
x = "a" /* b */ + strcat (a, b);|strcat()
if (sprintf(a, "%d", b) > 0)|sprintf()
return atoi(a);|atoi()
p = strtok(a, ",");|strtok()
system("ls");|system()
f = popen("ls", "r");|popen()
p = alloca(3);|alloca()
return rand() % 3;|rand()
tm = gmtime(&t);|gmtime()
t = time(NULL);|time()
usleep(3);|usleep()
h = dlopen(a, 1);|dlopen()
int acl_free_it;|acl_free_it
int __mine;|__mine
int _Mine;|_Mine
goto again;|goto again
#if 0|#if 0
// TODO: finish|TODO
/* FIXME */|FIXME
#define ACLOAD_X 1|ACLOAD_X
END
}

spdx() {
    fresh
    c_file core/base/x.c
    printf '%s\n' '#!/bin/bash' "# $tag" | put tests/x.sh
    passes "$here/spdx.pl" "$tree"
    fresh
    printf '// Holds.\n' | put core/base/x.c
    finds "core/base/x.c:1: the first line is not '// $tag'" "$here/spdx.pl" "$tree"
    fresh
    printf '%s\n' "// $tag" '#include <x.h>' | put core/base/x.c
    finds 'core/base/x.c:2: no sentence' "$here/spdx.pl" "$tree"
    fresh
    printf '%s\n' "// $tag" '// Reads files and' '// writes them.' | put core/base/x.c
    finds 'core/base/x.c:2: the first sentence needs "and"' "$here/spdx.pl" "$tree"
    fresh
    printf '%s\n' '#!/bin/sh' 'true' | put tests/x.sh
    finds "tests/x.sh:1: the first line is not '# $tag'" "$here/spdx.pl" "$tree"
}

words() {
    local slash=/ line
    fresh
    c_file core/base/x.c '// see home/x, network/work/x, https://example.com/work/y'
    passes "$here/words.pl" "$tree"
    for line in "${slash}work/main" "${slash}home/me/x" "registry.${slash#/}npm${slash#/}js.org" \
        "https:${slash}/pypi${slash#/}.org"; do
        fresh
        c_file core/base/x.c "// $line"
        finds 'core/base/x.c:3: ' "$here/words.pl" "$tree"
    done
}

built() { # object.. : compiles core/main.c, core/base/*.c, plugins/p.c as far as they are there
    mkdir -p "$tree/rooms" "$tree/plugins"
    [ ! -e "$tree/core/base/x.c" ] || { cc -c -o "$tree/x.o" "$tree/core/base/x.c" &&
        ar rcsD "$tree/rooms/base.a" "$tree/x.o"; }
    [ ! -e "$tree/core/sink/y.c" ] || { cc -c -o "$tree/y.o" "$tree/core/sink/y.c" &&
        ar rcsD "$tree/rooms/sink.a" "$tree/y.o"; }
    [ ! -e "$tree/p.c" ] || cc -shared -fPIC -o "$tree/plugins/p.so" "$tree/p.c"
    [ ! -e "$tree/main.c" ] || cc -pie -fPIE "$@" -o "$tree/acload" "$tree/main.c"
}

symbols() {
    local entry='int acload_plugin_entry(void) { return 0; }'
    fresh
    echo 'int ac_x(void) { return 1; }' | put core/base/x.c
    echo "static const char *const t[] = {\"a\"}; $entry const void *ac_t(void);
        __attribute__((visibility(\"hidden\"))) const void *ac_t(void) { return t; }" | put p.c
    echo 'int main(void) { return 0; }' | put main.c
    built -Wl,-z,now
    passes "$here/symbols.sh" "$tree"
    fresh
    finds 'nothing is built there' "$here/symbols.sh" "$tree"
    fresh
    echo "$entry int helper(void) { return 2; }" | put p.c
    built
    finds "exports 'acload_plugin_entry helper'" "$here/symbols.sh" "$tree"
    fresh
    echo "static int count; int acload_plugin_entry(void) { return ++count; }" | put p.c
    built
    finds 'keeps a mutable static, count' "$here/symbols.sh" "$tree"
    fresh
    echo "int ac_str_x(void); int acload_plugin_entry(void) { return ac_str_x(); }" | put p.c
    built
    finds 'needs ac_str_x of core' "$here/symbols.sh" "$tree"
    fresh
    echo 'int ac_x(void) { return 1; } int helper(void) { return 2; }' | put core/base/x.c
    echo 'int ac_x(void) { return 1; }' | put core/sink/y.c
    built
    finds 'the global name helper does not begin with ac_' "$here/symbols.sh" "$tree"
    finds 'ac_x is defined more than once: base sink' "$here/symbols.sh" "$tree"
    fresh
    echo 'int shown = 1; int main(void) { return 0; }' | put main.c
    built -rdynamic -Wl,-z,lazy
    finds 'exports shown' "$here/symbols.sh" "$tree"
    finds 'is linked lazily' "$here/symbols.sh" "$tree"
}

commands() { # writes compile_commands.json for core/base/x.c
    printf '[{"directory": "%s", "file": "core/base/x.c", "command": "cc -c core/base/x.c"}]\n' \
        "$tree" | put compile_commands.json
}

tools() {
    fresh
    cp "$here/../../.clang-format" "$here/../../.clang-tidy" "$tree"
    c_file core/base/x.c '#include <stdlib.h>' 'int f(const int *p);' \
        'int f(const int *p) { return *p; }'
    commands
    passes lint_format "$tree" 1
    passes lint_tidy "$tree" "$tree" 1
    passes lint_cppcheck "$tree" "$tree/compile_commands.json" 1
    fresh
    cp "$here/../../.clang-format" "$here/../../.clang-tidy" "$tree"
    c_file core/base/x.c '#include <stdlib.h>' 'int f(void);' 'int f(void)' '{' \
        'int *p = NULL;' 'return *p;' '}'
    commands
    finds 'core/base/x.c:5:' lint_format "$tree" 1
    finds 'core/base/x.c:8:' lint_tidy "$tree" "$tree" 1
    finds 'core/base/x.c:8: error: Null pointer dereference' \
        lint_cppcheck "$tree" "$tree/compile_commands.json" 1
}

layers
sizes
banned
spdx
words
symbols
tools
if [ $bad -gt 0 ]; then
    echo "selftest: $n cases, $bad wrong"
    exit 1
fi
echo "selftest: $n cases, every linter refuses what it should"
