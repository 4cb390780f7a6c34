#!/usr/bin/env bash
# Spark on a standalone cluster on loopback, a master and two workers, and Dask on two processes: `ci.sh` calls it with the wheel.
# Skipped, loudly, only where a Java runtime or pyspark cannot be installed.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
work=$root/target/python
venv=$work/cluster
began=$SECONDS

if ! command -v java >/dev/null; then
  { apt-get update && apt-get install --yes openjdk-17-jre-headless; } >/dev/null 2>&1 || true
fi
command -v java >/dev/null || { echo "SKIPPED: no Java runtime is here, and none can be installed: Spark is not tested"; exit 0; }
if [ ! -e "$venv/complete" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet pyspark==4.3.0 dask==2026.8.0 distributed==2026.8.0 pyarrow==26.0.1 'pandas<3' ||
    { echo "SKIPPED: pyspark cannot be installed here: Spark and Dask are not tested"; exit 0; }
  touch "$venv/complete"
fi
"$venv/bin/pip" install --quiet --force-reinstall --no-deps "${1:?the wheel}"
KARTOTEKA_DUMP=${KARTOTEKA_DUMP:-$root/target/dump/BooksAll.2016.part01.utf8} KARTOTEKA_CORPUS=${KARTOTEKA_CORPUS:-$root/../shared/corpus} \
  "$venv/bin/python" -X utf8 tests/cluster.py
echo "Spark and Dask: $(((SECONDS - began) / 60)) min $(((SECONDS - began) % 60)) s"
