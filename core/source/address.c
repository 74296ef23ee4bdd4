// SPDX-License-Identifier: MIT
// Addresses that are written in another way than acload reads them.
#include "source/address.h"
#include <stdio.h>

#define MAX_SHOWN 300u
#define MAX_PLACE 2048u
#define PREFIX AC_STR("prefix=")

static int hex(char c) {
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) & 15 : -1;
}

size_t ac_address_unescape(ac_str text, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool is_coded = text.ptr[i] == '%' && i + 2 < text.len && hex(text.ptr[i + 1]) >= 0 &&
                        hex(text.ptr[i + 2]) >= 0;
        out[n] = text.ptr[i];
        if (is_coded) {
            out[n] = (char)(hex(text.ptr[i + 1]) * 16 + hex(text.ptr[i + 2]));
            i += 2;
        }
        n++;
    }
    out[n] = '\0';
    return n;
}

// --- what to write

static ac_str shown(ac_str s) { return ac_str_n(s.ptr, s.len < MAX_SHOWN ? s.len : MAX_SHOWN); }

static bool say(char out[AC_ADDRESS_HINT], const char *text) {
    snprintf(out, AC_ADDRESS_HINT, "%s", text);
    return true;
}

static bool say_object(ac_str place, char out[AC_ADDRESS_HINT]) {
    if (place.len)
        snprintf(out, AC_ADDRESS_HINT, "is written s3://%.*s here", AC_STR_ARG(shown(place)));
    return place.len || say(out, "an object on S3 is written s3://bucket/key");
}

static bool say_stream(ac_str name, char out[AC_ADDRESS_HINT]) {
    ptrdiff_t slash = ac_str_find(name, '/');
    if (slash >= 0) // a consumer of it
        name = ac_str_n(name.ptr, (size_t)slash);
    snprintf(out, AC_ADDRESS_HINT,
             "a stream of Kinesis is the input of a job, \"kinesis://%.*s\", and acload run "
             "reads it",
             AC_STR_ARG(shown(name.len ? name : AC_STR("NAME"))));
    return true;
}

static bool say_queue(ac_str place, char out[AC_ADDRESS_HINT]) {
    snprintf(out, AC_ADDRESS_HINT,
             "messages of a queue are taken by acload hook --sqs https://%.*s",
             AC_STR_ARG(shown(place)));
    return true;
}

// --- ARNs

static bool hint_of_arn(ac_str arn, char out[AC_ADDRESS_HINT]) {
    ac_str part[5], rest = arn; // "arn", partition, service, region, account
    char queue[MAX_PLACE];
    for (size_t i = 0; i < AC_N(part); i++)
        if (!ac_str_cut(&rest, ':', &part[i]))
            return say(out, "an ARN is arn:aws:SERVICE:REGION:ACCOUNT:NAME, and this one ends "
                            "before that");
    if (ac_str_eq(part[2], AC_STR("s3")))
        return part[3].len ? say(out, "an access point is written by its alias, s3://ALIAS/key")
                           : say_object(rest, out);
    if (ac_str_eq(part[2], AC_STR("kinesis")))
        return say_stream(ac_str_starts(rest, AC_STR("stream/")) ? ac_str_skip(rest, 7) : rest,
                          out);
    if (ac_str_eq(part[2], AC_STR("firehose")))
        return say(out, "a stream of Firehose is not read, but what it puts on S3 is: "
                        "s3://bucket/prefix/");
    if (!ac_str_eq(part[2], AC_STR("sqs")))
        return say(out, "is the ARN of nothing that acload reads; an object on S3 is written "
                        "s3://bucket/key");
    int n = snprintf(queue, sizeof queue, "sqs.%.*s.amazonaws.com%s/%.*s/%.*s", AC_STR_ARG(part[3]),
                     ac_str_eq(part[1], AC_STR("aws-cn")) ? ".cn" : "", AC_STR_ARG(part[4]),
                     AC_STR_ARG(rest));
    return n > 0 && say_queue(ac_str_of(queue), out);
}

// --- addresses as browsers have them

static ac_str until(ac_str s, const char *any) {
    size_t len = 0;
    while (len < s.len && !strchr(any, s.ptr[len]))
        len++;
    return ac_str_n(s.ptr, len);
}

// "bucket", "/a%20key?more" as "bucket/a key".
static bool say_unescaped(ac_str bucket, ac_str path, char out[AC_ADDRESS_HINT]) {
    char place[MAX_PLACE], key[MAX_PLACE];
    path = until(path, "?#");
    ac_address_unescape(shown(path), key);
    snprintf(place, sizeof place, "%.*s%s", AC_STR_ARG(shown(bucket)), key);
    return say_object(ac_str_of(place), out);
}

// "/s3/buckets/NAME?region=x&prefix=a/b" of the console.
static bool hint_of_console(ac_str path, char out[AC_ADDRESS_HINT]) {
    ac_str rest = ac_str_skip(path, 1), piece, bucket = AC_STR(""), prefix = AC_STR("");
    for (int i = 0; i < 3 && ac_str_cut(&rest, '/', &piece); i++)
        bucket = i == 2 ? piece : bucket;
    for (size_t i = 0; i + 8 <= path.len && !prefix.len; i++)
        if (strchr("?&", path.ptr[i]) && ac_str_starts(ac_str_skip(path, i + 1), PREFIX))
            prefix = until(ac_str_skip(path, i + 1 + PREFIX.len), "&#");
    char key[MAX_PLACE];
    snprintf(key, sizeof key, "/%.*s", AC_STR_ARG(prefix));
    bucket = until(bucket, "?#");
    return say_unescaped(bucket, bucket.len ? ac_str_of(key) : AC_STR(""), out);
}

// "bucket.s3.region.amazonaws.com" or "s3.region.amazonaws.com/bucket".
static bool hint_of_aws(ac_str host, ac_str path, ac_str whole, char out[AC_ADDRESS_HINT]) {
    ac_str rest = host, label;
    const char *s3 = NULL;
    if (ac_str_starts(host, AC_STR("sqs.")))
        return say_queue(whole, out);
    if (ac_str_starts(host, AC_STR("kinesis.")))
        return say_stream(AC_STR(""), out);
    while (ac_str_cut(&rest, '.', &label)) // the last one: a bucket may be called so, too
        if (ac_str_eq(label, AC_STR("s3")) || ac_str_starts(label, AC_STR("s3-")))
            s3 = label.ptr;
    if (!s3)
        return false;
    if (s3 == host.ptr)
        return say_unescaped(AC_STR(""), ac_str_skip(path, 1), out);
    return say_unescaped(ac_str_n(host.ptr, (size_t)(s3 - host.ptr) - 1), path, out);
}

static bool hint_of_web(ac_str rest, char out[AC_ADDRESS_HINT]) {
    ac_str host = until(rest, "/?#:"), path = ac_str_skip(rest, host.len);
    bool is_aws = ac_str_ends(host, AC_STR(".amazonaws.com")) ||
                  ac_str_ends(host, AC_STR(".amazonaws.com.cn"));
    if (ac_str_ends(host, AC_STR("console.aws.amazon.com")) && ac_str_starts(path, AC_STR("/s3/")))
        return hint_of_console(path, out);
    return (is_aws && hint_of_aws(host, path, rest, out)) ||
           say(out, "acload fetches nothing from a web server: save it as a file first, or give it "
                    "as standard input (curl -s URL | acload import -); what is on S3, also on a "
                    "server of one's own, is written s3://bucket/key");
}

// --- schemes

static ac_str skip_slashes(ac_str s) {
    while (ac_str_starts(s, AC_STR("/")))
        s = ac_str_skip(s, 1);
    return s;
}

// As acload reads it: "s3://" and no further slash.
static bool is_as_read(ac_str text, ac_str scheme, ac_str rest) {
    return ac_str_starts(text, scheme) && scheme.len == text.len - rest.len &&
           !ac_str_starts(rest, AC_STR("arn:"));
}

bool ac_address_hint(const char *address, char out[AC_ADDRESS_HINT]) {
    ac_str text = ac_str_of(address);
    size_t len = strcspn(address, ":/");
    if (len == text.len || address[len] != ':')
        return false;
    ac_str scheme = ac_str_n(address, len), rest = skip_slashes(ac_str_skip(text, len + 1));
    bool is_s3 = ac_str_eq_nocase(scheme, AC_STR("s3")) ||
                 ac_str_eq_nocase(scheme, AC_STR("s3a")) || ac_str_eq_nocase(scheme, AC_STR("s3n"));
    bool is_stream = ac_str_eq_nocase(scheme, AC_STR("kinesis"));
    if (ac_str_eq(scheme, AC_STR("arn")))
        return hint_of_arn(text, out);
    if (ac_str_eq_nocase(scheme, AC_STR("https")) || ac_str_eq_nocase(scheme, AC_STR("http")))
        return hint_of_web(rest, out);
    if (is_as_read(text, AC_STR("s3://"), rest) || is_as_read(text, AC_STR("kinesis://"), rest))
        return false;
    if ((is_s3 || is_stream) && ac_str_starts(rest, AC_STR("arn:")))
        return hint_of_arn(rest, out);
    return is_s3 ? say_object(rest, out) : is_stream && say_stream(rest, out);
}
