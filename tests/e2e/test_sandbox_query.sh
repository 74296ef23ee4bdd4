#!/bin/bash
# SPDX-License-Identifier: MIT
# Queries and searches of the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --hide Thing__c.Hidden__c
sb_login

put() { # key json
    req PATCH "/sobjects/Thing__c/Ext__c/$1" "$2"
    [ "$SB_STATUS" = 201 ] || not_ok "put $1" "$SB_STATUS $SB_BODY"
}
req PATCH /sobjects/Parent__c/Ext__c/p1 '{"Loose__c":"Northern"}'
member id
parent=$REPLY
put a '{"Need__c":"x","Name":"Alpha","Amount__c":1.5,"Flag__c":true,"Day__c":"2024-01-31","Many__'\
'c":"a;b","Parent__r":{"Ext__c":"p1"}}'
put b '{"Need__c":"x","Name":"alpine","Amount__c":20,"Choice__c":"Red","At__c":"2024-01-31T10:00:'\
'00Z"}'
put c '{"Need__c":"x","Name":"100%","Amount__c":-3,"Choice__c":"Green","Many__c":"c"}'
put d '{"Need__c":"x","Name":"it'"'"'s \\ \"q\" é","Poly__r":{"attributes":{"type":"Parent__c"},"'\
'Ext__c":"p1"}}'
put e '{"Need__c":"y"}'

keys() { # name want where... : which keys a condition finds, in order of the key
    soql "SELECT Ext__c FROM Thing__c ${*:3}"
    local found='' rest=$SB_BODY
    while [[ $rest == *'"Ext__c":"'* ]]; do
        rest=${rest#*'"Ext__c":"'}
        found+=${rest%%\"*}
    done
    [ "$SB_STATUS" = 200 ] || found="$SB_STATUS $SB_BODY"
    is "$1" "$found" "$2"
}
wrong() { # name code pattern query
    soql "$4"
    like "$1" "$SB_STATUS $SB_BODY" "400 *$3*\"errorCode\":\"$2\"*"
}

# --- conditions -----------------------------------------------------------------------------------

keys equal_is_blind_to_case a "WHERE name = 'ALPHA'"
keys not_equal_has_the_empty_ones bcde "WHERE Name != 'alpha'"
keys null e 'WHERE Name = null'
keys not_null abcd 'WHERE Name != NULL'
keys less c 'WHERE Amount__c < 1.5'
keys less_or_equal ac 'WHERE Amount__c <= 1.5'
keys greater b 'WHERE Amount__c > 1.5'
keys greater_or_equal ab 'WHERE Amount__c >= 1.50'
keys negative c 'WHERE Amount__c = -3'
keys flag a 'WHERE Flag__c = true'
keys like ab "WHERE Name LIKE 'alp%'"
keys like_one b "WHERE Name LIKE 'alpi_e'"
keys like_escaped c "WHERE Name LIKE '100\\%'"
keys in_list bc "WHERE Choice__c IN ('Red', 'Green')"
keys not_in_list acde "WHERE Choice__c NOT IN ('Red')"
keys in_with_null ade 'WHERE Choice__c IN (null)'
keys and_binds b "WHERE Need__c = 'x' AND Amount__c > 0 AND Flag__c = false"
keys or_binds ce "WHERE Ext__c = 'c' OR Ext__c = 'e'"
keys parentheses ab "WHERE Amount__c > 0 AND (Ext__c = 'a' OR Ext__c = 'b' OR Ext__c = 'c')"
keys not bcde "WHERE NOT Ext__c = 'a'"
keys not_of_more de "WHERE (NOT (Ext__c = 'a' OR Amount__c != null)) AND Need__c != null"
keys day a 'WHERE Day__c = 2024-01-31'
keys day_before a 'WHERE Day__c < 2024-02-01'
keys date_time b 'WHERE At__c = 2024-01-31T11:00:00+01:00'
keys today abcde 'WHERE CreatedDate = TODAY'
keys not_yesterday abcde 'WHERE CreatedDate > YESTERDAY'
keys last_days abcde 'WHERE CreatedDate = LAST_N_DAYS:3'
keys next_days '' 'WHERE CreatedDate = NEXT_N_DAYS:3'
keys escapes d "WHERE Name = 'it\\'s \\\\ \\\"q\\\" \\u00e9'"
keys reference a "WHERE Parent__c = '${parent:0:15}'"
keys parent_field a "WHERE Parent__r.Ext__c = 'P1'"
keys any_parent_field d "WHERE Poly__r.Loose__c = 'northern'"
keys grandparent abcde "WHERE Owner.Name LIKE 'integration%'"
keys semi_join a "WHERE Parent__c IN (SELECT Id FROM Parent__c WHERE Loose__c = 'Northern')"
keys includes a "WHERE Many__c INCLUDES ('a;b', 'z')"
keys excludes bcde "WHERE Many__c EXCLUDES ('b')"
soql "SELECT Id FROM Thing__c WHERE Ext__c = 'b'"
member Id
id=$REPLY
keys by_id b "WHERE Id = '$id'"
keys after_an_id cde "WHERE Id > '$id'"
keys by_ids b "WHERE Id IN ('$id')"
keys descending edcba 'ORDER BY Ext__c DESC'
keys nulls_first deca 'ORDER BY Amount__c, Ext__c LIMIT 4'
keys nulls_last bacd 'ORDER BY Amount__c DESC NULLS LAST, Ext__c LIMIT 4'
keys limit ab 'ORDER BY Ext__c LIMIT 2'
keys offset cd 'ORDER BY Ext__c LIMIT 2 OFFSET 2'
keys alias_of_the_object a "t WHERE t.Ext__c = 'a'"
keys name_of_the_object a "WHERE Thing__c.Ext__c = 'a'"

# --- what is wrong --------------------------------------------------------------------------------

wrong no_query MALFORMED_QUERY '*' ''
wrong no_from MALFORMED_QUERY '*unexpected token*' 'SELECT Id'
wrong unknown_object INVALID_TYPE "sObject type 'Nope__c' is not supported*" \
    'SELECT Id FROM Nope__c'
wrong unknown_field INVALID_FIELD "No such column 'Nope__c' on entity 'Thing__c'*" \
    'SELECT Nope__c FROM Thing__c'
wrong hidden_field INVALID_FIELD "*Hidden__c*" 'SELECT Hidden__c FROM Thing__c'
wrong unknown_relationship INVALID_FIELD "*relationship 'Nope__r'*" \
    'SELECT Nope__r.Id FROM Thing__c'
wrong unknown_in_where INVALID_FIELD '*' "SELECT Id FROM Thing__c WHERE Nope__c = 'x'"
wrong quoted_number INVALID_FIELD '*should not be enclosed in quotes*' \
    "SELECT Id FROM Thing__c WHERE Amount__c = '1'"
wrong bare_text INVALID_FIELD '*should be enclosed in quotes*' \
    'SELECT Id FROM Thing__c WHERE Name = 1'
wrong day_for_a_time INVALID_FIELD '*of type dateTime*' \
    'SELECT Id FROM Thing__c WHERE At__c = 2024-01-31'
wrong bad_id INVALID_QUERY_FILTER_OPERATOR '*invalid ID field: x*' \
    "SELECT Id FROM Thing__c WHERE Id = 'x'"
wrong like_on_a_number INVALID_QUERY_FILTER_OPERATOR '*' \
    "SELECT Id FROM Thing__c WHERE Amount__c LIKE '1%'"
wrong mixed_and_or MALFORMED_QUERY "*unexpected token: 'OR'*" \
    "SELECT Id FROM Thing__c WHERE Ext__c = 'a' AND Ext__c = 'b' OR Ext__c = 'c'"
wrong open_string MALFORMED_QUERY '*' "SELECT Id FROM Thing__c WHERE Ext__c = 'a"
wrong bad_escape MALFORMED_QUERY '*Illegal character sequence*' \
    "SELECT Id FROM Thing__c WHERE Ext__c = '\\x'"
wrong open_list MALFORMED_QUERY '*' "SELECT Id FROM Thing__c WHERE Ext__c IN ('a'"
wrong twice INVALID_FIELD '*duplicate field selected: id*' 'SELECT Id, id FROM Thing__c'
wrong far_offset NUMBER_OUTSIDE_VALID_RANGE '*2000*' 'SELECT Id FROM Thing__c OFFSET 2001'
wrong children MALFORMED_QUERY '*' 'SELECT (SELECT Id FROM Things__r) FROM Parent__c'
wrong null_less INVALID_QUERY_FILTER_OPERATOR '*' 'SELECT Id FROM Thing__c WHERE Amount__c < null'
printf -v deep '%3000s' ''
wrong deep_nesting MALFORMED_QUERY '*too complicated*' \
    "SELECT Id FROM Thing__c WHERE ${deep// /(}Ext__c = 'a'"
for junk in "SELECT" "SELECT ," "FROM" "'" "\\" "SELECT Id FROM Thing__c WHERE" \
    "SELECT Id FROM Thing__c LIMIT x" "SELECT Id FROM Thing__c LIMIT -1" \
    "SELECT Id FROM Thing__c ORDER Id" "SELECT Id FROM Thing__c; DROP" "SELECT COUNT( FROM X" \
    "SELECT FOO(Id) FROM Thing__c" $'SELECT Id FROM Thing__c WHERE Ext__c = \'\xff\''; do
    soql "$junk"
    is "junk_is_refused: ${junk//[^ -~]/?}" "$SB_STATUS" 400
done
soql 'SELECT IsPersonAccount FROM Account'
like there_are_no_person_accounts "$SB_STATUS $SB_BODY" '400 *INVALID_FIELD*'
req GET '/tooling/query?q=SELECT+Id+FROM+SandboxProcess'
like there_is_no_sandbox_process "$SB_STATUS $SB_BODY" '400 *INVALID_TYPE*'

# --- what is selected -----------------------------------------------------------------------------

soql 'SELECT COUNT() FROM Thing__c'
is count_alone "$SB_BODY" '{"totalSize":5,"done":true,"records":[]}'
soql "SELECT COUNT(Id) CNT FROM Thing__c WHERE Need__c = 'x'"
is a_count_under_its_alias "$SB_BODY" \
    '{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},"CNT":4}]}'
soql 'SELECT MIN(Amount__c), MAX(Amount__c), SUM(Amount__c), AVG(Amount__c) m, COUNT(Amount__c), '\
'MAX(Day__c) FROM Thing__c'
like aggregates_without_alias_are_numbered "$SB_BODY" \
    '*"expr0":-3.0,"expr1":20.0,"expr2":18.5,"m":6.16666666666666*,"expr3":3,"expr4":"2024-01-31"}*'
soql 'SELECT Need__c, COUNT(Id) n FROM Thing__c GROUP BY Need__c ORDER BY Need__c'
is groups "$SB_BODY" '{"totalSize":2,"done":true,"records":[{"attributes":{"type":"AggregateResul'\
't"},"Need__c":"x","n":4},{"attributes":{"type":"AggregateResult"},"Need__c":"y","n":1}]}'
soql 'SELECT Name, COUNT(Id) FROM Thing__c GROUP BY Need__c'
like what_is_not_grouped_is_refused "$SB_STATUS $SB_BODY" \
    '400 *must be grouped or aggregated: Name*'
soql "SELECT FIELDS(ALL) FROM Thing__c WHERE Ext__c = 'a' LIMIT 1"
like all_fields "$SB_BODY" '*"Id":"*"Ext__c":"a"*"Flag__c":true*"SystemModstamp":*'
is but_not_the_hidden_one "${SB_BODY//Hidden__c/}" "$SB_BODY"
soql 'SELECT FIELDS(ALL) FROM Thing__c'
is all_fields_need_a_limit "$SB_STATUS" 400
soql "SELECT Ext__c, Parent__r.Loose__c, Parent__r.Ext__c, Poly__r.Id FROM Thing__c WHERE Ext__c "\
"IN ('a', 'd')"
like parents_are_nested "$SB_BODY" '*"Ext__c":"a","Parent__r":{"attributes":{"type":"Parent__c",*'\
'},"Loose__c":"Northern","Ext__c":"p1"},"Poly__r":null}*"Parent__r":null,"Poly__r":{*"Id":"a8P*'

# --- pages ----------------------------------------------------------------------------------------

for ((i = 0; i < 3; i++)); do
    rows=''
    for ((k = 0; k < 150; k++)); do
        rows+=",{\"attributes\":{\"type\":\"Parent__c\"},\"Ext__c\":\"r$((i * 150 + k))\"}"
    done
    req PATCH /composite/sobjects/Parent__c/Ext__c "{\"records\":[${rows#,}]}"
done
sb_encode "SELECT Ext__c FROM Parent__c WHERE Ext__c LIKE 'r%'"
req GET "/query?q=$REPLY" '' 'Sforce-Query-Options: batchSize=200'
like a_page_names_the_next "$SB_BODY" \
    '{"totalSize":450,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/01g*-200","record'\
's":*'
pages=0 seen=0
while member nextRecordsUrl && [ -n "$REPLY" ]; do
    cut=${SB_BODY//'"Ext__c"'/}
    seen=$((seen + (${#SB_BODY} - ${#cut}) / 8)) pages=$((pages + 1))
    next=$REPLY
    req GET "/$next"
done
cut=${SB_BODY//'"Ext__c"'/}
is all_pages_are_all_rows "$((pages + 1)) $((seen + (${#SB_BODY} - ${#cut}) / 8))" '3 450'
like the_last_page_says_so "$SB_BODY" '{"totalSize":450,"done":true,"records":*'
soql 'SELECT Id FROM Parent__c LIMIT 300'
like a_page_is_large_by_default "$SB_BODY" '{"totalSize":300,"done":true,*'
for bad in x 01g5eB000000001ABA 01g5eB000000001ABA- 01g5eB000000001ABA-9999 \
    01g5eB000000zzzABA-200; do
    req GET "/query/$bad"
    like "no_such_page_$bad" "$SB_STATUS $SB_BODY" '400 *INVALID_QUERY_LOCATOR*'
done

# --- search ---------------------------------------------------------------------------------------

find() { # name pattern sosl
    sb_encode "$3"
    req GET "/search/?q=$REPLY"
    like "$1" "$SB_STATUS $SB_BODY" "$2"
}
find one_word '200 {"searchRecords":?{*"Id":"a8P*"}?}' 'FIND {northern}'
find chosen_fields '200 *?{*"Ext__c":"a"}?}' 'FIND {alpha} IN ALL FIELDS RETURNING Thing__c(Ext__c)'
find wildcards '200 *"Ext__c":"a"}*"Ext__c":"b"}*' \
    'FIND {alp*} RETURNING Thing__c(Ext__c ORDER BY Ext__c)'
find with_where '200 {"searchRecords":?{*"Ext__c":"b"}?}' \
    "FIND {alp*} RETURNING Thing__c(Ext__c WHERE Choice__c = 'Red' LIMIT 5)"
find either '200 *"a8T*"a8P*' 'FIND {alpha OR northern} RETURNING Thing__c, Parent__c'
find both '200 {"searchRecords":??}' 'FIND {alpha AND northern} RETURNING Thing__c, Parent__c'
find without '200 {"searchRecords":?{*"Ext__c":"b"}?}' \
    'FIND {alp* AND NOT alpha} RETURNING Thing__c(Ext__c)'
find phrase '200 *"Name":"Integration User"*' \
    'FIND {"integration user"} IN NAME FIELDS RETURNING User(Name)'
find a_limit_for_all '200 {"searchRecords":?{!(*Ext__c*Ext__c*)?}' \
    'FIND {alp*} RETURNING Thing__c(Ext__c) LIMIT 1'
for bad in '' alpha 'FIND alpha' 'FIND {alpha' 'FIND {*x}' 'FIND {}' 'FIND {a} IN NOWHERE FIELDS' \
    'FIND {a} RETURNING' 'FIND {a} RETURNING Thing__c(' 'FIND {"a}' 'FIND {a} junk'; do
    find "malformed: $bad" '400 *MALFORMED_SEARCH*' "$bad"
done
find an_unknown_object '400 *INVALID_TYPE*' 'FIND {a} RETURNING Nope__c'
search() { # name pattern json
    req POST /parameterizedSearch "$3"
    like "$1" "$SB_STATUS $SB_BODY" "$2"
}
search by_parameters '200 {"searchRecords":?{*"Ext__c":"b","Name":"alpine"}?}' \
    '{"q":"alpine","fields":["Ext__c","Name"],"sobjects":[{"name":"Thing__c"}]}'
search own_fields_win '200 *"Name":"alpine"}*' \
    '{"q":"alpine","in":"ALL","fields":["Id"],"sobjects":[{"name":"Thing__c","fields":["Name"],"w'\
'here":"Amount__c > 1","orderBy":"Name ASC","limit":"3"}]}'
search a_where_stays_in_its_place '400 *MALFORMED_QUERY*' \
    '{"q":"alpine","sobjects":[{"name":"Thing__c","where":"Amount__c > 1 LIMIT 1"}]}'
search everything '200 *a8P*' '{"q":"Northern","overallLimit":10}'
search no_words '400 *MALFORMED_SEARCH*' '{"q":""}'
search no_q '400 *MALFORMED_SEARCH*' '{}'
search no_such_scope '400 *MALFORMED_SEARCH*' '{"q":"a","in":"HERE"}'
req GET '/parameterizedSearch?q=northern&sobject=Parent__c'
like by_get_too "$SB_STATUS $SB_BODY" '200 *a8P*'

req GET '//sandbox/records?object=Thing__c'
like records_can_be_dumped "$SB_BODY" '{"Ext__c":"a","Name":"Alpha",*}'$'\n''{"Ext__c":"b"*}'$'\n'
req GET '//sandbox/records?object=Nope'
is of_objects_that_are_there "$SB_STATUS" 404
