// SPDX-License-Identifier: MIT
// Numbers as the org reads, cuts or prints them.
#ifndef SB_NUMBERS_H
#define SB_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#define SB_NUMBER_SIZE 40

enum sb_number { SB_NUMBER_OK, SB_NUMBER_NONE, SB_NUMBER_RANGE };

// A decimal number, perhaps with an exponent. Fraction digits beyond scale are cut; more than
// precision - scale digits before the point are out of range.
enum sb_number sb_number_read(const char *s, size_t len, int precision, int scale, double *v);
// The shortest digits that read back as the same value.
void sb_number_shortest(double v, char out[SB_NUMBER_SIZE]);
// As Java prints a double: 461.0, 9.12260031E8.
void sb_number_java(double v, char out[SB_NUMBER_SIZE]);

#endif
