# SPDX-License-Identifier: MIT
# Copies of contacts in every order they may arrive in; tests source it.

# One copy of a contact: the third is the newest. Its queue is how it is known again.
copy() { # contact number
    printf '{"AWSContactTraceRecordFormatVersion":"2017-03-10","Attributes":'
    printf '{"postcallCTRImportEnabled":"true","postcallRecordingImportEnabled":"true"},'
    printf '"Channel":"VOICE","ContactId":"%s","LastUpdateTimestamp":"2031-03-04T16:0%d:00Z",' \
        "$1" "$2"
    printf '"CustomerEndpoint":{"Address":"+12025550100"},"InstanceARN":"arn:aws:connect:'
    printf 'eu-central-1:111122223333:instance/i-1",'
    printf '"Queue":{"Name":"copy %d"},"Recording":{"Location":"recordings/%d.wav",' "$2" "$2"
    printf '"Status":"AVAILABLE","Type":"AUDIO"}}'
}
orders=(123 132 213 231 312 321)
arrival() { # kind n: the n-th to arrive of every order's three copies
    local order
    for order in "${orders[@]}"; do copy "$1-$order" "${order:$2-1:1}"; done
}
arrivals() { # kind: all of them, those of a contact together
    local order i
    for order in "${orders[@]}"; do
        for i in 0 1 2; do copy "$1-$order" "${order:i:1}"; done
    done
}
