"""The sixteen golden answers by `noren audience evaluate`, engine by engine: how many are right, and how long it takes.

`make bench-golden`: [--engines duckdb live spark]. Each engine gets all conditions as a folder, in its own process.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.spec.golden_year import AS_OF, GOLDEN, differing, write_year

from noren.audience.batch.loading.inputs import Inputs


def evaluate(folder: Path, inputs: Inputs, engine: str) -> list[str]:
    """Return which answers of an engine are not the golden ones."""
    out = folder / engine
    call = [sys.executable, "-m", "noren.doors.cli.main", "audience", "evaluate", "--engine", engine]
    call += ["--conditions", str(folder / "asked"), "--as-of", AS_OF, "--out", str(out)]
    call += ["--members", str(inputs.members), "--purchases", str(inputs.purchases), "--products", str(inputs.products)]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    read = {name: duckdb.execute(f"SELECT member FROM '{out}/{name}.parquet'").fetchall() for name in GOLDEN}
    return differing({name: [row[0] for row in rows] for name, rows in read.items()})


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--engines", nargs="+", default=["duckdb", "live", "spark"])
    told = ask.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "asked").mkdir()
        for name, golden in GOLDEN.items():
            (folder / "asked" / f"{name}.cond").write_text(golden["condition"], "utf-8")
        inputs = write_year(folder)
        for engine in told.engines:
            begin = time.perf_counter()
            wrong = evaluate(folder, inputs, engine)
            seconds = time.perf_counter() - begin
            print(f"{engine}: {len(GOLDEN) - len(wrong)} of {len(GOLDEN)}, {seconds:.1f} s", *wrong, flush=True)


if __name__ == "__main__":
    main()
