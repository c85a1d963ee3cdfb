#!/usr/bin/env bash
# Puts our server and VictoriaMetrics under the same load, one after the other, and prints a table for docs/benchmarks.md.
#   tests/LoadGenerator/compare.sh [ours] [victoria-metrics]      both by default
#   SCALE=10                                                      a tenth of everything, to try it out
#   WORK=/some/folder                                             where data and figures go (about 2 GB; default: a new temporary one)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scale="${SCALE:-1}"
work="${WORK:-$(mktemp -d -t metrics-compare-XXXXXX)}"
mkdir -p "$work"
results="$work/results.tsv"
: >"$results"
silo=src/Silo/bin/Release/net10.0/Metrics.Silo
tool=tests/LoadGenerator/bin/Release/net10.0/Metrics.LoadGenerator
http_port=18080
statsd_port=18125
victoria_port=18428
server_pid=""

series=$((100000 / scale))
query_series=$((10000 / scale))
query_samples=360
minute=60000
# Both servers get the same points at the same times: whole minutes, all of them in the past.
now=$(($(date +%s) / 60 * 60000))

say() { echo "$(date +%T) $*" >&2; }

stop_server() {
  [ -z "$server_pid" ] && return
  kill "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=""
}
trap stop_server EXIT

await() { # url
  local i
  for ((i = 0; i < 300; i++)); do
    curl -sf -o /dev/null "$1" && return
    kill -0 "$server_pid" 2>/dev/null || { say "the server ended; its log is in $work"; exit 1; }
    sleep 0.1
  done
  say "$1 does not answer"
  exit 1
}

# Every case gets a server of its own on an empty folder, so that no case pays for another.
start() { # ours|victoria-metrics
  stop_server
  rm -rf "$work/data"
  if [ "$1" = ours ]; then
    "$silo" --urls "http://127.0.0.1:$http_port" "--Metrics:DataPath=$work/data" "--Metrics:StatsD:Port=$statsd_port" \
      >"$work/ours.log" 2>&1 &
    server_pid=$!
    await "http://127.0.0.1:$http_port/-/ready"
    target="http://127.0.0.1:$http_port"
  else
    victoria-metrics "-storageDataPath=$work/data" -retentionPeriod=100y "-httpListenAddr=127.0.0.1:$victoria_port" \
      >"$work/victoria-metrics.log" 2>&1 &
    server_pid=$!
    await "http://127.0.0.1:$victoria_port/health"
    target="http://127.0.0.1:$victoria_port"
  fi
}

load() { # label mode options...
  local label="$1" mode="$2"
  shift 2
  say "$label"
  "$tool" "$mode" --target "$target" --pid "$server_pid" --out "$results" --label "$label" "$@" >&2
}

# What a server costs with series it knows: the first round, in which all are new, is sent before and not counted.
remote_write() { # who samples-a-series rounds
  local who="$1" samples="$2" rounds="$3" start=$((now - 60 * minute))
  start "$who"
  load "$who new series" remote-write --series "$series" --points "$series" --start "$start"
  load "$who remote write $samples" remote-write --series "$series" --samples-per-series "$samples" \
    --points $((series * samples * rounds)) --start $((start + 1000))
}

measure() { # who
  local who="$1" start

  remote_write "$who" 1 80
  remote_write "$who" 10 30

  say "$who: ten minutes of 1-second samples"
  start "$who"
  load "$who memory" remote-write --series "$series" --samples-per-series 10 --points $((series * 600)) --start $((now - 20 * minute)) --settle-s 5

  say "$who: an hour of 10-second samples"
  start "$who"
  start=$((now - 60 * minute))
  load "$who query data" remote-write --series "$query_series" --samples-per-series 10 --interval-ms 10000 \
    --points $((query_series * query_samples)) --start "$start" --settle-s 5
  query "$who" "$start"

  if [ "$who" = ours ]; then
    start ours
    load "ours new series" json --series "$series" --points "$series" --start "$start"
    load "ours json" json --series "$series" --points $((series * 40)) --start $((start + 1000)) --interval-ms 1000
    start ours
    load "ours statsd new series" statsd --udp "127.0.0.1:$statsd_port" --points $((2000000 / scale)) --rate 200000
    load "ours statsd" statsd --udp "127.0.0.1:$statsd_port" --points $((2000000 / scale)) --rate 200000
    load "ours statsd 1 line" statsd --udp "127.0.0.1:$statsd_port" --points $((500000 / scale)) --rate 50000 --lines-per-packet 1
    freshness
  fi
}

query() { # who start-ms
  local from to
  if [ "$1" = ours ]; then
    from=$(date -u -d "@$(($2 / 1000))" +%FT%TZ)
    to=$(date -u -d "@$(($2 / 1000 + 3600))" +%FT%TZ)
    load "ours query 1" query --query \
      "{\"metric\":\"cpu_usage_user\",\"aggregation\":\"avg\",\"tags\":{\"hostname\":\"host_1\"},\"from\":\"$from\",\"to\":\"$to\",\"interval\":\"1m\"}"
    load "ours query 1000" query --query \
      "{\"metric\":\"cpu_usage_user\",\"aggregation\":\"avg\",\"from\":\"$from\",\"to\":\"$to\",\"interval\":\"1m\"}"
  else
    from=$(($2 / 1000 + 60))
    to=$(($2 / 1000 + 3600))
    # Its cache of results is off: the same question is asked again and again.
    load "$1 query 1" query --get \
      "/api/v1/query_range?query=avg_over_time(cpu_usage_user%7Bhostname%3D%22host_1%22%7D%5B1m%5D)&start=$from&end=$to&step=60&nocache=1"
    load "$1 query 1000" query --get \
      "/api/v1/query_range?query=avg(avg_over_time(cpu_usage_user%5B1m%5D))&start=$from&end=$to&step=60&nocache=1"
  fi
}

freshness() {
  start ours
  say "ours: freshness under load"
  "$tool" remote-write --target "$target" --series "$series" --duration 20 --rate $((500000 / scale)) --connections 4 >/dev/null 2>&1 &
  local load_pid=$!
  sleep 5
  load "ours freshness" freshness --markers 100
  kill "$load_pid" 2>/dev/null || true
  wait "$load_pid" 2>/dev/null || true
}

figure() { # label name [scale [decimals]]
  awk -F '\t' -v label="$1" -v name="$2" -v by="${3:-1}" -v decimals="${4:-0}" \
    '$1 == label && $2 == name { value = sprintf("%.*f", decimals, $3 * by) } END { print value == "" ? "–" : value }' "$results"
}

row() { # title case figure unit [scale [decimals]]
  echo "| $1 | $(figure "ours $2" "$3" "${5:-1}" "${6:-0}") $4 | $(figure "victoria-metrics $2" "$3" "${5:-1}" "${6:-0}") $4 |"
}

table() {
  echo
  echo "$(nproc) cores, $series series, $(date -u +%F). CPU is the whole server's, by the operating system."
  echo
  echo "| | ours | VictoriaMetrics $(dpkg-query -W -f '${Version}' victoria-metrics 2>/dev/null || echo) |"
  echo "|---|---:|---:|"
  row "remote write, 1 sample a series" "remote write 1" "server CPU a sample" "ns CPU a sample"
  row "remote write, 10 samples a series" "remote write 10" "server CPU a sample" "ns CPU a sample"
  row "remote write, 1 sample a series" "remote write 1" "throughput" "samples/s"
  row "remote write, 10 samples a series" "remote write 10" "throughput" "samples/s"
  row "remote write, 1 sample a series, p99 of a request" "remote write 1" "request p99" "ms" 1 1
  row "JSON" "json" "server CPU a sample" "ns CPU a sample"
  row "StatsD, many lines a packet" "statsd" "server CPU a line" "ns CPU a line"
  row "StatsD, one line a packet" "statsd 1 line" "server CPU a line" "ns CPU a line"
  row "memory, ten minutes of 1-second samples" "memory" "server RSS" "B a series" "$(awk "BEGIN { print 1048576 / $series }")"
  row "one series, 1 h by 1 m, p50" "query 1" "query p50" "ms" 1 2
  row "one series, 1 h by 1 m, p99" "query 1" "query p99" "ms" 1 2
  row "$((query_series / 10)) series, 1 h of 10-second samples by 1 m, p50" "query 1000" "query p50" "ms" 1 2
  row "$((query_series / 10)) series, 1 h of 10-second samples by 1 m, p99" "query 1000" "query p99" "ms" 1 2
  row "newest point readable under load, p50" "freshness" "freshness p50" "ms" 1 1
  row "newest point readable under load, p99" "freshness" "freshness p99" "ms" 1 1
}

say "build"
dotnet build tests/LoadGenerator -c Release -v quiet -clp:NoSummary --nologo >&2
[ $# -eq 0 ] && set -- ours victoria-metrics
for who in "$@"; do
  case "$who" in
    ours) dotnet build src/Silo -c Release -v quiet -clp:NoSummary --nologo >&2 ;;
    victoria-metrics) command -v victoria-metrics >/dev/null || { say "install Debian's victoria-metrics"; exit 1; } ;;
    *) echo "usage: compare.sh [ours] [victoria-metrics]" >&2; exit 2 ;;
  esac
  measure "$who"
  stop_server
done
rm -rf "$work/data"
table
say "all figures: $results"
