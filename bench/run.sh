#!/usr/bin/env bash
# Measures every layer, from the pure function to HTTP, in one go; prints a table and writes bench/results/<time>-<commit>.json.
#   bench/run.sh                all layers
#   bench/run.sh --quick        short: shows that all works; its figures are not to be quoted
#   bench/run.sh --only LAYER   evaluate, http, batch, hand, history, growth, webhooks or verify; several with commas
#   bench/run.sh --long         5,000,000 events in the growth layer
#   bench/run.sh --store postgres   Laurel on a PostgreSQL server that the bench starts; its layers are events, nodes, weather and verify
# Needs Linux, the .NET SDK and wrk, and for --store postgres PostgreSQL's binaries (installed with apt where they are missing). LAUREL_BENCH_SCRATCH moves the
# stores to another disk.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

store=sqlite
if [[ " $* " == *" --store postgres "* ]]; then store=postgres; fi

missing=()
if ! command -v wrk > /dev/null; then missing+=(wrk); fi
if [ "$store" = postgres ] && ! ls /usr/lib/postgresql/*/bin/pgbench > /dev/null 2>&1 && ! command -v pgbench > /dev/null; then missing+=(postgresql); fi
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get > /dev/null; then
    echo "${missing[*]} is missing, and so is apt-get to install it. Install it (wrk 4, PostgreSQL 13 or later) and run again." >&2
    exit 1
  fi
  if [ "$(id -u)" -eq 0 ]; then sudo=(); else sudo=(sudo); fi
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" apt-get install -y -qq "${missing[@]}"
fi

commit="$(git rev-parse --short HEAD 2> /dev/null || echo unknown)"
if [ -n "$(git status --porcelain --untracked-files=no 2> /dev/null)" ]; then commit="$commit-changed"; fi

out="$PWD/artifacts/bench"
mkdir -p "$out"
dotnet publish src/Laurel.Server -c Release -o "$out/server" --nologo -v quiet
dotnet publish bench/Laurel.Bench.Empty -c Release -o "$out/empty" --nologo -v quiet
dotnet publish bench/Laurel.Benchmarks -c Release -o "$out/benchmarks" --nologo -v quiet
peer=()
if [ "$store" = postgres ]; then
  dotnet publish bench/Laurel.Bench.EfCore -c Release -o "$out/efcore" --nologo -v quiet
  peer=(--efcore "$out/efcore/laurel-bench-efcore")
fi

# The server before webhooks, beside which the webhooks layer sets this one. It is built once, from the history, where there is one.
before=cdb135b
earlier=()
if [ "$store" = sqlite ] && [[ " $* " != *" --only "* || "$*" == *webhooks* ]] && git cat-file -e "$before^{commit}" 2> /dev/null; then
  if [ ! -x "$out/earlier-$before/laurel-server" ]; then
    rm -rf "$out/earlier-source"
    mkdir "$out/earlier-source"
    git archive "$before" | tar -x -C "$out/earlier-source"
    dotnet publish "$out/earlier-source/src/Laurel.Server" -c Release -o "$out/earlier-$before" --nologo -v quiet
    rm -rf "$out/earlier-source"
  fi
  earlier=(--earlier-server "$out/earlier-$before/laurel-server")
fi

exec "$out/benchmarks/laurel-benchmarks" \
  --bench "$PWD/bench" \
  --scratch "${LAUREL_BENCH_SCRATCH:-$out/scratch}" \
  --server "$out/server/laurel-server" \
  --empty "$out/empty/laurel-bench-empty" \
  --commit "$commit" \
  ${earlier[@]+"${earlier[@]}"} \
  ${peer[@]+"${peer[@]}"} \
  "$@"
