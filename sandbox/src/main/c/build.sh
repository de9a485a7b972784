#!/bin/sh
# Compiles the launcher into the folder given, if it is older than its sources.
set -eu
here=$(dirname "$0") to=$1
[ -x "$to/launcher" ] && [ -z "$(find "$here" -newer "$to/launcher" -type f)" ] && exit 0
mkdir -p "$to"
"${CC:-cc}" -std=c17 -O2 -Wall -Wextra -Wno-format-truncation -static -s -o "$to/launcher.new" "$here"/*.c
mv "$to/launcher.new" "$to/launcher"
