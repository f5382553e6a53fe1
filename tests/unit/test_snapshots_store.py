from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.data import DATA_SETS
from pivot.errors import ContractError, OutputError, ReportError, SnapshotError
from pivot.snapshots import Store
from tests.unit.snapshots import FIELDS, PRICES, SHIPPED, relisted, shipped_copy, tree, with_prices, written

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = PRICES + "2026-05-04,79900.00,kraken\n"


def later(**fields: object) -> dict[str, object]:
    return FIELDS | {"vintage": dt.date(2026, 5, 4)} | fields


def coreutils(store: Store) -> int:
    return subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=store.root, check=False
    ).returncode


# What is shipped


def test_shipped_store_verifies() -> None:
    found = Store(SHIPPED, DATA_SETS).verify()
    assert found["sources"] == len(DATA_SETS) == 14
    assert found["snapshots"] >= 14
    assert found["files"] == 2 * found["snapshots"]
    assert found["rows"] >= 4000


@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("difficulty-epochs", 483),
        ("btc-price", 647),
        ("network-days", 598),
        ("hashprice-published", 42),
        ("hashrate-published", 35),
        ("pool-shares", 290),
        ("pool-shares-published", 57),
        ("operator-statements", 236),
        ("ai-contracts", 19),
        ("claim-evidence", 154),
        ("article", 42),
        ("ai-leases", 23),
        ("network-events", 4),
        ("blocks-published", 4),
    ],
)
def test_shipped_snapshots_lost_no_row(folder: str, rows: int) -> None:
    store = Store(SHIPPED, DATA_SETS)
    assert len(store.table(store.snapshots(folder)[-1])) >= rows


def test_every_shipped_sidecar_says_where_it_is_from() -> None:
    store = Store(SHIPPED, DATA_SETS)
    snapshots = [snapshot for source in store.sources() for snapshot in store.snapshots(source)]
    assert len(snapshots) >= 14
    for snapshot in snapshots:
        assert all(url.startswith(("https://", "http://")) for url in snapshot.url)
        assert len(snapshot.licence) > 10
        assert len(snapshot.notes) >= 5
        assert snapshot.path.startswith("data-snapshots/")


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no coreutils here")
def test_coreutils_alone_check_the_evidence(tmp_path: Path) -> None:
    store = shipped_copy(tmp_path)
    assert coreutils(store) == 0
    file = store.root / "btc-price" / "2026-10-08.csv"
    file.write_bytes(file.read_bytes().replace(b"kraken", b"krakem", 1))
    assert coreutils(store) == 1


# Reading


def test_changed_byte_is_found_at_the_next_read(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    snapshot = store.snapshots("btc-price")[0]
    file = tmp_path / snapshot.path
    file.write_bytes(file.read_bytes().replace(b"76400", b"76401"))
    with pytest.raises(SnapshotError, match="changed since it landed") as caught:
        store.read(snapshot)
    assert caught.value.where == "data-snapshots/btc-price/2026-05-03.csv"
    assert snapshot.sha256 in caught.value.expected
    with pytest.raises(SnapshotError, match="changed since it landed"):
        store.table(snapshot)


def test_truncated_file_is_found_by_its_size(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    snapshot = store.snapshots("btc-price")[0]
    (tmp_path / snapshot.path).write_bytes(b"")
    with pytest.raises(SnapshotError) as caught:
        store.read(snapshot)
    assert caught.value.got == "0 bytes"


@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    root = with_prices(tmp_path).root
    (root / f"btc-price/2026-05-03{suffix}").unlink()
    store = Store(root, DATA_SETS)
    with pytest.raises(SnapshotError, match="can not be read") as caught:
        store.read(store.snapshots("btc-price")[0])
    assert caught.value.where == f"data-snapshots/btc-price/2026-05-03{suffix}"
    with pytest.raises(SnapshotError, match="can not be read"):
        Store(root, DATA_SETS).verify()


def test_changed_sidecar_is_found(tmp_path: Path) -> None:
    root = with_prices(tmp_path).root
    file = root / "btc-price/2026-05-03.toml"
    file.write_text(file.read_text().replace("Somebody", "Somebody else"))
    with pytest.raises(SnapshotError, match="changed since it landed"):
        Store(root, DATA_SETS).snapshots("btc-price")


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("licence = 'MIT'", "licence = MIT", "line 6, column 11", "not TOML"),
        ("method = 'http'\n", "", "2026-05-03.toml", "lacks a field"),
        ("method = 'http'", "method = 'fax'", "line 9", "Field method"),
        ("method = 'http'", "method = 'http'\nweather = 'fine'", "line 10", "not known"),
        ("bytes = 103", "bytes = '103'", "line 11", "Field bytes"),
        ("retrieved = 2026-05-04", "retrieved = '2026-05-04'", "line 8", "Field retrieved"),
        ("retrieved = 2026-05-04", "retrieved = 2026-05-04T00:00:00", "line 8", "Field retrieved"),
        ("retrieved = 2026-05-04", "retrieved = 2026-05-01", "line 7", "before its vintage"),
        ("vintage = 2026-05-03", "vintage = 2026-05-02", "2026-05-03.toml", "Field vintage"),
        ("  'date',", "  'series',", "2026-05-03.toml", "Field key"),
        ("append_only = true", "append_only = false", "2026-05-03.toml", "Field append_only"),
        ("append_only = true", "append_only = 1", "line 16", "Field append_only"),
        ("publisher = 'Somebody'", "publisher = ''", "line 2", "Field publisher"),
        ("publisher = 'Somebody'", 'publisher = "\\ud800"', "line 2", "not TOML"),
    ],
)
def test_malformed_sidecar_is_one_clear_error(
    tmp_path: Path, old: str, new: str, where: str, said: str
) -> None:
    store = with_prices(tmp_path)
    file = store.root / "btc-price/2026-05-03.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(SnapshotError, match=said) as caught:
        relisted(store).snapshots("btc-price")
    assert "data-snapshots/btc-price/2026-05-03.toml" in caught.value.where
    assert where in caught.value.where


def test_sidecar_in_another_encoding_is_one_clear_error(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    file = store.root / "btc-price/2026-05-03.toml"
    file.write_bytes(file.read_bytes().replace(b"Somebody", b"Some\xe9ody"))
    with pytest.raises(SnapshotError, match="not UTF-8") as caught:
        relisted(store).snapshots("btc-price")
    assert caught.value.where.endswith("2026-05-03.toml, line 2")


def test_broken_list_of_hashes_is_named_with_its_line(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    sums = store.root / "SHA256SUMS"
    sums.write_text(sums.read_text() + "<<<<<<< theirs\n")
    with pytest.raises(SnapshotError) as caught:
        Store(store.root, DATA_SETS).sources()
    assert caught.value.where == "data-snapshots/SHA256SUMS, line 3"


def test_store_without_list_of_hashes_is_empty(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    (store.root / "SHA256SUMS").unlink()
    with pytest.raises(SnapshotError, match="store is empty"):
        Store(store.root, DATA_SETS).snapshots("btc-price")
    # And nothing may land beside what the lost list held.
    with pytest.raises(SnapshotError, match="not in SHA256SUMS"):
        Store(store.root, DATA_SETS).add("btc-price", written(tmp_path, LATER), **later())


def test_unknown_source_names_the_known_ones(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    with pytest.raises(SnapshotError) as caught:
        store.snapshots("weather")
    assert "btc-price" in caught.value.expected


def test_folder_of_no_data_set_is_refused(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    shutil.copytree(store.root / "btc-price", store.root / "weather")
    with pytest.raises(SnapshotError, match="no data set"):
        relisted(store).snapshots("weather")


def test_verify_finds_a_file_that_never_landed(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    written(store.root / "btc-price", LATER, "2026-05-04.csv")
    assert [str(s.vintage) for s in Store(store.root, DATA_SETS).snapshots("btc-price")] == ["2026-05-03"]
    with pytest.raises(SnapshotError, match="not in SHA256SUMS"):
        Store(store.root, DATA_SETS).verify()


def test_verify_finds_a_series_that_restates_itself(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    store.add("btc-price", written(tmp_path, LATER), **later())
    assert store.verify()["snapshots"] == 2
    for suffix in (".csv", ".toml"):
        (store.root / f"btc-price/2026-05-03{suffix}").unlink()
    other = Store(tmp_path / "other" / "data-snapshots", DATA_SETS)
    other.add("btc-price", written(tmp_path, PRICES.replace("76400", "76399")), **FIELDS)
    shutil.copytree(other.root / "btc-price", store.root / "btc-price", dirs_exist_ok=True)
    with pytest.raises(ContractError, match="does not restate") as caught:
        relisted(store).verify()
    assert "column close_usd" in caught.value.where


# Adding


def test_added_snapshot_has_landed(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    made = store.add(
        "btc-price", written(tmp_path, LATER), **later(notes=["A caveat’s \"quotes\" and 'quotes'."])
    )
    again = Store(store.root, DATA_SETS)
    assert again.snapshots("btc-price")[1] == made == store.snapshots("btc-price")[1]
    assert again.read(made) == LATER.encode()
    assert made.notes == ("A caveat’s \"quotes\" and 'quotes'.",)
    assert made.title == DATA_SETS["prices"].title
    assert (made.bytes, made.media_type, made.key, made.append_only) == (
        len(LATER),
        "text/csv",
        ("date",),
        True,
    )
    assert again.verify() == {
        "sources": 1,
        "snapshots": 2,
        "files": 4,
        "bytes": sum(len(content) for name, content in tree(store.root).items() if name != "SHA256SUMS"),
        "rows": 7,
    }
    if shutil.which("sha256sum"):
        assert coreutils(again) == 0


def test_added_with_a_sidecar_file(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    pattern = written(tmp_path, (store.root / "btc-price/2026-05-03.toml").read_text(), "pattern.toml")
    text = "\n".join(
        line for line in pattern.read_text().splitlines() if not line.startswith(("bytes", "sha256"))
    )
    pattern.write_text(text)
    made = store.add(
        "btc-price", written(tmp_path, LATER), pattern, vintage=dt.date(2026, 5, 4), licence=None
    )
    assert (made.publisher, made.licence, str(made.vintage)) == ("Somebody", "MIT", "2026-05-04")


def test_sidecar_of_another_file_is_refused(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    pattern = store.root / "btc-price/2026-05-03.toml"
    with pytest.raises(SnapshotError, match="Field bytes does not fit") as caught:
        store.add("btc-price", written(tmp_path, LATER), pattern, vintage=dt.date(2026, 5, 4))
    assert caught.value.got == str(len(PRICES))


def test_add_names_all_that_is_missing(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    with pytest.raises(SnapshotError) as caught:
        store.add("btc-price", written(tmp_path, LATER), publisher="Somebody", url=[], licence="")
    assert caught.value.expected == "url, licence, vintage, method"


@pytest.mark.parametrize(
    ("source", "fields", "said"),
    [
        ("weather", {}, "no source 'weather'"),
        ("btc-price", {"vintage": "2026-05-04"}, "Field vintage"),
        ("btc-price", {"vintage": "../../../etc/cron"}, "Field vintage"),
        ("btc-price", {"url": "https://example.org"}, "Field url"),
        ("btc-price", {"weather": "fine"}, "not known"),
        (
            "btc-price",
            {"vintage": dt.date(2026, 5, 5), "retrieved": dt.date(2026, 5, 4)},
            "before its vintage",
        ),
        ("btc-price", {"vintage": dt.date(2026, 5, 3), "sha256": "0" * 64}, "Field sha256 does not fit"),
        ("article", {}, "breaks its contract"),
    ],
)
def test_add_refuses_and_leaves_no_trace(
    tmp_path: Path, source: str, fields: dict[str, object], said: str
) -> None:
    store = with_prices(tmp_path)
    file = written(tmp_path, LATER)
    before = tree(tmp_path)
    with pytest.raises(SnapshotError, match=said):
        store.add(source, file, **later(**fields))
    assert tree(tmp_path) == before


def test_file_that_is_not_there(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    with pytest.raises(ReportError, match="can not be read") as caught:
        store.add("btc-price", tmp_path / "nothing.csv", **later())
    assert caught.value.got == "No such file or directory"


def test_append_only_series_may_not_restate_a_row(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    with pytest.raises(ContractError, match="does not restate") as caught:
        store.add("btc-price", written(tmp_path, LATER.replace("76800.50", "76800.51")), **later())
    assert caught.value.where.endswith("2026-05-04.csv, date 2026-05-02, column close_usd")
    assert caught.value.expected == "76800.5, as in the vintage before"


def test_append_only_series_may_not_lose_a_row(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    with pytest.raises(ContractError, match="do not go") as caught:
        store.add(
            "btc-price", written(tmp_path, LATER.replace("2026-05-01,76400.00,kraken\n", "")), **later()
        )
    assert "date 2026-05-01" in caught.value.expected


def test_vintage_in_between_is_held_against_both_neighbours(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    store.add(
        "btc-price",
        written(tmp_path, LATER),
        **later(vintage=dt.date(2026, 5, 6), retrieved=dt.date(2026, 5, 6)),
    )
    other = LATER.replace("79900", "79901")
    with pytest.raises(ContractError, match="does not restate") as caught:
        store.add("btc-price", written(tmp_path, other), **later())
    assert "2026-05-06.csv" in caught.value.where
    store.add("btc-price", written(tmp_path, PRICES), **later())
    assert store.verify()["snapshots"] == 3


# Trouble while writing. The tests run as root, whom no permission stops, so the system's answer is played.


class Killed(BaseException):
    """Stands for a kill: nothing catches it, so nothing is tidied up."""


def failing(number: int, trouble: BaseException, *, after: bool = False) -> Callable[[Path, Path], Path]:
    real = Path.replace
    calls = iter(range(1, 100))

    def replace(self: Path, target: Path) -> Path:
        this = next(calls) == number
        if this and not after:
            raise trouble
        done = real(self, target)
        if this:
            raise trouble
        return done

    return replace


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("source", ["btc-price", "network-days"])
def test_failed_rename_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int, source: str
) -> None:
    store = with_prices(tmp_path)
    days = "date,blocks,last_height,fee_btc_per_block\n2026-05-01,144,1000,0.02\n"
    file = written(tmp_path, LATER if source == "btc-price" else days)
    before = tree(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing(number, OSError(code, os.strerror(code))))
        with pytest.raises(OutputError, match="could not be written") as caught:
            store.add(source, file, **later())
    assert caught.value.got == os.strerror(code)
    assert tree(tmp_path) == before
    assert (store.root / "network-days").exists() is False
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 1
    store.add(source, file, **later())
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == 2


def test_full_disk_while_writing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = with_prices(tmp_path)
    file = written(tmp_path, LATER)
    before = tree(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        store.add("btc-price", file, **later())
    assert caught.value.got == "No space left on device"
    assert tree(tmp_path) == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("first", [False, True])
def test_kill_leaves_a_store_that_the_next_run_repairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool, first: bool
) -> None:
    store = Store(tmp_path / "data-snapshots", DATA_SETS) if first else with_prices(tmp_path)
    file = written(tmp_path, LATER)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing(number, Killed(), after=after))
        with pytest.raises(Killed):
            store.add("btc-price", file, **later())
    landed = number == 3 and after
    expected = (0 if first else 1) + landed
    if expected:
        assert len(Store(store.root, DATA_SETS).snapshots("btc-price")) == expected
        assert coreutils(Store(store.root, DATA_SETS)) == 0
    if not landed:
        Store(store.root, DATA_SETS).add("btc-price", file, **later())
        expected += 1
    assert Store(store.root, DATA_SETS).verify()["snapshots"] == expected
    assert {name for name in tree(store.root) if ".part" in name} == set()


# What is imported


def modules(code: str, tmp_path: Path) -> set[str]:
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_hashes_need_no_pandas(tmp_path: Path) -> None:
    store = with_prices(tmp_path)
    start = (
        "import sys; from pathlib import Path\n"
        "from analysis.data import DATA_SETS; from pivot.snapshots import Store\n"
        "store = Store(Path(sys.argv[1]) / 'data-snapshots', DATA_SETS)\n"
        "snapshot = store.snapshots('btc-price')[0]\n"
    )
    assert store.root.parent == tmp_path
    loaded = modules(start + "store.read(snapshot)", tmp_path)
    assert "pivot.snapshots.store" in loaded
    assert "pandas" not in loaded
    assert "pandas" in modules(start + "store.table(snapshot)", tmp_path)
