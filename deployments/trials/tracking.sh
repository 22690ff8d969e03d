#!/usr/bin/env bash
# A run of Weekcast's beside a real MLflow server in an environment of its own (400 MB below TMPDIR).
#
#     deployments/trials/tracking.sh [PYTHON of Weekcast's environment, with the extra `tracking`]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
weekcast=$(dirname "${1:-$root/.venv/bin/python}")/weekcast
place=$(mktemp -d "${TMPDIR:-/tmp}/weekcast-tracking-XXXXXX")
port=$(python3 -c 'import socket; probe = socket.socket(); probe.bind(("127.0.0.1", 0)); print(probe.getsockname()[1])')
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$place"' EXIT
export PREFECT_HOME=$place/prefect DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
unset PREFECT_API_URL

if [ -z "${MLFLOW:-}" ]; then
	"${PYTHON:-python3.11}" -m venv "$place/mlflow"
	"$place/mlflow/bin/python" -m pip install --quiet mlflow
	MLFLOW=$place/mlflow/bin/mlflow
fi
"$MLFLOW" --version

cd "$place"
"$weekcast" sample sales.csv --products 60
run() { "$weekcast" run sales.csv --store store --json 2>>errors | python3 -c '
import json, sys
told = json.load(sys.stdin)
print({name: told[name] for name in ("outcome", "run_id", "as_of_week")})'; }

echo "== while no server answers"
export MLFLOW_TRACKING_URI=http://127.0.0.1:$port
run
grep 'not logged' errors

echo "== with a server, twice"
"$MLFLOW" server --host 127.0.0.1 --port "$port" --backend-store-uri sqlite:///mlflow.db \
	--artifacts-destination artifacts >server.log 2>&1 &
server=$!
until curl --silent --fail "$MLFLOW_TRACKING_URI/health" >health; do sleep 1; done
run
run

ask() { curl --silent --fail --header 'content-type: application/json' "$@"; }
api=$MLFLOW_TRACKING_URI/api/2.0/mlflow
ask "$api/experiments/get-by-name?experiment_name=weekcast" >experiment
experiment=$(python3 -c 'import json; print(json.load(open("experiment"))["experiment"]["experiment_id"])')
ask --data "{\"experiment_ids\": [\"$experiment\"]}" "$api/runs/search" >runs
python3 - <<'END'
import json

runs = json.load(open("runs"))["runs"]
print(len(runs), "run")
for run in runs:
    info, data = run["info"], run["data"]
    tags = {tag["key"]: tag["value"] for tag in data["tags"]}
    print(info["run_name"], info["status"], {name: tags[name] for name in ("run_id", "as_of_week", "promoted")})
    print(len(data["params"]), "parameters,", len(data["metrics"]), "metrics")
END
(cd artifacts && find . -type f | cut -d/ -f5- | sort)
