#!/bin/bash
# SPDX-License-Identifier: MIT
# The local org's bucket, its tape of requests: keys listed by pages, what was asked asked again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$SB_DIR" || exit 2

mkdir -p s3/reports/q/deep tape
for ((i = 0; i < 1203; i++)); do
    echo "$i" > "s3/reports/q/k $i+ä%41.csv"
done
echo deep > s3/reports/q/deep/one
echo other > s3/reports/r.csv
sandbox_start --s3 "$SB_DIR/s3" --tape "$SB_DIR/tape"

page() { req GET "//reports?list-type=2&encoding-type=url&$1"; }
keys() { grep -o '<Key>[^<]*' <<< "$SB_BODY" | cut -c 6-; }
page prefix=q/
keys > all
is a_page_has_a_thousand_keys "$SB_STATUS $(wc -l < all)" '200 1000'
like and_says_that_more_follows "$SB_BODY" '*<IsTruncated>true<*'
is keys_are_encoded "$(sed -n 2p all)" 'q/k%200%2B%C3%A4%2541.csv'
[[ $SB_BODY =~ '<NextContinuationToken>'([^<]*) ]]
sb_encode "${BASH_REMATCH[1]}"
page "prefix=q/&continuation-token=$REPLY"
like the_next_is_the_last "$SB_BODY" '*<IsTruncated>false<*'
keys >> all
is together_they_are_all_keys "$(sort -u all | wc -l) $(wc -l < all)" '1204 1204'
page 'prefix=q/deep/'
is folders_are_parts_of_keys "$(keys)" q/deep/one
page 'start-after=q/k%20998%2B%C3%A4%2541.csv'
is what_follows_a_key_is_listed "$(keys | xargs)" 'q/k%20999%2B%C3%A4%2541.csv r.csv'
page prefix=r
etag=$(md5sum < s3/reports/r.csv)
like an_object_has_the_etag_of_its_content "$SB_BODY" "*<ETag>\"${etag%% *}\"</ETag><Size>6</Size>*"
req GET '//nowhere?list-type=2'
is a_bucket_that_is_not_there_is_none "$SB_STATUS" 404

# --- the tape -------------------------------------------------------------------------------------

rm -f tape/*
sb_login
req PATCH /composite/sobjects/Account/Id '{"records": "a \"quoted\" one"}'
req GET /limits
req HEAD //reports/r.csv
sb GET //sandbox/counters > before.json
is every_request_is_kept "$(grep -c '^url' tape/requests)" 4
cp tape/requests requests
sed -i '1{/^next$/d}' requests
curl -K requests > curl.txt 2>&1
sb GET //sandbox/counters > after.json
is curl_asks_the_same_again "$(jq -cn --slurpfile a before.json --slurpfile b after.json \
    '[$a[0], $b[0]] | map(.calls) | .[1] as $b | .[0] | to_entries |
    map({key, value: ($b[.key] - .value)}) | map(select(.value > 0)) | from_entries')" \
    '{"token":1,"limits":1,"collections_upsert":1,"s3":1}'
bodies=$(grep '^data-binary' tape/requests | grep -o 'tape/[0-9]*.body' | xargs md5sum)
is with_the_same_bodies "$(cut -d ' ' -f 1 <<< "$bodies" | sort | uniq -c | awk '{ print $1 }' |
    xargs)" '2 2'
