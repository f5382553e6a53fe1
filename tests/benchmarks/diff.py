"""How long keyed diffs take: `python -m tests.benchmarks.diff [ROWS]`, and a diff of two editions."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from pivot.revisions.tables import Table, compare
from tests.conftest import ROOT
from tests.unit.revisions import difference

ROWS = 1_000_000


def timed(what: str, run: Callable[[], object]) -> object:
    start = time.perf_counter()
    made = run()
    print(f"{what:<60} {time.perf_counter() - start:6.2f} s")
    return made


def tables(rows: int, keys: Callable[[int], pd.Index], share: float) -> tuple[Table, Table]:
    """A table and what became of it: a share of the cells revised, 1% of the rows removed, 1% added."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "close_usd": random.uniform(1, 1e5, rows),
            "blocks": random.integers(1, 400, rows),
            "series": pd.array(random.choice(["kraken", "brk"], rows), dtype="str"),
        },
        index=keys(rows),
    )
    after = frame.copy()
    revised = random.random(rows) < share
    after.loc[revised, "close_usd"] *= 1.01
    old, new = frame.iloc[rows // 100 :], after.iloc[: -rows // 100]
    return Table("rows", "height", old), Table("rows", "height", new)


def heights(rows: int) -> pd.Index:
    return pd.RangeIndex(rows, name="height").to_series().sample(frac=1, random_state=1).pipe(pd.Index)


def ids(rows: int) -> pd.Index:
    return pd.Index([f"row-{number:07}" for number in range(rows)], dtype="str", name="id")


def main(rows: int) -> None:
    """Print what each takes."""
    for name, keys in (("whole numbers, shuffled", heights), ("texts", ids)):
        for share in (0.0, 0.01, 1.0):
            pair = tables(rows, keys, share)
            timed(f"{rows:,} rows by {name}, {share:.0%} revised", lambda pair=pair: compare(*pair))  # type: ignore[misc]
    timed("pivot diff 2026-05-08 2026-06-30", lambda: difference(ROOT, "2026-05-08", "2026-06-30"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
