// SPDX-License-Identifier: MIT
// The signed assertion: its parts, its signature, the keys that will not do.
#include "org/org_kit.h"
#include <check.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

static struct org_kit kit;
static EVP_PKEY *key; // one for all tests: making it takes a while

static void make_key(void) { key = EVP_RSA_gen(2048); }
static void free_key(void) { EVP_PKEY_free(key); }

static void write_key(const char *path, EVP_PKEY *which, const char *passphrase) {
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(PEM_write_PrivateKey(f, which, passphrase ? EVP_aes_256_cbc() : NULL,
                                          (const unsigned char *)passphrase,
                                          passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
                     1);
    fclose(f);
}

static void setup(void) {
    org_kit_setup(&kit);
    kit.options = (struct ac_org_options){.flow = AC_FLOW_JWT,
                                          .host = ORG_KIT_HOST,
                                          .client_id = "3MVG9\"app",
                                          .client_secret = "must-not-be-sent",
                                          .username = "load@example.com",
                                          .jwt_key_file = org_kit_path(&kit, "key.pem"),
                                          .version = "62.0"};
    org_kit_write(kit.options.jwt_key_file, "", 0600);
    write_key(kit.options.jwt_key_file, key, NULL);
}

static void teardown(void) { org_kit_teardown(&kit); }

// --- taking it apart -----------------------------------------------------------------------------

static int digit_of(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < 64; i++)
        if (digits[i] == c)
            return i;
    ck_abort_msg("'%c' is no digit of base64url", c);
    return -1;
}

static size_t decode(ac_str text, unsigned char *out) {
    uint32_t bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bits = bits << 6 | (uint32_t)digit_of(text.ptr[i]);
        if (i % 4) // the first digit of four fills no byte
            out[n++] = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    return n;
}

struct parts {
    ac_str signed_text, header, claims, signature;
};

static struct parts parts_of_login(void) {
    static const char before[] =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    struct parts p;
    org_kit_login(&kit);
    ac_str form = ac_str_of(net_asked(&kit.net, "POST", ORG_KIT_LOGIN, 0)->body);
    ck_assert_msg(ac_str_starts(form, AC_STR(before)), "%s", form.ptr);
    ac_str rest = ac_str_skip(form, sizeof before - 1);
    const char *begin = rest.ptr;
    ck_assert(ac_str_cut(&rest, '.', &p.header));
    ck_assert(ac_str_cut(&rest, '.', &p.claims));
    p.signature = rest;
    p.signed_text = ac_str_n(begin, (size_t)(rest.ptr - begin) - 1);
    return p;
}

static const char *decoded(ac_str part) {
    static unsigned char text[8192];
    size_t n = decode(part, text);
    text[n] = '\0';
    return (const char *)text;
}

START_TEST(the_assertion_says_who_asks_whom_for_how_long) {
    struct parts p = parts_of_login();
    ck_assert_str_eq(decoded(p.header), "{\"alg\":\"RS256\"}");
    ck_assert_str_eq(decoded(p.claims),
                     "{\"iss\":\"3MVG9\\\"app\",\"sub\":\"load@example.com\","
                     "\"aud\":\"https://login.salesforce.com\",\"exp\":1930406580}");
}
END_TEST

START_TEST(its_signature_fits_the_key) {
    struct parts p = parts_of_login();
    unsigned char signature[1024];
    size_t len = decode(p.signature, signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    ck_assert_int_eq(EVP_DigestVerify(ctx, signature, len, (const unsigned char *)p.signed_text.ptr,
                                      p.signed_text.len),
                     1);
    EVP_MD_CTX_free(ctx);
}
END_TEST

START_TEST(neither_secret_nor_padding_is_sent) {
    parts_of_login();
    const struct net_request *asked = net_asked(&kit.net, "POST", ORG_KIT_LOGIN, 0);
    ck_assert_ptr_null(strstr(asked->body, "must-not-be-sent"));
    ck_assert_ptr_null(strchr(asked->body + strlen("grant_type="), '+'));
    ck_assert_str_eq(asked->url, ORG_KIT_HOST "/services/oauth2/token");
}
END_TEST

static const struct {
    const char *host, *audience, *aud;
} audiences[] = {
    {"https://login.salesforce.com", NULL, "https://login.salesforce.com"},
    {"https://test.salesforce.com", NULL, "https://test.salesforce.com"},
    {"https://shop.my.salesforce.com", NULL, "https://login.salesforce.com"},
    {"https://shop.my.salesforce.com", "", "https://login.salesforce.com"},
    {"https://shop--Dev.sandbox.my.salesforce.com", NULL, "https://test.salesforce.com"},
    {"https://SHOP--DEV.SANDBOX.MY.SALESFORCE.COM", NULL, "https://test.salesforce.com"},
    {"https://sandbox.my.salesforce.com", NULL, "https://login.salesforce.com"},
    {"https://test.salesforce.com", "https://site.example.com/c", "https://site.example.com/c"},
};

START_TEST(the_audience_follows_from_the_host_unless_it_is_set) {
    char wanted[200];
    kit.options.host = audiences[_i].host;
    kit.options.audience = audiences[_i].audience;
    struct parts p = parts_of_login();
    snprintf(wanted, sizeof wanted, "\"aud\":\"%s\"", audiences[_i].aud);
    ck_assert_msg(strstr(decoded(p.claims), wanted) != NULL, "%s", decoded(p.claims));
}
END_TEST

START_TEST(time_comes_from_the_clock_at_hand) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_say_token(&kit, "TOKEN_2");
    kit.clock.at_ms += 7200000;
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    const char *form = net_asked(&kit.net, "POST", ORG_KIT_LOGIN, 1)->body;
    ac_str rest = ac_str_of(strchr(form, '.') + 1), claims;
    ck_assert(ac_str_cut(&rest, '.', &claims));
    ck_assert_ptr_nonnull(strstr(decoded(claims), "\"exp\":1930413780"));
}
END_TEST

// --- keys that will not do -----------------------------------------------------------------------

static void check_refused(const char *code) {
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(kit.err.code, code);
    ck_assert_ptr_nonnull(strstr(kit.err.text, kit.options.jwt_key_file));
    ck_assert_uint_eq(kit.net.n_requests, 0);
}

START_TEST(a_key_that_is_not_there_is_named) {
    kit.options.jwt_key_file = org_kit_path(&kit, "none.pem");
    check_refused("NOT_FOUND");
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused) {
    org_kit_write(kit.options.jwt_key_file, "", 0640);
    check_refused("OPEN_SECRET");
}
END_TEST

START_TEST(a_folder_is_no_key) {
    kit.options.jwt_key_file = kit.dir;
    check_refused("NO_FILE");
}
END_TEST

static const char *const no_keys[] = {
    "",
    "nonsense",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
};

START_TEST(what_is_no_key_is_refused) {
    org_kit_write(kit.options.jwt_key_file, no_keys[_i], 0600);
    check_refused("JWT_KEY");
}
END_TEST

START_TEST(a_key_of_another_kind_is_refused) {
    EVP_PKEY *other = EVP_EC_gen("P-256");
    write_key(kit.options.jwt_key_file, other, NULL);
    EVP_PKEY_free(other);
    check_refused("JWT_KEY");
}
END_TEST

START_TEST(a_key_with_a_passphrase_is_refused_and_nobody_is_asked) {
    write_key(kit.options.jwt_key_file, key, "secret");
    check_refused("JWT_KEY");
}
END_TEST

START_TEST(a_file_too_large_for_a_key_is_refused) {
    char *large = calloc(1, 70001);
    memset(large, 'x', 70000);
    org_kit_write(kit.options.jwt_key_file, large, 0600);
    free(large);
    check_refused("NO_SECRET");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/jwt");
    TCase *t = tcase_create("assertion");
    tcase_add_unchecked_fixture(t, make_key, free_key);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_assertion_says_who_asks_whom_for_how_long);
    tcase_add_test(t, its_signature_fits_the_key);
    tcase_add_test(t, neither_secret_nor_padding_is_sent);
    tcase_add_loop_test(t, the_audience_follows_from_the_host_unless_it_is_set, 0,
                        (int)AC_N(audiences));
    tcase_add_test(t, time_comes_from_the_clock_at_hand);
    tcase_add_test(t, a_key_that_is_not_there_is_named);
    tcase_add_test(t, a_key_that_others_can_read_is_refused);
    tcase_add_test(t, a_folder_is_no_key);
    tcase_add_loop_test(t, what_is_no_key_is_refused, 0, (int)AC_N(no_keys));
    tcase_add_test(t, a_key_of_another_kind_is_refused);
    tcase_add_test(t, a_key_with_a_passphrase_is_refused_and_nobody_is_asked);
    tcase_add_test(t, a_file_too_large_for_a_key_is_refused);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
