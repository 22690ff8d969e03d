#!/usr/bin/env bash
# What a data engineer, a planner and an analyst do with Weekcast in two weeks, each with what it prints.
# `PATH=.venv/bin:$PATH bash docs/tour.sh FOLDER` makes all files and leaves the store in FOLDER/store.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1"

echo "== The data engineer"
weekcast --version
weekcast sample sales.csv --products 60 --weeks 53 --quiet
weekcast init sales.csv --force                        # what was found, and what is open: the weeks have no dates
export WEEKCAST_METRICS=$PWD/weekcast.prom             # for Prometheus
dated="--set first_week=2024-01-01"
weekcast check sales.csv $dated
weekcast run sales.csv --store store --as-of W51 $dated
weekcast run sales.csv --store store --as-of W51 $dated # nothing new
weekcast run sales.csv --store store --as-of W51 --set horzon=4 || echo "exit code $?"
weekcast run sales.csv --store store $dated --quiet
weekcast run sales.csv --store store $dated --set max_age=30 || echo "exit code $?"
weekcast status store
weekcast verify store
grep -v '^#' weekcast.prom

echo "== The planner"
printf 'product_code,on_hand,lead_time_weeks,service_level\nP1,3,1,0.9\nP2,100,1,0.9\n' >inventory.csv
weekcast orders store --inventory inventory.csv        # the report lists them, too
weekcast report store --out report.html                # the page that store/reports/latest.html is, with dates
weekcast report store --product P1 --out p1.html
weekcast explain store P1

echo "== The analyst"
python - "$here/queries.sql" <<'END'
import os, re, sys
import duckdb

os.chdir("store")
for query in open(sys.argv[1]).read().split("\n\n")[1:]:
    table = duckdb.execute(query).df() if query.strip() else None
    if table is not None and len(table):
        print(query.splitlines()[0], table.head(3).to_string(), sep="\n")
END
weekcast export store --hubverse hub
find hub -type f | sort
