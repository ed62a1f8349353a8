#!/usr/bin/env bash
# Builds strictly and runs every test. The last line is "N passed, N failed"; the exit code is 0 only when something passed and nothing failed.
#   ./test.sh                    what every change must pass, in less than ten minutes on two cores: on SQLite, and the HTTP tests on PostgreSQL once more
#   ./test.sh --long             the full counts: 100,000 generated requests, 50 crash rounds, 30 with 20,000 events under webhooks
#   ./test.sh --seed N           the seed of generated requests and crashes (each run prints the one it used)
#   ./test.sh --fuzz N           so many generated requests
#   ./test.sh --crash-rounds N   so many rounds of kill -9
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

passed=0
failed=0
skipped=0

finish() {
  # Once more what failed, since a run's output is long and may be cut.
  if [ -n "${results:-}" ] && [ -s "$results/failures.txt" ]; then
    echo "Failed:"
    cat "$results/failures.txt"
  fi
  local line="$passed passed, $failed failed"
  if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
  echo "$line"
  if [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; then exit 1; fi
  exit 0
}

give_up() {
  echo "$1" >&2
  failed=$((failed + 1))
  finish
}

step() {
  echo
  echo "== $1 (at ${SECONDS} s)"
}

number() {
  [[ "${2:-}" =~ ^[0-9]+$ ]] || give_up "$1 takes a whole number, but was given '${2:-}'."
}

# Options become environment variables, which the tests read (tests/Laurel.Server.Tests/Harness/Counts.cs).
while [ $# -gt 0 ]; do
  case "$1" in
    --long)
      export LAUREL_LONG=true
      shift
      ;;
    --seed)
      number "$1" "${2:-}"
      export LAUREL_SEED="$2"
      shift 2
      ;;
    --fuzz)
      number "$1" "${2:-}"
      export LAUREL_FUZZ_COUNT="$2"
      shift 2
      ;;
    --crash-rounds)
      number "$1" "${2:-}"
      export LAUREL_CRASH_ROUNDS="$2"
      shift 2
      ;;
    -h | --help)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      give_up "Unknown option '$1'. Known are --long, --seed N, --fuzz N and --crash-rounds N."
      ;;
  esac
done

# Seeds differ from run to run, so that runs find different things, and are printed, so that what they find can be found again.
export LAUREL_SEED="${LAUREL_SEED:-$RANDOM}"
echo "seed $LAUREL_SEED"

# What is needed: the .NET SDK that global.json asks for; PostgreSQL's binaries, of which the tests run a server of their own; Node with npm for the receiver of
# webhooks and the linters of the API that are not ours; and iproute2, to try hostile addresses in a network that is apart. What is missing is installed with apt where that may be done.
# Tests whose need is not met are skipped with the command to meet it, and fail in continuous integration.
step "Needs"
command -v dotnet > /dev/null || give_up "The .NET SDK is missing: install it from https://dot.net and run this again."
dotnet --version || give_up "No installed .NET SDK fits global.json: install the version it names."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Processes here live for seconds: measuring code to compile it once more later costs them more than it gives.
export DOTNET_TieredPGO=0

has_postgres() {
  [ -n "${LAUREL_TEST_POSTGRES:-}" ] || ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null
}

missing=()
if ! has_postgres; then missing+=(postgresql); fi
if ! { command -v node && command -v npm; } > /dev/null; then missing+=(nodejs npm); fi
if ! command -v ip > /dev/null; then missing+=(iproute2); fi
if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
  echo "Installing ${missing[*]}."
  { command -v apt-get && "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > /dev/null \
    || echo "They could not be installed; on Debian: sudo apt-get install ${missing[*]}" >&2
fi

if command -v npm > /dev/null; then
  for folder in tests/receivers/node tests/lint; do
    (cd "$folder" && npm ci --prefer-offline --no-audit --no-fund --loglevel=error) || echo "The packages of $folder could not be installed." >&2
  done
fi

step "Restore, as locked"
dotnet restore Laurel.slnx --locked-mode --verbosity quiet || give_up "Restore failed. After a change of packages run: dotnet restore --force-evaluate"

step "Build, warnings as errors"
dotnet build Laurel.slnx --configuration Release --no-restore --verbosity quiet || give_up "The build failed."

# In a long run a build from the history, with the schema before this one, stands beside this build on one database (RollingUpgradeTests). A clone without history has none.
older=17b2bd4
if [ "${LAUREL_LONG:-}" = true ] && [ -z "${LAUREL_TEST_OLDER:-}" ] && git cat-file -e "$older^{commit}" 2> /dev/null; then
  step "The build of $older"
  folder="$PWD/artifacts/older-$older"
  if [ ! -f "$folder/laurel-server.dll" ]; then
    rm -rf "$folder-source"
    mkdir -p "$folder-source"
    git archive "$older" | tar -x -C "$folder-source"
    dotnet publish "$folder-source/src/Laurel.Server" --configuration Release --output "$folder" --verbosity quiet || give_up "The older build failed."
    rm -rf "$folder-source"
  fi
  export LAUREL_TEST_OLDER="$folder/laurel-server.dll"
fi

# Every test project is an executable that writes its results as XML: one <assembly> element with the counts.
results="$(mktemp -d)"
trap 'for job in $(jobs -p); do kill -- "-$job" 2> /dev/null; done; rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

count_of() {
  sed -n "s/.*<assembly [^>]*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# The failed tests of a result file: name, then the beginning of what was said.
failures_of() {
  awk -v RS='<test ' 'NR > 1 && /result="Fail"/ {
    match($0, /name="[^"]*"/); print "  " substr($0, RSTART + 6, RLENGTH - 7)
    if (match($0, /<message><!\[CDATA\[[^\]]*/)) print "    " substr($0, RSTART + 18, RLENGTH - 18 > 1500 ? 1500 : RLENGTH - 18)
  }' "$1"
}

# Starts a project's tests; what comes behind its name goes to the runner. Several may run at once: each has a report and a result file of its own.
started=()
start() {
  local name="$1" report
  report="$results/$name${LAUREL_TEST_STORE:+-$LAUREL_TEST_STORE}"
  shift
  rm -f "$report.xml"

  # With job control, or what runs beside would ignore SIGINT, and so would the servers that the tests send it to.
  set -m
  (
    code=0
    dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor -reporter quiet -result-xml "$report.xml" "$@" > "$report.log" 2>&1 < /dev/null || code=$?
    echo "$code" > "$report.code"
  ) &
  set +m
  started+=("$name|${LAUREL_TEST_STORE:-}|$report|$!")
}

# Waits for what was started, and counts.
collect() {
  local entry name store report job
  for entry in "${started[@]}"; do
    IFS='|' read -r name store report job <<< "$entry"
    wait "$job" || true
    step "$name${store:+ on $store}"
    cat "$report.log"
    count "$name" "$report"
  done
  started=()
}

count() {
  local name="$1" file="$2.xml" code
  code="$(cat "$2.code" 2> /dev/null || echo none)"
  if [ ! -s "$file" ] || [ -z "$(count_of "$file" passed)" ]; then
    echo "$name ended with $code and left no results." >&2
    failed=$((failed + 1))
    return
  fi
  local here_passed here_failed here_errors here_skipped
  here_passed=$(count_of "$file" passed)
  here_failed=$(count_of "$file" failed)
  here_errors=$(count_of "$file" errors)
  here_skipped=$(count_of "$file" skipped)
  here_failed=$((here_failed + here_errors))
  # A run that fails without a failed test (a fixture that cannot be taken down, say) is a failure all the same.
  if [ "$code" != 0 ] && [ "$here_failed" -eq 0 ]; then here_failed=1; fi
  echo "$name: $here_passed passed, $here_failed failed, $here_skipped skipped"
  if [ "$here_failed" -gt 0 ]; then failures_of "$file" >> "$results/failures.txt"; fi
  passed=$((passed + here_passed))
  failed=$((failed + here_failed))
  skipped=$((skipped + here_skipped))
}

# Two at a time, as the cores are; what waits much beside what computes much.
# Style and analysers are errors of the build already, so every day only white space and the order of imports are left to look at.
checked=(whitespace)
if [ "${LAUREL_LONG:-}" = true ]; then checked=(); fi
dotnet format "${checked[@]}" Laurel.slnx --verify-no-changes --no-restore > "$results/format.log" 2>&1 &
format=$!
start Laurel.Storage.Tests
collect
step "Format"
wait "$format" || { cat "$results/format.log"; give_up "Formatting differs. Run: dotnet format Laurel.slnx"; }
start Laurel.Core.Tests
start Laurel.Tidy
collect
start Laurel.Server.Tests

# The same on the other store, but for what is about one store alone (the trait says which) and has had its turn.
if has_postgres || [ "${CI:-}" = true ]; then
  LAUREL_TEST_STORE=postgres start Laurel.Server.Tests -trait- store=sqlite -trait- store=postgres
else
  echo "Without PostgreSQL the HTTP tests run on SQLite alone; on Debian: sudo apt-get install postgresql" >&2
fi

collect
start Laurel.Simulation
collect
if has_postgres || [ "${CI:-}" = true ]; then
  LAUREL_TEST_STORE=postgres start Laurel.Simulation -method "*.Kill_9_under_load*"
  collect
fi

echo
finish
