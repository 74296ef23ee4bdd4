#!/bin/bash
# SPDX-License-Identifier: MIT
# Loads the samples into a local org, then shows what it holds (make demo).
set -u
: "${SANDBOX:?demo.sh is started by make demo}"
cd "$AC_ROOT" || exit 2
work=$(mktemp -d) || exit 2
org=
finish() {
    [ -z "$org" ] || { kill "$org" && wait "$org"; } 2> /dev/null
    rm -rf "$work"
}
trap finish EXIT

bold= dim= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

# Shows a command as a person would type it, then runs it.
run() {
    printf '%s$ acload %s%s\n' "$dim" "$*" "$plain"
    "$ACLOAD" "$@"
}

for name in $(compgen -e | grep -E '^(SF_|ACLOAD_)'); do unset "$name"; done
"$SANDBOX" --schemas schemas --namespace amazonconnect --bulk-delay-ms 300 \
    --port-file "$work/port" --quiet > "$work/org.log" 2>&1 &
org=$!
for _ in $(seq 100); do
    [ -s "$work/port" ] && break
    sleep 0.1
done
[ -s "$work/port" ] || {
    echo "demo: the local org does not start:" >&2
    cat "$work/org.log" >&2
    exit 1
}
SF_HOST=http://127.0.0.1:$(cat "$work/port")
export SF_HOST SF_CONSUMER_KEY=sandbox-client SF_CONSUMER_SECRET=sandbox-secret
export ACLOAD_STATE=$work/state

say "A Salesforce-compatible org listens on $SF_HOST. Is everything in order?"
run check --region us-east-1 || exit 1

say "Queue and agent reports as Amazon Connect writes them, one inside a zip, one gzipped:"
run import --region us-east-1 samples/queue-report/*.csv samples/agent-report/*.csv \
    samples/archives/march.zip samples/archives/agents.csv.gz || exit 1

say "The same again changes nothing; what was imported before is skipped:"
run import --region us-east-1 samples/queue-report/*.csv samples/archives/march.zip || exit 1

say "A report with rows that cannot become records: the good ones arrive, the others are kept"
run import --region us-east-1 samples/rejected-rows/report.csv
[ $? -eq 1 ] || exit 1
run rejects list || exit 1

"$AC_BENCH/generate" 12000 40 > "$work/history.csv" || exit 1
say "Some weeks of history, 12,000 rows, goes as one Bulk API 2.0 job:"
run import --region us-east-1 "$work/history.csv" || exit 1

say "What was done so far:"
run status || exit 1

say "And what the org holds now (SOQL):"
token=$(curl -s "$SF_HOST/services/oauth2/token" -d grant_type=client_credentials \
    -d client_id=sandbox-client -d client_secret=sandbox-secret | jq -r .access_token)
query() { # SOQL jq-filter
    printf '%s%s%s\n' "$dim" "$1" "$plain"
    curl -s -G "$SF_HOST/services/data/v62.0/query" -H "Authorization: Bearer $token" \
        --data-urlencode "q=$1" | jq -r "$2"
}
query "SELECT COUNT() FROM amazonconnect__AC_HistoricalQueueMetrics__c" .totalSize || exit 1
query "SELECT amazonconnect__AC_Object_Name__c, amazonconnect__StartInterval__c, \
amazonconnect__Contacts_handled__c, amazonconnect__Service_level_60_seconds__c \
FROM amazonconnect__AC_HistoricalQueueMetrics__c \
WHERE amazonconnect__StartInterval__c = 2031-03-04T16:00:00Z \
ORDER BY amazonconnect__AC_Object_Name__c" \
    '.records[] | [.amazonconnect__AC_Object_Name__c, .amazonconnect__StartInterval__c,
        "handled \(.amazonconnect__Contacts_handled__c)",
        "within 60 s \(.amazonconnect__Service_level_60_seconds__c // "-") %"]
        | "  " + join("  ")' ||
    exit 1
query "SELECT amazonconnect__AC_Object_Name__c, amazonconnect__Occupancy__c, \
amazonconnect__Nonproductive_time__c FROM amazonconnect__AC_AgentPerformance__c \
ORDER BY amazonconnect__AC_Object_Name__c" \
    '.records[] | [.amazonconnect__AC_Object_Name__c,
        "occupancy \(.amazonconnect__Occupancy__c // "-") %",
        "nonproductive \(.amazonconnect__Nonproductive_time__c) s"] | "  " + join("  ")' || exit 1

say "Done; the local org is stopped and nothing is left behind. README.md goes on from here."
