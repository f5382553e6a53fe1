"""Retargets are proved from block headers: the work, and that the target follows from the time taken."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from analysis.measures import difficulty
from analysis.sources import headers
from pivot.snapshots import Store
from pivot.snapshots.transport import SourceError
from tests.refresh.conftest import Ask
from tests.refresh.server import Server
from tests.refresh.world import EPOCHS, World, rows
from tests.unit.snapshots import written

GENESIS = (
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
    "29ab5f49ffff001d1dac2b7c"
)
GENESIS_HASH = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"

EASY = 0x7FFFFF << 232
START = int(dt.datetime(2026, 10, 1, tzinfo=dt.UTC).timestamp())
SPAN = 2016 * 600


def moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def test_the_first_block_of_all_proves_itself() -> None:
    header = headers.proven(GENESIS, GENESIS_HASH, "")
    assert (header.bits, header.previous) == ("1d00ffff", "00" * 32)
    assert header.time == dt.datetime(2009, 1, 3, 18, 15, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "digest", "expected"),
    [
        (GENESIS[:-2] + "7d", GENESIS_HASH, "a header with the hash"),
        (GENESIS[:-2], GENESIS_HASH, "80 bytes"),
        (GENESIS.replace("ffff001d", "ffff001b"), "", "a header with the hash"),
    ],
)
def test_a_changed_header_does_not(text: str, digest: str, expected: str) -> None:
    with pytest.raises(SourceError) as caught:
        headers.proven(text, digest, "")
    assert expected in caught.value.expected


def test_a_header_without_work_does_not() -> None:
    text = GENESIS[:-8] + "00000000"
    raw = bytes.fromhex(text)
    digest = hashlib.sha256(hashlib.sha256(raw).digest()).digest()[::-1].hex()
    with pytest.raises(SourceError) as caught:
        headers.proven(text, digest, "")
    assert "not above the target 1d00ffff" in caught.value.expected


@pytest.mark.parametrize(
    ("bits", "first", "last", "expected"),
    [
        ("1d00ffff", 1261130161, 1262152739, "1d00d86a"),
        ("1d00ffff", 1231006505, 1233061996, "1d00ffff"),
        ("1c05a3f4", 1279008237, 1279297671, "1c0168fd"),
        ("1c387f6f", 1263163443, 1269211443, "1d00e1fd"),
    ],
    ids=["block 32,256", "highest target", "a quarter at least", "four times at most"],
)
def test_retargets_of_bitcoin_cores_own_tests(bits: str, first: int, last: int, expected: str) -> None:
    assert headers.retarget(bits, moment(first), moment(last)) == expected


def test_targets_of_every_epoch_are_those_of_the_measures() -> None:
    epochs = rows(EPOCHS)
    assert len(epochs) > 480
    for row in epochs:
        target = headers.target(int(row["bits"], 16))
        assert target == difficulty.target(row["bits"])
        assert f"{headers.compact(target):08x}" == row["bits"]
        stated = Decimal(repr(difficulty.difficulty(row["bits"])))
        assert headers.fits(row["bits"], stated)
        assert headers.fits(row["bits"], round(stated, 2))
        if int(row["height"]) > 200_000:  # before it, a neighbour is as near as the digits that are stated
            assert not headers.fits(f"{int(row['bits'], 16) - 1:08x}", stated)


@given(st.integers(min_value=0, max_value=0xFFFF << 208))
def test_a_compact_target_is_the_number_cut_off(number: int) -> None:
    assert number - (number >> 15) <= headers.target(headers.compact(number)) <= number


class Chain:
    """Headers with so little work that a test can do it, around one retarget."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bits = "207fffff"

    def mined(self, time: int, bits: str, previous: str) -> str:
        """Adds a header and gives its hash."""
        for nonce in itertools.count():
            raw = (
                (4).to_bytes(4, "little")
                + bytes.fromhex(previous)[::-1]
                + bytes(32)
                + time.to_bytes(4, "little")
                + int(bits, 16).to_bytes(4, "little")
                + nonce.to_bytes(4, "little")
            )
            digest = hashlib.sha256(hashlib.sha256(raw).digest()).digest()
            if int.from_bytes(digest, "little") <= headers.target(int(bits, 16)):
                self.world.headers[digest[::-1].hex()] = raw.hex()
                return digest[::-1].hex()
        raise AssertionError

    def retarget(self, height: int, took: int, bits: str) -> None:
        """A retarget at a height, after an epoch that took so many seconds."""
        last = self.mined(START + took, self.bits, "00" * 32)
        first = self.mined(START + took + 500, bits, last)
        self.world.headers[str(height)] = first
        stated = headers._HIGHEST / headers.target(int(bits, 16))
        self.world.retargets.insert(0, [START + took + 500, height, stated, 1.0])


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network whose difficulty 1 is so little work that a test can do it."""
    monkeypatch.setattr(headers, "_HIGHEST", EASY)
    monkeypatch.setattr(difficulty, "MAX_TARGET", EASY)


@pytest.fixture
def chain(world: World, easy: None) -> Chain:
    del easy
    world.retargets = [[START, 2016, 1.0, 1.0]]
    return Chain(world)


@pytest.fixture
def store(tmp_path: Path, easy: None) -> Store:
    del easy
    made = Store(tmp_path / "data-snapshots", DATA_SETS)
    text = (
        "height,bits,timestamp,timestamp_kind,timestamp_sd_minutes,bits_source,timestamp_source\n"
        f"2016,207fffff,{moment(START):%Y-%m-%dT%H:%M:%SZ},exact,0,a,b\n"
    )
    day = dt.date(2026, 10, 2)
    fields = {"publisher": "a", "url": ["https://example.org"], "licence": "b", "method": "transcribed"}
    made.add("difficulty-epochs", written(tmp_path, text), **fields, vintage=day, retrieved=day)
    return made


def test_a_new_retarget_is_proved_and_added(store: Store, chain: Chain, ask: Ask, server: Server) -> None:
    chain.retarget(4032, SPAN // 2, "203fffff")
    (outcome,) = ask(store, "difficulty-epochs")
    assert outcome.snapshot, outcome.said
    row = store.table(outcome.snapshot).loc[4032]
    assert row["bits"] == "203fffff"
    assert row["timestamp"] == moment(START + SPAN // 2 + 500)
    assert row["timestamp_kind"] == "exact"
    assert len(server.asked) == 4


def test_two_new_retargets_one_after_the_other(store: Store, chain: Chain, ask: Ask) -> None:
    chain.retarget(4032, SPAN, "207fffff")
    chain.retarget(6048, SPAN + 500 + SPAN // 2, "203fffff")
    (outcome,) = ask(store, "difficulty-epochs")
    assert outcome.snapshot, outcome.said
    assert list(store.table(outcome.snapshot).index) == [2016, 4032, 6048]


def test_a_target_that_does_not_follow_is_refused(store: Store, chain: Chain, ask: Ask) -> None:
    chain.retarget(4032, SPAN // 2, "207fffff")
    (outcome,) = ask(store, "difficulty-epochs")
    assert "The target of block 4032 does not follow from the epoch before" in outcome.said
    assert "expected 203fffff; got 207fffff" in outcome.said


@pytest.mark.parametrize(("place", "value"), [(0, START + 7), (2, 1.5)], ids=["time", "difficulty"])
def test_what_is_stated_must_fit_the_header(
    place: int, value: float, store: Store, chain: Chain, ask: Ask
) -> None:
    chain.retarget(4032, SPAN // 2, "203fffff")
    chain.world.retargets[0][place] = value
    (outcome,) = ask(store, "difficulty-epochs")
    assert "What is stated of block 4032 does not fit its header" in outcome.said


def test_a_retarget_left_out(store: Store, chain: Chain, ask: Ask) -> None:
    chain.retarget(6048, SPAN // 2, "203fffff")
    (outcome,) = ask(store, "difficulty-epochs")
    assert "A retarget is missing, or this is none" in outcome.said


def test_a_header_of_another_block(store: Store, chain: Chain, ask: Ask, world: World) -> None:
    chain.retarget(4032, SPAN // 2, "203fffff")
    world.headers["4032"] = "ab" * 32
    world.headers["ab" * 32] = GENESIS
    (outcome,) = ask(store, "difficulty-epochs")
    assert "A block header does not prove itself" in outcome.said
