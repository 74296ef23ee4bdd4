#!/bin/bash
# SPDX-License-Identifier: MIT
# Streams of Kinesis, from kinesalite as others wrote it, into the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/peers/peers.sh
. "$(dirname "$0")/peers.sh"
: "${ACLOAD:?started by make check}"
here=$(cd "$(dirname "$0")" && pwd)

peer_install kinesalite kinesalite@3
kin=$SB_DIR/kinesis port=''
mkdir "$kin" && cd "$SB_DIR" || exit 2
export HOME=$SB_DIR
mkfifo to from
node "$here/kinesalite.js" "$kin" < to > from 2> "$kin/err" &
kin_pid=$!
exec 8> to 9< from
end() {
    local status=$?
    exec 8>&- 9<&-
    kill "$kin_pid" 2> /dev/null
    wait "$kin_pid" 2> /dev/null
    (exit "$status") # for lib_end to see
    lib_end
}
trap end EXIT
for ((i = 0; i < 6000 && ! ${#port}; i++)); do
    [ -s "$kin/port" ] && port=$(< "$kin/port")
    kill -0 "$kin_pid" 2> /dev/null || break
    pause 0.01
done
[ -n "$port" ] || { not_ok kinesalite_starts "$(< "$kin/err")"; exit 1; }
export AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:$port AWS_REGION=eu-central-1
export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_EC2_METADATA_DISABLED=true
unset AWS_ENDPOINT_URL

ask() { # action body: sets REPLY
    printf '%s %s\n' "$1" "${2//$'\n'/ }" >&8
    read -r -u 9 -t 20 REPLY
}
stream() { # name shards: made, and there
    ask CreateStream "{\"StreamName\":\"$1\",\"ShardCount\":$2}"
    active "$1"
}
split() { # stream shard: halves the only one there was
    ask SplitShard "{\"StreamName\":\"$1\",\"ShardToSplit\":\"shardId-00000000000$2\",
        \"NewStartingHashKey\":\"85070591730234615865843651857942052864\"}"
    active "$1"
}
merge() { # stream shard shard
    ask MergeShards "{\"StreamName\":\"$1\",\"ShardToMerge\":\"shardId-00000000000$2\",
        \"AdjacentShardToMerge\":\"shardId-00000000000$3\"}"
    active "$1"
}
active() { # stream: waits until it is no more being changed
    for ((i = 0; i < 500; i++)); do
        ask DescribeStreamSummary "{\"StreamName\":\"$1\"}"
        [[ $REPLY != *'"ACTIVE"'* ]] || return 0
        pause 0.01
    done
}
contact() { # id [minute]
    printf '{"AWSContactTraceRecordFormatVersion":"2017-03-10","Attributes":'
    printf '{"postcallCTRImportEnabled":"true"},"Channel":"VOICE","ContactId":"%s",' "$1"
    printf '"LastUpdateTimestamp":"2031-03-04T16:%02d:00Z"}' "${2-0}"
}
put_text() { # stream key text: any bytes but NUL
    local data
    data=$(printf '%b' "$3" | base64 -w 0)
    ask PutRecord "{\"StreamName\":\"$1\",\"PartitionKey\":\"$2\",\"Data\":\"$data\"}"
    [[ $REPLY == *SequenceNumber* ]] || not_ok a_record_is_put "$REPLY"
}
put() { # stream id...: one record each
    local name=$1 id
    shift
    for id; do put_text "$name" "$id" "$(contact "$id")"; done
}
run() {
    : > "$kin/log"
    "$ACLOAD" run --config acload.json "$@" > out.txt 2> err.txt
    code=$?
    out=$(< out.txt) err=$(< err.txt)
}
told() { jq -c '[.inputs.settled, .rows.sent, .rows.dropped, .rows.rejected]' <<< "$out"; }
contacts() { # stream: how many of its contacts the org has
    sb GET '//sandbox/records?object=AC_ContactTraceRecord__c' |
        jq -s --arg of "$1-" 'map(select(.ContactId__c | startswith($of))) | length'
}
places() { # stream: where its shards stand
    sqlite3 state/ledger.db "SELECT value FROM checkpoint WHERE scope LIKE '% $1' ORDER BY name"
}
asked() { grep -c " $1\$" "$kin/log"; }

sandbox_start
sb_login
cat > acload.json << END
{"state": "state", "region": "none", "retry": {"base_ms": 1, "max_ms": 5}, "jobs": {
  "s": {"inputs": "kinesis://s"}, "kill": {"inputs": "kinesis://kill"},
  "mixed": {"inputs": "kinesis://mixed"}, "rest": {"inputs": "kinesis://rest"},
  "many": {"inputs": "kinesis://many", "plugins": "ctr"},
  "now": {"inputs": "kinesis://now", "start": "LATEST"},
  "since": {"inputs": "kinesis://since", "start": "2031-03-04T16:00:00Z"},
  "gone": {"inputs": ["kinesis://gone", "files/", "kinesis://no:name"]}}}
END

# --- from the oldest record to the tip ------------------------------------------------------------

stream s 2
put s s-{1..40}
run s --json
is what_is_there_is_imported "$code $(told) $(contacts s)" '0 [2,40,0,0] 40'
run s
is with_nothing_new_it_says_nothing "$code|$out|$err" '0||'
put s s-41
run s --json
is what_is_new_is_imported "$code $(told)" '0 [1,1,0,0]'
run s --dry-run
is a_dry_run_shows_all "$code $(grep -c s- out.txt)" '0 41'
run s --again --json
is all_is_read_again "$code $(jq .rows.sent <<< "$out") $(contacts s)" '0 41 41'
run s
is again_moves_on "$code|$out|$err" '0||'
"$ACLOAD" status --config acload.json > out.txt
like status_names_the_input "$(< out.txt)" '*kinesis s/shardId-000000000001 record* *'

# --- reshards -------------------------------------------------------------------------------------

order() { # stream: names of its inputs as they were begun, without the numbers
    sqlite3 state/ledger.db "SELECT substr(name, 9, instr(name, ' record') - 9) FROM input
        WHERE name LIKE 'kinesis $1/%' ORDER BY id" | uniq | sed 's/.*0//' | tr -d '\n'
}
stream mixed 1
put mixed mixed-{1..5}
split mixed 0
put mixed mixed-{6..20}
merge mixed 1 2
put mixed mixed-{21..25}
run mixed --json
is shards_of_every_age_are_read "$code $(told) $(contacts mixed)" '0 [4,25,0,0] 25'
is parents_come_before_children "$(order mixed)" 123
is ended_shards_are_noted "$(places mixed | head -n 3 | tr '\n' ' ')" 'end end end '
run mixed
is nothing_of_it_is_new "$code|$out" '0|'
is ended_shards_are_not_asked "$(asked GetRecords)" 1
put mixed mixed-26
split mixed 3
put mixed mixed-27
run mixed --json
is a_split_between_two_runs_is_followed "$code $(told) $(contacts mixed)" '0 [2,2,0,0] 27'

# --- what is no contact ---------------------------------------------------------------------------

stream rest 1
put_text rest a 'no JSON'
run rest
like a_record_without_json_is_told "$code $err" '4 *none of its records (1) holds JSON*read again*'
put rest rest-1
put_text rest a "$(contact rest-2)$(contact rest-3)"
put_text rest a '{"ContactId":"cut'
ask PutRecord "{\"StreamName\":\"rest\",\"PartitionKey\":\"a\",\"Data\":\"$(
    contact rest-4 | gzip -c | base64 -w 0)\"}"
run rest --json
is rubbish_is_rejected_beside_contacts "$code $(told) $(contacts rest)" '1 [1,4,0,2] 4'
run rest
is it_is_behind_us "$code|$out|$err" '0||'
put_text rest a 'the last words'
split rest 0
run rest --json
is at_a_shard_s_end_it_is_rejected_alone "$code $(told)" '1 [1,0,0,1]'
like and_kept "$("$ACLOAD" rejects list --json --config acload.json)" \
    '*holds no JSON object: the last words*'
run rest
is that_is_behind_us_too "$code|$out|$err" '0||'

# --- where to begin -------------------------------------------------------------------------------

stream now 1
put now now-1
run now
is latest_begins_with_nothing "$code|$out|$err" '0||'
pause 0.05
put now now-2
run now --json
is latest_then_reads_what_came "$code $(told) $(contacts now)" '0 [1,1,0,0] 1'
stream since 1
put since since-1
run since
like a_time_to_come_is_refused "$code $err" '4 *the stream since in eu-central-1*InvalidArgument*'
sed -i 's/2031-03-04T16:00:00Z/2021-03-04T16:00:00Z/' acload.json
run since --json
is a_time_gone_by_is_begun_at "$code $(told)" '0 [1,1,0,0]'

# --- what is refused ------------------------------------------------------------------------------

mkdir files && contact file-1 > files/one && touch -d '1 hour ago' files/one
run gone --json
like a_stream_that_is_not_there_is_told "$code $err" \
    '4 *kinesis://gone*there is no stream gone in eu-central-1*'
like so_is_one_that_cannot_be "$err" '*"no:name" cannot be the name of a stream*'
is other_inputs_are_read "$(contacts file)" 1
AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:1 run s
like a_host_that_is_not_there_is_told "$code $err" \
    '4 *kinesis://s*the stream s in eu-central-1 cannot be reached*'
echo 'GetRecords ProvisionedThroughputExceededException 3' > "$kin/refuse"
put s s-42
run s --json
is too_many_reads_are_repeated "$code $(told)" '0 [1,1,0,0]'
echo 'GetRecords ExpiredIteratorException 1' > "$kin/refuse"
put s s-43
run s --json
is an_expired_iterator_is_asked_for_anew "$code $(told)" '0 [1,1,0,0]'
rm "$kin/refuse"
"$ACLOAD" check --config acload.json > out.txt
like check_looks_at_streams "$(tr -s ' \n' ' ' < out.txt)" \
    '*ok stream job s: s in eu-central-1, 2 shards*'
like check_tells_what_is_not_there "$(tr -s ' \n' ' ' < out.txt)" \
    '*FAIL stream job gone: there is no stream gone in eu-central-1*'

# --- the pace -------------------------------------------------------------------------------------

# A read gives 500 records; of any six the last comes a second after the first.
stream many 1
put many many-1
records=$(printf ',{"PartitionKey":"a","Data":"e30="}%.0s' {1..500})
for ((k = 0; k < 14; k++)); do
    ask PutRecords "{\"StreamName\":\"many\",\"Records\":[${records#,}]}"
done
run many --json
is many_reads_are_one_input "$code $(told)" '0 [1,1,7000,0]'
n_bad=$(awk '$2 == "GetRecords" { at[++n] = $1 }
    END { for (i = 6; i <= n; i++) if (at[i] - at[i - 5] < 990) bad++; print n, bad + 0 }' \
    "$kin/log")
is no_shard_is_read_too_often "$n_bad" '16 0'

# --- a kill at any step ---------------------------------------------------------------------------

ended() { # step: as the shim does it
    TORTURE_AT=$1 LD_PRELOAD=$TORTURE ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
        "$ACLOAD" run --config acload.json kill > /dev/null 2>&1
}
stream kill 2
put kill kill-{1..6}
TORTURE_COUNT=$PWD/steps LD_PRELOAD=$TORTURE \
    ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
    "$ACLOAD" run --config acload.json kill > /dev/null 2>&1
n_steps=$(< steps) n_killed=0 n_put=6 wrong=''
for ((i = 1; i <= 16; i++)); do
    put kill kill-$((++n_put)) kill-$((++n_put)) kill-$((++n_put))
    ended $((n_steps * i / 17))
    [ $? -ne 137 ] || n_killed=$((n_killed + 1))
    put kill kill-$((++n_put))
    run kill
    [ "$code" = 0 ] || wrong+=" $i ends with $code"
    have=$(contacts kill) rows=$(sqlite3 state/ledger.db \
        "SELECT sum(n_sent) || '=' || sum(n_read) FROM input WHERE name LIKE 'kinesis kill/%'")
    [ "$have $rows" = "$n_put $n_put=$n_put" ] || wrong+=" $i: $have of $n_put, rows $rows"
done
ok_if runs_were_killed [ "$n_killed" -ge 12 ]
is nothing_is_lost_or_doubled_by_a_kill "$wrong" ''

# --- following ------------------------------------------------------------------------------------

"$ACLOAD" run --config acload.json --follow --pause 1s --json s > out.txt 2> err.txt &
pid=$!
pause 0.5
put s s-44
for ((i = 0; i < 1000; i++)); do
    [ ! -s out.txt ] || break
    pause 0.01
done
is what_comes_later_is_imported "$(jq -c .rows.sent out.txt)" 1
"$ACLOAD" run --config acload.json s > /dev/null 2>&1 || not_ok a_run_beside_it_is_fine
kill -TERM $pid
wait $pid
is a_signal_ends_it "$? $(contacts s)" '3 44'
run --follow gone --json extra
is an_unknown_job_is_refused "$code" 2
sed -i 's,"kinesis://gone"\, "files/"\, "kinesis://no:name","files/",' acload.json
run --follow gone
like without_a_stream_there_is_nothing_to_follow "$code $err" '2 *--follow needs a job*kinesis://*'
