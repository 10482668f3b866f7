#!/usr/bin/env bash
# Writes docs/state-machine.md from the types. usage: scripts/make_state_diagram.sh BUILD-FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:?the folder of a build with tests, for example build/dev}
cmake --build "$build" --target print_state_table
"$build"/tests/state/print_state_table > docs/state-machine.md
