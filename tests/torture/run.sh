#!/bin/bash
# SPDX-License-Identifier: MIT
# Ends acload at each of its steps, starts it again, compares the org with an undisturbed run's.
#
#   run.sh [SCENARIO...]   all of them when none is named
#   TORTURE_STRIDE=7       only every 7th step (1: all); TORTURE_FIRST=3 begins at the third
#   N=123                  only that step, told in detail
#
# A scenario is ended once at every write, fsync, rename, unlink or send it makes (shim.c). Then the
# org must hold the same records, each once; the counts must be those of the undisturbed run; no
# input, no batch and no file of the spool may be left.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
: "${ACLOAD:?started by make torture}"
: "${TORTURE:?the shim}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
stride=${TORTURE_STRIDE:-1}
first=${TORTURE_FIRST:-1}

queues() { # name rows: a report; its last rows are of the kinds that do not go in
    echo 'Queue,StartInterval,EndInterval,Contacts handled,Occupancy'
    seq "$2" | awk -v q="$1" '{ printf "%s %d,%s,%s,%d,%d.25%%\n", q, $1,
        "2031-03-04T16:00:00.000Z", "2031-03-04T16:30:00.000Z", $1 % 50, $1 % 100 }'
    local at=2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z
    echo "$1 bad,$at,many,1%"  # the plugin refuses it
    echo "$1 1,$at,1,1.25%"    # a repeat
    echo "$1-2,$at,2,99%"      # another record with the id of the second
    echo "$1 2 3,$at,9999999999999999999,1%" # the org would refuse it
}
calls() { # rows: every fifth number twice, every tenth too long for the org's own rule
    echo 'Phone'
    seq "$1" | awk '{ n = $1 % 5 == 0 ? 1000 + $1 % 10 : $1; printf "+1202555%06d\n", n }'
}

contacts() { # n: of three copies of each contact the n-th to come, in every order
    local order
    for order in 123 132 213 231 312 321; do
        printf '{"AWSContactTraceRecordFormatVersion":"2017-03-10","Channel":"VOICE",'
        printf '"ContactId":"%s","LastUpdateTimestamp":"2031-03-04T16:0%d:00Z",' "$order" \
            "${order:$1-1:1}"
        printf '"Queue":{"Name":"copy %d"}}' "${order:$1-1:1}"
    done
}

# A scenario sets: args (of acload import), object, config, faults (a plan, or nothing).
scenario() { # name
    rm -rf in && mkdir in
    config='{"retry":{"base_ms":1,"max_ms":5},"limits":{"poll_first_ms":1,"poll_max_ms":5'
    object=AC_HistoricalQueueMetrics__c faults=''
    args=(--region us-east-1)
    case $1 in
        collections)
            queues A 5 > in/a.csv
            queues B 3 > in/b.csv
            queues C 4 | gzip > in/c.gz
            ;;
        bulk)
            queues A 30 > in/a.csv
            queues B 20 > in/b.csv
            config+=',"collections_max":0'
            ;;
        parts) # an input that is split over several jobs, two objects' batches at once
            queues A 400 > in/a.csv
            config+=',"collections_max":0,"bulk_max_bytes":10000,"bulk_in_flight":2'
            ;;
        faults) # rows are locked, a job fails half-way, answers get lost
            queues A 60 > in/a.csv
            config+=',"collections_max":0'
            faults='[{"route":"PATCH *jobs/ingest/*","nth":1,"job":"fail_half"},
                {"route":"PATCH *jobs/ingest/*","lock_share":0.2,"times":2},
                {"route":"PUT *batches","nth":2,"cut":"after"}]'
            ;;
        contacts) # copies of one contact, the newest of which must win
            contacts 1 > in/a
            contacts 2 > in/b
            contacts 3 > in/c
            args=(--region none --plugin ctr --option gate=all)
            object=AC_ContactTraceRecord__c
            ;;
        insert)
            calls 40 > in/a.csv
            args=(--plugin "$AC_ABI/good/calls.so")
            object=Call_Campaign__c
            ;;
        insert-faults)
            calls 60 > in/a.csv
            args=(--plugin "$AC_ABI/good/calls.so")
            object=Call_Campaign__c
            faults='[{"route":"PATCH *jobs/ingest/*","nth":1,"job":"fail_half"},
                {"route":"PATCH *jobs/ingest/*","lock_share":0.3,"times":3},
                {"route":"PUT *batches","nth":2,"cut":"after"}]'
            ;;
        *)
            echo "run.sh: there is no scenario $1" >&2
            exit 2
            ;;
    esac
    touch -d 2031-03-04T16:45:00Z in/*
    printf '%s}}' "$config" > config.json
}

fresh() { # a new state, an empty org
    rm -rf state
    req POST //sandbox/reset
    [ -z "$faults" ] || req POST //sandbox/faults "$faults"
}

load() {
    "$ACLOAD" import --config config.json --state state --json "${args[@]}" in \
        > out.json 2> err.txt
}

# What must be the same: the org's records, sums, rejects; and that nothing is left.
picture() {
    req GET "//sandbox/records?object=$object"
    sed -E 's/"(Id|CreatedDate|SystemModstamp|LastModifiedDate|Name)":"[^"]*",?//g' <<< "$SB_BODY" |
        sort
    "$ACLOAD" status --state state --json --inputs 1000 2> /dev/null | jq -c \
        '[.settled, .open, .failed, .rejects, .rows, (.records | del(.created, .updated)),
          ([.inputs[] | [.state, .name, .rows]] | sort)]'
    "$ACLOAD" rejects list --state state --json --max 100000 2> /dev/null |
        jq -c '[.code, .line, .row]' | sort
    # A later run sweeps; here it is the one that was started again.
    find state/spool -type f | sed 's/^/left in the spool: /'
    sqlite3 state/ledger.db "SELECT 'batch left: ' || id FROM batch WHERE state < 2"
}

one() { # step: is the org as it should be?
    fresh
    TORTURE_AT=$1 LD_PRELOAD=$TORTURE load
    local code=$? tries
    if [ "$code" -ne 137 ]; then # it got to its end before that step
        ended=1
    fi
    for tries in 1 2 3 4; do
        load
        code=$?
        [ "$code" -eq 3 ] || break
    done
    [ "$code" -le 1 ] || echo "the run after it ended with $code: $(head -n 3 err.txt)" > bad
    picture > got
    cmp -s want got || diff want got > bad
    [ ! -s bad ]
}

torture() { # scenario
    scenario "$1"
    fresh
    TORTURE_COUNT=$TMPDIR/count LD_PRELOAD=$TORTURE load
    local code=$? n failed=0 done=0
    [ "$code" -le 1 ] || { not_ok "$1_runs_undisturbed" "$code $(< err.txt)"; return; }
    # A plan of faults is part of the undisturbed run; loading it again settles nothing more.
    picture > want
    local steps
    steps=$(< count)
    [ -z "${N:-}" ] || first=$N stride=1000000
    for ((n = first; n <= steps + 40; n += stride)); do
        ended=0
        rm -f bad
        if one "$n"; then
            done=$((done + 1))
        else
            failed=$((failed + 1))
            [ $failed -gt 3 ] || not_ok "$1_survives_step_$n" "$(head -n 20 bad)"
        fi
        [ -z "${N:-}" ] || { cat err.txt out.json; }
        [ "$ended" -eq 0 ] || break
    done
    if [ $failed -eq 0 ]; then
        ok "$1_survives_$done of $steps steps"
    else
        not_ok "$1_survives_$failed of $((done + failed)) steps"
    fi
}

sandbox_start
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(collections bulk parts contacts faults insert insert-faults)
for name in "${names[@]}"; do torture "$name"; done
