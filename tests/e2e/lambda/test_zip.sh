#!/bin/bash
# SPDX-License-Identifier: MIT
# The function's zip, started as Lambda starts it, where there is nothing else.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/lambda/lambda.sh
cd "${TMPDIR:?}" && . "$AC_ROOT/tests/e2e/lambda/lambda.sh"
: "${AC_ZIP:?started by make check}"
mkdir -p s3 root/{var/task,tmp,proc,dev,etc}
unzip -q "$AC_ZIP" -d root/var/task
cp /etc/resolv.conf root/etc/

# Another root, with the system's /proc and /dev in it; no privilege is needed where users may have
# namespaces of their own.
mounts='mount --rbind /proc root/proc && mount --rbind /dev root/dev'
namespaces=(unshare --mount)
[ "$(id -u)" -eq 0 ] || namespaces+=(--map-root-user)
if ! "${namespaces[@]}" sh -c "$mounts" 2> why.txt; then
    ok "skipped: another root cannot be made here: $(head -n 1 why.txt)"
    exit 0
fi
runtime_start
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c --s3 "$TMPDIR/s3"
cat > root/var/task/acload.json << END
{
  "region": "none",
  "rejects": "s3://reports/rejects/",
  "jobs": {
    "utf16": {"inputs": "s3://reports/utf16/"},
    "windows": {"inputs": "s3://reports/windows/", "encoding": "WINDOWS-1252"}
  }
}
END
lambda=(AWS_LAMBDA_RUNTIME_API="$AWS_LAMBDA_RUNTIME_API" AWS_LAMBDA_FUNCTION_NAME=acload
    LAMBDA_TASK_ROOT=/var/task _HANDLER=acload TZ=:UTC LANG=en_US.UTF-8 PATH=/usr/bin:/bin
    AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret
    AWS_SESSION_TOKEN=token AWS_ENDPOINT_URL_S3="$SB_URL" SF_HOST="$SF_HOST"
    SF_CONSUMER_KEY="$SF_CONSUMER_KEY" SF_CONSUMER_SECRET="$SF_CONSUMER_SECRET"
    SF_ADAPTER_NAMESPACE="$SF_ADAPTER_NAMESPACE")
function_start() { # [command...]: what watches it
    rm -f rt/waiting
    "${namespaces[@]}" "$@" sh -c "$mounts && exec env -i \"\$@\"" sh "${lambda[@]}" \
        "$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)" root /var/task/bootstrap \
        > out.txt 2> err.txt &
    function_pid=$!
    wait_for rt/waiting
}

# --- what it needs --------------------------------------------------------------------------------

# A parent's signal would not reach it through strace, so it is ended by its own number.
function_start strace -f -o trace.txt -e trace=execve,open,openat,openat2
put plain.csv 'Größe'
mkdir -p s3/reports/utf16 s3/reports/windows
{ printf '\xff\xfe' && iconv -t UTF-16LE s3/reports/plain.csv; } > s3/reports/utf16/a.csv
iconv -t WINDOWS-1252 s3/reports/plain.csv | sed 's/T16:00/T17:00/; s/T16:30/T17:30/' \
    > s3/reports/windows/b.csv
record utf16/a.csv | event | sqs | invoke utf16
is a_file_in_utf16_is_imported "$answer" 'response {"batchItemFailures":[]}'
record windows/b.csv | event | sqs | invoke windows
is one_in_windows_1252_too "$answer" 'response {"batchItemFailures":[]}'
is both_with_their_letters "$(sb GET '//sandbox/records?object=AC_HistoricalQueueMetrics__c' |
    jq -r '.AC_Object_Name__c')" $'Größe\nGröße'
kill -TERM "$(head -n 1 trace.txt | cut -d ' ' -f 1)"
wait "$function_pid"
is a_signal_ends_it $? 0
function_pid=''
# From its start on, what was there to be opened.
sed '1,/execve("\/var\/task\/bootstrap"/d' trace.txt |
    sed -nE 's/.*open[a-z0-9]*\(.*"([^"]*)".* = [0-9]+$/\1/p' | sort -u > opened.txt
ok_if it_opens_its_loader_s_libraries grep -qx /var/task/lib/libcurl.so.4 opened.txt
ok_if its_conversions grep -q '^/var/task/lib/gconv/CP1252.so$' opened.txt
is and_nothing_of_the_machine \
    "$(grep -vE '^/(var/task|tmp|proc|dev)(/|$)|^/etc/resolv.conf$' opened.txt)" ''

# --- its start ------------------------------------------------------------------------------------

rm -rf root/tmp/*
function_start
read -r cpu_ns _ < "/proc/$function_pid/schedstat"
ok_if "the_cold_start_takes_less_than_100_ms_of_CPU ($((cpu_ns / 1000000)))" \
    [ "$cpu_ns" -lt 100000000 ]
kill -TERM "$function_pid"
wait "$function_pid"
is it_starts_by_itself $? 0
function_pid=''
