// SPDX-License-Identifier: MIT
// libexpat's events turned into paths with texts.
#include "aws/xml.h"
#include "base/buf.h"
#include <expat.h>
#include <limits.h>

#define MAX_DEPTH 16
#define MAX_PATH_BYTES 512
#define MAX_TEXT_BYTES ((size_t)64 * 1024)

struct reader {
    const struct ac_xml_events *events;
    XML_Parser parser;
    char path[MAX_PATH_BYTES];
    size_t path_len, depth;
    size_t ends[MAX_DEPTH]; // of the path before each open element
    struct ac_buf text;
    bool is_out_of_memory;
    const char *why; // of ourselves
};

static void stop(struct reader *r, const char *why) {
    if (!r->why)
        r->why = why;
    XML_StopParser(r->parser, XML_FALSE);
}

// A prefix says nothing here: no service mixes two vocabularies.
static const char *local_name(const char *name) {
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes) {
    (void)attributes;
    struct reader *r = arg;
    const char *local = local_name(name);
    size_t len = strlen(local);
    if (r->why)
        return;
    if (r->depth == MAX_DEPTH || r->path_len + len + 2 > sizeof r->path) {
        stop(r, "it is nested too deeply");
        return;
    }
    r->ends[r->depth++] = r->path_len;
    if (r->path_len)
        r->path[r->path_len++] = '/';
    memcpy(r->path + r->path_len, local, len + 1);
    r->path_len += len;
    ac_buf_clear(&r->text);
    if (!r->events->open || r->events->open(r->events->arg, r->path))
        return;
    r->is_out_of_memory = true;
    stop(r, "no memory");
}

static void XMLCALL on_end(void *arg, const XML_Char *name) {
    (void)name;
    struct reader *r = arg;
    if (r->why)
        return;
    if (!r->events->close(r->events->arg, r->path, ac_buf_str(&r->text))) {
        r->is_out_of_memory = true;
        stop(r, "no memory");
        return;
    }
    r->path_len = r->ends[--r->depth];
    r->path[r->path_len] = '\0';
    ac_buf_clear(&r->text);
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int len) {
    struct reader *r = arg;
    if (r->why || ac_buf_add(&r->text, text, (size_t)len))
        return;
    r->is_out_of_memory = r->text.len + (size_t)len <= MAX_TEXT_BYTES;
    stop(r, "one of its texts is too long");
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_internal) {
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    stop(arg, "it has a document type");
}

static enum ac_rc failed(const struct reader *r, struct ac_err *err) {
    enum XML_Error code = XML_GetErrorCode(r->parser);
    if (r->is_out_of_memory || (!r->why && code == XML_ERROR_NO_MEMORY))
        return ac_err_nomem(err, "an answer");
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER",
                      "the answer is no XML that can be read: %s (line %llu)",
                      r->why ? r->why : XML_ErrorString(code),
                      (unsigned long long)XML_GetCurrentLineNumber(r->parser));
}

enum ac_rc ac_xml_read(ac_str document, const struct ac_xml_events *events, struct ac_err *err) {
    struct reader r = {.events = events};
    if (document.len > INT_MAX)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER", "the answer is too large");
    r.parser = XML_ParserCreate(NULL);
    if (!r.parser)
        return ac_err_nomem(err, "an answer");
    ac_buf_init(&r.text, MAX_TEXT_BYTES);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    enum XML_Status status =
        XML_Parse(r.parser, document.ptr ? document.ptr : "", (int)document.len, XML_TRUE);
    enum ac_rc rc = status == XML_STATUS_OK ? AC_OK : failed(&r, err);
    XML_ParserFree(r.parser);
    ac_buf_free(&r.text);
    return rc;
}
