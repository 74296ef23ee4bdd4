// SPDX-License-Identifier: MIT
// acload init: a first configuration, by questions or by flags.
#include "cli/init.h"
#include "base/log.h"
#include "cli/ask.h"
#include "source/address.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct init_flags {
    const char *host, *client_id, *username, *jwt_key_file, *ns, *region, *inputs;
    const char *client_secret_file, *password_file, *refresh_token_file, *token_file;
    int flow, is_batch, is_forced, is_unchecked;
};

#define AT(member) offsetof(struct init_flags, member)
#define TEXT ACLOAD_OPT_TEXT
static const acload_option flags_table[] = {
    {"host", TEXT, AT(host), "", 0, 0, "URL", "The org's My Domain URL (SF_HOST)."},
    {"flow", ACLOAD_OPT_CHOICE, AT(flow), "ask", 0, 0,
     "ask|client-credentials|jwt|password|refresh-token|token", "How to log in."},
    {"client-id", TEXT, AT(client_id), "", 0, 0, "KEY",
     "The app's consumer key (SF_CONSUMER_KEY)."},
    {"client-secret-file", TEXT, AT(client_secret_file), "", 0, 0, "FILE",
     "A file that has the consumer secret; otherwise it is asked for, or taken from "
     "SF_CONSUMER_SECRET."},
    {"username", TEXT, AT(username), "", 0, 0, "NAME", "The user (SF_USERNAME): jwt, password."},
    {"password-file", TEXT, AT(password_file), "", 0, 0, "FILE",
     "A file that has the password, directly followed by the security token (SF_PASSWORD)."},
    {"jwt-key-file", TEXT, AT(jwt_key_file), "", 0, 0, "FILE",
     "The private key of the app's certificate (SF_JWT_KEY_FILE)."},
    {"refresh-token-file", TEXT, AT(refresh_token_file), "", 0, 0, "FILE",
     "A file that has a refresh token (SF_REFRESH_TOKEN)."},
    {"token-file", TEXT, AT(token_file), "", 0, 0, "FILE",
     "A file that has a bearer token (SF_ACCESS_TOKEN)."},
    {"namespace", TEXT, AT(ns), "", 0, 0, "NS",
     "The package's namespace where it is not amazonconnect; - for none (SF_ADAPTER_NAMESPACE)."},
    {"region", TEXT, AT(region), "", 0, 0, "REGION", "The AWS region of the data, or none."},
    {"inputs", TEXT, AT(inputs), "", 0, 0, "PATH",
     "Where reports arrive, a folder or s3://bucket/prefix/: makes a job of it."},
    {"batch", ACLOAD_OPT_BOOL, AT(is_batch), "false", 0, 0, NULL,
     "Ask nothing: flags and the environment say all there is."},
    {"force", ACLOAD_OPT_BOOL, AT(is_forced), "false", 0, 0, NULL,
     "Replace the files that are there."},
    {"no-check", ACLOAD_OPT_BOOL, AT(is_unchecked), "false", 0, 0, NULL,
     "Only write; acload check looks at it later."},
    {.name = NULL},
};

enum flow { ASK, CLIENT_CREDENTIALS, JWT, PASSWORD, REFRESH_TOKEN, TOKEN };

struct asking {
    const struct init_flags *flags;
    struct ac_init *init;
    int code; // of the first failure
};

// --- answers -------------------------------------------------------------------------------------

static bool give_up(struct asking *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool give_up(struct asking *a, const char *fmt, ...) {
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!a->code && ac_cli_stop)
        a->code = ac_err_exit(AC_CAUSE_STOP);
    else if (!a->code)
        a->code = ac_cli_usage(&ac_command_init, "%s", text);
    return false;
}

// By the flag, else the environment as a suggestion, else by asking.
static bool take(struct asking *a, const char *flag, const char *env, const char *question,
                 const char *fallback, char *out, size_t max) {
    const char *said = env ? getenv(env) : NULL;
    if (said && *said)
        fallback = said;
    if (*flag || a->flags->is_batch) {
        const char *value = *flag ? flag : fallback ? fallback : "";
        if (strlen(value) >= max)
            return give_up(a, "%s: that is too long", question);
        snprintf(out, max, "%s", value);
        return true;
    }
    return ac_ask(question, fallback, out, max) ||
           give_up(a, "%s: no answer, or too long a one", question);
}

static bool need(struct asking *a, const char *flag, const char *env, const char *question,
                 const char *name, char *out, size_t max) {
    if (!take(a, flag, env, question, NULL, out, max))
        return false;
    const char *article = strncmp(question, "the ", 4) == 0 ? "" : "the ";
    return *out || give_up(a, "init needs %s%s: %s, or %s", article, question, name, env);
}

// Paths of the configuration are read from its own folder, those of an answer from this one.
static bool make_absolute(struct asking *a, const char *path, char *out, size_t max) {
    char real[PATH_MAX], here[PATH_MAX];
    int len;
    if (!*path || *path == '/' || strstr(path, "://"))
        len = snprintf(out, max, "%s", path);
    else if (realpath(path, real))
        len = snprintf(out, max, "%s", real);
    else if (getcwd(here, sizeof here)) // not there yet, or a glob
        len = snprintf(out, max, "%s/%s", here, path);
    else
        return give_up(a, "cannot tell where %s is: the current folder is gone", path);
    return (len >= 0 && (size_t)len < max) || give_up(a, "the path %s is too long", path);
}

static bool take_secret(struct asking *a, struct ac_init_secret *s, const char *flag) {
    char real[PATH_MAX];
    const char *said = getenv(s->env);
    if (*flag) {
        if (!realpath(flag, real))
            return give_up(a, "cannot find the file %s", flag);
        s->path = strdup(real);
        return s->path || give_up(a, "no memory for a path");
    }
    if (said && strlen(said) < sizeof s->text)
        snprintf(s->text, sizeof s->text, "%s", said);
    else if (!a->flags->is_batch && !ac_ask_hidden(s->question, s->text, sizeof s->text))
        return give_up(a, "%s: no answer, or too long a one", s->question);
    ac_log_secret(ac_str_of(s->text));
    return *s->text || s->is_optional ||
           give_up(a,
                   "init needs the %s: set %s, or name its file with --%s-file; never on the "
                   "command line",
                   s->question, s->env, s->name);
}

static bool add_secret(struct asking *a, const struct ac_init_secret *like, const char *flag) {
    struct ac_init_secret *s = &a->init->secrets[a->init->n_secrets++];
    *s = *like;
    return take_secret(a, s, flag);
}

static bool take_client_secret(struct asking *a, bool is_optional) {
    const struct ac_init_secret secret = {
        .key = "client_secret_file",
        .name = "client-secret",
        .env = "SF_CONSUMER_SECRET",
        .question = is_optional ? "consumer secret, if the app has one" : "consumer secret",
        .is_optional = is_optional};
    return add_secret(a, &secret, a->flags->client_secret_file);
}

// --- the questions -------------------------------------------------------------------------------

// What people copy from a browser's address line is the address of a page.
static bool tidy_host(struct asking *a) {
    static const char *const pages[] = {".lightning.force.com", ".my.salesforce-setup.com"};
    char *host = a->init->host, scheme[16] = "https://";
    char *start = strstr(host, "://");
    if (start)
        snprintf(scheme, sizeof scheme, "%.*s://",
                 (int)(start - host) < 8 ? (int)(start - host) : 8, host);
    char name[sizeof a->init->host];
    snprintf(name, sizeof name, "%s", start ? start + 3 : host);
    name[strcspn(name, "/?#")] = '\0';
    if (!*name || strpbrk(name, " \t@\\\"'"))
        return give_up(a, "\"%s\" is no address of an org, as https://example.my.salesforce.com",
                       host);
    for (size_t i = 0; i < AC_N(pages); i++) {
        char *page = strstr(name, pages[i]);
        if (page)
            snprintf(page, sizeof name - (size_t)(page - name), ".my.salesforce.com");
    }
    int len = snprintf(host, sizeof a->init->host, "%s%s", scheme, name);
    return len < (int)sizeof a->init->host || give_up(a, "the host is too long");
}

static bool ask_flow(struct asking *a, enum flow *flow) {
    char text[32];
    *flow = (enum flow)a->flags->flow;
    if (*flow != ASK)
        return true;
    if (!a->flags->is_batch && isatty(STDIN_FILENO) == 1)
        fputs("\nHow should acload log in?\n"
              "  1  client credentials  an External Client App by itself: the simplest\n"
              "  2  jwt                 a certificate, for a user who is approved for the app\n"
              "  3  password            user name, password, security token\n"
              "  4  refresh token       one that somebody has got already\n"
              "  5  token               a bearer token; it ends with its session\n",
              stderr);
    if (!take(a, "", NULL, "1 to 5", "1", text, sizeof text))
        return false;
    if (!text[0] || text[1] || text[0] < '1' || text[0] > '5')
        return give_up(a, "\"%s\" is not 1 to 5", text);
    *flow = (enum flow)(text[0] - '0');
    return true;
}

static bool ask_user(struct asking *a) {
    return need(a, a->flags->username, "SF_USERNAME", "user name", "--username", a->init->username,
                sizeof a->init->username);
}

static bool ask_password(struct asking *a) {
    const struct ac_init_secret secret = {.key = "password_file",
                                          .name = "password",
                                          .env = "SF_PASSWORD",
                                          .question =
                                              "password, directly followed by the security token"};
    return ask_user(a) && add_secret(a, &secret, a->flags->password_file) &&
           take_client_secret(a, true);
}

static bool ask_jwt(struct asking *a) {
    char path[sizeof a->init->jwt_key_file];
    if (!ask_user(a) || !need(a, a->flags->jwt_key_file, "SF_JWT_KEY_FILE",
                              "file with the private key", "--jwt-key-file", path, sizeof path))
        return false;
    char real[PATH_MAX];
    if (!realpath(path, real))
        return give_up(a, "cannot find the file %s", path);
    snprintf(a->init->jwt_key_file, sizeof a->init->jwt_key_file, "%s", real);
    return true;
}

static bool ask_token(struct asking *a, bool is_refresh) {
    const struct ac_init_secret refresh = {.key = "refresh_token_file",
                                           .name = "refresh-token",
                                           .env = "SF_REFRESH_TOKEN",
                                           .question = "refresh token"};
    const struct ac_init_secret bearer = {
        .key = "token_file", .name = "token", .env = "SF_ACCESS_TOKEN", .question = "bearer token"};
    if (!is_refresh)
        return add_secret(a, &bearer, a->flags->token_file);
    return add_secret(a, &refresh, a->flags->refresh_token_file) && take_client_secret(a, true);
}

static bool ask_credentials(struct asking *a, enum flow flow) {
    if (flow != TOKEN && !need(a, a->flags->client_id, "SF_CONSUMER_KEY", "consumer key",
                               "--client-id", a->init->client_id, sizeof a->init->client_id))
        return false;
    switch (flow) {
    case CLIENT_CREDENTIALS:
        return take_client_secret(a, false);
    case JWT:
        return ask_jwt(a);
    case PASSWORD:
        return ask_password(a);
    case REFRESH_TOKEN:
    case TOKEN:
        return ask_token(a, flow == REFRESH_TOKEN);
    case ASK:
        break;
    }
    return false;
}

static bool ask_data(struct asking *a) {
    const struct init_flags *f = a->flags;
    struct ac_init *init = a->init;
    if (!take(a, f->ns, "SF_ADAPTER_NAMESPACE", "namespace of the package, - for none",
              "amazonconnect", init->ns, sizeof init->ns) ||
        !take(a, f->region, NULL, "AWS region of the data, none, or empty for later", NULL,
              init->region, sizeof init->region) ||
        !take(a, f->inputs, NULL, "folder or s3://... where reports arrive, empty for later", NULL,
              init->inputs, sizeof init->inputs))
        return false;
    if (strcmp(init->ns, "amazonconnect") == 0)
        *init->ns = '\0'; // as when nothing is said
    char inputs[sizeof init->inputs], hint[AC_ADDRESS_HINT];
    if (ac_address_hint(init->inputs, hint))
        return give_up(a, "--inputs: %s: %s", init->inputs, hint);
    snprintf(inputs, sizeof inputs, "%s", init->inputs);
    return make_absolute(a, inputs, init->inputs, sizeof init->inputs);
}

// What flags of every command say is meant for the runs to come, too.
static bool take_places(struct asking *a, const struct ac_cli *cli) {
    struct ac_init *init = a->init;
    return make_absolute(a, cli->state_dir, init->state, sizeof init->state) &&
           make_absolute(a, cli->schema_dir, init->schema_dir, sizeof init->schema_dir);
}

static bool ask_all(struct asking *a) {
    enum flow flow;
    if (!need(a, a->flags->host, "SF_HOST", "the org's My Domain URL",
              "--host https://example.my.salesforce.com", a->init->host, sizeof a->init->host))
        return false;
    return tidy_host(a) && ask_flow(a, &flow) && ask_credentials(a, flow) && ask_data(a);
}

// --- the command ---------------------------------------------------------------------------------

// Where the configuration is looked for when no flag names it.
static const char *usual_place(struct ac_cli *cli) {
    const char *named = getenv("ACLOAD_CONFIG"), *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char path[4096];
    int len;
    if (named && *named)
        len = snprintf(path, sizeof path, "%s", named);
    else if (xdg && *xdg)
        len = snprintf(path, sizeof path, "%s/acload/acload.json", xdg);
    else if (home && *home)
        len = snprintf(path, sizeof path, "%s/.config/acload/acload.json", home);
    else
        len = snprintf(path, sizeof path, "/etc/acload/acload.json");
    bool is_whole = len > 0 && (size_t)len < sizeof path;
    return is_whole ? ac_arena_copy(&cli->arena, ac_str_of(path)) : NULL;
}

static void tell(const struct ac_init *init, const char *path) {
    const char *slash = strrchr(path, '/');
    printf("Written: %s\n", path);
    for (size_t i = 0; i < init->n_secrets; i++)
        if (*init->secrets[i].text)
            printf("         %.*s%s, which only you can read\n",
                   slash ? (int)(slash - path) + 1 : 0, path, init->secrets[i].name);
    putchar('\n');
    fflush(stdout);
}

// A word for a shell, quoted where it needs to be.
static const char *shell_word(struct ac_cli *cli, const char *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./-+=:,@%";
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    if (*text && strspn(text, plain) == strlen(text))
        return text;
    ac_buf_init(&out, (size_t)64 * 1024);
    bool good = ac_buf_add_char(&out, '\'');
    for (const char *p = text; *p && good; p++)
        good = *p == '\'' ? ac_buf_printf(&out, "'\\''") : ac_buf_add_char(&out, *p);
    good = good && ac_buf_add_char(&out, '\'');
    const char *copy = good ? ac_arena_copy(&cli->arena, ac_buf_str(&out)) : NULL;
    return copy ? copy : text;
}

static void tell_next(struct ac_cli *cli, const struct ac_init *init, const char *path,
                      bool is_usual, int code) {
    const char *flag = is_usual ? "" : " --config ", *file = is_usual ? "" : shell_word(cli, path);
    const char *load = *init->inputs ? "run" : "import",
               *report = *init->inputs ? "" : " REPORT.csv";
    if (code) {
        printf("\nMend what failed in %s, then acload check%s%s; or acload init%s%s --force.\n",
               path, flag, file, flag, file);
        return;
    }
    int width = printf("\nNext:  acload import%s%s --dry-run REPORT.csv", flag, file) - 1;
    printf("   shows a report's records\n");
    int at = printf("       acload %s%s%s%s", load, flag, file, report);
    printf("%*s   loads\n", width - at, "");
}

static int check(struct ac_cli *cli, const struct ac_init *init, const char *path, bool is_usual) {
    void *flags = ac_arena_zalloc(&cli->arena, ac_command_check.flags_size + 1);
    struct ac_err err = AC_ERR_INIT;
    if (!flags)
        return ac_cli_fail((ac_err_nomem(&err, "a check"), &err));
    cli->config_file = path;
    int code = ac_command_check.run(cli, flags);
    tell_next(cli, init, path, is_usual, code);
    return code;
}

static void wipe(struct ac_init *init) {
    for (size_t i = 0; i < init->n_secrets; i++) {
        free((void *)(uintptr_t)init->secrets[i].path);
        explicit_bzero(init->secrets[i].text, sizeof init->secrets[i].text);
    }
}

static int init_command(struct ac_cli *cli, void *arg) {
    const struct init_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    struct ac_init *init = ac_arena_zalloc(&cli->arena, sizeof *init);
    const char *usual = usual_place(cli), *path = usual;
    if (*cli->config_file)
        path = cli->config_file;
    if (!init || !path)
        return ac_cli_fail((ac_err_nomem(&err, "a configuration"), &err));
    if (cli->n_words)
        return ac_cli_usage(&ac_command_init, "init takes flags only, not \"%s\"", cli->words[0]);
    if (!flags->is_forced && access(path, F_OK) == 0)
        return ac_cli_usage(&ac_command_init,
                            "%s exists already: --force replaces it, --config names another file",
                            path);
    ac_cli_catch();
    struct asking a = {flags, init, 0};
    bool is_told = ask_all(&a) && take_places(&a, cli);
    enum ac_rc rc = is_told ? ac_init_write(init, path, flags->is_forced != 0, &err) : AC_OK;
    if (is_told && rc == AC_OK)
        tell(init, path);
    wipe(init);
    if (!is_told)
        return a.code;
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    bool is_usual = usual && strcmp(path, usual) == 0;
    return flags->is_unchecked ? 0 : check(cli, init, path, is_usual);
}

const struct ac_command ac_command_init = {
    .name = "init",
    .usage = "init [flags]",
    .summary = "Set up an org: asks, writes the configuration, checks it.",
    .text =
        "Asks for what no flag says: the org's address, how to log in, where the reports are.\n"
        "Writes the configuration (--config, else ACLOAD_CONFIG, else\n"
        "~/.config/acload/acload.json) and, beside it, each secret in a file of its own that\n"
        "only you can read. What --state and --schemas say stands in it, too. Nothing that is\n"
        "there is replaced without --force. Then it runs acload check, and ends with its exit\n"
        "code.\n"
        "\n"
        "Secrets are typed unseen, or come from the environment, a file, or a pipe; never from\n"
        "the command line, which others can see.\n"
        "\n"
        "Examples:\n"
        "  acload init\n"
        "  acload init --batch --host https://example.my.salesforce.com \\\n"
        "    --flow client-credentials --client-id 3MVG9... \\\n"
        "    --client-secret-file /etc/acload/client-secret --region us-east-1\n"
        "  acload init --config ./acload.json --no-check",
    .flags = flags_table,
    .flags_size = sizeof(struct init_flags),
    .run = init_command,
};
