#!/bin/bash
# SPDX-License-Identifier: MIT
# jsforce, as others wrote it, against the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/peers/peers.sh
. "$(dirname "$0")/peers.sh"

peer_install jsforce jsforce@3
sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects"
node "$(dirname "$0")/jsforce.js" "$SB_URL"
