# SPDX-License-Identifier: MIT
# What scripts share that are Lambda to acload. To be sourced after lib.sh, in a folder of its own.
#
#   runtime_start               starts the runtime interface, its files in rt/; exports its address.
#                               Both it and $function_pid are ended with the script.
#   invoke ID [DEADLINE_MS]     hands over standard input as an event of $function_pid; sets answer:
#                               "response JSON" or "error TYPE, a line end, JSON"
#   wait_for FILE               until it is there
#   put KEY QUEUE               a report of a half hour, in the bucket reports of s3/
#   record KEY                  what S3 says of it
#   event, sqs                  records, or the bodies of messages, as one event
shopt -s lastpipe # invoke stands at the end of a pipe
runtime_pid='' function_pid='' answer=''

lambda_end() {
    local status=$?
    [ -z "$function_pid" ] || kill "$function_pid" 2> /dev/null
    [ -z "$runtime_pid" ] || kill "$runtime_pid" 2> /dev/null
    wait "$runtime_pid" 2> /dev/null
    (exit "$status") # for lib_end to see
    lib_end
}
trap lambda_end EXIT

wait_for() { # file
    local i
    for ((i = 0; i < 2000; i++)); do
        [ -e "$1" ] && return 0
        pause 0.01
    done
    not_ok "there_is_$1" "$(tail -n 5 err.txt)"
    exit 1
}

runtime_start() {
    mkdir rt
    "$AC_ROOT/tests/e2e/lambda/runtime.py" rt &
    runtime_pid=$!
    wait_for rt/port
    AWS_LAMBDA_RUNTIME_API=127.0.0.1:$(< rt/port)
    export AWS_LAMBDA_RUNTIME_API
}

invoke() { # id [deadline]
    local i at=rt/answers/$1
    [ -z "${2-}" ] || echo "$2" > "rt/deadlines/$1"
    cat > "rt/$1" && mv "rt/$1" "rt/events/$1"
    for ((i = 0; i < 2000; i++)); do
        [ -e "$at.response" ] && answer="response $(< "$at.response")" && return
        [ -e "$at.error" ] && answer="error $(< "$at.error")" && return
        kill -0 "$function_pid" 2> /dev/null || break
        pause 0.01
    done
    answer="none: $(tail -n 5 err.txt)"
}

put() { # key queue
    mkdir -p "$(dirname "s3/reports/$1")"
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s,%s,%s,7\n' "$2" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > "s3/reports/$1"
}
record() { # key
    jq -cn --arg k "$1" --arg e "$(md5sum 2> /dev/null < "s3/reports/$1" | cut -d ' ' -f 1)" '{
        eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put",
        s3: {bucket: {name: "reports"}, object: {key: $k, eTag: $e}}}'
}
event() { jq -cs "{Records: .}"; } # of records
sqs() { jq -cs '{Records: to_entries | map({messageId: "m-\(.key)", eventSource: "aws:sqs",
    body: .value | tojson})}'; }
