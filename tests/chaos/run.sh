#!/bin/bash
# SPDX-License-Identifier: MIT
# Refuses each request of acload for memory in turn; each time it must say so, nothing may be lost.
#
#   run.sh [SCENARIO...]   all of them when none is named
#   CHAOS_STRIDE=41        of the requests that libraries make only every 41st (1: all)
#   CHAOS_SAMPLE=10        only so many of a scenario, chosen by CHAOS_SEED
#   N=own:123              only that one, told in detail; lib:123+ refuses all that follow, too
#
# Whatever is refused: acload ends by itself, either as if nothing had been refused, or with a
# message about memory and a code that says "run again". The run after it ends well; then the org
# and the counts are those of an undisturbed run. tests/chaos/alloc.c refuses.
set -u
: "${AC_ROOT:?run.sh is started by make chaos}"
: "${AC_CHAOS:?the folder of its acload}"
: "${PLUGINS:?the folder of plugins}"
jobs=${AC_JOBS:-2}

report() { # name rows: the last rows are of the kinds that do not go in
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    local at=2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z i
    for ((i = 1; i <= $2; i++)); do echo "\"$1 $i\",$at,$i"; done
    echo "$1 bad,$at,many"
    echo "$1 1,$at,1"
    echo "$1 short,$at"
}

# A scenario sets: args (of acload import) and objects; its inputs are in the folder in.
scenario() { # name
    rm -rf in && mkdir in
    # libcurl may wait for nothing when it was refused memory: until the time is up.
    config='{"retry":{"base_ms":1,"max_ms":5},"timeout_ms":3000'
    config+=',"limits":{"poll_first_ms":1,"poll_max_ms":5'
    objects='AC_HistoricalQueueMetrics__c' args=(--region us-east-1)
    case $1 in
        csv)
            report A 3 > in/a.csv
            report B 2 | gzip > in/b.csv.gz
            ;;
        bulk)
            report A 4 > in/a.csv
            config+=',"collections_max":0'
            ;;
        json)
            cp "$AC_ROOT"/samples/contact-records/contacts* in/
            objects='AC_ContactTraceRecord__c AC_ContactChannelAnalytics__c'
            ;;
        dry)
            report A 3 > in/a.csv
            args+=(--dry-run)
            ;;
        *)
            echo "run.sh: there is no scenario $1" >&2
            exit 2
            ;;
    esac
    touch -d 2031-03-04T16:45:00Z in/*
    printf '%s}}' "$config" > config.json
}

load() {
    timeout -k 5 60 "$AC_CHAOS/acload" import --config config.json --state state --json \
        --plugin-dir "$PLUGINS" --schemas "$AC_ROOT/schemas" "${args[@]}" in > out.json 2> err.txt
    code=$?
}

fresh() { # a new state, an empty org
    rm -rf state
    req POST //sandbox/reset
}

# What must be the same: the org's records, the counts, the rejects; that nothing is left.
# shellcheck disable=SC2016  # these are variables of jq
picture() { # sets REPLY
    local object text='' status left=(state/spool/*)
    for object in $objects; do
        req GET "//sandbox/records?object=$object"
        text+=$SB_BODY
    done
    status=$("$ACLOAD" status --state state --json --inputs 1000 2>&1)
    [ -e "${left[0]}" ] || left=()
    REPLY=$(jq -c --slurp --raw-input --argjson status "$status" '
        (split("\n") | map(select(. != "") | fromjson |
            del(.Id, .CreatedDate, .SystemModstamp, .LastModifiedDate, .Name)) | sort[]),
        ($status | [.settled, .open, .failed, .rejects, .rows, (.records | del(.created, .updated)),
            ([.inputs[] | [.state, .name, .rows]] | sort)])' <<< "$text" 2>&1)
    REPLY+=${left[*]+ left in the spool: ${left[*]}}
}

# What an import said in the end, without what differs from run to run.
summary() {
    jq -c 'if .object then . else
        [.inputs, .rows, (.records | del(.created, .updated)), .exit_code] end' out.json 2>&1
}

one() { # request: what is wrong stands in the file bad
    fresh
    AC_CHAOS_AT=$1 load
    local first=$code
    {
        if [ "$code" -eq "$want_code" ]; then
            [ "$(summary)" = "$want_summary" ] || echo "it ended with $code, but: $(< out.json)"
        elif [ "$code" -lt 2 ] || [ "$code" -gt 4 ]; then
            echo "it ended with $code"
        elif ! grep -qi memory err.txt; then
            echo 'it does not say that memory ran out'
        fi
        if [ "$is_dry" = no ]; then
            cp err.txt first.txt
            load
            # 0: the first had settled all there was before it ran out of memory.
            [ "$code" -eq "$want_code" ] || [ "$first" -eq "$want_code" ] || [ "$code" -eq 0 ] ||
                echo "the run after it ended with $code: $(< err.txt)"
            picture
            [ "$REPLY" = "$want" ] || diff <(echo "$want") <(echo "$REPLY")
            cp first.txt err.txt
        fi
    } > bad 2>&1
    [ -z "${N:-}" ] || cat err.txt out.json >&2
    [ ! -s bad ]
}

# The requests that a worker refuses, one a line.
chosen() { # worker
    local stride=${CHAOS_STRIDE:-41} i n
    if [ -n "${N:-}" ]; then
        [ "$1" -ne 0 ] || echo "$N"
    elif [ -n "${CHAOS_SAMPLE:-}" ]; then
        RANDOM=${CHAOS_SEED:-1}
        for ((i = 0; i < CHAOS_SAMPLE; i++)); do
            n=$((RANDOM * 32768 + RANDOM))
            [ $((i % jobs)) -eq "$1" ] || continue
            # Of two, one is acload's own.
            if [ $((i / jobs % 2)) -eq 0 ]; then
                echo "own:$((1 + n % n_own))"
            else
                echo "lib:$((1 + n % n_lib))$([ $((n % 3)) -ne 0 ] || echo +)"
            fi
        done
    else
        for ((i = 1 + $1; i <= n_own + 20; i += jobs)); do echo "own:$i"; done
        for ((i = 1 + $1; i <= n_own; i += 5 * jobs)); do echo "own:$i+"; done
        for ((i = 1 + $1 * stride; i <= n_lib + 20; i += stride * jobs)); do echo "lib:$i"; done
        for ((i = 7 + $1 * stride; i <= n_lib; i += 5 * stride * jobs)); do echo "lib:$i+"; done
    fi
}

worker() { # scenario worker
    # shellcheck source=tests/e2e/lib.sh
    . "$AC_ROOT/tests/e2e/lib.sh"
    cd "$SB_DIR" || exit 2
    export HOME=$SB_DIR
    sandbox_start
    scenario "$1"
    is_dry=no failed=0 done=0
    [[ " ${args[*]} " != *' --dry-run '* ]] || is_dry=yes
    fresh
    export AC_CHAOS_COUNT=$SB_DIR/count
    load
    unset AC_CHAOS_COUNT
    read -r n_own n_lib < count
    want_code=$code want_summary=$(summary)
    [ "$code" -le 1 ] || { not_ok "$1_runs_undisturbed" "$code $(< err.txt)" && return; }
    [ "$is_dry" = yes ] || { picture && want=$REPLY; }
    for request in $(chosen "$2"); do
        done=$((done + 1))
        one "$request" && continue
        failed=$((failed + 1))
        [ $failed -gt 5 ] || not_ok "$1_survives_$request" "$(head -n 20 bad)
$(head -n 5 err.txt)"
    done
    [ $failed -ne 0 ] || ok "$1_survives_$done of $n_own own and $n_lib requests of libraries"
    [ $failed -le 5 ] || not_ok "$1_survives_all_but_$failed of $done"
}

if [ "${1-}" = --worker ]; then
    worker "$2" "$3" > "$TMPDIR/$2.$3.report"
    cat "$TMPDIR/$2.$3.report"
    exit 0
fi
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(csv bulk json dry)
log=$TMPDIR/chaos.log
for name in "${names[@]}"; do
    for ((i = 0; i < jobs; i++)); do printf '%s\0' --worker "$name" "$i"; done
done | xargs -0 -n 3 -P "$jobs" "$0" | tee "$log"
told=$(grep -c '^ok\|^not ok' "$log")
[ "$told" -ge $((jobs * ${#names[@]})) ] || echo 'not ok all_workers_report'
! grep -q '^not ok' "$log" && [ "$told" -ge $((jobs * ${#names[@]})) ]
