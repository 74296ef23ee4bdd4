// SPDX-License-Identifier: MIT
// Fields that a job's configuration fills, whatever its plugins do.
#ifndef AC_PLUGIN_MAP_H
#define AC_PLUGIN_MAP_H
#include "plugin/host.h"

// In the order of the configuration's choice.
#define AC_MAP_TYPES "text|number|boolean|datetime"
enum ac_map_type { AC_MAP_TEXT, AC_MAP_NUMBER, AC_MAP_BOOLEAN, AC_MAP_DATETIME };

struct ac_map_rule {
    const char *object;    // without namespace; NULL: each of the input's objects with the field
    const char *field;     //
    const char *from;      // JSON pointer, "/Attributes/brand"; of CSV the label of a column
    enum ac_map_type type; // what the text is made fit for
    const char *fallback;  // when nothing stands there; NULL: then the field is left alone
};

struct ac_map { // the rules of a chain
    const struct ac_map_rule *rules;
    size_t n;
    const int *sources; // by rule: the column, or the path of the last plugin; of the input
};

// The text that the rule makes of what stands at its source, in *out (a slice of text, a constant,
// or in buf). Null when there is nothing (null, or an empty text) and no fallback. AC_ROW: it is
// not what the rule wants.
enum ac_rc ac_map_text(const struct ac_map_rule *rule, ac_str text, char buf[25], ac_str *out,
                       struct ac_err *err);
// Does the rule mean this object?
bool ac_map_is_object(const struct ac_map_rule *rule, const struct ac_schema *schema);
// May the rule fill that field? AC_RUN, CONFIG: values of its type never fit, or its fallback does
// not.
enum ac_rc ac_map_check(const struct ac_map_rule *rule, const struct ac_field *field,
                        struct ac_err *err);
// Binds the rules to the objects that the plugins have bound in begin(). AC_RUN, CONFIG: a field or
// an object that the org has not, or a fallback that does not fit; AC_INPUT: no such column, or the
// source is none of this kind of input.
enum ac_rc ac_map_bind(struct ac_map *map, struct ac_instance *const *plugins, size_t n_plugins,
                       const acload_input *input, struct ac_err *err);
// Fills the fields of the row's records (list by next), over what plugins have set. AC_ROW: a value
// does not fit its field. AC_RUN: no memory.
enum ac_rc ac_map_apply(const struct ac_map *map, const struct acload_row *row,
                        struct acload_record *records, struct ac_err *err);

#endif
