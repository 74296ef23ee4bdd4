#!/bin/bash
# SPDX-License-Identifier: MIT
# Bad input through the whole program: each case once into a local org, once as a dry run.
#
#   tests/cases/bad/<case>/   is one when it holds `expect`; tests/cases/bad/README.md says what
#                             else may be there
#   test_bad.sh [CASE...]     only these (names or folders); without, every one
#
# Whatever the input: the counts add up, they are those of the ledger, every reject that was counted
# is kept, as many records are in the org as were written, and nothing is left in the spool.
set -u
: "${AC_ROOT:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${ACLOAD:?test_bad.sh is started by make test}"
: "${PLUGINS:?test_bad.sh is started by make test}"
: "${AC_BENCH:?test_bad.sh is started by make test}"
: "${AC_CHAOS:?test_bad.sh is started by make test}"
export AC_ROOT
CASES=$AC_ROOT/tests/cases

# --- for what a case's `make` and `run` say -------------------------------------------------------

# Rows of a queue report: the header, and rows of those names.
header() { echo 'Queue,StartInterval,EndInterval,Contacts handled'; }
rows() { # name...
    printf '%s,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,1\n' "$@"
}
# A contact record on a line; whatever is wrong with it comes first in it.
contact() { # number [members, each with a comma behind it]
    printf '{%s"AWSContactTraceRecordFormatVersion":"2017-03-10",' "${2-}"
    printf '"Attributes":{"postcallCTRImportEnabled":"true"},"Channel":"VOICE",'
    printf '"ContactId":"contact-%s","LastUpdateTimestamp":"2031-03-04T16:03:30Z"}\n' "$1"
}
# So many bytes of a letter.
letters() { head -c "$1" /dev/zero | tr '\0' a; }

# acload with what every call needs.
acload() { # command [arg...]
    timeout -k 5 100 "${wrap[@]}" "$ACLOAD" "$@" --plugin-dir "$PLUGINS" \
        --schemas "$AC_ROOT/schemas"
}
wrap=() measured=()
# Imports into the local org; a case's `run` names what.
import() { # word...
    args=(import --json --log-values --state ../state "${case_args[@]}" "$@")
    wrap=("${measured[@]}")
    acload "${args[@]}" > ../out 2> ../err
    echo $? > ../code
    wrap=()
}
# The same as a dry run.
dry() { # word...
    args=(import --json --log-values --dry-run --state ../none "${case_args[@]}" "$@")
    acload "${args[@]}" > ../dry.out 2> ../dry.err
    echo $? > ../dry.code
}
# A run before the one that counts must end like this, and say this.
ends_with() { # code pattern command...
    local want=$1 pattern=$2
    shift 2
    "$@"
    cat ../code ../dry.code 2> /dev/null | grep -qx "$want" || echo "did not end with $want: $*"
    cat ../err ../dry.err 2> /dev/null > ../said
    grep -qE -e "$pattern" ../said || echo "not said by $*: $pattern: $(< ../said)"
    rm -f ../out ../err ../code ../dry.*
}
# No file may get larger than so many KiB: to whoever writes it, the disk is full.
limited() { # kib command...
    (ulimit -f "$1" && "${@:2}")
}
# A file is changed at the n-th read of the m-th time it is opened: tests/chaos/change.c.
changing() { # "m n what" command...
    local change=$1
    shift
    (
        export AC_CHANGE="input.csv $change" LD_PRELOAD=$AC_CHAOS/change.so
        export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
        "$@"
    )
}

# --- one case -------------------------------------------------------------------------------------

prepare() { # case place
    local files=("$CASES/bad/good.csv" "$1"/input*)
    [ -e "${files[1]}" ] || files=("${files[0]}")
    mkdir -p "$2/in"
    cp "${files[@]}" "$2/in/"
    # shellcheck source=/dev/null
    [ ! -f "$1/make" ] || (cd "$2/in" && set -e && . "$1/make") > "$2/make.err" 2>&1 ||
        echo "make failed: $(< "$2/make.err")"
}

run_both() { # case place
    if [ -f "$1/run" ]; then
        # shellcheck source=/dev/null
        . "$1/run"
        return
    fi
    # A sanitizer has a memory of its own.
    measured=()
    [ ! -f "$1/peak" ] || [[ $AC_OUT != */release ]] || measured=("$AC_BENCH/measure" ../peak)
    dry "${words[@]}" < /dev/null
    import "${words[@]}" < /dev/null
    [ ${#measured[@]} -eq 0 ] || peak "$(< "$1/peak")"
}

peak() { # kib
    local used
    read -r _ _ used _ < ../peak
    [ "$used" -le "$1" ] || echo "it took $used KiB, more than $1"
}

# What was found, as `expect` says it; what does not add up, as lines that begin with "!".
# shellcheck disable=SC2016  # these are variables of jq
tell='
def text: "exit \(.exit_code)
inputs \(.inputs.settled) settled, \(.inputs.failed) failed
rows \(.rows.read) read = \(.rows.sent) sent + \(.rows.dropped) dropped + \(.rows.rejected) rejected
records \(.records.made) made = \(.records.written) written + \(.records.refused) refused" +
    " + \(.records.superseded) superseded";
def adds_up($who):
    (if .rows.read == .rows.sent + .rows.dropped + .rows.rejected + (.rows.held // 0) then empty
     else "! \($who): the rows do not add up: \(.rows)" end),
    (if .records.made == .records.written + .records.refused + .records.superseded then empty
     else "! \($who): the records do not add up: \(.records)" end);
def same($what; $a; $b): if $a == $b then empty else "! \($what): \($a) and \($b)" end;
'
tell_again=$tell'
if .[0] == null then "! there is no summary" else
    (.[0] | text), (.[0] | adds_up("the summary")), "\(.[1].in_org) in the org",
    same("exit code and summary"; .[1].code; .[0].exit_code)
end'
# shellcheck disable=SC2016
tell+='
.[0] as $org | .[1] as $dry | .[2] as $status | .[3] as $more |
if $org == null then "! there is no summary" else
    ($org | text | split("\n")[]),
    ($org | adds_up("the summary")),
    same("exit code and summary"; $more.code; $org.exit_code),
    same("records written and in the org"; $org.records.written; $more.in_org),
    same("rows rejected and rejects kept"; $org.rows.rejected; $more.rejects),
    same("files in the spool and none"; $more.spool; 0)
end,
if $status == null then "! there is no status" else
    ($status | adds_up("the status")),
    same("rows of summary and status"; $org.rows | del(.held); $status.rows),
    same("records of summary and status"; $org.records; $status.records)
end,
if $more.is_dry | not then empty
elif $dry == null then "! the dry run has no summary" else
    "dry", ($dry | text | split("\n")[]),
    ($dry | adds_up("the dry run")),
    same("exit code and summary of the dry run"; $more.dry_code; $dry.exit_code),
    same("records written and shown by the dry run"; $dry.records.written; $more.dry_records)
end'

# Starting a program takes as long as acload takes for a case: what follows starts few.

last_summary() { # file: sets REPLY
    local line
    REPLY=null
    [ ! -f "$1" ] || while IFS= read -r line; do
        [[ $line != '{"inputs":'* ]] || REPLY=$line
    done < "$1"
}

lines_of() { # file: sets REPLY to their number
    local lines=()
    [ ! -f "$1" ] || mapfile -t lines < "$1"
    REPLY=${#lines[@]}
}

in_org() { # sets REPLY to the number of records of these objects; leaves them in ../org
    local object
    for object in AC_HistoricalQueueMetrics__c AC_AgentPerformance__c AC_ContactTraceRecord__c; do
        req GET "//sandbox/records?object=$object"
        printf '%s' "$SB_BODY"
    done > ../org
    lines_of ../org
}

found() { # everything known of the two runs, told
    local code=null dry_code=null is_dry=false org dry status more n=() spool=(../state/spool/*)
    [ ! -f ../code ] || code=$(< ../code)
    [ ! -f ../dry.code ] || { dry_code=$(< ../dry.code) && is_dry=true; }
    [ -e "${spool[0]}" ] || spool=()
    last_summary ../out
    org=$REPLY
    last_summary ../dry.err
    dry=$REPLY
    status=$("$ACLOAD" status --json --state ../state 2> ../status.err < /dev/null)
    : > ../rejects
    [[ $org == *'"rejected":0,'* ]] ||
        "$ACLOAD" rejects list --json --max 1000 --state ../state > ../rejects 2>> ../status.err
    for file in ../org ../dry.out ../rejects; do
        [ "$file" != ../org ] || in_org
        lines_of "$file"
        n+=("$REPLY")
    done
    more="{\"code\":$code,\"dry_code\":$dry_code,\"is_dry\":$is_dry,\"in_org\":${n[0]},
        \"dry_records\":${n[1]},\"rejects\":${n[2]},\"spool\":${#spool[@]}}"
    jq -rs "$tell" <<< "$org ${dry} ${status:-null} $more"
}

# `expect` is what both runs tell; where a dry run differs, that stands behind a line "dry". Behind
# a line "again" stands what another import tells, when nothing disturbs it any more.
section() { # case name: sets REPLY
    local line at=first
    REPLY=''
    while IFS= read -r line; do
        case $line in
            dry | again) at=$line ;;
            *) [ "$at" != "$2" ] || REPLY+=$line$'\n' ;;
        esac
    done < "$1/expect"
}

differ() { # want have
    [ "$1" = "$2" ] || diff <(printf '%s' "$1") <(printf '%s' "$2") | grep '^[<>]'
}

compare() { # case
    local want have=''
    section "$1" first
    want=$REPLY
    if [ -f ../dry.code ]; then
        section "$1" dry
        want+=dry$'\n'${REPLY:-$want}
    fi
    while IFS= read -r line; do
        if [[ $line == '!'* ]]; then echo "$line"; else have+=$line$'\n'; fi
    done < ../have
    differ "$want" "$have"
}

once_more() { # case word...
    section "$1" again
    [ -n "$REPLY" ] || return 0
    local want=$REPLY org
    shift
    import "$@" < /dev/null
    last_summary ../out
    org=$REPLY
    in_org
    org+=" {\"code\":$(< ../code),\"in_org\":$REPLY}"
    differ "$want" "$(jq -rs "$tell_again" <<< "$org")"$'\n'
}

like_lines() { # patterns what file: every pattern has a line
    local pattern line lines=() is_there
    [ -f "$1" ] || return 0
    mapfile -t lines < "$3"
    while IFS= read -r pattern; do
        is_there=no
        for line in "${lines[@]}"; do
            [[ $line =~ $pattern ]] && is_there=yes && break
        done
        [ $is_there = yes ] || echo "$2 has no line like: $pattern"
    done < "$1"
}

# The rejects in their order, one pattern each: line code: message: row.
like_rejects() { # patterns
    local patterns=() lines=() i
    [ -f "$1" ] || return 0
    mapfile -t patterns < "$1"
    mapfile -t lines < <(
        jq -r '"\(.line) \(.code): \(.message): \(.row[:1000] | @json)"' ../rejects)
    for i in "${!patterns[@]}"; do
        [[ ${lines[i]-} =~ ${patterns[i]} ]] || echo "reject $i is: ${lines[i]-}
    not like: ${patterns[i]}"
    done
    [ ${#patterns[@]} -eq ${#lines[@]} ] || echo "there are ${#lines[@]} rejects"
}

judge() { # case
    local text
    found > ../have
    compare "$1"
    like_lines "$1/expect.err" 'standard error' ../err
    [ ! -f ../dry.code ] || like_lines "$1/expect.err" 'the dry run' ../dry.err
    like_rejects "$1/expect.rejects"
    like_lines "$1/expect.org" 'the org' ../org
    # A sanitizer speaks where nobody looks otherwise.
    text=$(cat ../*err)
    [[ ! $text =~ (Sanitizer|runtime error|Assertion) ]] || echo "${BASH_REMATCH[0]}"
}

one() { # case
    local case=$1 name=bad/${1##*/} place=$SB_DIR/case case_args=(--region none)
    rm -rf "$place"
    [ ! -f "$case/args" ] || mapfile -t case_args < "$case/args"
    [ ! -f "$case/config" ] || case_args+=(--config "$case/config")
    req POST //sandbox/reset
    prepare "$case" "$place" > "$SB_DIR/bad"
    cd "$place/in" || exit 2
    local words=(input*)
    [ ! -f "$case/inputs" ] || mapfile -t words < "$case/inputs"
    {
        run_both "$case" "$place"
        judge "$case"
        once_more "$case" "${words[@]}"
    } >> "$SB_DIR/bad"
    if [ -s "$SB_DIR/bad" ]; then
        not_ok "$name" "$(head -n 40 "$SB_DIR/bad")
    $(head -c 2000 ../err)"
    else
        ok "$name"
    fi
    cd "$TMPDIR" || exit 2
}

worker() { # case...
    # shellcheck source=tests/e2e/lib.sh
    . "$AC_ROOT/tests/e2e/lib.sh"
    export HOME=$SB_DIR TMPDIR=$SB_DIR
    sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c \
        --without AC_AgentPerformance__c.Region__c
    sb_login
    local case
    # What a case defines goes with it.
    for case in "$@"; do (one "$case"); done > "$SB_DIR/report"
    cat "$SB_DIR/report" # in one write, so that workers do not mix
}

if [ "${1-}" = --worker ]; then
    shift
    worker "$@"
    exit 0
fi

list=()
for case in "$@"; do list+=("$CASES/bad/$(basename "$case")"); done
if [ ${#list[@]} -eq 0 ]; then
    for file in "$CASES"/bad/*/expect; do list+=("$(dirname "$file")"); done
fi
log=$(mktemp) || exit 1
printf '%s\0' "${list[@]}" |
    xargs -0 -n "${AC_BAD_CASES:-12}" -P "${AC_JOBS:-2}" "$0" --worker | tee "$log"
told=$(grep -cE '^(not )?ok bad/' "$log")
[ "$told" -eq ${#list[@]} ] || echo "not ok $told of ${#list[@]} cases reported" | tee -a "$log"
! grep -q '^not ok' "$log"
