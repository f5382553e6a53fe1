from __future__ import annotations

import os
from math import nan
from pathlib import Path

import pytest

from pivot import kept as module
from pivot.kept import kept
from pivot.records import Record


class Reading(Record, frozen=True):
    """A record with what JSON is careless of: order, whole and real numbers, tuples."""

    values: dict[str, float | int | str]
    names: tuple[str, ...] = ()


WHOLE = Reading({"b": 1, "a": 0.1 + 0.2, "c": 1e-300, "d": "−7.7%"}, ("x", ""))


class Maker:
    def __init__(self, record: Reading) -> None:
        self.record, self.times = record, 0

    def __call__(self) -> Reading:
        self.times += 1
        return self.record


def test_a_record_is_made_once_and_is_the_same_when_it_is_read(tmp_path: Path) -> None:
    make = Maker(WHOLE)
    first, second = (kept(tmp_path / "folder/one.json", Reading, make) for _ in range(2))
    assert make.times == 1
    assert first == second == WHOLE
    assert list(second.values) == ["b", "a", "c", "d"]
    assert isinstance(second.values["b"], int)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"values":{}}', b"0" * 64 + b'{"values":{}}'])
def test_a_record_that_was_damaged_is_made_again(tmp_path: Path, damage: bytes) -> None:
    place, make = tmp_path / "one.json", Maker(WHOLE)
    kept(place, Reading, make)
    sound = place.read_bytes()
    place.write_bytes(damage)
    assert kept(place, Reading, make) == WHOLE
    assert make.times == 2
    assert place.read_bytes() == sound


def test_a_cell_that_was_edited_is_noticed(tmp_path: Path) -> None:
    place, make = tmp_path / "one.json", Maker(WHOLE)
    kept(place, Reading, make)
    place.write_bytes(place.read_bytes().replace(b"7.7", b"7.8"))
    assert kept(place, Reading, make) == WHOLE
    assert make.times == 2


def test_what_json_can_not_hold_is_made_each_time(tmp_path: Path) -> None:
    make = Maker(Reading({"a": nan}))
    for times in (1, 2):
        kept(tmp_path / "one.json", Reading, make)
        assert make.times == times
    assert not [*tmp_path.iterdir()]


def test_where_nothing_can_be_written_it_is_made_each_time(tmp_path: Path) -> None:
    """As in another's evidence, which the confined code of a revision may only read."""
    (tmp_path / "folder").touch()
    assert kept(tmp_path / "folder/one.json", Reading, Maker(WHOLE)) == WHOLE


def test_what_was_used_for_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 2)
    make = Maker(WHOLE)
    for second, name in enumerate("ab"):
        kept(tmp_path / f"{name}.json", Reading, make)
        os.utime(tmp_path / f"{name}.json", (second, second))
    kept(tmp_path / "a.json", Reading, make)  # is used again
    kept(tmp_path / "c.json", Reading, make)
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "c.json"}
