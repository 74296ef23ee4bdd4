# SPDX-License-Identifier: MIT
# What the two benches share: a local org, the cost of a command, rows of a table. To be sourced.
#
# Every figure of one table is measured in one run. The script ends badly when a bound is missed:
# its last line is "exit $status".
set -u
report_times=${BENCH_TIMES:-3} times=$report_times
work=$(mktemp -d "$AC_OUT/bench.XXXXXX") || exit 2
status=0
sandbox=
before=

sandbox_stop() {
    [ -z "$sandbox" ] || kill "$sandbox" 2> /dev/null
    [ -z "$sandbox" ] || wait "$sandbox" 2> /dev/null
    sandbox=
}

finish() {
    sandbox_stop
    rm -rf "$work"
}
trap finish EXIT

die() {
    echo "bench: $1" >&2
    [ ! -s "$work/err" ] || tail -n 20 "$work/err" >&2
    exit 1
}

export SF_ADAPTER_NAMESPACE=- SF_CONSUMER_KEY=bench SF_CONSUMER_SECRET=bench
# The local org, on the port it had before, if any: sets and exports SF_HOST.
sandbox_start() { # option...
    local i
    sandbox_stop
    rm -f "$work/port.new"
    "$SANDBOX" --port "$(cat "$work/port" 2> /dev/null || echo 0)" --port-file "$work/port.new" \
        --schemas schemas --client-id bench --client-secret bench "$@" > "$work/sandbox.log" 2>&1 &
    sandbox=$!
    for ((i = 0; i < 200; i++)); do
        [ -s "$work/port.new" ] && break
        sleep 0.05
    done
    mv "$work/port.new" "$work/port" || die "the sandbox does not start: $(cat "$work/sandbox.log")"
    SF_HOST=http://127.0.0.1:$(cat "$work/port")
    export SF_HOST
}

count() { curl -s "$SF_HOST/sandbox/counters"; }

# Measures a command several times and keeps the run with the least CPU time: wall cpu peak.
least() { # name command...
    local name=$1 i
    shift
    for ((i = 0; i < times; i++)); do
        [ -z "${before:-}" ] || $before
        "$AC_BENCH/measure" "$work/one" "$@" > "$work/$name.out" 2> "$work/err" ||
            die "$name ended with $?"
        cat "$work/one"
    done | sort -k2,2 -n | head -n 1 > "$work/$name"
    [ -s "$work/$name" ] || exit 1 # what died told why
}

field() { # name number
    awk -v n="$2" '{ print $n }' "$work/$1"
}

row() { # what measured bound: - for none
    local verdict=ok
    [ "$3" != - ] || verdict=
    awk -v a="$2" -v b="$3" 'BEGIN { exit !(b == "-" || a + 0 <= b + 0) }' || {
        verdict=MISSED
        status=1
    }
    printf '%-58s %10s %10s  %s\n' "$1" "$2" "$3" "$verdict"
}

over() { # a b: their ratio
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

mebibytes() { # name: its peak
    awk '{ printf "%.1f", $3 / 1024 }' "$work/$1"
}
