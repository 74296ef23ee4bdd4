#!/bin/bash
# SPDX-License-Identifier: MIT
# A short sample of what make chaos does: memory that runs out at places a seed chooses.
#
#   CHAOS_SAMPLE=6   places of a scenario;  CHAOS_SEED=1   chooses them
: "${AC_ROOT:?test_chaos.sh is started by make test}"
CHAOS_SAMPLE=${CHAOS_SAMPLE:-6} exec "$AC_ROOT/tests/chaos/run.sh"
