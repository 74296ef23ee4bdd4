// SPDX-License-Identifier: MIT
// Signature version 4 against cases, ours with those that AWS publishes.
#include "aws/sigv4.h"
#include "base/clock.h"
#include <check.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CASES 200

static char cases[MAX_CASES][512];
static int n_cases;

struct given { // what a case's folder says
    char request[8192], canonical[16384], to_sign[4096], signature[128];
    json_t *context;
    struct ac_sigv4_pair query[AC_SIGV4_MAX_PAIRS], headers[AC_SIGV4_MAX_PAIRS];
    struct ac_sigv4_request what;
    struct ac_sigv4_scope scope;
    char hash[65], date[17], texts[16384];
    size_t n_texts;
    struct ac_buf path;
};

static struct given given;

static void read_file(const char *folder, const char *name, char *out, size_t size) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s cannot be read", path);
    size_t n = fread(out, 1, size - 1, f);
    fclose(f);
    out[n] = '\0';
}

static void trim_end(char *text) {
    size_t n = strlen(text);
    while (n && text[n - 1] == '\n')
        text[--n] = '\0';
}

static const char *context(const char *name) {
    json_t *inside = json_object_get(given.context, "credentials");
    json_t *value = json_object_get(given.context, name);
    return json_string_value(value ? value : json_object_get(inside, name));
}

static bool is_said(const char *name, const char *value) {
    const char *have = context(name);
    return have && strcmp(have, value) == 0;
}

static ac_str decode(ac_str s) {
    char *out = given.texts + given.n_texts;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char hex[3] = {0};
        out[n] = s.ptr[i];
        if (s.ptr[i] == '%') {
            memcpy(hex, s.ptr + i + 1, 2);
            out[n] = (char)strtol(hex, NULL, 16);
            i += 2;
        }
        n++;
    }
    given.n_texts += n;
    return ac_str_n(out, n);
}

static void add_header(const char *name, ac_str value) {
    given.headers[given.what.n_headers++] = (struct ac_sigv4_pair){ac_str_of(name), value};
}

static void read_query(ac_str rest) {
    for (ac_str part; rest.len && ac_str_cut(&rest, '&', &part);) {
        ptrdiff_t equals = ac_str_find(part, '=');
        ac_str name = equals < 0 ? part : ac_str_n(part.ptr, (size_t)equals);
        ac_str value = equals < 0 ? AC_STR("") : ac_str_skip(part, (size_t)equals + 1);
        given.query[given.what.n_query++] = (struct ac_sigv4_pair){decode(name), decode(value)};
    }
}

// "GET /a b?c=d HTTP/1.1": the target may hold blanks.
static void read_target(ac_str line) {
    ptrdiff_t blank = ac_str_find(line, ' ');
    given.what.method = ac_str_n(line.ptr, (size_t)blank);
    ac_str target = ac_str_skip(line, (size_t)blank + 1);
    ck_assert(ac_str_ends(target, AC_STR(" HTTP/1.1")));
    target.len -= strlen(" HTTP/1.1");
    ptrdiff_t mark = ac_str_find(target, '?');
    given.what.path = mark < 0 ? target : ac_str_n(target.ptr, (size_t)mark);
    read_query(mark < 0 ? AC_STR("") : ac_str_skip(target, (size_t)mark + 1));
}

static ac_str read_request(void) {
    ac_str rest = ac_str_of(given.request), line;
    ac_str_cut(&rest, '\n', &line);
    read_target(line);
    while (ac_str_cut(&rest, '\n', &line) && line.len) {
        ptrdiff_t colon = ac_str_find(line, ':');
        ac_str name = ac_str_n(line.ptr, (size_t)colon);
        given.headers[given.what.n_headers++] =
            (struct ac_sigv4_pair){name, ac_str_skip(line, (size_t)colon + 1)};
    }
    return ac_str_is_null(rest) ? AC_STR("") : rest;
}

// The published suite says `normalize: false` for what S3 does with its paths, and writes them
// before they are encoded.
static void choose_form(void) {
    bool is_raw = json_is_false(json_object_get(given.context, "normalize"));
    given.what.form = is_raw || is_said("form", "s3") ? AC_SIGV4_S3 : AC_SIGV4_GENERAL;
    if (!is_raw)
        return;
    ck_assert(ac_sigv4_path(&given.path, given.what.path));
    given.what.path = ac_buf_str(&given.path);
}

static void read_case(const char *folder) {
    json_error_t why;
    char text[4096];
    memset(&given, 0, sizeof given);
    ac_buf_init(&given.path, 4096);
    read_file(folder, "request.txt", given.request, sizeof given.request);
    read_file(folder, "header-canonical-request.txt", given.canonical, sizeof given.canonical);
    read_file(folder, "header-string-to-sign.txt", given.to_sign, sizeof given.to_sign);
    read_file(folder, "header-signature.txt", given.signature, sizeof given.signature);
    trim_end(given.canonical);
    trim_end(given.to_sign);
    trim_end(given.signature);
    read_file(folder, "context.json", text, sizeof text);
    given.context = json_loads(text, 0, &why);
    ck_assert_msg(given.context != NULL, "%s: %s", folder, why.text);
    ac_str body = read_request();
    int64_t ms;
    ck_assert(ac_clock_parse(ac_str_of(context("timestamp")), &ms, NULL));
    ac_sigv4_date(ms, given.date);
    ck_assert(ac_sigv4_hash(body, given.hash));
    ac_str hash =
        is_said("payload", "unsigned") ? AC_STR(AC_SIGV4_UNSIGNED) : ac_str_of(given.hash);
    add_header("X-Amz-Date", ac_str_of(given.date));
    if (json_is_true(json_object_get(given.context, "sign_body")) || is_said("form", "s3"))
        add_header("X-Amz-Content-Sha256", hash);
    if (context("token"))
        add_header("X-Amz-Security-Token", ac_str_of(context("token")));
    given.what.query = given.query;
    given.what.headers = given.headers;
    given.what.payload_hash = hash;
    given.scope = (struct ac_sigv4_scope){ac_str_of(given.date), ac_str_of(context("region")),
                                          ac_str_of(context("service"))};
    choose_form();
}

static void ck_text(const char *folder, const struct ac_buf *have, const char *want) {
    ck_assert_msg(ac_str_eq(ac_buf_str(have), ac_str_of(want)), "%s\nhave:\n%.*s\nwant:\n%s",
                  folder, (int)have->len, have->ptr, want);
}

START_TEST(a_case_is_signed_as_it_says) {
    const char *folder = cases[_i];
    struct ac_buf canonical, to_sign, authorization;
    char hex[65], end[160];
    ac_buf_init(&canonical, 1 << 20);
    ac_buf_init(&to_sign, 1 << 20);
    ac_buf_init(&authorization, 1 << 20);
    read_case(folder);
    ac_str secret = ac_str_of(context("secret_access_key"));
    ck_assert(ac_sigv4_canonical(&canonical, &given.what));
    ck_text(folder, &canonical, given.canonical);
    ck_assert(ac_sigv4_to_sign(&to_sign, ac_buf_str(&canonical), &given.scope));
    ck_text(folder, &to_sign, given.to_sign);
    ck_assert(ac_sigv4_sign(secret, ac_buf_str(&to_sign), &given.scope, hex));
    ck_assert_str_eq(hex, given.signature);
    ck_assert(ac_sigv4_authorization(&authorization, &given.what, &given.scope,
                                     ac_str_of(context("access_key_id")), secret));
    snprintf(end, sizeof end, ", Signature=%s", given.signature);
    ck_assert(ac_str_ends(ac_buf_str(&authorization), ac_str_of(end)));
    ac_buf_free(&canonical);
    ac_buf_free(&to_sign);
    ac_buf_free(&authorization);
    ac_buf_free(&given.path);
    json_decref(given.context);
}
END_TEST

START_TEST(the_header_names_key_scope_headers) {
    struct ac_sigv4_pair headers[] = {{AC_STR("X-Amz-Date"), AC_STR("20150830T123600Z")},
                                      {AC_STR("Host"), AC_STR("example.amazonaws.com")}};
    struct ac_sigv4_request what = {
        .method = AC_STR("GET"), .path = AC_STR("/"), .headers = headers, .n_headers = 2};
    struct ac_sigv4_scope scope = {AC_STR("20150830T123600Z"), AC_STR("us-east-1"),
                                   AC_STR("service")};
    char hash[65];
    struct ac_buf out;
    ac_buf_init(&out, 4096);
    ck_assert(ac_sigv4_hash(AC_STR(""), hash));
    what.payload_hash = ac_str_of(hash);
    ck_assert(ac_sigv4_authorization(&out, &what, &scope, AC_STR("AKIDEXAMPLE"),
                                     AC_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")));
    ck_text("", &out,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    ac_buf_free(&out);
}
END_TEST

static const struct {
    const char *path, *encoded;
} paths[] = {{"", ""},
             {"/", "/"},
             {"a b+c:d=e%f", "a%20b%2Bc%3Ad%3De%25f"},
             {"//a//../", "//a//../"},
             {"\xC3\xA9\x01~", "%C3%A9%01~"}};

START_TEST(a_path_is_encoded_but_for_its_slashes) {
    struct ac_buf out;
    ac_buf_init(&out, 4096);
    ck_assert(ac_sigv4_path(&out, ac_str_of(paths[_i].path)));
    ck_text("", &out, paths[_i].encoded);
    ac_buf_free(&out);
}
END_TEST

START_TEST(too_many_headers_are_refused) {
    struct ac_sigv4_pair headers[AC_SIGV4_MAX_PAIRS + 1];
    struct ac_buf out;
    ac_buf_init(&out, 4096);
    for (size_t i = 0; i < AC_N(headers); i++)
        headers[i] = (struct ac_sigv4_pair){AC_STR("a"), AC_STR("b")};
    struct ac_sigv4_request what = {
        .method = AC_STR("GET"), .headers = headers, .n_headers = AC_N(headers)};
    ck_assert(!ac_sigv4_canonical(&out, &what));
    ck_assert(!ac_sigv4_query(&out, headers, AC_N(headers)));
    ac_buf_free(&out);
}
END_TEST

START_TEST(a_text_over_the_ceiling_is_refused) {
    struct ac_sigv4_pair query[] = {{AC_STR("name"), AC_STR("value")}};
    struct ac_buf out;
    ac_buf_init(&out, 9);
    ck_assert(!ac_sigv4_query(&out, query, 1));
    ac_buf_free(&out);
}
END_TEST

static void find_cases(const char *folder) {
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char file[1024];
        snprintf(file, sizeof file, "%s/%s/context.json", folder, names[i]->d_name);
        FILE *f = names[i]->d_name[0] != '.' ? fopen(file, "r") : NULL;
        if (f && n_cases < MAX_CASES)
            snprintf(cases[n_cases++], sizeof *cases, "%s/%s", folder, names[i]->d_name);
        if (f)
            fclose(f);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

int main(void) {
    char folder[400];
    const char *root = getenv("AC_ROOT") ? getenv("AC_ROOT") : ".", *more = getenv("AC_VECTORS");
    snprintf(folder, sizeof folder, "%s/tests/cases/sigv4", root);
    find_cases(folder);
    int n_ours = n_cases;
    snprintf(folder, sizeof folder, "%s/../shared/vectors/sigv4", root);
    find_cases(more ? more : folder);
    printf("%d cases of ours, %d published ones\n", n_ours, n_cases - n_ours);
    Suite *s = suite_create("aws/sigv4");
    TCase *t = tcase_create("sigv4");
    tcase_add_loop_test(t, a_case_is_signed_as_it_says, 0, n_cases);
    tcase_add_test(t, the_header_names_key_scope_headers);
    tcase_add_loop_test(t, a_path_is_encoded_but_for_its_slashes, 0, (int)AC_N(paths));
    tcase_add_test(t, too_many_headers_are_refused);
    tcase_add_test(t, a_text_over_the_ceiling_is_refused);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0 || n_ours < 10; // an empty folder is no success
}
