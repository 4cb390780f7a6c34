#!/usr/bin/env bash
# Builds, lints and tests the Python package; `.ci/run companions` calls it. The wheel is installed in a clean environment, and
# the tests run with it. Prints the seconds of each step.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
work=$root/target/python
venv=$work/venv
mkdir -p "$work"
export CARGO_TARGET_DIR=$root/target/arrow CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0

# Runs a step, and prints its seconds.
step() {
  local began=$SECONDS
  echo "-- python: $1"
  "$@"
  echo "== python: $1 $((SECONDS - began))s"
}

# What builds, checks and is compared with, once for all runs.
install() {
  if [ ! -x "$venv/bin/maturin" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet maturin==1.16.0 mypy==2.4.1 pytest==9.2.0 pymarc==5.4.0 \
      pyarrow==26.0.1 polars==2.1.0 pandas==3.1.1 duckdb==2.0.1
  fi
  if [ ! -e "$work/pymarc/test" ]; then
    "$venv/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$work" pymarc==5.4.0
    mkdir -p "$work/pymarc"
    tar -xzf "$work/pymarc-5.4.0.tar.gz" -C "$work/pymarc" --strip-components 1 --wildcards '*/test/*'
  fi
}

lint() {
  cargo fmt --check
  ! command -v cargo-deny >/dev/null || cargo deny check bans licenses sources
}

# Clippy compiles as the compiler does: see ../kartoteka-arrow/ci.sh.
wheel() {
  local lints
  lints=$(rustc --print sysroot)/bin/clippy-driver
  [ -x "$lints" ] || { echo "no clippy-driver at $lints"; exit 1; }
  rm -rf "$work/wheels"
  RUSTC_WORKSPACE_WRAPPER=$lints CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ \
    "$venv/bin/maturin" build --quiet --profile dev --interpreter "$venv/bin/python" --out "$work/wheels"
  "$venv/bin/pip" install --quiet --force-reinstall --no-deps "$work"/wheels/kartoteka-*.whl
}

# The wheel alone, in an environment that has nothing else, with the first snippet of the README.
clean() {
  rm -rf "$work/clean"
  python3 -m venv "$work/clean"
  "$work/clean/bin/pip" install --quiet "$work"/wheels/kartoteka-*.whl
  cp "$root/fixtures/iso2709/marc21.mrc" "$work/books.mrc"
  python3 - README.md >"$work/snippet.py" <<'PYTHON'
import re, sys
print(re.findall(r"```python\n(.*?)```", open(sys.argv[1], encoding="utf-8").read(), re.S)[0])
PYTHON
  (cd "$work" && clean/bin/python -X utf8 snippet.py) | tee "$work/printed"
  grep -q '^Leyli və Məcnun' "$work/printed"
}

stubs() {
  "$venv/bin/python" -m mypy.stubtest kartoteka._kartoteka --mypy-config-file pyproject.toml
  "$venv/bin/mypy" python/kartoteka
}

tests() { KARTOTEKA_PYMARC=$work/pymarc "$venv/bin/python" -m pytest -q tests; }

step install
step lint
step wheel
step clean
step stubs
step tests
bash cluster.sh "$(ls "$work"/wheels/kartoteka-*.whl)"
