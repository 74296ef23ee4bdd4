// SPDX-License-Identifier: MIT
// Golden cases found in a folder, their files read.
#include "hook/cases_kit.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CASES 200

char *case_names[MAX_CASES];
int n_cases;
static const char *cases_folder;

static int is_case(const struct dirent *entry) {
    return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

void cases_find(const char *folder) {
    struct dirent **list = NULL;
    int n = scandir(folder, &list, is_case, alphasort);
    cases_folder = folder;
    for (int i = 0; i < n; i++) {
        if (n_cases < MAX_CASES)
            case_names[n_cases++] = strdup(list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

void cases_free(void) {
    for (int i = 0; i < n_cases; i++)
        free(case_names[i]);
    n_cases = 0;
}

void case_read(int i, const char *name, struct ac_buf *out) {
    char path[512], block[4096];
    snprintf(path, sizeof path, "%s/%s/%s", cases_folder, case_names[i], name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s is not there", path);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        ck_assert(ac_buf_add(out, block, n));
    fclose(f);
}
