// SPDX-License-Identifier: MIT
// A service's answer in XML, told element by element.
#ifndef AC_AWS_XML_H
#define AC_AWS_XML_H
#include "base/err.h"

struct ac_xml_events {
    void *arg;
    // An element begins; path is "ListBucketResult/Contents". May be NULL.
    bool (*open)(void *arg, const char *path);
    // An element ends; text is what stood directly in it, lent for the call. False gives up: no
    // memory.
    bool (*close)(void *arg, const char *path, ac_str text);
};

// Reads a whole document. AC_INPUT: it is not well formed, has a document type (nobody sends one,
// so no entity is ever expanded), is nested too deeply, or holds too long a text. AC_RUN: no
// memory.
enum ac_rc ac_xml_read(ac_str document, const struct ac_xml_events *events, struct ac_err *err);

#endif
