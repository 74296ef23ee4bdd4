// SPDX-License-Identifier: MIT
// What an address on S3 names.
#include "source/s3_bucket.h"
#include <check.h>
#include <stdio.h>

static const struct bucket_object some[] = {
    {.key = "in/", .body = ""},
    {.key = "in/.dot", .body = "x"},
    {.key = "in/a b+c:d%e.csv", .body = "1234"},
    {.key = "in/empty.csv", .body = ""},
    {.key = "in/sub/\xC3\xBC.csv", .body = "12", .version = "v1"},
    {.key = "in/z.tmp", .body = "x"},
    {.key = "inside.csv", .body = "123"}};

static void setup(void) {
    bucket_setup();
    bucket_fill(some, AC_N(some));
}

// --- what is found

START_TEST(a_prefix_names_what_begins_so) {
    bucket_check_list("s3://bucket/in/",
                      "in/.dot\nin/a b+c:d%e.csv\nin/sub/\xC3\xBC.csv\nin/z.tmp\n");
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(partial_files_may_be_left_out) {
    struct ac_source_filter filter = {.skip_partial = true};
    ck_assert_int_eq(bucket_list("s3://bucket/in/", &filter), AC_OK);
    ck_assert_str_eq(bucket.found, "in/a b+c:d%e.csv\nin/sub/\xC3\xBC.csv\n");
    ck_assert_uint_eq(filter.n_empty, 1);
    ck_assert_uint_eq(filter.n_lists, 1);
}
END_TEST

START_TEST(a_bucket_names_all_of_it) {
    bucket_check_list("s3://bucket", "in/.dot\nin/a b+c:d%e.csv\nin/sub/\xC3\xBC.csv\nin/z.tmp\n"
                                     "inside.csv\n");
    ck_assert_str_eq(aws_net.asked[0].url,
                     "https://bucket.s3.eu-central-1.amazonaws.com/?encoding-type=url&list-type=2&"
                     "prefix=");
}
END_TEST

START_TEST(a_key_names_its_object) {
    struct ac_item item = bucket_item("s3://bucket/in/a b+c:d%e.csv");
    ck_assert_str_eq(item.name, "s3://bucket/in/a b+c:d%e.csv");
    ck_assert_str_eq(item.path, item.name);
    ck_assert_str_eq(item.bucket, "bucket");
    ck_assert_str_eq(item.key, "in/a b+c:d%e.csv");
    ck_assert_str_eq(item.etag, "etag-2");
    ck_assert_str_eq(item.version_id, "");
    ck_assert_int_eq(item.size_bytes, 4);
    ck_assert_int_eq(item.modified_ms, AWS_NOW_MS);
    ck_assert_uint_eq(aws_net.n_asked, 1);
    ck_assert_str_eq(aws_net.asked[0].url, "https://bucket.s3.eu-central-1.amazonaws.com/in/"
                                           "a%20b%2Bc%3Ad%25e.csv");
}
END_TEST

START_TEST(a_listing_and_a_look_say_the_same) {
    struct ac_item looked = bucket_item("s3://bucket/inside.csv");
    char one[65], two[65];
    ck_assert_int_eq(bucket_list("s3://bucket/inside", NULL), AC_OK);
    ck_assert_uint_eq(bucket.n_found, 1);
    ck_assert_int_eq(bucket.last.modified_ms, looked.modified_ms);
    ck_assert_int_eq(ac_source_identify(&looked, one, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_source_identify(&bucket.last, two, &aws_net.err), AC_OK);
    ck_assert_str_eq(one, two);
}
END_TEST

START_TEST(a_beginning_of_keys_is_a_prefix_too) {
    bucket_check_list("s3://bucket/in/a", "in/a b+c:d%e.csv\n");
    ck_assert_uint_eq(aws_net.n_asked, 2);
    ck_assert_str_eq(aws_net.asked[0].method, "HEAD");
}
END_TEST

static const struct {
    const char *pattern, *keys;
} patterns[] = {{"s3://bucket/*.csv", "in/a b+c:d%e.csv\nin/sub/\xC3\xBC.csv\ninside.csv\n"},
                {"s3://bucket/in?ide.csv", "inside.csv\n"},
                {"s3://bucket/in/[a-b]*", "in/a b+c:d%e.csv\n"}};

START_TEST(a_pattern_names_what_matches) {
    bucket_check_list(patterns[_i].pattern, patterns[_i].keys);
}
END_TEST

START_TEST(keys_may_come_as_they_are) {
    bucket.is_plain_keys = true;
    bucket_check_list("s3://bucket/in/a", "in/a b+c:d%e.csv\n");
}
END_TEST

START_TEST(pages_are_followed) {
    bucket.page = 1;
    bucket_check_list("s3://bucket/in/",
                      "in/.dot\nin/a b+c:d%e.csv\nin/sub/\xC3\xBC.csv\nin/z.tmp\n");
    ck_assert_uint_eq(aws_net.n_asked, 6);
}
END_TEST

START_TEST(a_version_is_named_by_its_id) {
    struct ac_item item = bucket_item("s3://bucket/in/sub/\xC3\xBC.csv?versionId=v1");
    ck_assert_str_eq(item.key, "in/sub/\xC3\xBC.csv");
    ck_assert_str_eq(item.version_id, "v1");
    ck_assert_str_eq(item.name, "s3://bucket/in/sub/\xC3\xBC.csv?versionId=v1");
}
END_TEST

// --- where it is asked for

static const struct {
    const char *url;
    enum ac_s3_addressing how;
    const char *endpoint, *asked;
} places[] = {
    {"s3://my-bucket/k", AC_S3_AUTO, NULL, "https://my-bucket.s3.eu-central-1.amazonaws.com/k"},
    {"s3://my-bucket/k", AC_S3_PATH, NULL, "https://s3.eu-central-1.amazonaws.com/my-bucket/k"},
    {"s3://my.bucket/k", AC_S3_AUTO, NULL, "https://s3.eu-central-1.amazonaws.com/my.bucket/k"},
    {"s3://My_Bucket/k", AC_S3_AUTO, NULL, "https://s3.eu-central-1.amazonaws.com/My_Bucket/k"},
    {"s3://my.bucket/k", AC_S3_VIRTUAL, NULL, "https://my.bucket.s3.eu-central-1.amazonaws.com/k"},
    {"s3://bucket/k", AC_S3_AUTO, "http://127.0.0.1:9000", "http://127.0.0.1:9000/bucket/k"},
    {"s3://bucket/k", AC_S3_VIRTUAL, "https://s3.local.amazonaws.com",
     "https://bucket.s3.local.amazonaws.com/k"}};

START_TEST(a_bucket_is_named_in_the_host_or_in_the_path) {
    static const struct bucket_object k[] = {{.key = "k", .body = "x"},
                                             {.key = "my-bucket/k", .body = "x"},
                                             {.key = "my.bucket/k", .body = "x"},
                                             {.key = "My_Bucket/k", .body = "x"}};
    bucket_fill(k, AC_N(k));
    bucket.env.s3_addressing = places[_i].how;
    aws_setenv("AWS_ENDPOINT_URL_S3", places[_i].endpoint);
    ck_assert_msg(bucket_list(places[_i].url, NULL) == AC_OK, "%s", aws_net.err.text);
    ck_assert_str_eq(aws_net.asked[0].url, places[_i].asked);
}
END_TEST

START_TEST(the_profile_may_say_where_a_bucket_is_named) {
    aws_setenv("AWS_CONFIG_FILE",
               aws_write("config", "[default]\ns3 =\n  addressing_style = path\n"));
    bucket_check_list("s3://bucket/inside", "inside.csv\n");
    ck_assert_str_eq(aws_net.asked[0].url, "https://s3.eu-central-1.amazonaws.com/bucket/inside");
}
END_TEST

START_TEST(another_region_is_followed_once) {
    bucket.region = "us-west-2";
    bucket.is_mute = _i == 1;
    bucket_check_list("s3://bucket/in/a", "in/a b+c:d%e.csv\n");
    ck_assert_uint_eq(aws_count("https://bucket.s3.eu-central-1.amazonaws.com/*"), 2 - (size_t)_i);
    bucket_check_list("s3://bucket/in/a", "in/a b+c:d%e.csv\n");
    ck_assert_uint_eq(aws_count("https://bucket.s3.eu-central-1.amazonaws.com/*"), 2 - (size_t)_i);
}
END_TEST

START_TEST(a_version_is_found_in_another_region) {
    bucket.region = "us-west-2";
    struct ac_item item = bucket_item("s3://bucket/in/sub/\xC3\xBC.csv?versionId=v1");
    ck_assert_str_eq(item.version_id, "v1");
}
END_TEST

START_TEST(a_region_that_leads_nowhere_is_told) {
    static const struct ac_source_filter none;
    struct ac_source_filter filter = none;
    aws_net.n_script = 0;
    aws_keep_saying("https://*", 400,
                    "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region>"
                    "</Error>");
    ck_assert_int_eq(bucket_list("s3://bucket/in/", &filter), AC_INPUT);
    bucket_check_err("WRONG_REGION", "eu-west-1");
    ck_assert_uint_eq(aws_net.n_asked, 2);
}
END_TEST

// --- what is refused

static const struct {
    const char *url;
    int status;
    const char *answer, *code, *words;
} refused[] = {
    {"s3://bucket/in/", 403, "<Error><Code>AccessDenied</Code></Error>", "DENIED", "s3:ListBucket"},
    {"s3://bucket/in/x", 403, "", "DENIED", "s3:ListBucket"},
    {"s3://bucket/x?versionId=v", 403, "", "DENIED", "s3:GetObjectVersion"},
    {"s3://bucket/x?versionId=v", 404, "", "NOT_FOUND", "no such object"},
    {"s3://bucket/x?versionId=v", 405, "", "NOT_FOUND", "delete marker"},
    {"s3://bucket/in/", 404, "<Error><Code>NoSuchBucket</Code></Error>", "NOT_FOUND",
     "no bucket of that name"},
    {"s3://Bucket/in/", 404, "<Error><Code>NoSuchBucket</Code></Error>", "NOT_FOUND",
     "names of buckets are in lower case"},
    {"s3://bucket/in/", 200, "nonsense", "BAD_ANSWER", "no XML"},
    {"s3://bucket/in/", 503, "", "AWS_BUSY", "run again later"},
    {"s3://b/x", 200, "", "NOT_A_BUCKET", "cannot be the name"},
    {"s3://", 200, "", "NOT_A_BUCKET", "cannot be the name"},
    {"s3://buc ket/x", 200, "", "NOT_A_BUCKET", "cannot be the name"},
    {"s3://host.example:80/x", 200, "", "NOT_A_BUCKET", "cannot be the name"}};

START_TEST(what_cannot_be_listed_says_why) {
    aws_net.n_script = 0;
    aws_keep_saying("https://*", refused[_i].status, refused[_i].answer);
    ck_assert_int_eq(bucket_list(refused[_i].url, NULL), AC_INPUT);
    bucket_check_err(refused[_i].code, refused[_i].words);
    ck_assert_str_eq(aws_net.err.source, refused[_i].url);
}
END_TEST

START_TEST(nothing_there_is_an_error_of_a_name) {
    ck_assert_int_eq(bucket_list("s3://bucket/nothing", NULL), AC_INPUT);
    bucket_check_err("NOT_FOUND", "none whose key begins so");
    ck_assert_int_eq(bucket_list("s3://bucket/*.zip", NULL), AC_INPUT);
    bucket_check_err("NOT_FOUND", "no object matches");
}
END_TEST

START_TEST(an_empty_folder_is_none) { bucket_check_list("s3://bucket/nothing/", ""); }
END_TEST

static const struct {
    const char *url;
    bool is_there;
} folders[] = {{"s3://bucket/nothing/", false}, {"s3://bucket/in/nothing/", false},
               {"s3://bucket/In/", false},      {"s3://bucket/in/", true},
               {"s3://bucket/none/", true},     {"s3://bucket", true},
               {"s3://bucket/", true}};

// As on a disk: a folder without files is one, a name that nothing has is a mistake.
START_TEST(unless_it_is_wanted) {
    static const struct bucket_object markers[] = {{.key = "in/a", .body = "x"},
                                                   {.key = "none/", .body = ""}};
    struct ac_source_filter filter = {.wants_folder = true};
    bucket_fill(markers, AC_N(markers));
    ck_assert_int_eq(bucket_list(folders[_i].url, &filter),
                     folders[_i].is_there ? AC_OK : AC_INPUT);
    if (!folders[_i].is_there)
        bucket_check_err("NOT_FOUND", "no object whose key begins so");
}
END_TEST

START_TEST(an_empty_bucket_is_one) {
    struct ac_source_filter filter = {.wants_folder = true};
    bucket_fill(NULL, 0);
    ck_assert_int_eq(bucket_list("s3://bucket", &filter), AC_OK);
    ck_assert_int_eq(bucket_list("s3://bucket/in/", &filter), AC_INPUT);
    bucket_check_err("NOT_FOUND", "aws s3 ls s3://bucket/ shows");
}
END_TEST

START_TEST(a_wrong_secret_is_no_matter_of_one_input) {
    aws_net.n_script = 0;
    aws_keep_saying("https://*", 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    ck_assert_int_eq(bucket_list("s3://bucket/in/", NULL), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    bucket_check_err("AWS_CREDENTIALS", "does not accept the credentials");
}
END_TEST

START_TEST(without_a_room_there_is_no_s3) {
    struct ac_source_env none = {0};
    struct ac_source_filter filter = {.env = &none};
    ck_assert_int_eq(bucket_list("s3://bucket/in/", &filter), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "UNKNOWN_SCHEME");
}
END_TEST

START_TEST(a_listing_without_end_is_refused) {
    aws_net.n_script = 0;
    aws_keep_saying("https://*", 200,
                    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t"
                    "</NextContinuationToken></ListBucketResult>");
    ck_assert_int_eq(bucket_list("s3://bucket/in/", NULL), AC_INPUT);
    bucket_check_err("BAD_ANSWER", "more follows, but not where");
    ck_assert_uint_eq(aws_net.n_asked, 2);
}
END_TEST

// --- identity

static const struct ac_source_object named = {.bucket = "bucket",
                                              .key = {"k", 1},
                                              .etag = "\"e\"",
                                              .version_id = "v",
                                              .size_bytes = -1,
                                              .modified_ms = INT64_MIN};

static void identify(struct ac_source_object object, char hex[65], char alias[65]) {
    struct ac_item item;
    ck_assert_int_eq(ac_source_object(&object, &bucket.arena, &item, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_source_identify(&item, hex, &aws_net.err), AC_OK);
    ck_assert_int_ge(ac_source_alias(&item, alias, &aws_net.err), AC_OK);
}

START_TEST(what_names_an_object_identifies_it) {
    struct ac_source_object other = named;
    char hex[65], alias[65], hex2[65], alias2[65];
    identify(named, hex, alias);
    ck_assert_uint_eq(strlen(hex), 64);
    other.version_id = NULL;
    identify(other, hex2, alias2);
    ck_assert_str_eq(alias, hex2);
    ck_assert_str_ne(hex, hex2);
    ck_assert_str_eq(alias2, "");
    other.version_id = "null"; // versions are off: it tells nothing
    identify(other, hex, alias);
    ck_assert_str_eq(hex, hex2);
    other.etag = "f";
    identify(other, hex, alias);
    ck_assert_str_ne(hex, hex2);
}
END_TEST

START_TEST(an_object_without_identity_is_refused) {
    struct ac_source_object object = named;
    struct ac_item item;
    char hex[65];
    object.etag = object.version_id = NULL;
    ck_assert_int_eq(ac_source_object(&object, &bucket.arena, &item, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_source_identify(&item, hex, &aws_net.err), AC_INPUT);
    bucket_check_err("NO_IDENTITY", "neither a version nor an ETag");
}
END_TEST

START_TEST(an_object_without_a_key_is_refused) {
    struct ac_source_object object = named;
    struct ac_item item;
    object.key = ac_str_n("a\0b", _i ? 3 : 0);
    ck_assert_int_eq(ac_source_object(&object, &bucket.arena, &item, &aws_net.err), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "NOT_A_KEY");
}
END_TEST

static void add_found(TCase *t) {
    tcase_add_test(t, a_prefix_names_what_begins_so);
    tcase_add_test(t, partial_files_may_be_left_out);
    tcase_add_test(t, a_bucket_names_all_of_it);
    tcase_add_test(t, a_key_names_its_object);
    tcase_add_test(t, a_listing_and_a_look_say_the_same);
    tcase_add_test(t, a_beginning_of_keys_is_a_prefix_too);
    tcase_add_loop_test(t, a_pattern_names_what_matches, 0, (int)AC_N(patterns));
    tcase_add_test(t, keys_may_come_as_they_are);
    tcase_add_test(t, pages_are_followed);
    tcase_add_test(t, a_version_is_named_by_its_id);
    tcase_add_loop_test(t, a_bucket_is_named_in_the_host_or_in_the_path, 0, (int)AC_N(places));
    tcase_add_test(t, the_profile_may_say_where_a_bucket_is_named);
    tcase_add_loop_test(t, another_region_is_followed_once, 0, 2);
    tcase_add_test(t, a_version_is_found_in_another_region);
    tcase_add_test(t, a_region_that_leads_nowhere_is_told);
}

static void add_refused(TCase *t) {
    tcase_add_loop_test(t, what_cannot_be_listed_says_why, 0, (int)AC_N(refused));
    tcase_add_test(t, nothing_there_is_an_error_of_a_name);
    tcase_add_test(t, an_empty_folder_is_none);
    tcase_add_loop_test(t, unless_it_is_wanted, 0, (int)AC_N(folders));
    tcase_add_test(t, an_empty_bucket_is_one);
    tcase_add_test(t, a_wrong_secret_is_no_matter_of_one_input);
    tcase_add_test(t, without_a_room_there_is_no_s3);
    tcase_add_test(t, a_listing_without_end_is_refused);
    tcase_add_test(t, what_names_an_object_identifies_it);
    tcase_add_test(t, an_object_without_identity_is_refused);
    tcase_add_loop_test(t, an_object_without_a_key_is_refused, 0, 2);
}

int main(void) {
    Suite *s = suite_create("source/s3_list");
    TCase *found = tcase_create("found"), *no = tcase_create("refused");
    tcase_add_checked_fixture(found, setup, bucket_teardown);
    tcase_add_checked_fixture(no, setup, bucket_teardown);
    add_found(found);
    add_refused(no);
    suite_add_tcase(s, found);
    suite_add_tcase(s, no);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
