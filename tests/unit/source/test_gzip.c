// SPDX-License-Identifier: MIT
// The checksums of gzip files.
#include "base/buf.h"
#include "source/gzip.h"
#include "source/pack.h"
#include <check.h>
#include <stdlib.h>

// Packed bytes, put together from gzip members, with all that they unpack to.
static unsigned char packed[1 << 16];
static size_t n_packed;
static char plain[1 << 16];
static size_t n_plain;

static void setup(void) {
    source_setup();
    n_packed = n_plain = 0;
}

static void add_packed(const char *options, const char *bytes, size_t len) {
    size_t n;
    char *one = source_read(source_compress("one.gz", "gzip", options, bytes, len), &n);
    ck_assert_uint_le(n_packed + n, sizeof packed);
    memcpy(packed + n_packed, one, n);
    memcpy(plain + n_plain, bytes, len);
    n_packed += n;
    n_plain += len;
    free(one);
}

static void add_member(const char *bytes, size_t len) { add_packed(NULL, bytes, len); }

static void add_noise(size_t len) {
    char noise[5000];
    uint64_t state = len;
    for (size_t i = 0; i < len; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        noise[i] = (char)(state >> 56);
    }
    add_member(noise, len);
}

// Fed in pieces of `step` bytes.
static bool is_good(size_t step) {
    static struct ac_gzip g;
    ac_gzip_init(&g);
    for (size_t at = 0; at < n_packed; at += step)
        ac_gzip_packed(
            &g, (ac_str){(const char *)packed + at, step < n_packed - at ? step : n_packed - at});
    for (size_t at = 0; at < n_plain; at += step)
        ac_gzip_unpacked(&g, (ac_str){plain + at, step < n_plain - at ? step : n_plain - at});
    return ac_gzip_is_good(&g);
}

static const size_t steps[] = {1, 2, 7, 8, 17, 18, 33, 100000};

START_TEST(one_member_is_good) {
    add_member("hello, hello, hello", 19);
    ck_assert(is_good(steps[_i]));
}
END_TEST

START_TEST(several_members_are_good) {
    add_noise(1000);
    add_member("hello, hello, hello", 19);
    add_noise(3333);
    add_member("x", 1);
    ck_assert(is_good(steps[_i]));
}
END_TEST

START_TEST(zeros_behind_it_do_no_harm) {
    add_member("hello, hello, hello", 19);
    for (size_t n_zeros = 1; n_zeros < 600; n_zeros = n_zeros * 3 / 2 + 1) {
        memset(packed + n_packed, 0, n_zeros);
        size_t was = n_packed;
        n_packed += n_zeros;
        ck_assert_msg(is_good(steps[_i]), "%zu zeros", n_zeros);
        n_packed = was;
    }
}
END_TEST

START_TEST(every_changed_byte_of_the_content_is_noticed) {
    add_noise(40);
    add_member("hello, hello, hello", 19);
    for (size_t at = 0; at < n_plain; at++) {
        plain[at] ^= 0x10;
        ck_assert(!is_good(steps[_i]));
        plain[at] ^= 0x10;
    }
}
END_TEST

START_TEST(every_changed_byte_of_the_last_trailer_is_noticed) {
    add_member("hello, hello, hello", 19);
    for (size_t at = n_packed - 8; at < n_packed; at++) {
        packed[at] ^= 1;
        ck_assert(!is_good(steps[_i]));
        packed[at] ^= 1;
    }
}
END_TEST

START_TEST(a_changed_trailer_in_the_middle_is_noticed) {
    add_noise(100);
    size_t end = n_packed;
    add_noise(200);
    for (size_t at = end - 8; at < end; at++) {
        packed[at] ^= 1;
        ck_assert(!is_good(steps[_i]));
        packed[at] ^= 1;
    }
}
END_TEST

START_TEST(a_missing_end_is_noticed) {
    add_noise(100);
    add_noise(200);
    n_plain -= 1;
    ck_assert(!is_good(steps[_i]));
    n_plain += 1;
    n_packed -= 1;
    ck_assert(!is_good(steps[_i]));
}
END_TEST

START_TEST(what_looks_like_a_header_in_the_middle_does_no_harm) {
    static const char header[] = "12345678\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03 and so on";
    add_packed("compression-level=0", header, sizeof header - 1);
    ck_assert_ptr_nonnull(memmem(packed + 10, n_packed - 10, header, sizeof header - 1));
    ck_assert(is_good(steps[_i]));
}
END_TEST

START_TEST(an_empty_file_has_a_checksum_too) {
    add_member("x", 1);
    n_packed = n_plain = 0;
    static const char empty[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
    memcpy(packed, empty, n_packed = sizeof empty - 1);
    ck_assert(is_good(steps[_i]));
    packed[14] = 1;
    ck_assert(!is_good(steps[_i]));
}
END_TEST

START_TEST(no_bytes_are_not_good) {
    ck_assert(!is_good(1));
    packed[0] = 0;
    n_packed = 1;
    ck_assert(!is_good(1));
}
END_TEST

static enum ac_rc gunzip(size_t max, struct ac_buf *out) {
    ac_buf_init(out, max);
    return ac_source_gunzip(ac_str_n((const char *)packed, n_packed), out, &source_err);
}

START_TEST(bytes_in_memory_are_unpacked) {
    struct ac_buf out;
    add_noise(4000);
    add_member("hello, hello, hello", 19);
    ck_assert_int_eq(gunzip((size_t)1 << 20, &out), AC_OK);
    ck_assert(ac_str_eq(ac_buf_str(&out), ac_str_n(plain, n_plain)));
    ac_buf_free(&out);
}
END_TEST

START_TEST(what_is_cut_short_is_told) {
    struct ac_buf out;
    add_noise(4000);
    n_packed -= 1 + (size_t)_i * 400;
    ck_assert_int_eq(gunzip((size_t)1 << 20, &out), AC_INPUT);
    source_check_err("DAMAGED_ARCHIVE", "gzip");
    ac_buf_free(&out);
}
END_TEST

START_TEST(a_changed_byte_is_told) {
    struct ac_buf out;
    add_noise(4000);
    packed[2000] ^= 1;
    ck_assert_int_eq(gunzip((size_t)1 << 20, &out), AC_INPUT);
    source_check_err("DAMAGED_ARCHIVE", "gzip");
    ac_buf_free(&out);
}
END_TEST

START_TEST(what_is_too_large_is_told) {
    struct ac_buf out;
    for (int i = 0; i < 12; i++)
        add_noise(5000);
    ck_assert_int_eq(gunzip(50000, &out), AC_INPUT);
    source_check_err("TOO_LARGE", "");
    ac_buf_free(&out);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/gzip");
    TCase *t = tcase_create("gzip");
    int n = (int)AC_N(steps);
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, one_member_is_good, 0, n);
    tcase_add_loop_test(t, several_members_are_good, 0, n);
    tcase_add_loop_test(t, zeros_behind_it_do_no_harm, 0, n);
    tcase_add_loop_test(t, every_changed_byte_of_the_content_is_noticed, 0, n);
    tcase_add_loop_test(t, every_changed_byte_of_the_last_trailer_is_noticed, 0, n);
    tcase_add_loop_test(t, a_changed_trailer_in_the_middle_is_noticed, 0, n);
    tcase_add_loop_test(t, a_missing_end_is_noticed, 0, n);
    tcase_add_loop_test(t, what_looks_like_a_header_in_the_middle_does_no_harm, 0, n);
    tcase_add_loop_test(t, an_empty_file_has_a_checksum_too, 0, n);
    tcase_add_test(t, no_bytes_are_not_good);
    tcase_add_test(t, bytes_in_memory_are_unpacked);
    tcase_add_loop_test(t, what_is_cut_short_is_told, 0, 10);
    tcase_add_test(t, a_changed_byte_is_told);
    tcase_add_test(t, what_is_too_large_is_told);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
