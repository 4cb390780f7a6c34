#!/usr/bin/env bash
# Builds and tests this crate in the dev profile; `.ci/run companions` calls it. The engines that read the tables are installed
# once, under target/. The dump is read where `.ci/run dump` has put it, or where KARTOTEKA_DUMP says.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
engines=$root/target/tables
dump=${KARTOTEKA_DUMP:-$root/target/dump/BooksAll.2016.part01.utf8}
kartoteka=$root/target/debug/kartoteka

# The program to compare with, as the tests of the core have built it.
[ -x "$kartoteka" ] || cargo build --quiet --manifest-path "$root/Cargo.toml" --all-features --bin kartoteka

export CARGO_TARGET_DIR=$root/target/arrow CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
cargo fmt --check
command -v cargo-deny >/dev/null && cargo deny check bans licenses sources
cargo clippy --all-targets -- -D warnings
cargo clippy --no-default-features -- -D warnings
cargo test
cargo build --bins

if [ ! -x "$engines/bin/python" ]; then
  python3 -m venv "$engines"
  "$engines/bin/pip" install --quiet duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1
fi
programs=$root/target/arrow/debug
[ -e "$dump" ] || { echo "no dump at $dump: a fixture alone is read by the engines" && dump=; }
"$engines/bin/python" tests/engines.py "$kartoteka" "$programs/kartoteka-export" "$programs/kartoteka-import" "$root/fixtures" ${dump:+"$dump"}
