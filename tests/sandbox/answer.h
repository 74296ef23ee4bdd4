// SPDX-License-Identifier: MIT
// Sends an answer, whole or as the fault plan spoils it.
#ifndef SB_ANSWER_H
#define SB_ANSWER_H

#include "request.h"

#include <microhttpd.h>

enum MHD_Result sb_answer_send(struct sb_req *req, struct MHD_Connection *conn);

#endif
