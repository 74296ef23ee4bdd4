// SPDX-License-Identifier: MIT
// The HTTP server: libmicrohttpd, one thread a connection.
#ifndef SB_SERVER_H
#define SB_SERVER_H

#include "app.h"

struct sb_server;

// Listens; fills app->base_url. NULL with the reason in why.
struct sb_server *sb_server_start(struct sb_app *app, int *port, char *why, size_t why_size);
// Ends all connections.
void sb_server_stop(struct sb_server *s);

#endif
