#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line: help, flags, streams, exit codes, the manual.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
commands='init import run hook status rejects check plugins'
manual=$AC_ROOT/core/cli/acload.1

# --- help and manual ------------------------------------------------------------------------------

run
is nothing_at_all_is_usage "$code|$out" '2|'
like it_lists_the_commands "$err" '*init*import*run*status*rejects*check*plugins*'
run --help
is help_is_asked_for "$code|$err" '0|'
run --version
like the_version_is_told "$out" "acload $AC_VERSION (plugin ABI +([0-9]))"
undocumented=
for command in $commands; do
    run "$command" --help
    like "help_of_${command}_has_examples" "$code $out" \
        "0 Usage: acload $command*Examples:*acload $command*--help*"
    like "the_readme_knows_$command" "$(< "$AC_ROOT/README.md")" "*acload $command*"
    for flag in $(grep -oE '^  --[a-z-]+' <<< "$out"); do
        grep -qF -e "${flag//-/\\-}" "$manual" || undocumented+=" $command:$flag"
    done
    like "the_manual_knows_$command" "$(< "$manual")" "*.SS $command*"
    wide=$(awk 'length > 100' <<< "$out")
    is "help_of_${command}_fits_a_terminal" "$wide" ''
done
is every_flag_but_filters_is_in_the_manual \
    "$(tr ' ' '\n' <<< "$undocumented" |
        grep -vE '^$|^(rejects|status|import:--delimiter)' | tr '\n' ' ')" ''
words=$("$ACLOAD" import --help |
    sed -nE 's/^  --(config|metrics|results|state|schemas) ([A-Z]+) .*/\1 \2/p' | sort |
    tr '\n' ' ')
is files_and_folders_are_called_so "$words" \
    'config FILE metrics FILE results DIR schemas DIR state DIR '
run help import
like help_is_a_command_too "$out" 'Usage: acload import*'
undocumented=
for variable in $(grep -rhoE '"(SF|ACLOAD)_[A-Z_]+"' "$AC_ROOT/core" | tr -d '"' | sort -u); do
    grep -qw -e "$variable" "$manual" || undocumented+=" $variable"
done
is every_variable_is_in_the_manual "$undocumented" ''

# --- nothing yet ----------------------------------------------------------------------------------

run status
like a_status_of_nothing "$code $out" '0 Nothing was imported yet*'
run status --json
is a_status_of_nothing_is_json_too "$(jq -c '[.inputs, .runs]' <<< "$out")" '[[],[]]'
run rejects
like rejects_of_nothing "$code $out" '0 Nothing was imported yet*'
run run
is run_without_a_configuration_is_2 "$code" 2
run check
is check_without_an_org_is_2 "$code" 2
like check_says_what_to_do "$out" '*FAIL*SF_HOST*'
run plugins
like plugins_are_listed "$code $out" '0 *interval*'
run plugins interval
like a_plugins_options_are_listed "$out" '*record_id*compatible|utc|template*'
run plugins interval --plugin-dir no-such-folder
like a_folder_that_is_not_there_is_told "$code $err" '0 *warning: *no such folder*no-such-folder*'
run plugins no-such
is an_unknown_plugin_is_2 "$code" 2
like its_folders_are_named "$err" "*no-such*$PLUGINS*"

# --- mistakes -------------------------------------------------------------------------------------

run imprt
is an_unknown_command_is_2 "$code" 2
like known_ones_are_named "$err" '*imprt (did you mean import?)*import, run*'
run carry
like a_word_unlike_any_has_no_nearest "$code $err" '2 *no command carry; commands are*'
run import --dry-rum x.csv
is an_unknown_flag_is_2 "$code" 2
like it_points_to_the_help "$err" '*--dry-rum (did you mean --dry-run?)*acload import --help*'
run import --verbos x.csv
like common_flags_are_near_too "$err" '*--verbos (did you mean --verbose?)*'
run import --help
like a_long_flag_has_its_help_below "$out" '*
  --delimiter comma|semicolon|tab|pipe
                            What separates*'
run import
is import_needs_a_path "$code" 2
run import --region
is a_flag_without_its_value_is_2 "$code" 2
printf 'Queue,StartInterval,EndInterval\nA,%s,%s\n' 2031-03-04T16:00:00.000Z \
    2031-03-04T16:30:00.000Z > ok.csv
run import ok.csv
is without_an_org_it_says_what_to_do "$code" 2
like it_names_the_variables "$err" '*SF_HOST*--dry-run*'
run rejects shw
is an_unknown_verb_is_2 "$code" 2
run rejects show
is show_needs_a_number "$code" 2
run import --log-format xml --dry-run x.csv
is a_bad_choice_is_2 "$code" 2
like choices_are_listed "$err" '*text|json*'
run --no-such-flag import
is an_unknown_flag_before_the_command_is_2 "$code" 2
for command in check status; do
    run $command foo
    like "${command}_takes_no_word" "$code $err" "2 *$command takes no foo*"
done

# --- plugins that are none ------------------------------------------------------------------------

n=0
for so in "$AC_ABI"/bad/*.so; do
    [ "$(basename "$so")" = undefined.so ] && continue
    run import --dry-run --region none --plugin "$so" ok.csv
    [ "$code" = 2 ] && [[ $err == *"$so"* ]] || not_ok "$(basename "$so")_is_2_by_name" "$code $err"
    n=$((n + 1))
done
ok_if every_bad_plugin_is_2_by_its_name test $n -ge 5
mkdir -m 777 open && cp "$PLUGINS/interval.so" open/ && chmod 777 open
run import --dry-run --region none --plugin interval --option none=1 --option interval=0s ok.csv
like options_given_one_by_one_all_count "$code $err" '2 *none*'
run import --dry-run --region none --plugin interval --option interval=15m \
    --option interval=30m ok.csv
is the_last_of_one_name_counts "$code" 0
run import --dry-run --region none --plugin open/interval.so ok.csv
is a_plugin_others_can_write_to_is_2 "$code" 2
like it_says_who_and_what "$err" '*open*chmod*'

run import --dry-run --region none --results ok.csv ok.csv
like results_need_a_folder "$code $err" '2 *ok.csv*Not a directory*'

# --- streams --------------------------------------------------------------------------------------

run import --dry-run --region none ok.csv
is records_go_to_standard_output "$(wc -l <<< "$out")" 1
like the_summary_does_not "$err" '*rows *1 read*'
run import --dry-run --region none --quiet ok.csv
is quiet_is_quiet "$err" ''
run --state state --log-format=text --quiet import --dry-run --region none ok.csv
is common_flags_may_come_first "$code $(wc -l <<< "$out")|$err" '0 1|'
run import --help
first=$(grep -m 1 '^  acload import' <<< "$out")
like the_first_example_needs_no_org "$first" '*--dry-run --region none *.csv *'
run import --dry-run --region none --log-format json no-such.csv
is a_message_is_json_when_asked "$(head -n 1 <<< "$err" | jq -r .level)" error
seq 100000 | awk 'BEGIN { print "Queue,StartInterval,EndInterval" }
    { print "Q" $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z" }' > many.csv
"$ACLOAD" import --dry-run --region none many.csv 2> err.txt | head -n 1 > first.txt
is a_reader_that_stops_is_no_crash "${PIPESTATUS[0]} $(wc -l < first.txt)" '3 1'
"$ACLOAD" plugins > /dev/full 2> err.txt
ok_if a_full_disk_on_output_is_an_error test $? -ne 0
printf '\e' > escape.txt
script -qec "$ACLOAD plugins interval" /dev/null < /dev/null > tty.txt 2>&1 || :
NO_COLOR=1 script -qec "$ACLOAD check" /dev/null < /dev/null > plain.txt 2>&1 || :
ok_if no_color_is_honoured sh -c '! grep -qF -f escape.txt plain.txt'
