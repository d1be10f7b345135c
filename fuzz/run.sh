#!/bin/sh
# Fuzzes one kind for some seconds: fuzz/run.sh KIND SECONDS [libFuzzer options]
# KIND is a word of `kind = "…"` in rules/sources (person_name, date, category:sex …).
set -eu
if [ $# -lt 2 ]; then
    echo "usage: fuzz/run.sh KIND SECONDS [libFuzzer options]" >&2
    exit 2
fi
kind=$1
seconds=$2
shift 2
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
RUSTC_WORKSPACE_WRAPPER="$PWD/fuzz/rustc.sh" cargo build --quiet --release --package doisoat-fuzz

# What was found in earlier runs is kept and gone on from; both folders are build products.
corpus=$target/fuzz/corpus/$(echo "$kind" | tr ':' '-')
found=$target/fuzz/found/
mkdir -p "$corpus" "$found"
export DOISOAT_FUZZ_KIND="$kind" RAYON_NUM_THREADS=1
DOISOAT_FUZZ_SEEDS="$corpus" "$target/release/read_kind" -runs=0 2>/dev/null
nice -n 19 "$target/release/read_kind" "$corpus" -max_total_time="$seconds" -max_len=512 -timeout=10 \
    -artifact_prefix="$found$(echo "$kind" | tr ':' '-')-" -print_final_stats=1 "$@"
