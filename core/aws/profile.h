// SPDX-License-Identifier: MIT
// The files of the AWS command line, read into profiles.
#ifndef AC_AWS_PROFILE_H
#define AC_AWS_PROFILE_H
#include "base/arena.h"
#include "base/err.h"

enum ac_profile_file { AC_PROFILE_CONFIG, AC_PROFILE_CREDENTIALS };

struct ac_profiles {
    struct ac_arena arena;
    struct ac_profile_entry *entries; // every setting of every section
};

void ac_profiles_init(struct ac_profiles *p);
void ac_profiles_free(struct ac_profiles *p); // wipes what it held
// Adds a file; one that does not exist adds nothing. AC_RUN/CONFIG names file and line.
enum ac_rc ac_profiles_read(struct ac_profiles *p, enum ac_profile_file which, const char *path,
                            struct ac_err *err);
// The same from text; name is for messages.
enum ac_rc ac_profiles_add(struct ac_profiles *p, enum ac_profile_file which, ac_str text,
                           const char *name, struct ac_err *err);
// Is there a profile of that name in either file?
bool ac_profile_exists(const struct ac_profiles *p, const char *profile);
// A setting as it stands in that file, or NULL. Borrowed, as all of these are. Empty ones count as
// absent.
const char *ac_profile_in(const struct ac_profiles *p, enum ac_profile_file which,
                          const char *profile, const char *key);
// In either file; the credentials file is the stronger one.
const char *ac_profile_get(const struct ac_profiles *p, const char *profile, const char *key);
// A nested setting: "s3 =" with "addressing_style = path" indented below it.
const char *ac_profile_sub(const struct ac_profiles *p, const char *profile, const char *key,
                           const char *sub);
// A nested setting of a section [services NAME].
const char *ac_profile_service(const struct ac_profiles *p, const char *services,
                               const char *service, const char *key);

#endif
