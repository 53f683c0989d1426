#!/bin/sh
# Builds ../echarts.min.js from the npm registry, by the versions in package-lock.json, and gathers the licences of all that is in it.
# `sh build.sh --check` builds into a temporary folder and compares with what is committed.
set -eu
cd "$(dirname "$0")"
npm ci --silent --no-audit --no-fund --ignore-scripts
out=..
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
./node_modules/.bin/esbuild entry.js --bundle --minify --format=iife --global-name=echarts --target=es2020 --charset=ascii \
  --legal-comments=none --log-level=error --outfile="$out/echarts.min.js"
# Inside a page neither may stand in a script.
if grep -qiE '</script|<!--' "$out/echarts.min.js"; then
  echo "the bundle holds what would end a script element" >&2
  exit 1
fi
version() { node -p "require('./node_modules/$1/package.json').version"; }
{
  echo "echarts.min.js is built from the npm packages echarts $(version echarts), zrender $(version zrender) and tslib $(version tslib)."
  for file in echarts/LICENSE echarts/NOTICE echarts/licenses/LICENSE-d3 zrender/LICENSE tslib/LICENSE.txt; do
    printf '\n======== %s\n\n' "$file"
    cat "node_modules/$file"
  done
} > "$out/echarts.LICENSE.txt"
(cd "$out" && sha256sum echarts.min.js > echarts.sha256)
if [ "$out" != .. ]; then
  for file in echarts.min.js echarts.LICENSE.txt echarts.sha256; do cmp "$out/$file" "../$file"; done
  echo "the chart library is what build.sh makes"
fi
