# SPDX-License-Identifier: MIT
# What acload does when a call fails, each call in every way, as a table. To be sourced.
#
# A case is a scenario (which calls there are), a route (the call that fails), a fault (how), and
# whether it fails once or for ever. acload runs, then once more on an org in good health: the first
# run must end as the table says, the second with every record in the org, none of them twice.
#
#   matrix_begin SCENARIO...           starts the org, takes each scenario's undisturbed run
#   matrix SCENARIO ROUTE FAULT WHEN   runs one case; prints a verdict
#   matrix_all SCENARIO...             begins, and runs all cases of these scenarios, or those whose
#                                      name (scenario_route_fault_when) matches the pattern M
# shellcheck shell=bash
: "${ACLOAD:?started by make}"
: "${REFUSE:?the preload that refuses connections}"

# --- faults ---------------------------------------------------------------------------------------

# name, class, members of a rule of the org's fault plan. The class is what the failure means to
# somebody who sees only its end (fact sheet, sections 2.3 and 9):
#   refused  no connection: nothing was sent
#   busy     not now: again, as often as the budget allows (4 tries here)
#   edge     a machine before the org cannot reach it: 3 tries
#   failure  the org fails inside: 3 tries
#   lost     sent, no answer; the org has not done it
#   done     sent, no answer; the org has done it
#   page     "200 OK" from somebody who is not the org; it was not done
#   garbled  "200 OK" from the org, who has done it; nobody can read what it says
#   session  the session has expired: a new login, then once more
#   stop     a limit of the day: the end of the run, to be gone on with
#   config   not allowed: the end of the run, until somebody mends it
#   slow     takes its time, and is well
#   hung     sent; the org has it in hand, and does not come to an end with it
FAULTS='
refused       refused  "status":200
reset-before  lost     "cut":"before"
reset-after   done     "cut":"after"
slow          slow     "drip_ms":1,"delay_ms":5
timeout       lost     "delay_ms":86400000
truncated     done     "truncate":20
malformed     garbled  "status":200,"commit":true,"body":"{\"broken\":"
html          page     "status":200,"body":"<html><h1>Please log in</h1></html>"
401           session  "status":401
403-day       stop     "status":403,"code":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit"
403-busy      busy     "status":403
403-other     config   "status":403,"code":"INSUFFICIENT_ACCESS","message":"insufficient access"
420           edge     "status":420
429           busy     "status":429
429-after     busy     "status":429,"headers":{"Retry-After":"0","Connection":"close"}
500           failure  "status":500
502           busy     "status":502
503           busy     "status":503
504           done     "status":504,"commit":true
short         short
long          long
'
# A fault that means something else for one route: an answer without a body cannot be cut short; an
# upload that is not answered in time may still be under way, and keeps another one out.
OTHERWISE='
upload truncated slow
upload timeout   hung
'

# --- what must come of it -------------------------------------------------------------------------

# How often the call arrived, the exit code, the records in the org, the rows rejected: when it
# fails once | when it fails for ever. n+ stands for n or more (a job may need another look).
#   collections  three rows by sObject Collections
#   bulk         four rows by a Bulk job whose results are fetched; the org refuses one of them
#   insert       the same as an insert, two of the rows being alike
#   half         four rows by a Bulk job that fails before it has written any
#   abort        four rows by a Bulk job whose upload is too large: two take its place
EXPECTED='
scenario     route         class     calls exit records rejects | calls exit records rejects

collections  token         refused   1     0    3       0       | 0     3    0       0
collections  token         busy      2     0    3       0       | 4     3    0       0
collections  token         edge      2     0    3       0       | 3     3    0       0
collections  token         failure   2     0    3       0       | 3     3    0       0
collections  token         lost      2     0    3       0       | 4     3    0       0
collections  token         done      2     0    3       0       | 4     3    0       0
collections  token         page      2     0    3       0       | 4     3    0       0
collections  token         garbled   2     0    3       0       | 4     3    0       0
collections  token         session   1     2    0       0       | 1     2    0       0
collections  token         stop      1     3    0       0       | 1     3    0       0
collections  token         config    1     2    0       0       | 1     2    0       0
collections  token         slow      1     0    3       0       | 1     0    3       0

collections  describe      refused   1     0    3       0       | 0     3    0       0
collections  describe      busy      2     0    3       0       | 4     3    0       0
collections  describe      edge      2     0    3       0       | 3     3    0       0
collections  describe      failure   2     0    3       0       | 3     3    0       0
collections  describe      lost      2     0    3       0       | 4     3    0       0
collections  describe      done      2     0    3       0       | 4     3    0       0
collections  describe      page      2     0    3       0       | 4     3    0       0
collections  describe      garbled   2     0    3       0       | 4     3    0       0
collections  describe      session   2     0    3       0       | 2     2    0       0
collections  describe      stop      1     3    0       0       | 1     3    0       0
collections  describe      config    1     2    0       0       | 1     2    0       0
collections  describe      slow      1     0    3       0       | 1     0    3       0

collections  newest        refused   1     0    3       0       | 0     3    0       0
collections  newest        busy      2     0    3       0       | 4     3    0       0
collections  newest        edge      2     0    3       0       | 3     3    0       0
collections  newest        failure   2     0    3       0       | 3     3    0       0
collections  newest        lost      2     0    3       0       | 4     3    0       0
collections  newest        done      2     0    3       0       | 4     3    0       0
collections  newest        page      2     0    3       0       | 4     3    0       0
collections  newest        garbled   2     0    3       0       | 4     3    0       0
collections  newest        session   2     0    3       0       | 2     0    3       0
collections  newest        stop      1     3    0       0       | 1     3    0       0
collections  newest        config    1     0    3       0       | 1     0    3       0
collections  newest        slow      1     0    3       0       | 1     0    3       0

collections  upsert        refused   1     0    3       0       | 0     3    0       0
collections  upsert        busy      2     0    3       0       | 4     3    0       0
collections  upsert        edge      2     0    3       0       | 3     3    0       0
collections  upsert        failure   2     0    3       0       | 3+    3    0       0
collections  upsert        lost      2     0    3       0       | 4     3    0       0
collections  upsert        done      2     0    3       0       | 4     3    3       0
collections  upsert        page      2     0    3       0       | 4     3    0       0
collections  upsert        garbled   2     0    3       0       | 4     3    3       0
collections  upsert        session   2     0    3       0       | 2     2    0       0
collections  upsert        stop      1     3    0       0       | 1     3    0       0
collections  upsert        config    1     2    0       0       | 1     2    0       0
collections  upsert        slow      1     0    3       0       | 1     0    3       0
collections  upsert        short     2     0    3       0       | 4     3    3       0
collections  upsert        long      2     0    3       0       | 4     3    3       0

bulk+insert  create        refused   1     1    3       1       | 0     3    0       0
bulk+insert  create        busy      2     1    3       1       | 4     3    0       0
bulk+insert  create        edge      2     1    3       1       | 3     3    0       0
bulk+insert  create        failure   2     1    3       1       | 3     3    0       0
bulk+insert  create        lost      2     1    3       1       | 4     3    0       0
bulk+insert  create        done      2     1    3       1       | 4     3    0       0
bulk+insert  create        page      2     1    3       1       | 4     3    0       0
bulk+insert  create        garbled   2     1    3       1       | 4     3    0       0
bulk+insert  create        session   2     1    3       1       | 2     2    0       0
bulk+insert  create        stop      1     3    0       0       | 1     3    0       0
bulk+insert  create        config    1     2    0       0       | 1     2    0       0
bulk+insert  create        slow      1     1    3       1       | 1     1    3       1

bulk+insert  upload        refused   1     1    3       1       | 0     3    0       0
bulk+insert  upload        busy      2     1    3       1       | 4     3    0       0
bulk+insert  upload        edge      2     1    3       1       | 9     3    0       0
bulk+insert  upload        failure   2     1    3       1       | 9     3    0       0
bulk+insert  upload        lost      2     1    3       1       | 4     3    0       0
bulk+insert  upload        done      2     1    3       1       | 4     3    0       0
bulk+insert  upload        page      2     1    3       1       | 4     3    0       0
bulk+insert  upload        garbled   1     1    3       1       | 1     1    3       1
bulk+insert  upload        session   2     1    3       1       | 2     2    0       0
bulk+insert  upload        stop      1     3    0       0       | 1     3    0       0
bulk+insert  upload        config    1     2    0       0       | 1     2    0       0
bulk+insert  upload        slow      1     1    3       1       | 1     1    3       1
bulk+insert  upload        hung      2     3    0       0       | 4     3    0       0

bulk+insert  close         refused   1     1    3       1       | 0     3    0       0
bulk+insert  close         busy      2     1    3       1       | 4     3    0       0
bulk+insert  close         edge      2     1    3       1       | 10    3    0       0
bulk+insert  close         failure   2     1    3       1       | 10    3    0       0
bulk+insert  close         lost      2     1    3       1       | 4     3    0       0
bulk+insert  close         done      1     1    3       1       | 1     1    3       1
bulk+insert  close         page      2     1    3       1       | 4     3    0       0
bulk+insert  close         garbled   1     1    3       1       | 1     1    3       1
bulk+insert  close         session   2     1    3       1       | 2     2    0       0
bulk+insert  close         stop      1     3    0       0       | 1     3    0       0
bulk+insert  close         config    1     2    0       0       | 1     2    0       0
bulk+insert  close         slow      1     1    3       1       | 1     1    3       1

bulk+insert  poll          refused   1+    1    3       1       | 0     3    3       0
bulk+insert  poll          busy      2+    1    3       1       | 4     3    3       0
bulk+insert  poll          edge      2+    1    3       1       | 3     3    3       0
bulk+insert  poll          failure   2+    1    3       1       | 3     3    3       0
bulk+insert  poll          lost      2+    1    3       1       | 4     3    3       0
bulk+insert  poll          done      2+    1    3       1       | 4     3    3       0
bulk+insert  poll          page      2+    1    3       1       | 4     3    3       0
bulk+insert  poll          garbled   2+    1    3       1       | 4     3    3       0
bulk+insert  poll          session   2+    1    3       1       | 2     2    3       0
bulk+insert  poll          stop      1     3    3       0       | 1     3    3       0
bulk+insert  poll          config    1     2    3       0       | 1     2    3       0
bulk+insert  poll          slow      1+    1    3       1       | 1+    1    3       1

bulk+insert  failed        refused   1     1    3       1       | 0     3    3       0
bulk+insert  failed        busy      2     1    3       1       | 4     3    3       0
bulk+insert  failed        edge      2     1    3       1       | 3     3    3       0
bulk+insert  failed        failure   2     1    3       1       | 3     3    3       0
bulk+insert  failed        lost      2     1    3       1       | 4     3    3       0
bulk+insert  failed        done      2     1    3       1       | 4     3    3       0
bulk+insert  failed        page      2     1    3       1       | 4     3    3       0
bulk+insert  failed        garbled   2     1    3       1       | 4     3    3       0
bulk+insert  failed        session   2     1    3       1       | 2     2    3       0
bulk+insert  failed        stop      1     3    3       0       | 1     3    3       0
bulk+insert  failed        config    1     2    3       0       | 1     2    3       0
bulk+insert  failed        slow      1     1    3       1       | 1     1    3       1
bulk+insert  failed        short     2     1    3       1       | 4     3    3       0

bulk+insert  successful    refused   1     1    3       1       | 0     3    3       1
bulk+insert  successful    busy      2     1    3       1       | 4     3    3       1
bulk+insert  successful    edge      2     1    3       1       | 3     3    3       1
bulk+insert  successful    failure   2     1    3       1       | 3     3    3       1
bulk+insert  successful    lost      2     1    3       1       | 4     3    3       1
bulk+insert  successful    done      2     1    3       1       | 4     3    3       1
bulk+insert  successful    page      2     1    3       1       | 4     3    3       1
bulk+insert  successful    garbled   2     1    3       1       | 4     3    3       1
bulk+insert  successful    session   2     1    3       1       | 2     2    3       1
bulk+insert  successful    stop      1     3    3       1       | 1     3    3       1
bulk+insert  successful    config    1     2    3       1       | 1     2    3       1
bulk+insert  successful    slow      1     1    3       1       | 1     1    3       1
bulk+insert  successful    short     2     1    3       1       | 4     3    3       1

half         unprocessed   refused   1     0    4       0       | 0     3    0       0
half         unprocessed   busy      2     0    4       0       | 4     3    0       0
half         unprocessed   edge      2     0    4       0       | 3     3    0       0
half         unprocessed   failure   2     0    4       0       | 3     3    0       0
half         unprocessed   lost      2     0    4       0       | 4     3    0       0
half         unprocessed   done      2     0    4       0       | 4     3    0       0
half         unprocessed   page      2     0    4       0       | 4     3    0       0
half         unprocessed   garbled   2     0    4       0       | 4     3    0       0
half         unprocessed   session   2     0    4       0       | 2     2    0       0
half         unprocessed   stop      1     3    0       0       | 1     3    0       0
half         unprocessed   config    1     2    0       0       | 1     2    0       0
half         unprocessed   slow      1     0    4       0       | 1     0    4       0
half         unprocessed   short     1     0    4       0       | 1     0    4       0

abort        close         refused   2     0    4       0       |
abort        close         busy      3     0    4       0       |
abort        close         edge      3     0    4       0       |
abort        close         failure   3     0    4       0       |
abort        close         lost      3     0    4       0       |
abort        close         done      3     0    4       0       |
abort        close         page      3     0    4       0       |
abort        close         garbled   3     0    4       0       |
abort        close         session   4     0    4       0       |
abort        close         stop      3     0    4       0       |
abort        close         config    3     0    4       0       |
abort        close         slow      3     0    4       0       |
'

# route, its method and path for a fault plan. Every call has a connection of its own here; which
# one it is, the undisturbed run tells.
ROUTES='
token        POST   */services/oauth2/token
describe     GET    */sobjects/*/describe
newest       GET    */query
upsert       PATCH  */composite/sobjects/*
create       POST   */jobs/ingest
upload       PUT    */jobs/ingest/*/batches
close        PATCH  */jobs/ingest/*
poll         GET    */jobs/ingest/750???????????????
failed       GET    */ingest/*/failedResults
successful   GET    */ingest/*/successfulResults
unprocessed  GET    */ingest/*/unprocessedrecords
'

# --- the tables read ------------------------------------------------------------------------------

declare -A mx_class mx_members mx_rule mx_connection mx_once mx_ever mx_want
mx_cases=()

mx_class_of() { # route fault: sets REPLY
    REPLY=${mx_class[$2]}
    [[ $OTHERWISE =~ $'\n'$1\ +$2\ +([a-z]+) ]] && REPLY=${BASH_REMATCH[1]}
}

mx_expect() { # scenario route class once ever: and the cases that follow from it
    local name
    mx_once[$1 $2 $3]=$4
    mx_ever[$1 $2 $3]=$5
    while read -r name _; do
        [ -n "$name" ] || continue
        mx_class_of "$2" "$name"
        [ "$REPLY" = "$3" ] || continue
        mx_cases+=("$1 $2 $name once")
        [ -z "$5" ] || mx_cases+=("$1 $2 $name ever")
    done <<< "$FAULTS"
}

mx_read_tables() {
    local name rest method glob scenarios scenario route class once ever
    while read -r name class rest; do
        [ -n "$name" ] || continue
        mx_class[$name]=$class mx_members[$name]=$rest
    done <<< "$FAULTS"
    while read -r name method glob; do
        [ -z "$name" ] || mx_rule[$name]="$method $glob"
    done <<< "$ROUTES"
    while read -r scenarios route class rest; do
        case $scenarios in '' | scenario) continue ;; esac
        read -r once <<< "${rest%|*}"
        read -r ever <<< "${rest#*|}"
        for scenario in ${scenarios//+/ }; do
            mx_expect "$scenario" "$route" "$class" "${once// +( )/ }" "${ever// +( )/ }"
        done
    done <<< "$EXPECTED"
}
mx_read_tables

# --- scenarios ------------------------------------------------------------------------------------

export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 # the preload stands before it
MX_HEADERS='"headers":{"Connection":"close"}'
MX_REFUSES='"row_like":"Bad*","row_code":"STRING_TOO_LONG"' # the row that the org refuses
MX_QUEUES=AC_HistoricalQueueMetrics__c

mx_report() { # queue...
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    local q
    for q in "$@"; do
        echo "$q,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7"
    done
}

# Sets what a scenario loads, where to, what the org does in it without any fault (rules), which
# row it refuses (bad), how many rows are rejected so.
mx_scenario() { # name
    object=$MX_QUEUES input=rows.csv args=(--region none) rules='' limits='' bad='' n_bad=0
    column=AC_Record_Id__c
    case $1 in
        collections) ;;
        bulk)
            input=bad.csv limits='"collections_max":0,' args+=(--results results) n_bad=1
            bad=$MX_REFUSES
            ;;
        insert)
            input=calls.csv object=Call_Campaign__c n_bad=1 column=Phone_Number__c
            args=(--plugin "$AC_ABI/good/calls.so" --results results)
            bad=${MX_REFUSES/Bad/+12025559}
            ;;
        half)
            input=four.csv limits='"collections_max":0,' args+=(--results results)
            rules='{"route":"PATCH */jobs/ingest/*","nth":1,"job":"fail_half",'$MX_HEADERS'},'
            ;;
        abort)
            input=four.csv limits='"collections_max":0,'
            rules='{"route":"PUT */jobs/ingest/*/batches","nth":1,"status":413,'$MX_HEADERS'},'
            ;;
    esac
    [ -z "$bad" ] || rules='{"route":"PATCH */jobs/ingest/*",'$bad,$MX_HEADERS'},'
}

mx_config() { # base_ms timeout_ms
    echo '{"retry":{"base_ms":'"$1"',"max_ms":'"$1"',"attempts":4,"few_attempts":3},
        "timeout_ms":'"$2"',"limits":{'"$limits"'"collections_in_flight":1,"bulk_in_flight":1,
        "poll_first_ms":40,"poll_max_ms":100}}' > config.json
}

mx_plan() { # [rule,]: a new plan, with what the scenario and every call do anyway
    req POST //sandbox/faults "[${1-}$rules{\"route\":\"* *\",$MX_HEADERS}]"
    [ "$SB_STATUS" = 200 ] || not_ok a_plan_is_taken "$SB_BODY"
}

# Runs acload: sets code, rejected (rows of this run).
mx_load() {
    local out
    out=$("$@" "$ACLOAD" import --json --config config.json --state state "${args[@]}" "$input" \
        2> err.txt)
    code=$?
    rejected='?'
    [[ $out =~ \"rejected\":([0-9]+) ]] && rejected=${BASH_REMATCH[1]}
}

mx_fresh() {
    rm -rf state results
    req POST //sandbox/reset
}

# Sets records: all of the scenario's object, n_records.
mx_look() {
    local lines
    req GET "//sandbox/records?object=$object"
    records=$(LC_ALL=C sort <<< "${SB_BODY%$'\n'}")
    lines=${SB_BODY//[^$'\n']/}
    n_records=${#lines}
}

# Which connection of the scenario's undisturbed run a route has: the first one of its kind.
mx_find_connections() { # scenario
    local number method path name have glob
    while read -r number method path _; do
        path=${path%%\?*}
        for name in "${!mx_rule[@]}"; do
            read -r have glob <<< "${mx_rule[$name]}"
            # shellcheck disable=SC2053  # it is a pattern
            [[ $method == "$have" && $path == $glob ]] || continue
            : "${mx_connection[$1 $name]:=$number}"
        done
    done < connections
}

matrix_begin() { # scenario...
    sandbox_start --without $MX_QUEUES.Region__c
    mx_report 'One' 'Two' 'Three' > rows.csv
    mx_report 'One' 'Two' 'Three' 'Four' > four.csv
    mx_report 'One' 'Bad' 'Two' 'Three' > bad.csv
    printf '%s\n' Phone +12025550001 +12025550002 +12025550002 +12025559999 > calls.csv
    local scenario
    for scenario in "$@"; do
        mx_scenario "$scenario"
        mx_config 1 20000
        mx_fresh
        mx_plan
        rm -f connections
        mx_load env "LD_PRELOAD=$REFUSE" AC_CONNECTIONS=connections
        mx_look
        is "${scenario}_undisturbed" "$code $rejected $((n_records + n_bad))" \
            "$n_bad $n_bad $(($(wc -l < $input) - 1))"
        mx_want[$scenario]=$records
        mx_find_connections "$scenario"
    done
}

# --- one case -------------------------------------------------------------------------------------

mx_fault() { # route fault when: sets rule (ended by a comma) of a fault plan
    local members=${mx_members[$2]} nth=''
    [ "$3" = ever ] || nth='"nth":1,'
    [ "${mx_class[$2]}" != refused ] || nth='"nth":1000000,' # the rule only counts
    case $2 in
        short)
            members='"rows":-1'
            [ "$1" = upsert ] || members='"status":200,"body":"\"sf__Id\",\"sf__Created\",'
            [ "$1" = upsert ] || members+='\"sf__Error\",\"'$column'\"\n"'
            ;;
        long) members='"rows":1' ;;
    esac
    [[ $members == *'"headers"'* ]] || members+=",$MX_HEADERS"
    [[ $1 != close || -z $bad ]] || members+=,$bad # the rule that fires decides alone
    rule='{"route":"'${mx_rule[$1]}'",'$nth$members'},'
}

mx_fits() { # have want: n+ is n or more
    case $2 in
        *+) [ "$1" -ge "${2%+}" ] ;;
        *) [ "$1" = "$2" ] ;;
    esac
}

matrix() { # scenario route fault when
    local class want have rule='' base=1 timeout=20000 runner=() n name=$1_$2_${3//-/_}_$4
    mx_class_of "$2" "$3"
    class=$REPLY
    want=${mx_once[$1 $2 $class]}
    [ "$4" = once ] || want=${mx_ever[$1 $2 $class]}
    mx_scenario "$1"
    [ "$3" != timeout ] || timeout=250
    [ "$3" != 429-after ] || base=60000 # were Retry-After not heeded, this would take a minute
    if [ "$class" = refused ]; then
        n=${mx_connection[$1 $2]-}
        [ -n "$n" ] || not_ok "$name" "the undisturbed run makes no such call"
        [ "$4" = once ] || n+=+
        runner=(env "LD_PRELOAD=$REFUSE" "AC_REFUSE=$n")
    fi
    mx_fault "$2" "$3" "$4"
    mx_config $base $timeout
    mx_fresh
    mx_plan "$rule"
    mx_load "${runner[@]}"
    local first=$code said
    said=$(< err.txt)
    req GET //sandbox/faults
    [[ $SB_BODY =~ \"matched\":([0-9]+) ]] && n=${BASH_REMATCH[1]}
    mx_look
    have="$n $code $n_records $rejected"
    local calls rest
    read -r calls rest <<< "$want"
    if ! mx_fits "$n" "$calls" || [ "${have#* }" != "$rest" ]; then
        not_ok "$name" "calls exit records rejects
have: $have
want: $want
$said"
        return
    fi
    # The org is well again: whatever was left is brought to its end, once.
    mx_config 1 20000
    mx_plan
    mx_load
    mx_look
    local rejects=0
    [ $n_bad = 0 ] || rejects=$("$ACLOAD" rejects list --json --state state | wc -l)
    if [ "$first" -ge 2 ] && [ "$code" != $n_bad ] || [ "$records" != "${mx_want[$1]}" ] ||
        [ "$rejects" != $n_bad ]; then
        not_ok "${name}_and_again" "exit code $code, $rejects rejects, $n_records records:
$records
$said
--
$(< err.txt)"
        return
    fi
    ok "$name"
}

matrix_all() { # scenario...
    matrix_begin "$@"
    local scenario route fault when
    for REPLY in "${mx_cases[@]}"; do
        read -r scenario route fault when <<< "$REPLY"
        # shellcheck disable=SC2053  # it is a pattern
        [[ " $* " == *" $scenario "* && ${scenario}_${route}_${fault//-/_}_$when == ${M:-*} ]] ||
            continue
        matrix "$scenario" "$route" "$fault" "$when"
    done
}
