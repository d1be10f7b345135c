#!/usr/bin/env bash
# Compares doisoat's linkage with Splink and with exact keys on one generated province.
#
#   benches/peers/run.sh [RESIDENTS] [SEED]
#
# Environment: DOISOAT (the binary; built if missing), DOISOAT_PEERS_DIR (working folder, default
# target/peers), DOISOAT_PEERS_THREADS (default: one a core), DOISOAT_PEERS_MEMORY (DuckDB's limit,
# default 12GB), PYTHON (default python3).
set -euo pipefail

residents=${1:-1000000}
seed=${2:-20261122}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${DOISOAT_PEERS_DIR:-$root/target/peers}
threads=${DOISOAT_PEERS_THREADS:-$(nproc)}
memory=${DOISOAT_PEERS_MEMORY:-12GB}
doisoat=${DOISOAT:-$root/target/release/doisoat}
province=$work/province-$residents-$seed
runs=$work/runs-$residents-$seed

mkdir -p "$work"
if [ ! -x "$doisoat" ] && [ -z "${DOISOAT:-}" ]; then
    (cd "$root" && cargo build --release)
fi

# The environment is made again when the list of packages changes.
if ! cmp -s "$here/requirements.txt" "$work/venv/requirements.txt"; then
    rm -rf "$work/venv"
    "${PYTHON:-python3}" -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$work/venv/requirements.txt"
fi
python=$work/venv/bin/python
export PYTHONDONTWRITEBYTECODE=1

# The province is made again when the program has changed: it is the program that makes it.
made_by=$(sha256sum <"$doisoat")
if [ "$(cat "$province/made-by" 2>/dev/null)" != "$made_by" ]; then
    rm -rf "$province"
    "$doisoat" -q generate --residents "$residents" --seed "$seed" --format parquet --out "$province"
    echo "$made_by" >"$province/made-by"
fi

rm -rf "$runs"
mkdir -p "$runs"
# measure NAME COMMAND...: one process after the other, each with the machine to itself.
measure() {
    echo "$1 ..." >&2
    "$python" "$here/measure.py" "$runs/$1.json" "$runs/$1.log" "${@:2}"
}
measure doisoat "$doisoat" -q run --input "$province" --out "$runs/doisoat" --run-id peers \
    --stop-after link --threads "$threads"
measure exact "$python" "$here/exact_keys.py" "$province" "$runs/exact" --threads "$threads" --memory "$memory"
measure splink "$python" "$here/splink_link.py" "$province" "$runs/splink" --threads "$threads" --memory "$memory"

for run in doisoat/peers exact splink; do
    "$doisoat" -q evaluate --truth "$province" --run "$runs/$run" --json "$runs/$run/evaluation.json" >/dev/null
done
"$python" "$here/table.py" --runs "$runs" --out "$work/table-$residents-$seed" --root "$root" \
    --doisoat "$doisoat" --residents "$residents" --seed "$seed" --threads "$threads" --memory "$memory"
