#!/bin/sh
# The compiler of the workspace's own crates for fuzzing: cargo calls it by RUSTC_WORKSPACE_WRAPPER, with
# the compiler first. Dependencies are not wrapped, so that those of target/release are used as they are.
# The flags are those of cargo-fuzz, less the sanitizers, which need a nightly compiler and look for
# what a crate without `unsafe` cannot do.
compiler=$1
shift
case " $* " in
*" --crate-type proc-macro "* | *" --crate-name build_script_build "* | *" --crate-name ___ "*)
    exec "$compiler" "$@"
    ;;
esac
exec "$compiler" "$@" \
    --cfg fuzzing \
    -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Cdebug-assertions \
    -Coverflow-checks
