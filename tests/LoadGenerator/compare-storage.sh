#!/usr/bin/env bash
# What stored data costs and how fast it is read, beside VictoriaMetrics on the same bytes; prints tables for docs/benchmarks.md.
#   tests/LoadGenerator/compare-storage.sh [part ...]   parts: rest queries ranges backfill sealing cold; all by default, in less than 6 minutes on 2 cores
#   SCALE=10                                            a tenth of the hosts, to try it out
#   AZURITE=/path/to/azurite-blob                       the emulator that cold reads come from; without it that part is left out
#   WORK=/some/folder                                   where data and figures go (about 2 GB; default: a new temporary one)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scale="${SCALE:-1}"
work="${WORK:-$(mktemp -d -t metrics-storage-XXXXXX)}"
azurite="${AZURITE:-$(command -v azurite-blob || true)}"
mkdir -p "$work"
results="$work/results.tsv"
: >"$results"
silo=src/Silo/bin/Release/net10.0/Metrics.Silo
tool=tests/LoadGenerator/bin/Release/net10.0/Metrics.LoadGenerator
ours_port=18080
victoria_port=18428
azurite_port=18100
ours_url="http://127.0.0.1:$ours_port"
victoria_url="http://127.0.0.1:$victoria_port"
# The account of the emulator, the same for everybody.
azure="DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:$azurite_port/devstoreaccount1;"
ours_pid=""
victoria_pid=""
azurite_pid=""
day=86400
midnight=$(($(date +%s) / day * day))
version="$(dpkg-query -W -f '${Version}' victoria-metrics 2>/dev/null || echo)"

say() { echo "$(date +%T) $*" >&2; }

hosts() { # number, scaled
  local scaled=$(($1 / scale))
  echo $((scaled > 0 ? scaled : 1))
}

stop() { # pid
  [ -z "$1" ] && return
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_all() {
  stop "$ours_pid"
  stop "$victoria_pid"
  stop "$azurite_pid"
  ours_pid="" victoria_pid="" azurite_pid=""
}
trap stop_all EXIT

await() { # url pid log
  local i
  for ((i = 0; i < 600; i++)); do
    curl -sf -o /dev/null "$1" && return
    kill -0 "$2" 2>/dev/null || { say "the server ended; see $3"; exit 1; }
    sleep 0.1
  done
  say "$1 does not answer"
  exit 1
}

# On an empty folder, unless told to go on. Its records of itself would be in the figures.
start_ours() { # settings...
  [ "${GO_ON:-no}" = yes ] || rm -rf "$work/ours"
  "$silo" --urls "$ours_url" "--Metrics:DataPath=$work/ours" --Metrics:StatsD:Enabled=false --Metrics:SelfMonitoring:Enabled=false "$@" \
    >>"$work/ours.log" 2>&1 &
  ours_pid=$!
  await "$ours_url/-/ready" "$ours_pid" "$work/ours.log"
}

start_victoria() {
  rm -rf "$work/victoria"
  victoria-metrics "-storageDataPath=$work/victoria" -retentionPeriod=100y -http.connTimeout=1h "-httpListenAddr=127.0.0.1:$victoria_port" \
    >>"$work/victoria.log" 2>&1 &
  victoria_pid=$!
  await "$victoria_url/health" "$victoria_pid" "$work/victoria.log"
}

start() { # ours|victoria-metrics
  stop_all
  if [ "$1" = ours ]; then start_ours; else start_victoria; fi
}

where() { # ours|victoria-metrics: options that name the server
  if [ "$1" = ours ]; then echo "--target $ours_url --pid $ours_pid"; else echo "--target $victoria_url --pid $victoria_pid"; fi
}

run() { # who label mode options...
  local who="$1" label="$1 $2" mode="$3"
  shift 3
  say "$label: $mode"
  # shellcheck disable=SC2046
  "$tool" "$mode" $(where "$who") --out "$results" --label "$label" "$@" >&2 || say "$label: $mode FAILED"
}

# Until all is where it stays: sealed, rolled up and compacted here, merged there.
settle() { # who label samples
  local directory="$work/ours"
  if [ "$1" = victoria-metrics ]; then
    directory="$work/victoria"
    curl -sf "$victoria_url/internal/force_flush" >/dev/null
    curl -sf "$victoria_url/internal/force_merge" >/dev/null
  fi
  run "$1" "$2" settle --dir "$directory" --samples "$3" --quiet-s 3 --patience-s 60
}

at_rest() { # label hosts minutes values
  local who data
  # 1-second data, two days old: all windows are closed.
  data="--hosts $2 --minutes $3 --interval-ms 1000 --values $4 --start $((midnight - 2 * day))"
  for who in ours victoria-metrics; do
    start "$who"
    # shellcheck disable=SC2086
    run "$who" "$1" tsbs-load $data
    settle "$who" "$1" $(($2 * 10 * $3 * 60))
  done
}

# The same data in both servers, and the same questions to them in turn.
ask() { # label samples repeat kinds data-options...
  local label="$1" samples="$2" repeat="$3" kinds="$4" who
  shift 4
  stop_all
  start_ours
  start_victoria
  for who in ours victoria-metrics; do
    run "$who" "$label" tsbs-load "$@"
    settle "$who" "$label" "$samples"
  done
  say "$label: questions"
  "$tool" tsbs-queries --target "$ours_url" --pid "$ours_pid" --victoria "$victoria_url" --victoria-pid "$victoria_pid" \
    --out "$results" --label queries --repeat "$repeat" --warmup-s 1 --kinds "$kinds" "$@" | tee -a "$work/queries.md" >&2 || say "$label: answers DIFFER"
}

# Few series for long, as in a block of two hours; and many for a short time, where the index weighs.
rest() {
  at_rest integers "$(hosts 100)" 240 integers
  at_rest gauges "$(hosts 100)" 240 gauges
  at_rest wide "$(hosts 2000)" 12 integers
}

queries() {
  ask "12 h of 10 s" $(($(hosts 200) * 10 * 4320)) 100 \
    single-groupby-1-1-1,single-groupby-1-8-1,single-groupby-5-8-1,single-groupby-5-1-12,cpu-max-all-8,double-groupby-1,double-groupby-5,double-groupby-all \
    --hosts "$(hosts 200)" --minutes 720 --interval-ms 10000 --start $((midnight - 2 * day))
}

ranges() {
  ask "a day of 1 s" $(($(hosts 50) * 86400)) 100 one-series-day,one-series-day-p95 \
    --hosts "$(hosts 50)" --fields 1 --minutes 1440 --interval-ms 1000 --start $((midnight - 2 * day)) --samples-per-series 60
  ask "a year of 1 m" $(($(hosts 10) * 525600)) 50 one-series-year,one-series-year-p95 \
    --hosts "$(hosts 10)" --fields 1 --minutes 525600 --interval-ms 60000 --start $((midnight - 370 * day)) --samples-per-series 600
  ask "6 h of 10 s" $(($(hosts 1000) * 2160)) 50 all-series-6h,all-series-6h-p95,each-series-6h \
    --hosts "$(hosts 1000)" --fields 1 --minutes 360 --interval-ms 10000 --start $((midnight - 2 * day))
  ask "a week of 5 m" $(($(hosts 10000) * 2016)) 10 all-series-week,all-series-week-p95,each-series-week \
    --hosts "$(hosts 10000)" --fields 1 --minutes 10080 --interval-ms 300000 --start $((midnight - 9 * day))
}

# Points that are two years old, in the order of their times.
backfill() {
  local who
  for who in ours victoria-metrics; do
    start "$who"
    run "$who" backfill tsbs-load --hosts "$(hosts 1000)" --minutes 360 --interval-ms 10000 --start $((midnight - 730 * day))
    settle "$who" backfill $(($(hosts 1000) * 10 * 2160))
  done
}

# The same load twice: alone, and while all of memory is sealed again and again. Points of the last minutes.
sealing() {
  local now
  now=$(date +%s)
  local load="--series $((50000 / scale)) --interval-ms 1000 --points $((2500000 / scale)) --rate $((400000 / scale)) --connections 4"
  start ours
  # shellcheck disable=SC2086
  run ours "load warm" remote-write $load --start $((now - 600)) --settle-s 0
  # shellcheck disable=SC2086
  run ours "load alone" remote-write $load --start $((now - 400)) --settle-s 0
  curl -sf -X POST -o /dev/null "$ours_url/api/v1/storage/flush" || say "sealing: the server cannot be told to flush, so nothing is sealed meanwhile"
  (while curl -sf -X POST -o /dev/null "$ours_url/api/v1/storage/flush"; do :; done) &
  local flushing=$!
  # shellcheck disable=SC2086
  run ours "load while sealing" remote-write $load --start $((now - 200)) --settle-s 0
  kill "$flushing" 2>/dev/null || true
  wait "$flushing" 2>/dev/null || true
}

# Blocks in the object store only: the cache is emptied and the server started anew before each question.
cold() {
  local kind store data
  [ -z "$azurite" ] && { say "cold: no azurite-blob; set AZURITE"; return; }
  stop_all
  rm -rf "$work/azurite"
  "$azurite" --silent --skipApiVersionCheck --disableTelemetry --blobPort "$azurite_port" --location "$work/azurite" >"$work/azurite.log" 2>&1 &
  azurite_pid=$!
  for kind in {1..100}; do curl -s -o /dev/null "http://127.0.0.1:$azurite_port/" && break; sleep 0.1; done
  "$tool" azure-container --connection "$azure" --container metrics >&2
  store=(--Metrics:ObjectStore:Kind=Azure "--Metrics:ObjectStore:Azure:ConnectionString=$azure" --Metrics:ObjectStore:Azure:Container=metrics
    --Metrics:Blocks:WarmRetention=00:00:00)
  data=(--hosts "$(hosts 10000)" --fields 1 --minutes 10080 --interval-ms 300000 --start $((midnight - 9 * day)))
  start_ours "${store[@]}"
  run ours cold tsbs-load "${data[@]}"
  settle ours cold $(($(hosts 10000) * 2016))
  for kind in one-series-day all-series-6h all-series-week each-series-week; do
    stop "$ours_pid"
    rm -rf "$work/ours/cache"
    GO_ON=yes start_ours "${store[@]}"
    run ours "cold $kind" tsbs-queries --kinds "$kind" --repeat 1 --warmup-s 0 "${data[@]}"
    run ours "warm $kind" tsbs-queries --kinds "$kind" --repeat 5 --warmup-s 1 "${data[@]}"
  done
}

figure() { # label name [scale [decimals]]
  awk -F '\t' -v label="$1" -v name="$2" -v by="${3:-1}" -v decimals="${4:-0}" \
    '$1 == label && $2 == name { value = sprintf("%.*f", decimals, $3 * by) } END { print value == "" ? "–" : value }' "$results"
}

row() { # title label figure unit [scale [decimals]]
  local ours theirs
  ours=$(figure "ours $2" "$3" "${5:-1}" "${6:-0}")
  theirs=$(figure "victoria-metrics $2" "$3" "${5:-1}" "${6:-0}")
  echo "| $1 | $ours $4 | $theirs $4 | $(awk -v a="$ours" -v b="$theirs" 'BEGIN { print (a + 0 > 0 && b + 0 > 0) ? sprintf("%.2f", a / b) : "–" }') |"
}

query_row() { # kind
  local part ours theirs text="| $1"
  for part in p50 p95 p99 CPU; do
    ours=$(figure queries "ours $1 $part" 1 2)
    theirs=$(figure queries "victoria-metrics $1 $part" 1 2)
    text="$text | $ours | $theirs"
    [ "$part" = p50 ] && text="$text | $(awk -v a="$ours" -v b="$theirs" 'BEGIN { print (a + 0 > 0 && b + 0 > 0) ? sprintf("%.2f", a / b) : "–" }')"
  done
  echo "$text |"
}

table() {
  local label title kind
  echo
  echo "$(nproc) cores of $(awk -F ': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(awk '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GB, $(date -u +%F)," \
    "load average $(cut -d ' ' -f 1-3 /proc/loadavg). CPU is the whole server's, by the operating system."
  echo
  echo "| | ours | VictoriaMetrics $version | ratio |"
  echo "|---|---:|---:|---:|"
  while IFS=: read -r label title; do
    row "at rest, $title" "$label" "bytes a sample" "B a sample" 1 2
    row "with logs, $title" "$label" "bytes a sample in all" "B a sample" 1 2
    row "load, $title" "$label" "server CPU a sample" "ns CPU a sample"
    row "sealing and merging after it, $title" "$label" "CPU a sample since loaded" "ns CPU a sample"
    row "all of it, $title" "$label" "CPU a sample since start" "ns CPU a sample"
  done <<END
integers:1,000 series x 4 h of integers by the second
gauges:1,000 series x 4 h of jittered gauges by the second
wide:20,000 series x 12 min of integers by the second
END
  row "backfill of points two years old" backfill throughput "samples/s"
  row "backfill" backfill "server CPU a sample" "ns CPU a sample"
  row "backfill with what follows it" backfill "CPU a sample since start" "ns CPU a sample"
  row "backfill, peak memory" backfill "server peak RSS" "MiB"
  row "write request p99, alone" "load alone" "request p99" "ms" 1 1
  row "write request p99, while sealing" "load while sealing" "request p99" "ms" 1 1
  echo
  echo "| ms | ours p50 | VictoriaMetrics | ratio | ours p95 | VictoriaMetrics | ours p99 | VictoriaMetrics | ours CPU | VictoriaMetrics |"
  echo "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
  for kind in $(awk -F '\t' '$1 == "queries" && $2 ~ /^ours .* p50$/ { split($2, words, " "); print words[2] }' "$results"); do
    query_row "$kind"
  done
  echo
  echo "| cold from the object store | first answer | warm p50 |"
  echo "|---|---:|---:|"
  for kind in one-series-day all-series-6h all-series-week each-series-week; do
    echo "| $kind | $(figure "ours cold $kind" "ours $kind p50" 1 1) ms | $(figure "ours warm $kind" "ours $kind p50" 1 1) ms |"
  done
}

[ $# -eq 0 ] && set -- rest queries ranges backfill sealing cold
for part in "$@"; do
  case "$part" in
    rest | queries | ranges | backfill | sealing | cold) ;;
    *) echo "usage: compare-storage.sh [rest] [queries] [ranges] [backfill] [sealing] [cold]" >&2; exit 2 ;;
  esac
done
command -v victoria-metrics >/dev/null || { say "install Debian's victoria-metrics"; exit 1; }
say "build"
dotnet build src/Silo -c Release -v quiet -clp:NoSummary --nologo >&2
dotnet build tests/LoadGenerator -c Release -v quiet -clp:NoSummary --nologo >&2
for part in "$@"; do "$part"; done
stop_all
rm -rf "$work/ours" "$work/victoria" "$work/azurite"
table
say "all figures: $results"
