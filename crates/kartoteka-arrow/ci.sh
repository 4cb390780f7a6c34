#!/usr/bin/env bash
# Builds, lints and tests this crate in the dev profile; `.ci/run companions` calls it. The engines that read the tables are
# installed once, under target/. They read the first 50,000 records of the dump where `.ci/run dump` has put it, or where
# KARTOTEKA_DUMP says; all of it with KARTOTEKA_RECORDS=all.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
engines=$root/target/tables
dump=${KARTOTEKA_DUMP:-$root/target/dump/BooksAll.2016.part01.utf8}
kartoteka=$root/target/debug/kartoteka

# The program to compare with, as the tests of the core have built it.
if [ ! -x "$kartoteka" ] || [ -n "$(find "$root/src" -newer "$kartoteka" -print -quit)" ]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml" --profile test --all-features --bin kartoteka
fi

export CARGO_TARGET_DIR=$root/target/arrow CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
cargo fmt --check
! command -v cargo-deny >/dev/null || cargo deny check bans licenses sources
cargo clippy --no-default-features -- -D warnings
# Clippy compiles as the compiler does, so that the dependencies are built once, and not checked first and built then. These
# are the variables by which `cargo clippy` runs it.
lints=$(rustc --print sysroot)/bin/clippy-driver
[ -x "$lints" ] || { echo "no clippy-driver at $lints"; exit 1; }
RUSTC_WORKSPACE_WRAPPER=$lints CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ cargo test

if [ ! -x "$engines/bin/python" ]; then
  python3 -m venv "$engines"
  "$engines/bin/pip" install --quiet duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1
fi
programs=$root/target/arrow/debug
[ -e "$dump" ] || { echo "no dump at $dump: a fixture alone is read by the engines" && dump=; }
"$engines/bin/python" tests/engines.py "$kartoteka" "$programs/kartoteka-export" "$programs/kartoteka-import" "$root/fixtures" ${dump:+"$dump"}
