#!/bin/bash
# SPDX-License-Identifier: MIT
# What make install leaves is complete, works by itself, and carries a plugin written elsewhere.
set -u
failed=0
at=$AC_INSTALLED

say() { # status text
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

has() { # mode path
    [ "$(stat -c %a "$at/$2" 2>&1)" = "$1" ]
    say $? "install puts $2 there, mode $1"
}

has 755 bin/acload
has 644 lib/acload/plugins/interval.so
has 644 include/acload/plugin.h
has 644 lib/pkgconfig/acload.pc
has 644 share/man/man1/acload.1
for file in schemas/*.json; do
    has 644 "share/acload/$file"
done
[ "$(find "$at/include" -type f | wc -l)" -eq 1 ]
say $? "one header is installed"

# The pkg-config file: plugins need a header and the two facts, and link to nothing.
export PKG_CONFIG_PATH=$at/lib/pkgconfig
[ "$(pkg-config --cflags acload | xargs)" = "-I$at/include" ]
say $? "pkg-config says where plugin.h is"
[ -z "$(pkg-config --libs acload | xargs)" ]
say $? "pkg-config links to nothing"
[ "$(pkg-config --variable=plugindir acload)" = "$at/lib/acload/plugins" ]
say $? "pkg-config says where plugins go"
[ "$(pkg-config --variable=abi acload)" = "$(awk '/#define ACLOAD_ABI/ { print $3 + 0 }' \
    "$at/include/acload/plugin.h")" ]
say $? "pkg-config says the ABI of plugin.h"
[ "$(pkg-config --modversion acload)" = "$AC_VERSION" ]
say $? "pkg-config says the version"

# acload finds its plugins and schemas where it was installed, with nothing in the environment.
cd "$TMPDIR" || exit 1
"$at/bin/acload" plugins > plugins.txt 2> plugins.err
say $? "the installed acload lists its plugins"
grep -q "interval" plugins.txt
say $? "the interval plugin is among them"
cat plugins.err

# The template, copied out of the tree as its README tells an author to.
cp -r "$AC_ROOT/plugins/template" mine && cd mine || exit 1
make > make.log 2>&1 && make test > test.log 2>&1
say $? "a copy of the template builds and passes its own test against the installed tree"
grep -qi 'warning' make.log test.log
[ $? -eq 1 ]
say $? "it builds without a warning"
so=$(find . -name '*.so' | head -n 1)
[ -n "$so" ] && [ "$(nm -D --defined-only --format=posix "$so" | cut -d ' ' -f 1)" = \
    acload_plugin_entry ]
say $? "it exports the one symbol"
mkdir -p "$TMPDIR/more" && chmod 755 "$TMPDIR/more" && cp "$so" "$TMPDIR/more/"
ACLOAD_PLUGIN_PATH=$TMPDIR/more "$at/bin/acload" plugins > ../more.txt 2>&1
say $? "acload loads it from ACLOAD_PLUGIN_PATH"
[ -n "$so" ] && grep -q "$(basename "$so" .so)" ../more.txt
say $? "it is listed with its name"
[ $failed -eq 0 ] || tail -n 20 make.log test.log ../more.txt

# uninstall, on a copy: the tree itself may be in use.
mkdir -p "$TMPDIR/copy" && cp -r --parents "$at" "$TMPDIR/copy"
make -C "$AC_ROOT" --no-print-directory DESTDIR="$TMPDIR/copy" prefix="$at" uninstall > /dev/null
[ -z "$(find "$TMPDIR/copy" -type f)" ]
say $? "uninstall removes every file"
find "$TMPDIR/copy" -type f
exit $failed
