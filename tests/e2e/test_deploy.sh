#!/bin/bash
# SPDX-License-Identifier: MIT
# What samples/deploy holds, read by what reads it: systemd; else by the rules of cron, SAM.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
cp "$AC_ROOT"/samples/deploy/* .
installed=/usr/local/bin/acload

# --- systemd --------------------------------------------------------------------------------------

is the_services_start_what_make_install_installs \
    "$(grep -c "^ExecStart=$installed " acload.service acload-worker.service | tr '\n' ' ')" \
    'acload.service:1 acload-worker.service:1 '
# Here it is elsewhere, and systemd wants to see it.
sed -i "s|^ExecStart=$installed |ExecStart=$ACLOAD |" acload.service acload-worker.service
is systemd_takes_every_line "$(systemd-analyze verify --man=no \
    ./acload.service ./acload.timer ./acload-worker.service 2>&1)" ''
for unit in acload acload-worker; do
    ok_if "the_exposure_of_${unit}_is_low" \
        systemd-analyze security --offline=true --threshold=20 --no-pager $unit.service
done
limits() { sed -n '/^CapabilityBoundingSet/,/^LimitCORE/p' "$1"; }
is both_have_the_same_limits "$(limits acload-worker.service)" "$(limits acload.service)"
words=$(sed -n "s|^ExecStart=$ACLOAD \\(.*\\)\${QUEUE_URL}|\\1|p" acload-worker.service)
# shellcheck disable=SC2086  # words of a command line
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b "$ACLOAD" $words nowhere > out.txt 2>&1
like the_worker_takes_its_flags "$? $(< out.txt)" '2 *nowhere*'
like the_timer_starts_every_ten_minutes "$(systemd-analyze calendar \
    --base-time='2031-03-04 16:11:00 UTC' "$(sed -n 's/^OnCalendar=//p' acload.timer)")" \
    '*Next elapse: * 2031-03-04 16:20:00 UTC*'

# --- cron -----------------------------------------------------------------------------------------

# crontab(5): a comment, a setting, or five fields with a user (in /etc/cron.d) before the command.
field='(\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?(,[0-9]+)*'
is cron_takes_every_line "$(grep -vE \
    -e "^($field[[:space:]]+){5}[a-z]+[[:space:]]+/" -e '^[A-Z_]+=[^ ]+$' -e '^(#.*)?$' \
    acload.cron)" ''
ok_if its_last_line_ends eval '[ -z "$(tail -c 1 acload.cron)" ]'

# --- both -----------------------------------------------------------------------------------------

is both_know_the_same_places \
    "$(sed -n 's/^Environment=\(ACLOAD_.*\)/\1/p' acload.service | sort)" \
    "$(grep '^ACLOAD_' acload.cron | sort)"
mkdir inbox
echo '{"state": "state", "jobs": {"queues": {"inputs": "inbox"}}}' > acload.json
while read -r _ arguments; do
    # shellcheck disable=SC2086  # words of a command line
    ACLOAD_CONFIG=acload.json "$ACLOAD" $arguments > out.txt 2>&1
    is "with nothing to do it is content and silent: $arguments" "$? $(< out.txt)" '0 '
done < <(sed -n "s|^.*$installed |acload |p" "$AC_ROOT"/samples/deploy/acload.{service,cron})

# --- AWS SAM --------------------------------------------------------------------------------------

# As JSON, short forms written out: {"Ref": "Queue"}, {"Fn::GetAtt": "Queue.Arn"}.
/usr/bin/python3 - template.yaml > template.json << 'END'
import json, sys, yaml


def short_form(loader, suffix, node):
    name = suffix if suffix in ('Ref', 'Condition') else 'Fn::' + suffix
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    return {name: loader.construct_sequence(node, deep=True)}


yaml.SafeLoader.add_multi_constructor('!', short_form)
with open(sys.argv[1]) as f:
    json.dump(yaml.safe_load(f), sys.stdout)
END
ok_if the_template_is_yaml [ -s template.json ]
ask() { jq -c "$@" template.json; }
# Every name that something refers to is a parameter, a resource or one of AWS.
is every_reference_leads_somewhere "$(ask '
    (.Parameters + .Resources | keys) as $known | [.. | objects |
    (.Ref // empty), (."Fn::GetAtt" // empty | split(".")[0]), (."Fn::Sub" // empty |
    scan("[$][{]([^}]+)[}]")[0]), (.Condition // empty | strings)] | unique |
    map(select(startswith("AWS::") | not)) - $known')" '["HasStream"]'
is every_condition_is_there_and_used "$(ask '[.Resources | .. | objects | (."Fn::If" // empty)[0],
    (.Condition // empty | strings)] | unique')" "$(ask '.Conditions | keys')"
is the_function_is_what_make_lambda_makes "$(ask '.Resources.Function.Properties |
    [.Runtime, .Handler, .CodeUri]')" '["provided.al2023","bootstrap","acload-lambda.zip"]'
is the_queue_waits_six_times_as_long_as_the_function "$(ask '.Resources |
    .Queue.Properties.VisibilityTimeout == 6 * .Function.Properties.Timeout')" true
is only_what_failed_comes_back "$(ask '[.. | objects | .FunctionResponseTypes // empty]')" \
    '[["ReportBatchItemFailures"],["ReportBatchItemFailures"]]'
is what_keeps_failing_is_a_dead_letter "$(ask '.Resources.Queue.Properties.RedrivePolicy |
    .deadLetterTargetArn')" '{"Fn::GetAtt":"DeadLetters.Arn"}'
for name in $(ask -r '.Resources.Function.Properties.Environment.Variables | keys[]'); do
    ok_if "acload_knows_$name" grep -q "$name" "$AC_ROOT/core/cli/acload.1"
done
sed -n '/^    {$/,/^    }$/p' README.md > acload.json
out=$(echo '{"Service": "Amazon S3", "Event": "s3:TestEvent"}' |
    ACLOAD_STATE=state "$ACLOAD" hook --quiet --config acload.json 2>&1)
is the_configuration_of_its_story_is_one "$? $out" '0 '
