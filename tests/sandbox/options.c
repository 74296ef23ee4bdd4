// SPDX-License-Identifier: MIT
// What the command line said.
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { TEXT, NUMBER, FLAG, LIST };

struct row { // one option: reads, checks, prints itself
    const char *name;
    enum type type;
    size_t at;
    const char *fallback;
    const char *value; // what it takes, for --help
    int64_t max;
    const char *help;
};

#define AT(member) offsetof(struct sb_options, member)

static const struct row rows[] = {
    {"port", NUMBER, AT(port), "0", "N", 65535,
     "listen on this port of the loopback address; 0 is a free one. Either way\n"
     "one line goes to standard output: listening on http://127.0.0.1:PORT"},
    {"port-file", TEXT, AT(port_file), NULL, "FILE", 0,
     "write the port number there once connections are taken"},
    {"address", TEXT, AT(address), "127.0.0.1", "IP", 0, "listen on this IPv4 address"},
    {"tls-cert", TEXT, AT(tls_cert), NULL, "FILE", 0,
     "speak https with this certificate (PEM), the rest of its chain behind it"},
    {"tls-key", TEXT, AT(tls_key), NULL, "FILE", 0, "its private key (PEM)"},
    {"instance-url", TEXT, AT(instance_url), NULL, "URL", 0,
     "what logins answer as instance_url (default: where the server listens)"},
    {"schemas", LIST, AT(schemas), NULL, "DIR", 0,
     "read the org's objects from the *.json files there (default: schemas);\n"
     "may be given more than once"},
    {"namespace", TEXT, AT(ns), "", "NS", 0,
     "the package is installed under this namespace: objects and fields of\n"
     "schemas with \"package\": true become NS__Name__c"},
    {"hide", LIST, AT(hide), NULL, "OBJECT.FIELD", 0,
     "the user may not see this field (field-level security); repeatable"},
    {"without", LIST, AT(without), NULL, "OBJECT.FIELD", 0,
     "the org does not have this field (say, Region__c); repeatable"},
    {"db", TEXT, AT(db), NULL, "FILE", 0, "keep the records in this SQLite file (default: memory)"},
    {"discard", FLAG, AT(discard), NULL, NULL, 0,
     "check and count records, but keep none; Bulk uploads are counted as they\n"
     "stream in, their rows are not looked at, successfulResults is empty"},
    {"seed", NUMBER, AT(seed), "1", "N", INT64_MAX,
     "of everything left to chance: order of result rows, batches, columns"},
    {"client-id", TEXT, AT(client_id), "sandbox-client", "TEXT", 0, "the app's consumer key"},
    {"client-secret", TEXT, AT(client_secret), "sandbox-secret", "TEXT", 0,
     "the app's consumer secret"},
    {"username", TEXT, AT(username), "integration@example.com", "TEXT", 0,
     "the user everybody logs in as"},
    {"password", TEXT, AT(password), "sandbox-password", "TEXT", 0, "that user's password"},
    {"security-token", TEXT, AT(security_token), "SECURITY", "TEXT", 0,
     "follows the password in a login; may be empty"},
    {"token", TEXT, AT(token), NULL, "TEXT", 0,
     "a session id that is valid from the start (default: a secret one, given\n"
     "out by logins)"},
    {"refresh-token", TEXT, AT(refresh_token), "sandbox-refresh", "TEXT", 0,
     "a refresh token that somebody already has"},
    {"rotate", FLAG, AT(rotate), NULL, NULL, 0,
     "every refresh gives a new refresh token and ends the old one; using an\n"
     "old one ends them all"},
    {"jwt-cert", TEXT, AT(jwt_cert), NULL, "FILE", 0,
     "certificate or public key (PEM) of the app, for the JWT bearer flow"},
    {"no-flow", LIST, AT(no_flow), NULL, "NAME", 0,
     "refuse this grant_type (password, client_credentials, refresh_token,\n"
     "jwt-bearer); repeatable"},
    {"shared-host", FLAG, AT(shared_host), NULL, NULL, 0,
     "play login.salesforce.com: no client credentials on this domain"},
    {"session-calls", NUMBER, AT(session_calls), "0", "N", INT32_MAX,
     "a session ends after N API calls; 0: never"},
    {"daily", NUMBER, AT(daily), "100000", "N", INT32_MAX,
     "API calls a day; the next one gets 403 TotalRequests Limit exceeded"},
    {"concurrent", NUMBER, AT(concurrent), "0", "N", INT32_MAX,
     "API calls at the same time; one more gets 403 ConcurrentRequests; 0: any"},
    {"bulk-delay-ms", NUMBER, AT(bulk_delay_ms), "0", "N", 86400000,
     "how long a Bulk job takes after its close, besides the work itself"},
    {"no-hard-delete", FLAG, AT(no_hard_delete), NULL, NULL, 0,
     "the user lacks the permission Bulk API Hard Delete"},
    {"max-body", NUMBER, AT(max_body), "52428800", "BYTES", INT32_MAX,
     "largest JSON body; multipart bodies may have four times as much"},
    {"faults", TEXT, AT(faults), NULL, "FILE", 0, "a fault plan, as described below"},
    {"s3", TEXT, AT(s3), NULL, "DIR", 0,
     "play S3, too: /bucket/key is the file DIR/bucket/key, /bucket?list-type=2\n"
     "lists keys; no signature is checked"},
    {"tape", TEXT, AT(tape), NULL, "DIR", 0,
     "keep every request there, for curl -K DIR/requests to make it again"},
    {"quiet", FLAG, AT(quiet), NULL, NULL, 0, "do not print the address"},
    {"help", FLAG, AT(help), NULL, NULL, 0, "this text"},
    {"version", FLAG, AT(version), NULL, NULL, 0, "the API version of the org"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static bool set(struct sb_options *o, const struct row *r, const char *v, char *why,
                size_t why_size) {
    char *at = (char *)o + r->at, *end = NULL;
    struct sb_list *list = (struct sb_list *)(void *)at;
    switch (r->type) {
    case TEXT:
        memcpy(at, &v, sizeof v);
        return true;
    case FLAG:
        *(bool *)at = true;
        return true;
    case LIST:
        if (list->n == SB_MAX_LIST) {
            snprintf(why, why_size, "--%s: given too often", r->name);
            return false;
        }
        list->v[list->n++] = v;
        return true;
    case NUMBER:
        break;
    }
    errno = 0;
    long long n = strtoll(v, &end, 10);
    if (*v < '0' || *v > '9' || *end || errno || n > r->max) {
        snprintf(why, why_size, "--%s: '%s' is no number from 0 to %lld", r->name, v,
                 (long long)r->max);
        return false;
    }
    int64_t number = n;
    memcpy(at, &number, sizeof number);
    return true;
}

static const struct row *find(const char *name, size_t len) {
    for (size_t i = 0; i < N_ROWS; i++)
        if (strlen(rows[i].name) == len && strncmp(rows[i].name, name, len) == 0)
            return &rows[i];
    return NULL;
}

bool sb_options_read(struct sb_options *o, int argc, char **argv, char *why, size_t why_size) {
    *o = (struct sb_options){0};
    for (size_t i = 0; i < N_ROWS; i++)
        if (rows[i].fallback && !set(o, &rows[i], rows[i].fallback, why, why_size))
            return false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        const char *eq = strchr(arg, '=');
        const struct row *r = NULL;
        if (strncmp(arg, "--", 2) == 0)
            r = find(arg + 2, eq ? (size_t)(eq - arg - 2) : strlen(arg + 2));
        if (!r) {
            snprintf(why, why_size, "%s: no such option; --help lists them", arg);
            return false;
        }
        const char *v = eq ? eq + 1 : NULL;
        if (r->type == FLAG ? eq != NULL : !eq && i + 1 == argc) {
            snprintf(why, why_size, "--%s: takes %s", r->name,
                     r->type == FLAG ? "no value" : r->value);
            return false;
        }
        if (r->type != FLAG && !v)
            v = argv[++i];
        if (!set(o, r, v, why, why_size))
            return false;
    }
    return true;
}

static const char head[] =
    "acload-sandbox: a local org that speaks Salesforce's REST and Bulk API 2.0\n"
    "\n"
    "usage: acload-sandbox [--OPTION VALUE]...\n"
    "\n"
    "It answers until SIGTERM or SIGINT ends it, and is strict: what an\n"
    "org would refuse, it refuses, with the same code. Its objects are those of the\n"
    "schema files besides User, Account, Contact, Lead, Case, Task, FeedItem and the\n"
    "objects of files.\n"
    "\n"
    "options\n";

static const char tail[] =
    "\n"
    "for tests, without a login\n"
    "  GET  /sandbox/counters   calls by route, records by object, as JSON\n"
    "  GET  /sandbox/records?object=NAME\n"
    "                           every living record, one JSON object a line, by key\n"
    "  POST /sandbox/reset      forget records, jobs, cursors and counters, take the\n"
    "                           fault plan of the command line again\n"
    "  POST /sandbox/expire     end every session\n"
    "  POST /sandbox/faults     take this fault plan; GET shows it with its hits\n"
    "\n"
    "a fault plan is a JSON array; the first rule that fires decides. Each rule:\n"
    "  route        \"METHOD PATHGLOB\", * matches anything; default: every API call\n"
    "  nth          only the n-th matching call (1 is the first)\n"
    "  every        every n-th matching call\n"
    "  share        this share of matching calls (0.0 to 1.0), by seed\n"
    "  seed         of share and lock_share (default: --seed)\n"
    "  times        at most so many times\n"
    "  delay_ms     wait before the answer\n"
    "  status, body, headers, code, message\n"
    "               answer this instead; body is text or JSON, code with message make\n"
    "               an error array; nothing is done unless commit is true\n"
    "  commit       true: do what was asked, then answer as the rule says\n"
    "  cut          \"before\" or \"after\" the work is done: reset the connection\n"
    "  truncate     declare the whole answer, send only so many bytes, then cut\n"
    "  endless      true: an answer that never ends\n"
    "  drip_ms      wait so long between pieces of 64 bytes of the answer\n"
    "  rows         take (-n) or add (n) results of a collections answer\n"
    "  lock_share   this share of rows fails with UNABLE_TO_LOCK_ROW, or, when they are\n"
    "               given, with row_code and row_message\n"
    "  row_like     only rows of which some text matches this glob fail so (all of them, unless\n"
    "               lock_share is given)\n"
    "  job          \"fail_half\": the Bulk job closed by this call fails half-way;\n"
    "               \"stick\": it stays InProgress\n"
    "Example: [{\"route\":\"PATCH /services/data/*/composite/sobjects/*\",\"nth\":2,\n"
    "           \"status\":503,\"headers\":{\"Retry-After\":\"1\"}}]\n";

void sb_options_help(void) {
    fputs(head, stdout);
    for (size_t i = 0; i < N_ROWS; i++) {
        const struct row *r = &rows[i];
        char left[64];
        snprintf(left, sizeof left, "--%s %s", r->name, r->value ? r->value : "");
        printf("  %-24s ", left);
        if (strlen(left) > 24)
            printf("\n%27s", "");
        for (const char *p = r->help; *p; p++) {
            putchar(*p);
            if (*p == '\n')
                printf("%27s", "");
        }
        if (r->fallback && r->fallback[0])
            printf(" (default: %s)", r->fallback);
        putchar('\n');
    }
    fputs(tail, stdout);
}
