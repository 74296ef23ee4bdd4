# SPDX-License-Identifier: MIT
# Ends acload at its steps, starts it again, compares the org with an undisturbed run's.
# To be sourced, after lib.sh.
#
#   torture SCENARIO [STRIDE [FIRST]]   ends it at every STRIDE-th step, from the FIRST on
#   torture_seed N                      a load, faults, and two ends of it that follow from N alone
#   torture_all SCENARIO...             every step of these; "seeds" stands for a sample of seeds
#
#   N=bulk/123, N=123                   torture_all: only that step, or that seed, told in detail
#   TORTURE_SEEDS=40 TORTURE_SEED=1     how many seeds, from which one on
#
# A step is a write, fsync, rename, unlink or send (shim.c). After the last run the org must hold
# the records of an undisturbed one, each once; the counts must be those of the undisturbed run; no
# input, no batch and no file of the spool may be left.
# shellcheck shell=bash
: "${ACLOAD:?started by make}"
: "${TORTURE:?the shim}"
export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 # the shim stands before it

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
        printf '"Attributes":{"postcallRecordingImportEnabled":"true"},"Recording":{"Location":'
        printf '"%d.wav","Status":"AVAILABLE","Type":"AUDIO"},' "${order:$1-1:1}"
        printf '"Queue":{"Name":"copy %d"}}' "${order:$1-1:1}"
    done
}

many_contacts() { # n: as contacts, thirty times
    local i
    for i in $(seq 30); do contacts "$1" | sed "s/\"ContactId\":\"/&$i-/g"; done
}

# A scenario sets: args (of acload import), object, config, faults (a plan, or nothing), rejected (a
# plan for an import whose rejects are tried again: that is what is ended then), of_rows and
# of_records (which of the sums must be the same).
scenario() { # name
    rm -rf in && mkdir in
    config='{"retry":{"base_ms":1,"max_ms":5},"limits":{"poll_first_ms":1,"poll_max_ms":5'
    object=AC_HistoricalQueueMetrics__c faults='' rejected=''
    of_rows=. of_records='del(.created, .updated)'
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
        recordings) # found by contact id, or inserted: one a contact
            contacts 1 > in/a
            contacts 2 > in/b
            contacts 3 > in/c
            args=(--region none --plugin ctr --option "gate=all,recordings=contact")
            object=AC_ContactChannelAnalytics__c
            ;;
        recordings-parts) # a batch a file, each with the contacts of the one before
            many_contacts 1 > in/a
            many_contacts 2 > in/b
            many_contacts 3 > in/c
            args=(--region none --plugin ctr --option "gate=all,recordings=contact")
            object=AC_ContactChannelAnalytics__c
            config+=',"bulk_max_bytes":10000,"bulk_in_flight":4'
            # Which copies share a batch, so that one of them need not go, is left to chance.
            of_rows='{read, rejected, waiting}' of_records='{made, refused, waiting}'
            ;;
        recordings-faults)
            contacts 1 > in/a
            contacts 3 > in/b
            args=(--region none --plugin ctr --option "gate=all,recordings=contact")
            object=AC_ContactChannelAnalytics__c
            faults='[{"route":"PATCH *jobs/ingest/*","nth":1,"job":"fail_half"},
                {"route":"PATCH *jobs/ingest/*","lock_share":0.3,"times":2},
                {"route":"GET *query*","nth":2,"status":503},
                {"route":"PATCH *composite/sobjects","cut":"after","nth":1},
                {"route":"PUT *batches","nth":2,"cut":"after"}]'
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
        retry)
            queues A 20 > in/a.csv
            rejected='[{"route":"PATCH */composite/*","lock_share":0.5,"seed":3,
                "row_code":"DUPLICATES_DETECTED"}]'
            faults='[{"route":"PATCH */composite/*","nth":1,"lock_share":0.3,"seed":5}]'
            ;;
        retry-insert)
            calls 40 > in/a.csv
            args=(--plugin "$AC_ABI/good/calls.so")
            object=Call_Campaign__c
            rejected='[{"route":"PATCH *jobs/ingest/*","lock_share":0.5,"seed":3,
                "row_code":"DUPLICATES_DETECTED"}]'
            faults='[{"route":"PATCH *jobs/ingest/*","nth":1,"lock_share":0.3,"seed":5}]'
            ;;
        *)
            echo "torture.sh: there is no scenario $1" >&2
            exit 2
            ;;
    esac
    touch -d 2031-03-04T16:45:00Z in/*
    printf '%s}}' "$config" > config.json
}

plan() { # what the org does from now on
    [ -n "${1:-$faults}" ] || return 0
    req POST //sandbox/faults "${1:-$faults}"
    [ "$SB_STATUS" = 200 ] || not_ok a_plan_is_taken "$SB_BODY"
}

import() {
    "$ACLOAD" import --config config.json --state state --json "${args[@]}" in \
        > out.json 2> err.txt
}

fresh() { # a new state, an empty org; rejects, where these are tried again
    rm -rf state
    req POST //sandbox/reset
    if [ -n "$rejected" ]; then
        plan "$rejected"
        import
    fi
    plan
}

load() {
    if [ -z "$rejected" ]; then
        import
        return
    fi
    "$ACLOAD" rejects retry --config config.json --state state --json > out.json 2> err.txt
}

# What must be the same: the org's records, sums, rejects; and that nothing is left.
picture() {
    req GET "//sandbox/records?object=$object"
    sed -E 's/"(Id|CreatedDate|SystemModstamp|LastModifiedDate|Name)":"[^"]*",?//g' <<< "$SB_BODY" |
        sort
    "$ACLOAD" status --state state --json --inputs 1000 2> /dev/null | jq -c \
        "[.settled, .open, .failed, .rejects, (.rows | $of_rows), (.records | $of_records),
          ([.inputs[] | [.state, .name, (.rows | $of_rows)]] | sort)]"
    "$ACLOAD" rejects list --state state --json --max 100000 2> /dev/null |
        jq -c '[.code, .line, .row]' | sort
    # A later run sweeps; here it is the one that was started again. But when no reject is left to
    # be tried again, that one has nothing to do, and an import does it.
    [ -z "$rejected" ] || import
    find state/spool -type f | sed 's/^/left in the spool: /'
    sqlite3 state/ledger.db "SELECT 'batch left: ' || id FROM batch WHERE state < 2"
}

end_at() { # step: sets ended when it got to its end before that step
    TORTURE_AT=$1 LD_PRELOAD=$TORTURE load
    [ $? -eq 137 ] || ended=1
}

# Runs acload until there is nothing to go on with; is the org as it should be?
come_to_an_end() {
    local code=3 tries
    for ((tries = 0; tries < 10 && code == 3; tries++)); do
        load
        code=$?
    done
    [ "$code" -le 1 ] || echo "the run after it ended with $code: $(head -n 3 err.txt)" > bad
    picture > got
    cmp -s want got || diff want got > bad
    [ ! -s bad ]
}

undisturbed() { # name: sets steps
    fresh
    TORTURE_COUNT=$TMPDIR/count LD_PRELOAD=$TORTURE load
    local code=$?
    [ "$code" -le 1 ] || not_ok "$1_runs_undisturbed" "$code $(< err.txt)"
    picture > want
    steps=$(< count)
}

torture() { # scenario [stride [first]]
    local n failed=0 done=0 steps ended=0 stride=${2:-1}
    scenario "$1"
    undisturbed "$1"
    for ((n = ${3:-1}; n <= steps + 40 && ended == 0; n += stride)); do
        rm -f bad
        fresh
        end_at "$n"
        if come_to_an_end; then
            done=$((done + 1))
        else
            failed=$((failed + 1))
            [ $failed -gt 3 ] || not_ok "$1_survives_step_$n" "make torture N=$1/$n
$(head -n 20 bad)"
        fi
        [ -z "${N:-}" ] || { cat err.txt out.json; }
    done
    if [ $failed -eq 0 ]; then
        ok "$1_survives_$done of $steps steps"
    else
        not_ok "$1_survives_$failed of $((done + failed)) steps"
    fi
}

# --- seeds ----------------------------------------------------------------------------------------

below() { REPLY=$(((RANDOM * 32768 + RANDOM) % $1)); } # n: sets REPLY, 0 to n - 1

# Faults that lose, delay, lock or stop, but let every record in at last.
RULES=(
    '"route":"* */jobs/ingest*","cut":"after"'
    '"route":"* */jobs/ingest*","cut":"before"'
    '"route":"* */services/data/*","status":503'
    '"route":"* */services/data/*","status":504,"commit":true'
    '"route":"* */services/data/*","status":401'
    '"route":"* */services/data/*","truncate":20'
    '"route":"* */services/data/*","status":429,"headers":{"Retry-After":"0"}'
    '"route":"PATCH */composite/sobjects/*","cut":"after"'
    '"route":"PATCH */composite/sobjects/*","rows":-1'
    '"route":"PATCH */composite/sobjects/*","lock_share":0.3'
    '"route":"PATCH */jobs/ingest/*","job":"fail_half"'
    '"route":"PATCH */jobs/ingest/*","lock_share":0.3'
    '"route":"GET */jobs/ingest/*/*Results","truncate":200'
    '"route":"PATCH */composite/sobjects/*","lock_share":0.1,"row_code":"STORAGE_LIMIT_EXCEEDED"'
    '"route":"PATCH */jobs/ingest/*","lock_share":0.1,"row_code":"STORAGE_LIMIT_EXCEEDED"'
    '"route":"PATCH */jobs/ingest/*","nth":1,"status":403,"code":"REQUEST_LIMIT_EXCEEDED"'
)

random_plan() { # seed: sets faults
    local i n
    below 3
    n=$((REPLY + 2)) faults=''
    for ((i = 0; i < n; i++)); do
        below ${#RULES[@]}
        faults+=",{${RULES[REPLY]},\"seed\":$(($1 + i)),\"times\":2,"
        below 4
        faults+="\"every\":$((REPLY + 2))}"
    done
    faults="[${faults#,}]"
}

torture_seed() { # seed
    local kinds=(collections parts insert bulk) rows steps ended=0 ends=''
    RANDOM=$1
    below 4
    scenario "${kinds[REPLY]}"
    local kind=${kinds[REPLY]}
    below 900
    rows=$((REPLY + 100))
    rm -f in/*
    if [ "$kind" = insert ]; then calls $rows > in/a.csv; else queues A $rows > in/a.csv; fi
    touch -d 2031-03-04T16:45:00Z in/*
    undisturbed "seed_$1" # by an org without faults
    random_plan "$1"
    rm -f bad
    fresh
    for _ in 1 2; do
        below "$steps"
        ends+=" $((REPLY + 1))"
        end_at $((REPLY + 1))
    done
    if come_to_an_end; then
        ok "seed_$1_is_survived"
    else
        not_ok "seed_$1_is_survived" "make torture N=$1
$kind, $rows rows, ended at$ends of $steps steps, $faults
$(head -n 20 bad)"
    fi
    [ -z "${N:-}" ] || { cat err.txt out.json; }
}

torture_all() { # scenario...
    local name n from=${TORTURE_SEED:-1} upto
    upto=$((from + ${TORTURE_SEEDS:-40}))
    for name in "$@"; do
        case ${N:-}:$name in
            :seeds) for ((n = from; n < upto; n++)); do torture_seed $n; done ;;
            :*) torture "$name" ;;
            *:seeds) [[ $N == */* ]] || torture_seed "$N" ;;
            */*:"${N%/*}") torture "$name" 1000000 "${N#*/}" ;;
        esac
    done
}
