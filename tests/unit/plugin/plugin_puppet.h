// SPDX-License-Identifier: MIT
// A plugin that does what the rows tell it.
#ifndef TESTS_UNIT_PLUGIN_PUPPET_H
#define TESTS_UNIT_PLUGIN_PUPPET_H
#include <acload/plugin.h>

// Its option `column` names the column with its orders, its option `name` goes into every record as
// Name__c; the column Id gives Id__c. The orders:
//   pass       one record, PASS              none      no record, PASS
//   two        two records, PASS             drop      DROP without a reason
//   drop!      DROP "not wanted"             reject    REJECT without a reason
//   reject!    REJECT "BAD it is bad"        stop      STOP without a reason
//   stop!      STOP "BROKE the disk broke"   take      TAKE
//   both       one record, TAKE              alloc     row_alloc a text, TAKE; record at release
//   free       release all rows held, each after one more record; then as pass
//   loose      release all rows held without more records, newest first; then as none
//   odd        return 77
//   droprec    one record, DROP              rejectrec one record, REJECT "BAD it is bad"
// Its option `end` says what flush does: keep (nothing), free (as above), fail, fail-free.
const acload_plugin *plugin_puppet(void);

#endif
