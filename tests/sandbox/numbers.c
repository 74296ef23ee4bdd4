// SPDX-License-Identifier: MIT
// Numbers as the org reads, cuts or prints them.
#include "numbers.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 200

static size_t digits_from(const char *s, size_t len, size_t at) {
    size_t n = 0;
    while (at + n < len && s[at + n] >= '0' && s[at + n] <= '9')
        n++;
    return n;
}

// Where the fraction starts (just after the point, or len) and whether there is an exponent.
static bool shape(const char *s, size_t len, size_t *fraction, bool *exponent) {
    size_t at = len > 0 && (s[0] == '-' || s[0] == '+') ? 1 : 0;
    size_t whole = digits_from(s, len, at), part = 0;
    at += whole;
    *fraction = len;
    *exponent = false;
    if (at < len && s[at] == '.') {
        *fraction = ++at;
        part = digits_from(s, len, at);
        at += part;
    }
    if (whole + part == 0)
        return false;
    if (at < len && (s[at] == 'e' || s[at] == 'E')) {
        *exponent = true;
        at++;
        if (at < len && (s[at] == '-' || s[at] == '+'))
            at++;
        size_t n = digits_from(s, len, at);
        if (n == 0 || n > 4)
            return false;
        at += n;
    }
    return at == len;
}

// Whole numbers of few digits, by far the most; false leaves everything to the long way.
static bool read_short(const char *s, size_t len, int whole_digits, double *v) {
    size_t at = len > 0 && s[0] == '-' ? 1 : 0;
    int64_t n = 0;
    if (len == at || len - at > 15 || len - at > (size_t)(whole_digits > 0 ? whole_digits : 0))
        return false;
    for (size_t i = at; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (s[i] - '0');
    }
    *v = at ? -(double)n : (double)n;
    return true;
}

enum sb_number sb_number_read(const char *s, size_t len, int precision, int scale, double *v) {
    if (read_short(s, len, precision - scale, v))
        return SB_NUMBER_OK;
    size_t fraction = 0;
    bool exponent = false;
    if (!shape(s, len, &fraction, &exponent))
        return SB_NUMBER_NONE;
    size_t use = len;
    if (!exponent && fraction < len && len - fraction > (size_t)scale)
        use = fraction + (size_t)scale;
    char text[MAX_DIGITS + 1];
    if (use > MAX_DIGITS)
        return SB_NUMBER_RANGE;
    memcpy(text, s, use);
    text[use] = '\0';
    *v = strtod(text, NULL);
    if (exponent) {
        char plain[MAX_DIGITS * 2];
        if (!(fabs(*v) < 1e100))
            return SB_NUMBER_RANGE;
        // Cut in decimal: binary arithmetic would turn 2.9E-1 into 0.28.
        int n = snprintf(plain, sizeof plain, "%.*f", scale + 12, *v);
        plain[n - 12] = '\0';
        *v = strtod(plain, NULL);
    }
    if (!(fabs(*v) < pow(10, precision - scale)))
        return SB_NUMBER_RANGE;
    return SB_NUMBER_OK;
}

void sb_number_shortest(double v, char out[SB_NUMBER_SIZE]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, SB_NUMBER_SIZE, "%.*g", digits, v);
        if (strtod(out, NULL) == v)
            return;
    }
}

// Digits without trailing zeros (at least two), and the power of ten of the first.
static int scientific(double v, char digits[24]) {
    char text[SB_NUMBER_SIZE];
    for (int n = 14; n <= 16; n++) {
        snprintf(text, sizeof text, "%.*e", n, v);
        if (strtod(text, NULL) == v)
            break;
    }
    size_t len = 0;
    const char *s = text;
    for (; *s && *s != 'e'; s++)
        if (*s != '.')
            digits[len++] = *s;
    while (len > 2 && digits[len - 1] == '0')
        len--;
    digits[len] = '\0';
    return *s ? (int)strtol(s + 1, NULL, 10) : 0;
}

void sb_number_java(double v, char out[SB_NUMBER_SIZE]) {
    double size = fabs(v);
    if (size == 0) {
        snprintf(out, SB_NUMBER_SIZE, "0.0");
        return;
    }
    if (size < 1e7 && size == floor(size)) {
        snprintf(out, SB_NUMBER_SIZE, "%d.0", (int)v);
        return;
    }
    char digits[24];
    int power = scientific(size, digits);
    const char *sign = v < 0 ? "-" : "";
    if (size < 1e-3 || size >= 1e7) {
        snprintf(out, SB_NUMBER_SIZE, "%s%c.%sE%d", sign, digits[0], digits + 1, power);
        return;
    }
    int n = (int)strlen(digits);
    int places = n - 1 - power;
    snprintf(out, SB_NUMBER_SIZE, "%.*f", places < 1 ? 1 : places, v);
}
