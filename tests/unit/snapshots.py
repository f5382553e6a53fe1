"""What the tests of the snapshot store share: the shipped evidence, and small stores made from it."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

from analysis.data import DATA_SETS
from pivot.snapshots import Store

SHIPPED = Path(__file__).parents[2] / "data-snapshots"

COMPILED = dt.date(2026, 11, 22)
"""The day of the first compilation: tests that add rows after it leave out what landed since."""

PRICES = """date,close_usd,series
2026-05-01,76400.00,kraken
2026-05-02,76800.50,kraken
2026-05-03,78100.00,kraken
"""
FIELDS = {
    "publisher": "Somebody",
    "url": ["https://example.org/prices"],
    "licence": "MIT",
    "vintage": dt.date(2026, 5, 3),
    "retrieved": dt.date(2026, 5, 4),
    "method": "http",
}


def written(folder: Path, text: str, name: str = "received.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def shipped_copy(folder: Path, until: dt.date | None = None) -> Store:
    """A store of its own with everything that is shipped, or as it was on a day."""
    shutil.copytree(SHIPPED, folder / "data-snapshots")
    store = Store(folder / "data-snapshots", DATA_SETS)
    return store if until is None else as_of(store, until)


def as_of(store: Store, day: dt.date) -> Store:
    """The store without the vintages of later days, but for sources that had none by then."""
    for folder in [folder for folder in store.root.iterdir() if folder.is_dir()]:
        files = sorted(folder.iterdir())
        for path in [path for path in files if path.stem > str(day) >= files[0].stem]:
            path.unlink()
    return relisted(store)


def with_prices(folder: Path) -> Store:
    """A store that holds one small snapshot of prices."""
    store = Store(folder / "data-snapshots", DATA_SETS)
    store.add("btc-price", written(folder, PRICES), **FIELDS)
    return store


def relisted(store: Store) -> Store:
    """The store as it would be if its files had landed as they are now."""
    files = sorted(
        (path for path in store.root.glob("*/*") if not path.name.startswith(".")),
        key=lambda path: path.relative_to(store.root).as_posix(),
    )
    (store.root / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(store.root).as_posix()}\n"
            for path in files
        )
    )
    return Store(store.root, DATA_SETS)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
