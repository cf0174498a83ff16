#!/bin/sh
# Installs the command line of Styxy into the image. VERSION is the feature's option.
set -eu

fail() {
  echo "styxy: $1" >&2
  exit 1
}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
  fail 'the image has no Node.js; add the feature ghcr.io/devcontainers/features/node, which is installed first'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 13) ? 0 : 1)' ||
  fail "Node $(node -p process.versions.node) is too old; Styxy needs 22.13 or newer"

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for package in "$here"/styxy-*.tgz; do
  if [ -f "$package" ]; then
    npm install -g --offline --no-audit --no-fund "$package"
    exit 0
  fi
done
npm install -g --no-audit --no-fund "styxy@${VERSION:-latest}"
