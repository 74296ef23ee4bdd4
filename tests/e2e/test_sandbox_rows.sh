#!/bin/bash
# SPDX-License-Identifier: MIT
# Records written by JSON: one by one, in collections, with every rule of the org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --hide Thing__c.Hidden__c
sb_login

key() { # method key [json] : a Thing by its external id
    sb_encode "$2"
    req "$1" "/sobjects/Thing__c/Ext__c/$REPLY" "${3-}"
}
fails() { # name code pattern json : an upsert of that Thing is refused
    key PATCH new "$4"
    like "$1" "$SB_STATUS $SB_BODY" "400 *$3*\"errorCode\":\"$2\"*"
}
col() { # method path records [all] : a call of collections
    req "$1" "/composite/sobjects$2" "{\"allOrNone\":${4-false},\"records\":[$3]}"
}
thing() { echo "{\"attributes\":{\"type\":\"Thing__c\"},$1}"; }
one() { soql "SELECT $1 FROM Thing__c WHERE Ext__c = '$2'"; }

# --- upsert by external id ------------------------------------------------------------------------

key PATCH k1 '{"Need__c":"n"}'
like a_new_key_creates "$SB_STATUS $SB_BODY" \
    '201 {"id":"a8T5eB000000001EB?","success":true,"errors":\[\],"created":true}'
member id
first=$REPLY
key PATCH K1 '{"name":"again","NEED__C":"m"}'
is keys_and_names_are_blind_to_case "$SB_STATUS $SB_BODY" \
    "200 {\"id\":\"$first\",\"success\":true,\"errors\":[],\"created\":false}"
one 'Ext__c, Name, Need__c, Flag__c, IsDeleted' k1
like the_key_keeps_its_letters "$SB_BODY" \
    '*"Ext__c":"k1","Name":"again","Need__c":"m","Flag__c":false,"IsDeleted":false}*'
req PATCH //services/data/v45.0/sobjects/Thing__c/Ext__c/k1 '{"Name":"old"}'
is before_v46_an_update_says_nothing "$SB_STATUS$SB_BODY" 204
key PATCH 'a/b?c#d%e f' '{"Need__c":"n"}'
is reserved_bytes_may_be_encoded "$SB_STATUS" 201
key GET 'A/B?c#d%e f'
like such_a_key_is_found "$SB_BODY" '*"Ext__c":"a/b?c#d%e f"*'
req PATCH /sobjects/Thing__c/Ext__c/a/b '{"Need__c":"n"}'
is a_bare_slash_in_a_key_is_404 "$SB_STATUS" 404
req PATCH /sobjects/Thing__c/Ext__c/a%zz '{"Need__c":"n"}'
is a_broken_escape_is_404 "$SB_STATUS" 404
key PATCH me@example.inc '{"Need__c":"n"}'
is some_endings_are_404 "$SB_STATUS" 404
key PATCH k1 '{"Ext__c":"k1"}'
is the_key_may_not_be_in_the_body "$SB_STATUS $SB_BODY" \
    '400 [{"message":"The Ext__c field should not be specified in the sobject data.","errorCode":'\
'"INVALID_FIELD"}]'
req PATCH /sobjects/Thing__c/Name/x '{"Need__c":"n"}'
is a_field_that_is_no_key_is_404 "$SB_STATUS $SB_BODY" \
    '404 [{"message":"Provided external ID field does not exist or is not accessible: Name","erro'\
'rCode":"NOT_FOUND"}]'
req PATCH /sobjects/Nothing__c/Ext__c/x '{}'
is an_unknown_object_is_404 "$SB_STATUS" 404
req PATCH '/sobjects/Thing__c/Ext__c/none?updateOnly=true' '{"Need__c":"n"}'
is update_only_creates_nothing "$SB_STATUS" 404
req POST '/sobjects/Thing__c/Ext__c/k1?_HttpMethod=PATCH' '{"Name":"other"}'
is a_post_may_stand_for_a_patch "$SB_STATUS" 200

# --- the rules of fields --------------------------------------------------------------------------

fails required REQUIRED_FIELD_MISSING 'Required fields are missing: ?Need__c?' '{"Name":"x"}'
fails null_in_required REQUIRED_FIELD_MISSING '*' '{"Need__c":null}'
fails too_long STRING_TOO_LONG 'Need: data value too large: 12345678901 (max length=10)' \
    '{"Need__c":"12345678901"}'
fails unknown_field INVALID_FIELD "No such column 'Nope__c' on sobject of type Thing__c" \
    '{"Need__c":"n","Nope__c":1}'
fails hidden_field INVALID_FIELD "No such column 'Hidden__c'" '{"Need__c":"n","Hidden__c":"x"}'
fails a_word_for_a_number JSON_PARSER_ERROR 'Cannot deserialize instance of currency' \
    '{"Need__c":"n","Amount__c":"abc"}'
fails too_many_digits NUMBER_OUTSIDE_VALID_RANGE 'Amount: value outside of valid range' \
    '{"Need__c":"n","Amount__c":123456789}'
fails too_large_an_integer NUMBER_OUTSIDE_VALID_RANGE '*' '{"Need__c":"n","Count__c":123456}'
fails huge_number NUMBER_OUTSIDE_VALID_RANGE '*' \
    '{"Need__c":"n","Long__c":99999999999999999999999999999999}'
fails a_fraction_for_an_integer JSON_PARSER_ERROR '*' '{"Need__c":"n","Count__c":1.5}'
fails a_number_for_a_flag JSON_PARSER_ERROR '*' '{"Need__c":"n","Flag__c":1}'
fails null_in_a_flag INVALID_TYPE_ON_FIELD_IN_RECORD '*' '{"Need__c":"n","Flag__c":null}'
fails an_object_for_text JSON_PARSER_ERROR '*' '{"Need__c":{"a":1}}'
fails a_time_without_zone JSON_PARSER_ERROR '*' '{"Need__c":"n","At__c":"2024-01-31T10:00:00"}'
fails a_day_that_is_none JSON_PARSER_ERROR '*' '{"Need__c":"n","Day__c":"2024-02-30"}'
fails restricted_picklist INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST \
    'Choice: bad value for restricted picklist field: Blue' '{"Need__c":"n","Choice__c":"Blue"}'
fails one_of_many_is_wrong INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST '*: d' \
    '{"Need__c":"n","Many__c":"a;d"}'
fails mail INVALID_EMAIL_ADDRESS 'Mail: invalid email address: nobody' \
    '{"Need__c":"n","Mail__c":"nobody"}'
fails malformed_id MALFORMED_ID 'Parent: id value of incorrect type: 123' \
    '{"Need__c":"n","Parent__c":"123"}'
fails wrong_object MALFORMED_ID 'Parent: id value of incorrect type: 005*' \
    '{"Need__c":"n","Parent__c":"0055eB000000001ABA"}'
fails no_such_parent INVALID_CROSS_REFERENCE_KEY 'invalid cross reference id' \
    '{"Need__c":"n","Parent__c":"a8P5eB000000077EBA"}'
fails read_only INVALID_FIELD_FOR_INSERT_UPDATE 'Unable to create/update fields: CreatedDate*' \
    '{"Need__c":"n","CreatedDate":"2024-01-31T10:00:00Z"}'
fails formula INVALID_FIELD_FOR_INSERT_UPDATE '*Formula__c*' '{"Need__c":"n","Formula__c":"x"}'
fails not_json JSON_PARSER_ERROR '*' '{"Need__c":'
fails a_list JSON_PARSER_ERROR '*' '[]'
fails no_body JSON_PARSER_ERROR '*' ' '

key PATCH all '{"Need__c":"n","Amount__c":"12.349","Count__c":7,"Rate__c":99.999,"Choice__c":"red",
 "Many__c":"a;c","Mail__c":"a@b.co","Day__c":"2024-02-29","At__c":"2024-01-31T10:00:00.5+01:00",
 "Clock__c":"10:20:30Z","Flag__c":true,"Long__c":912260031,"Unique__c":"u","Fixed__c":"f"}'
is good_values_are_taken "$SB_STATUS" 201
one 'Amount__c, Count__c, Rate__c, Many__c, Day__c, At__c, Clock__c, Flag__c, Long__c, CreatedByI'\
'd' all
like and_come_back_as_stored "$SB_BODY" '*"Amount__c":12.34,"Count__c":7,"Rate__c":99.99,"Many__c'\
'":"a;c","Day__c":"2024-02-29","At__c":"2024-01-31T09:00:00.500+0000","Clock__c":"10:20:30.000Z",'\
'"Flag__c":true,"Long__c":912260031.0,"CreatedById":"0055eB000000001ABA"}*'
fails unique DUPLICATE_VALUE 'duplicate value found: Unique__c duplicates value on record with id'\
': a8T*' \
    '{"Need__c":"n","Unique__c":"U"}'
key PATCH all '{"Unique__c":"u"}'
is its_own_value_is_no_duplicate "$SB_STATUS" 200
key PATCH all '{"Fixed__c":"g"}'
like a_fixed_field_is_only_for_new_records "$SB_STATUS $SB_BODY" \
    '400 *INVALID_FIELD_FOR_INSERT_UPDATE*'
key PATCH all '{"Amount__c":null,"Name":""}'
one 'Amount__c, Name, Count__c' all
like null_clears_and_so_does_empty_text "$SB_BODY" '*"Amount__c":null,"Name":null,"Count__c":7}*'

# --- parents --------------------------------------------------------------------------------------

req PATCH /sobjects/Parent__c/Ext__c/p1 '{"Loose__c":"same"}'
member id
parent=$REPLY
key PATCH child '{"Need__c":"n","Parent__r":{"ext__c":"P1"}}'
is a_parent_is_found_by_its_key "$SB_STATUS" 201
one 'Parent__c, Parent__r.Ext__c, Parent__r.Owner.Name' child
like and_the_child_knows_its_id "$SB_BODY" \
    "*\"Parent__c\":\"$parent\",\"Parent__r\":{*\"Ext__c\":\"p1\",\"Owner\":{*\"Name\":\"Integrat"\
"ion User\"}}}*"
fails no_parent_of_that_key INVALID_FIELD \
    'Foreign key external ID: p9 not found for field Ext__c in entity Parent__c' \
    '{"Need__c":"n","Parent__r":{"Ext__c":"p9"}}'
fails a_parent_by_no_key INVALID_FIELD 'Field name provided, OwnerId does not match*' \
    '{"Need__c":"n","Parent__r":{"OwnerId":"x"}}'
fails a_polymorphic_parent_without_type INVALID_FIELD '*Poly__r*' \
    '{"Need__c":"n","Poly__r":{"Ext__c":"p1"}}'
key PATCH child '{"Poly__r":{"attributes":{"type":"Parent__c"},"Ext__c":"p1"}}'
is a_polymorphic_parent_with_type "$SB_STATUS" 200
key PATCH child '{"Parent__r":null}'
one Parent__c child
like null_takes_the_parent_away "$SB_BODY" '*"Parent__c":null}*'

# --- keys that are not unique, keys that look at case ---------------------------------------------

req PATCH /sobjects/Parent__c/Ext__c/p2 '{"Loose__c":"same"}'
req PATCH /sobjects/Parent__c/Loose__c/same '{"Strict__c":"x"}'
like several_matches_are_300 "$SB_STATUS $SB_BODY" \
    "300 \[\"/services/data/v62.0/sobjects/Parent__c/a8P*\",\"*\"\]"
req GET /sobjects/Parent__c/Loose__c/same
is for_reading_too "$SB_STATUS" 300
col PATCH /Parent__c/Loose__c '{"attributes":{"type":"Parent__c"},"Loose__c":"same"}'
like in_collections_it_is_an_error_of_the_row "$SB_STATUS $SB_BODY" \
    '200 *"DUPLICATE_EXTERNAL_ID","message":"Loose__c: more than one record found for external id'\
' field: ?a8P*, a8P*'
req PATCH /sobjects/Parent__c/Strict__c/Abc '{}'
req PATCH /sobjects/Parent__c/Strict__c/ABC '{}'
is a_key_may_be_case_sensitive "$SB_STATUS" 201
fails a_parent_found_twice DUPLICATE_EXTERNAL_ID '*' \
    '{"Need__c":"n","Parent__r":{"Loose__c":"same"}}'

# --- plain rows -----------------------------------------------------------------------------------

req POST /sobjects/Thing__c '{"Need__c":"plain","Ext__c":"pl"}'
member id
id=$REPLY
like a_post_creates "$SB_STATUS $SB_HEAD" \
    "201 *Location: /services/data/v62.0/sobjects/Thing__c/$id*"
req POST /sobjects/Thing__c '{"Need__c":"plain","Ext__c":"PL"}'
like twice_the_key_is_refused "$SB_STATUS $SB_BODY" '400 *DUPLICATE_VALUE*'
req POST /sobjects/Thing__c "{\"Need__c\":\"x\",\"Id\":\"$id\"}"
like an_id_may_not_be_given "$SB_STATUS $SB_BODY" '400 *INVALID_FIELD_FOR_INSERT_UPDATE*'
req POST /sobjects/Thing__c/Id '{"Need__c":"by id"}'
is create_through_Id_works "$SB_STATUS" 201
req GET "/sobjects/Thing__c/$id?fields=Ext__c,Need__c"
is fields_can_be_chosen "$SB_BODY" "{\"attributes\":{\"type\":\"Thing__c\",\"url\":\"/services/da"\
"ta/v62.0/sobjects/Thing__c/$id\"},\"Ext__c\":\"pl\",\"Need__c\":\"plain\"}"
req GET "/sobjects/Thing__c/${id:0:15}"
like fifteen_characters_do "$SB_BODY" "*\"Id\":\"$id\"*"
req GET "/sobjects/Thing__c/$id?fields=Nope__c"
like an_unknown_field_is_400 "$SB_STATUS $SB_BODY" '400 *INVALID_FIELD*'
req GET /sobjects/Thing__c/nonsense
is a_malformed_id_is_404 "$SB_STATUS" 404
req PATCH "/sobjects/Thing__c/$id" '{"Name":"patched"}'
is a_patch_says_nothing "$SB_STATUS$SB_BODY" 204
req PATCH "/sobjects/Thing__c/$id" "{\"Id\":\"$id\"}"
is no_id_in_the_body "$SB_STATUS" 400
req PATCH /sobjects/Thing__c/a8T5eB000000zzzEBA '{"Name":"x"}'
is a_row_that_is_not_there_is_404 "$SB_STATUS" 404
req DELETE "/sobjects/Thing__c/$id"
is a_delete_says_nothing "$SB_STATUS$SB_BODY" 204
req DELETE "/sobjects/Thing__c/$id"
like a_deleted_row_is_404 "$SB_STATUS $SB_BODY" '404 *"ENTITY_IS_DELETED"*'
req GET "/sobjects/Thing__c/$id"
is and_not_found "$SB_STATUS" 404
sb_encode "SELECT IsDeleted FROM Thing__c WHERE Id = '$id'"
req GET "/queryAll?q=$REPLY"
like but_query_all_sees_it "$SB_BODY" '*"totalSize":1*"IsDeleted":true*'
key PATCH pl '{"Need__c":"again"}'
is its_key_is_free_again "$SB_STATUS" 201
key DELETE pl
is a_delete_by_key "$SB_STATUS" 204
key DELETE pl
is and_then_404 "$SB_STATUS" 404
req POST /sobjects/Contact '{"FirstName":"Ada","LastName":"Lovelace"}'
member id
req PATCH "/sobjects/Contact/$REPLY" '{"LastName":"King"}'
req GET "/sobjects/Contact/$REPLY?fields=Name"
like the_full_name_follows_its_parts "$SB_BODY" '*"Name":"Ada King"}'
req POST /sobjects/Organization '{"Name":"x"}'
is some_objects_cannot_be_created "$SB_STATUS" 400

# --- collections ----------------------------------------------------------------------------------

col PATCH /Thing__c/Ext__c "$(thing '"Ext__c":"c1","Need__c":"n"'),$(thing '"Ext__c":"c2"')"\
",$(thing '"Ext__c":"k1","Name":"z"')"
like results_come_in_order "$SB_STATUS $SB_BODY" \
    '200 ?{"id":"*","success":true,"errors":??,"created":true},{"success":false,"errors":?{"statu'\
'sCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: ?Need__c?","fields":?"Ne'\
'ed__c"?}?},{"id":"*","success":true,"errors":??,"created":false}?'
col PATCH /Thing__c/Ext__c "$(thing '"Ext__c":"d1","Need__c":"1"')"\
",$(thing '"Ext__c":"d2","Need__c":"1"'),$(thing '"Ext__c":"D1","Need__c":"2"')"
like a_key_given_twice_fails_both "$SB_BODY" \
    '?{"success":false*Duplicate external id specified: d1*},{"id"*},{"success":false*DUPLICATE_V'\
'ALUE*}?'
one Id d1
like and_neither_is_written "$SB_BODY" '{"totalSize":0*'
col PATCH /Thing__c/Ext__c "$(thing '"Ext__c":"e1","Need__c":"1"')"\
",$(thing '"Ext__c":"e2","Nope__c":1')"
like an_unknown_field_refuses_the_whole_call "$SB_STATUS $SB_BODY" '400 *INVALID_FIELD*'
one Id e1
like then_nothing_is_written "$SB_BODY" '{"totalSize":0*'
col PATCH /Thing__c/Ext__c "$(thing '"Ext__c":"e1","Amount__c":"much"')"
like so_does_a_value_of_the_wrong_type "$SB_STATUS $SB_BODY" '400 *JSON_PARSER_ERROR*'
col PATCH /Thing__c/Ext__c '{"Ext__c":"e1"}'
like a_record_needs_its_type "$SB_STATUS $SB_BODY" '400 *INVALID_TYPE*'
col PATCH /Thing__c/Ext__c '{"attributes":{"type":"Contact"},"LastName":"x"}'
is of_the_uri "$SB_STATUS" 400
col PATCH /Thing__c/Ext__c "$(thing '"Need__c":"1"')"
like without_its_key_a_row_fails "$SB_BODY" '*MISSING_ARGUMENT*Ext__c not specified*'
col PATCH /Thing__c/Id "$(thing '"Need__c":"1"')"
is no_upsert_by_id_here "$SB_STATUS" 404
col PATCH /Thing__c/Name "$(thing '"Name":"1"')"
is nor_by_a_field_that_is_no_key "$SB_STATUS" 404
col PATCH /Thing__c/Ext__c ''
is no_records_are_refused "$SB_STATUS" 400
many=''
for ((i = 0; i < 200; i++)); do
    many+=",{\"attributes\":{\"type\":\"Thing__c\"},\"Ext__c\":\"m$i\",\"Need__c\":\"n\"}"
done
col PATCH /Thing__c/Ext__c "${many#,}"
done=${SB_BODY//'"success":true'/}
is two_hundred_are_taken "$SB_STATUS $(((${#SB_BODY} - ${#done}) / 14))" '200 200'
col PATCH /Thing__c/Ext__c "${many#,}$many"
like more_are_not "$SB_STATUS $SB_BODY" '400 *more than 200 records*EXCEEDED_ID_LIMIT*'
req PATCH /composite/sobjects/Thing__c/Ext__c '{"records":[],"other":1}'
like an_unknown_member_is_refused "$SB_STATUS $SB_BODY" '400 *other*JSON_PARSER_ERROR*'

col POST '' "$(thing '"Ext__c":"n1","Need__c":"1"'),{\"attributes\":{\"type\":\"Contact\"},\"Last"\
"Name\":\"x\"}"
like a_create_may_mix_types "$SB_STATUS $SB_BODY" '200 ?{"id":"a8T*},{"id":"003*'
like and_says_nothing_of_created "$SB_BODY" '!(*created*)'
mixed=''
for i in 1 2 3 4 5 6; do mixed+=",$(thing "\"Need__c\":\"$i\""),{\"attributes\":{\"type\":\"Conta"\
"ct\"},\"LastName\":\"x\"}"; done
col POST '' "${mixed#,}"
like but_in_ten_chunks_at_most "$SB_STATUS $SB_BODY" '400 *more than 10 chunks*'
col POST '' "$(thing '"Ext__c":"o1","Need__c":"1"'),$(thing '"Ext__c":"o2"')" true
like all_or_none_rolls_back "$SB_STATUS $SB_BODY" \
    '200 *ALL_OR_NONE_OPERATION_ROLLED_BACK*REQUIRED_FIELD_MISSING*'
one Id o1
like so_the_good_row_is_not_there "$SB_BODY" '{"totalSize":0*'
col PATCH '' "$(thing "\"id\":\"$first\",\"Name\":\"upd\""),$(thing '"Name":"no id"')"\
",$(thing '"id":"xyz","Name":"bad"')"
like an_update_needs_ids "$SB_BODY" "?{\"id\":\"$first\",\"success\":true*},{*MISSING_ARGUMENT*},"\
"{*MALFORMED_ID*}?"
col PATCH '' "$(thing "\"id\":\"$first\",\"Name\":\"a\"")"\
",$(thing "\"id\":\"$first\",\"Name\":\"b\"")"
like an_id_given_twice_fails_both "$SB_BODY" '*DUPLICATE_VALUE*DUPLICATE_VALUE*'
req POST /composite/sobjects/Thing__c "{\"ids\":[\"$first\",\"a8T5eB000000zzzEBA\"],\"fields\":"\
"[\"Ext__c\"]}"
like rows_can_be_had_by_id "$SB_STATUS $SB_BODY" '200 ?{*"Ext__c":"k1"},null?'
req DELETE "/composite/sobjects?ids=$first,nonsense&allOrNone=false"
like and_deleted "$SB_STATUS $SB_BODY" "200 ?{\"id\":\"$first\",\"success\":true,\"errors\":??},"\
"{\"success\":false*MALFORMED_ID*"
req DELETE "/composite/sobjects?ids=$first"
like but_not_twice "$SB_BODY" '*ENTITY_IS_DELETED*'
req DELETE /composite/sobjects
is ids_are_needed "$SB_STATUS" 400

# --- Chatter, files -------------------------------------------------------------------------------

req POST /chatter/feed-elements "{\"feedElementType\":\"FeedItem\",\"subjectId\":\"$parent\",\"bo"\
"dy\":{\"messageSegments\":[{\"type\":\"Text\",\"text\":\"hello \"},{\"type\":\"Mention\",\"id\""\
":\"0055eB000000001ABA\"}]}}"
like a_post_has_an_id "$SB_STATUS $SB_BODY" '201 {"id":"0D5*'
member id
post=$REPLY
req POST "/chatter/feed-elements/$post/capabilities/comments/items" \
    '{"body":{"messageSegments":[{"type":"Text","text":"yes"}]}}'
like so_has_a_comment "$SB_STATUS $SB_BODY" '201 {"id":"0D7*'
req POST /chatter/feed-elements/0D55eB000000zzzCBA/capabilities/comments/items \
    '{"body":{"messageSegments":[{"type":"Text","text":"yes"}]}}'
is a_comment_on_nothing_is_404 "$SB_STATUS" 404
printf -v long '%10001s' ''
req POST /chatter/feed-elements "{\"feedElementType\":\"FeedItem\",\"subjectId\":\"me\",\"body\":"\
"{\"messageSegments\":[{\"type\":\"Text\",\"text\":\"$long\"}]}}"
is a_post_has_a_longest_text "$SB_STATUS" 400
for body in '{}' '{"feedElementType":"FeedItem","subjectId":"me"}' \
    '{"feedElementType":"FeedItem","subjectId":"me","body":{"messageSegments":[{"type":"Dance"}]}'\
'}'; do
    req POST /chatter/feed-elements "$body"
    is "a_post_is_complete_${#body}" "$SB_STATUS" 400
done
soql "SELECT Body, ParentId FROM FeedItem"
like the_post_is_kept "$SB_BODY" "*\"Body\":\"hello 0055eB000000001ABA\",\"ParentId\":\"$parent\"*"

crlf=$'\r\n'
part() { # name, more headers, content
    printf '%s' "--b${crlf}Content-Disposition: form-data; name=\"$1\"$2$crlf$crlf$3"
}
file() { # json data
    local type="${crlf}Content-Type: application/json"
    req POST /sobjects/ContentVersion "$(part entity_content "$type" "$1")$crlf$(
        part VersionData '; filename="call.wav"' "$2"
    )$crlf--b--" 'Content-Type: multipart/form-data; boundary="b"'
}
file "{\"Title\":\"Call\",\"PathOnClient\":\"call.wav\",\"FirstPublishLocationId\":\"$parent\"}" \
    'RIFF data'
like a_file_is_taken "$SB_STATUS $SB_BODY" '201 {"id":"068*'
member id
version=$REPLY
soql "SELECT ContentDocumentId, FileType, FileExtension, ContentSize, IsLatest, VersionNumber FRO"\
"M ContentVersion WHERE Id = '$version'"
like it_has_a_document "$SB_BODY" '*"ContentDocumentId":"069*","FileType":"WAV","FileExtension":"'\
'wav","ContentSize":9,"IsLatest":true,"VersionNumber":"1"}*'
member ContentDocumentId
soql "SELECT LinkedEntityId FROM ContentDocumentLink WHERE ContentDocumentId = '$REPLY'"
like which_is_linked "$SB_BODY" "*\"LinkedEntityId\":\"$parent\"*"
req GET "/sobjects/ContentVersion/$version/VersionData"
is its_bytes_come_back "$SB_BODY" 'RIFF data'
file '{"Title":"Call"}' x
like a_file_needs_its_path "$SB_STATUS $SB_BODY" '400 *PathOnClient*'
req POST /sobjects/ContentVersion "{\"Title\":\"j\",\"PathOnClient\":\"a.txt\",\"VersionData\":\""\
"aGVsbG8=\"}"
is base64_does_too "$SB_STATUS" 201
for body in '' '--b' "--b${crlf}x" "--b${crlf}A: b$crlf${crlf}x" \
    "--b${crlf}Content-Disposition: form-data; name=\"a\"$crlf${crlf}x$crlf--b--"; do
    req POST /sobjects/ContentVersion "$body" 'Content-Type: multipart/form-data; boundary=b'
    is "a_broken_multipart_is_refused_${#body}" "$SB_STATUS" 400
done
req POST /sobjects/Attachment "{\"ParentId\":\"$parent\",\"Name\":\"a.txt\",\"Body\":\"aGVsbG8=\"}"
is an_attachment_is_taken "$SB_STATUS" 201

# --- nothing kept ---------------------------------------------------------------------------------

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --discard
sb_login
col PATCH /Thing__c/Ext__c "$(thing '"Ext__c":"c1","Need__c":"n"'),$(thing '"Ext__c":"c2"')"
like discarding_still_checks "$SB_BODY" '?{"id":"a8T*"created":true},{*REQUIRED_FIELD_MISSING*'
soql 'SELECT COUNT() FROM Thing__c'
like and_keeps_nothing "$SB_BODY" '{"totalSize":0*'
req GET //sandbox/counters
like and_counts "$SB_BODY" '*"Thing__c":{"created":1,"updated":0,"deleted":0,"failed":1}*'
