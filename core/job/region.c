// SPDX-License-Identifier: MIT
// The AWS regions there are, to find a typo before it is a part of records' ids.
#include "base/nearest.h"
#include "job/job.h"

// Of 2026; a newer one is only asked about.
static const char *const regions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
    "ca-central-1",   "ca-west-1",      "cn-north-1",     "cn-northwest-1", "eu-central-1",
    "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",
    "eu-west-2",      "eu-west-3",      "eusc-de-east-1", "il-central-1",   "me-central-1",
    "me-south-1",     "mx-central-1",   "sa-east-1",      "us-east-1",      "us-east-2",
    "us-gov-east-1",  "us-gov-west-1",  "us-west-1",      "us-west-2",
};

bool ac_region_doubt(const char *region, char *out, size_t len) {
    struct ac_nearest nearest = {.word = ac_str_of(region ? region : "")};
    char ask[AC_NEAREST_BYTES];
    if (!nearest.word.len)
        return false;
    for (size_t i = 0; i < AC_N(regions); i++)
        ac_nearest_try(&nearest, regions[i]);
    if (nearest.name && !nearest.distance)
        return false;
    snprintf(out, len,
             "\"%.100s\" is not a region acload knows%s; where objects have Region__c it is a "
             "part of the records' ids, so a wrong one makes records of its own",
             region, ac_nearest_ask(&nearest, "", ask));
    return true;
}
