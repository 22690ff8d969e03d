#!/usr/bin/env bash
# Install Weekcast without a clone, as a tool with an environment of its own, and try it from another folder.
#
#     deployments/trials/install.sh [pipx] [uv] [locked]
#
# pipx: `pipx install` of the wheel; uv: `uv tool install`; locked: the same, with the versions of requirements.lock.
# Each downloads 1 GB, takes 2.5 GB below TMPDIR, and ends with the size, the times and the hash of a forecast.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-python3.11}
place=$(mktemp -d "${TMPDIR:-/tmp}/weekcast-install-XXXXXX")
trap 'rm -rf "$place"' EXIT
export HOME=$place/home PREFECT_HOME=$place/prefect DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
unset PREFECT_API_URL
mkdir -p "$HOME"

tools() { "$place/tools/bin/$1" "${@:2}"; }

install_pipx() {
	export PIPX_HOME=$place/pipx PIPX_BIN_DIR=$place/pipx/bin PIPX_MAN_DIR=$place/pipx/man
	tools pipx install --quiet --python "$python" "$wheel"
}

install_uv() {
	export UV_TOOL_DIR=$place/uv UV_TOOL_BIN_DIR=$place/uv/bin
	tools uv tool install --quiet --python "$python" "$wheel"
}

install_locked() {
	export UV_TOOL_DIR=$place/locked UV_TOOL_BIN_DIR=$place/locked/bin
	tools uv tool install --quiet --python "$python" --constraints "$root/requirements.lock" \
		--with-executables-from prefect "$wheel"
}

# The field `$1` of the first record that a server's answer holds.
field() { python3 -c 'import json, sys; answer = json.load(sys.stdin)
record = answer[0] if isinstance(answer, list) else answer
for name in sys.argv[1].split("."): record = record[name]
print(record)' "$1"; }

ask() { curl --silent --fail --header 'content-type: application/json' "$@"; }

# A run that the server of `weekcast serve` schedules, in a process of its own, which has to load the flow by its path.
serve() {
	weekcast serve --sales sales.csv --store store >serve.log 2>&1 &
	serving=$!
	until grep -q 'being served' serve.log; do
		kill -0 $serving || { cat serve.log; return 1; }
		sleep 1
	done
	grep '^UI ' serve.log
	api=$(sed -n 's/^UI *//p' serve.log)/api
	deployment=$(ask --data '{}' "$api/deployments/filter" | field id)
	run=$(ask --data '{"state": {"type": "SCHEDULED"}}' "$api/deployments/$deployment/create_flow_run" | field id)
	for _ in $(seq 300); do
		state=$(ask "$api/flow_runs/$run" | field state.type)
		case $state in COMPLETED | FAILED | CRASHED | CANCELLED) break ;; esac
		sleep 1
	done
	echo "the scheduled run: $state: $(ask "$api/flow_runs/$run" | field state.message)"
	kill -TERM $serving
	wait $serving
	grep --quiet 'deployments have been paused' serve.log && echo "stopped, and the schedule is paused" || echo "stopped"
	[ "$state" = COMPLETED ]
}

try() {
	way=$1
	start=$SECONDS
	"install_$way"
	echo "== $way: installed in $((SECONDS - start)) s, $(du -sm "$place/$way" | cut -f1) MB"
	mkdir -p "$place/elsewhere/$way"
	cd "$place/elsewhere/$way"
	PATH=$place/$way/bin:$PATH
	weekcast --help | sed -n 2p
	weekcast sample sales.csv --products 60
	start=$SECONDS
	weekcast run sales.csv --store store >run.log 2>&1 || { cat run.log; return 1; }
	grep '^published' run.log
	echo "run in $((SECONDS - start)) s, forecast $(sha256sum store/forecasts/latest.parquet | cut -c 1-16)"
	weekcast status store
	weekcast explain store P1
	serve
	cd / && rm -rf "${place:?}/$way"
}

"$python" -m venv "$place/tools"
tools pip install --quiet pipx uv
# By way of a source archive: a wheel that is built in the clone may hold what was built there before.
tools uv build --quiet --out-dir "$place/dist" "$root"
wheel=$(echo "$place"/dist/*.whl)
echo "$(basename "$wheel"): $(du -k "$wheel" | cut -f1) kB"
for way in ${*:-pipx uv locked}; do try "$way"; done
