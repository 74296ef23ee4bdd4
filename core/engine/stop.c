// SPDX-License-Identifier: MIT
// A signal heeded: nothing more is read or begun.
#include "engine/engine_int.h"

enum ac_rc ac_engine_stopped(const struct ac_engine *e, struct ac_err *err) {
    if (!e->options.stop || !*e->options.stop)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "STOPPED",
                      "stopped by a signal; what could be settled is, run again to go on");
}

void ac_engine_heed(struct ac_engine *e) {
    struct ac_err why = AC_ERR_INIT;
    if (e->has_heeded || !e->has_sink || !e->sink.stop || ac_engine_stopped(e, &why) == AC_OK)
        return;
    e->has_heeded = true;
    e->sink.stop(e->sink.self, &why, e->options.config->grace_ms);
}

enum ac_rc ac_engine_wait(struct ac_engine *e, int64_t ms, struct ac_err *err) {
    const struct ac_clock *clock = e->options.clock;
    enum ac_rc rc = ac_engine_stopped(e, err);
    for (int64_t piece; rc == AC_OK && ms > 0; ms -= piece) {
        piece = ms < 1000 ? ms : 1000;
        clock->sleep_ms(clock->self, piece);
        rc = ac_engine_stopped(e, err);
    }
    return rc;
}
