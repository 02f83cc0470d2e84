#!/bin/bash
# How fast Kannel (Debian's, the usual open SMS gateway) gets messages from its front door over one SMPP bind
# to an SMSC and their receipts back to the application. The SMSC is not ours to start: give it the one that
# `countersign bench smpp` is measured with, so that both sides meet the same process.
#
#   bench/kannel.sh [options] HOST PORT SYSTEM_ID PASSWORD
#
#   --count N        messages of each run, exactly                                   (50000)
#   --window N       submits without an answer (max-pending-submits)                 (100)
#   --runs N         runs of each setup; the best one is printed                     (3)
#   --limit SECONDS  the most that one run may take                                  (300)
#   --setups "..."   which setups, each feed:store:receipts                          (all below)
#   --knobs URL      the simulated operator: its delays are set to nothing first
#                    (http://HANDSETS/api/operators/meridian of `countersign carriers`)
#   --keep           leave the temporary folder (configuration, logs) and say where
#   --json           one line of JSON instead of the table
#
# Installs kannel, kannel-extras and apache2-utils (ab) with apt-get if they are absent, as root. Everything
# listens on 127.0.0.1, on ports that are free. Whatever it started it stops again, however it ends, and its
# folder is removed. Exit 1: not all in.
#
# A setup is feed:store:receipts.
#   feed      mtbatch   messages by Kannel's own protocol, the fastest way in: no HTTP at all
#             http      by smsbox's sendsms, 16 connections kept alive: what an application uses
#   store     none      messages in memory only: lost with the process
#             file      every message and every acknowledgement is written to a log before bearerbox says yes
#             spool     a file for each message, unlinked when it is done
#   receipts  off       none asked for: submits are all that is measured
#             internal  who waits for which receipt, in memory: after a restart receipts match nothing
#             spool     a file for each
#             sqlite3   a row for each, here in WAL mode and with an index, the best Kannel can be given
# Neither file nor spool is ever flushed to the disk (Kannel calls no fsync): they survive a killed process,
# not a power cut. Only sqlite3 flushes, at every receipt expected and at every one that came. MySQL,
# PostgreSQL and Redis, which Kannel knows for receipts as well, need a server of their own and are left out.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
count=50000 window=100 runs=3 limit=300 keep= json= knobs=
setups="mtbatch:none:off mtbatch:none:internal mtbatch:file:internal mtbatch:spool:internal
  mtbatch:spool:spool mtbatch:file:sqlite3 http:file:internal"

fail() { echo "kannel.sh: $*" >&2; exit 2; }
usage() { sed -n '2,/^set /p' "$0" | sed -n 's/^# \{0,1\}//p'; exit "$1"; }

while [ $# -gt 0 ]; do
  case $1 in
    --count | --window | --runs | --limit | --setups | --knobs)
      [ $# -gt 1 ] || fail "$1 takes a value"
      printf -v "${1#--}" %s "$2"; shift 2 ;;
    --keep | --json) printf -v "${1#--}" %s yes; shift ;;
    --help | -h) usage 0 ;;
    -*) fail "no option $1" ;;
    *) break ;;
  esac
done
[ $# -eq 4 ] || usage 2 >&2
host=$1 port=$2 system_id=$3 password=$4
for number in "$count" "$window" "$runs" "$limit" "$port"; do
  [[ $number =~ ^[1-9][0-9]{0,6}$ ]] || fail "$number is not a number from 1 to 9999999"
done
for setup in $setups; do
  [[ $setup =~ ^(mtbatch|http):(none|file|spool):(off|internal|spool|sqlite3)$ ]] || fail "no setup $setup"
done

install() {
  local missing=()
  for package in kannel kannel-extras apache2-utils; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" -eq 0 ] || fail "installing ${missing[*]} takes root"
  # Debian starts a service on installing; here nothing may run but what this script starts.
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

folder= bearerbox= smsbox= runner=
stop_one() {
  [ -n "$1" ] || return 0
  kill -INT "$1" 2>/dev/null || return 0
  for _ in $(seq 50); do
    case $(ps -o stat= -p "$1") in '' | Z*) break ;; esac
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
stop() {
  # timeout passes it on to all that it started.
  [ -z "$runner" ] || kill -TERM "$runner" 2>/dev/null || true
  stop_one "$smsbox"; stop_one "$bearerbox"
  smsbox= bearerbox= runner=
}
clean_up() {
  stop
  if [ -n "$keep" ]; then echo "kept: $folder" >&2; else rm -rf "$folder"; fi
}
install
command -v python3 >/dev/null || fail "needs python3"
folder=$(mktemp -d "${TMPDIR:-/tmp}/kannel-bench.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

free_ports() {
  python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*(at.getsockname()[1] for at in held))'
}

configure() { # store receipts
  local kept="" database="" receipts=${2/off/internal}
  [ "$1" = none ] || kept=$'store-type = '$1$'\nstore-location = "'$run/store'"'
  [ "$1" != spool ] || mkdir "$run/store"
  if [ "$2" = spool ]; then
    mkdir "$run/receipts"
    kept+=$'\ndlr-spool = "'$run/receipts'"'
  elif [ "$2" = sqlite3 ]; then
    python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript("""PRAGMA journal_mode = WAL;
CREATE TABLE dlr (smsc, ts, source, destination, service, url, mask INTEGER, boxc, status INTEGER);
CREATE INDEX dlr_ts ON dlr (ts, smsc);""")' "$run/receipts.db"
    database="group = sqlite3-connection
id = receipts
database = \"$run/receipts.db\"
max-connections = 1

group = dlr-db
id = receipts
table = dlr
field-smsc = smsc
field-timestamp = ts
field-source = source
field-destination = destination
field-service = service
field-url = url
field-mask = mask
field-boxc-id = boxc
field-status = status
"
  fi
  # Groups are divided by empty lines, so none may be inside one.
  sed '/^$/d; s/^--$//' >"$run/kannel.conf" <<CONF
group = core
admin-port = $admin_port
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = $box_port
smsbox-interface = 127.0.0.1
log-level = 3
log-file = "$run/bearerbox.log"
dlr-storage = $receipts
$kept
--
group = smsc
smsc = smpp
smsc-id = bench
host = $host
port = $port
transceiver-mode = true
smsc-username = "$system_id"
smsc-password = "$password"
system-type = ""
interface-version = 34
max-pending-submits = $window
enquire-link-interval = 30
reconnect-delay = 2
--
group = smsbox
smsbox-id = box
bearerbox-host = 127.0.0.1
bearerbox-port = $box_port
sendsms-port = $sendsms_port
sendsms-interface = 127.0.0.1
log-level = 3
log-file = "$run/smsbox.log"
--
group = smsbox-route
smsbox-id = box
smsc-id = bench
--
group = sendsms-user
username = bench
password = bench
--
group = sms-service
keyword = default
text = "none"
--
CONF
  printf '%s' "$database" >>"$run/kannel.conf"
}

measure() { # setup
  local feed store receipts
  IFS=: read -r feed store receipts <<<"$1"
  run=$(mktemp -d "$folder/run.XXXXXX")
  read -r admin_port box_port sendsms_port receipts_port < <(free_ports)
  configure "$store" "$receipts"
  (cd "$run" && exec bearerbox -v 4 kannel.conf) >"$run/bearerbox.out" 2>&1 &
  bearerbox=$!
  # smsbox gives up when nobody listens yet.
  for _ in $(seq 100); do (: <"/dev/tcp/127.0.0.1/$box_port") 2>/dev/null && break; sleep 0.1; done
  (cd "$run" && exec smsbox -v 4 kannel.conf) >"$run/smsbox.out" 2>&1 &
  smsbox=$!
  # dlr-mask 19: delivered, failed, refused by the SMSC. 31 would add a call for every submit that was merely
  # taken, which tells the application nothing new.
  local feeder told="http://127.0.0.1:$receipts_port/%F"
  if [ "$feed" = mtbatch ]; then
    printf '123456 is your code' >"$run/text"
    seq -f '15%09.0f' 1 "$count" >"$run/numbers"
    # -x: its name is not written into the messages, or their receipts would go to it instead of smsbox.
    feeder=(mtbatch -v 4 -b 127.0.0.1 -p "$box_port" -i feeder -x -f Bench)
    [ "$receipts" = off ] || feeder+=(-D 19 -u "$told")
    feeder+=("$run/text" "$run/numbers")
  else
    local url="http://127.0.0.1:$sendsms_port/cgi-bin/sendsms?username=bench&password=bench&from=Bench"
    url+="&to=15000000001&text=123456+is+your+code"
    [ "$receipts" = off ] || url+="&dlr-mask=19&dlr-url=$(python3 -c 'import sys, urllib.parse as url
print(url.quote(sys.argv[1], safe=""))' "$told")"
    feeder=(ab -q -k -c 16 -n "$count" "$url")
  fi
  timeout -k 5 $((limit + 30)) python3 "$here/kannel_run.py" run --setup "$1" --count "$count" \
    --limit "$limit" --receipts-port "$receipts_port" --admin-port "$admin_port" --admin-password bench \
    -- "${feeder[@]}" >>"$folder/results" &
  # Waited for, not run in front: a trap waits for what runs in front, and it may take the whole limit.
  runner=$!
  wait "$runner"
  stop
  [ -n "$keep" ] || rm -rf "$run"
}

if [ -n "$knobs" ]; then
  python3 -c 'import sys, urllib.request
knobs = b"{\"delay_ms_min\": 0, \"delay_ms_max\": 0, \"receipt_delay_ms\": 0}"
head = {"content-type": "application/json"}
urllib.request.urlopen(urllib.request.Request(sys.argv[1], knobs, head, method="PUT"), timeout=5)' "$knobs"
fi
for setup in $setups; do
  for ((at = 1; at <= runs; at++)); do
    echo "measuring $setup, run $at of $runs" >&2
    measure "$setup"
  done
done
version=$(dpkg-query -W -f '${Version}' kannel)
python3 "$here/kannel_run.py" report --kannel "$version" --window "$window" ${json:+--json} "$folder/results"
