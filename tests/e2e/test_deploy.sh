#!/bin/bash
# SPDX-License-Identifier: MIT
# What samples/deploy holds, read by what will read it: systemd; cron's lines by its manual.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
cp "$AC_ROOT"/samples/deploy/* .
installed=/usr/local/bin/acload

# --- systemd --------------------------------------------------------------------------------------

ok_if the_service_starts_what_make_install_installs \
    grep -q "^ExecStart=$installed " acload.service
# Here it is elsewhere, and systemd wants to see it.
sed -i "s|^ExecStart=$installed |ExecStart=$ACLOAD |" acload.service
is systemd_takes_every_line \
    "$(systemd-analyze verify --man=no ./acload.service ./acload.timer 2>&1)" ''
ok_if its_exposure_is_low \
    systemd-analyze security --offline=true --threshold=20 --no-pager acload.service
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
