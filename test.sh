#!/usr/bin/env bash
# Builds everything, checks the formatting and runs every test project. The last line is "N passed, N failed".
#   ./test.sh                  all of it
#   ./test.sh --filter Core    only test projects with that in their name
#   ./test.sh --no-install     use what is installed; tests that need more skip themselves
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

filter=""
install=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --filter) filter="${2:?--filter needs a part of the name of a project}"; shift 2 ;;
    --no-install) install=no; export METRICS_NO_INSTALL=1; shift ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$1 is not an option here: --filter NAME, --no-install" >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build nodes that outlive the build would keep the output of whoever waits for it open.
export MSBUILDDISABLENODEREUSE=1

results=TestResults
project_timeout=15m
passed=0
failed=0
skipped=0

finish() {
  local summary="$passed passed, $failed failed"
  [ "$skipped" -gt 0 ] && summary="$summary, $skipped skipped"
  echo "$summary"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit $?
}

# A step that is no test counts as one failure, so that the last line never says that all is well when it is not.
fail_step() {
  echo "FAILED: $1"
  failed=$((failed + 1))
}

# Debian packages that tests drive: a browser, real senders, and the server that we compare ourselves with.
install_packages() {
  local missing=() entry
  for entry in chromium:chromium prometheus:prometheus prometheus-node-exporter:prometheus-node-exporter vmagent:victoria-metrics; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  [ ${#missing[@]} -eq 0 ] && return

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n)
    [ ${#as_root[@]} -eq 0 ] && { export METRICS_NO_INSTALL=1; echo "not root: tests that need ${missing[*]} will be skipped"; return; }
  fi
  command -v apt-get >/dev/null || { export METRICS_NO_INSTALL=1; echo "no apt-get: tests that need ${missing[*]} will be skipped"; return; }

  echo "== install ${missing[*]}"
  # Their services are not wanted: the tests start the programs themselves, on ports of their own.
  local policy=/usr/sbin/policy-rc.d made_policy=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && "${as_root[@]}" chmod +x "$policy" && made_policy=yes
  fi
  "${as_root[@]}" apt-get update -qq </dev/null \
    && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null \
    || { export METRICS_NO_INSTALL=1; echo "could not install ${missing[*]}: tests that need them will be skipped"; }
  [ "$made_policy" = yes ] && "${as_root[@]}" rm -f "$policy"
}

# Stand-ins of Azure Blob Storage and S3, from npm, at the versions of the lock file.
install_emulators() {
  local folder=tests/ObjectStores.Tests/emulators
  # npm writes this file last, with what it installed.
  [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return
  echo "== install object store emulators"
  if ! command -v npm >/dev/null; then
    fail_step "npm is needed for the object store emulators: install Node 20 or newer, or give --no-install"
  elif ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >/dev/null && touch node_modules/.package-lock.json); then
    fail_step "npm ci in $folder"
  fi
}

# An attribute of the <assembly> element of xUnit's report, or 0.
attribute() {
  local value
  value=$(grep -o -m1 '<assembly [^>]*' "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*')
  echo "${value:-0}"
}

run_project() {
  local name="$1" report="$results/$1.xml" code=0
  local program="tests/$1/bin/Release/net10.0/Metrics.$1"
  echo "== $name"
  if [ ! -x "$program" ]; then
    fail_step "$name: $program was not built"
    return
  fi

  timeout --kill-after=30s "$project_timeout" "$program" -noColor -noLogo -result-xml "$report" </dev/null || code=$?
  if [ ! -s "$report" ]; then
    fail_step "$name ended with exit code $code and without a report"
    return
  fi

  local bad
  bad=$(($(attribute "$report" failed) + $(attribute "$report" errors)))
  passed=$((passed + $(attribute "$report" passed)))
  failed=$((failed + bad))
  skipped=$((skipped + $(attribute "$report" skipped)))
  if [ "$(attribute "$report" total)" -eq 0 ]; then
    echo "$name has no tests"
  elif [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    fail_step "$name ended with exit code $code"
  fi
}

[ "$install" = yes ] && install_packages

projects=()
for file in tests/*.Tests/*.Tests.csproj; do
  name=$(basename "$file" .csproj)
  [[ "$name" == *"$filter"* ]] && projects+=("$name")
done
if [ ${#projects[@]} -eq 0 ]; then
  echo "no test project has '$filter' in its name"
  finish
fi

[ "$install" = yes ] && install_emulators

rm -rf "$results"
mkdir -p "$results"
echo "== build"
if [ -z "$filter" ]; then
  dotnet build Metrics.sln -c Release -v quiet -clp:NoSummary --nologo -warnaserror </dev/null || { fail_step "build"; finish; }
fi
for name in "${projects[@]}"; do
  # Those that the solution holds are built by now, but for a few seconds of looking.
  if [ -n "$filter" ] || ! grep -q "\"$name\"" Metrics.sln; then
    dotnet build "tests/$name" -c Release -v quiet -clp:NoSummary --nologo -warnaserror </dev/null || { fail_step "build of $name"; finish; }
  fi
done

if [ -z "$filter" ]; then
  echo "== formatting"
  dotnet format Metrics.sln whitespace --verify-no-changes --no-restore </dev/null || fail_step "formatting: run dotnet format Metrics.sln whitespace"
fi

for name in "${projects[@]}"; do
  run_project "$name"
done
finish
