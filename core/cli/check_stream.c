// SPDX-License-Identifier: MIT
// The jobs' streams, looked for.
#include "cli/check.h"
#include "source/kinesis.h"

static void check_stream(struct ac_checking *c, const struct ac_job *job, const char *input) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_kinesis k;
    struct ac_kinesis_shards shards;
    char n[64];
    ac_kinesis_shards_init(&shards);
    enum ac_rc rc = ac_kinesis_open(&k, c->cli->source_env.aws, input, &err);
    if (rc == AC_OK)
        rc = ac_kinesis_list(&k, &shards, &err);
    if (rc == AC_OK)
        ac_check_say(c, AC_GOOD, "stream", "job %s: %s in %s, %s", job->name, k.stream, k.region,
                     ac_cli_count(shards.n, "shard", "shards", n));
    else
        ac_check_say(c, AC_BAD, "stream", "job %s: %s", job->name, err.text);
    ac_kinesis_shards_free(&shards);
    ac_kinesis_close(&k);
}

void ac_check_streams(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    for (size_t i = 0; i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_inputs; k++)
            if (ac_kinesis_is_url(config->jobs[i].inputs[k]) && !ac_cli_aws(c->cli))
                check_stream(c, &config->jobs[i], config->jobs[i].inputs[k]);
}
