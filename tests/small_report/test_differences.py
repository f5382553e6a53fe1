"""Random changes of data, code and prose of the small report: each difference against a truth made apart.

The truth is plain Python over the files: rows by `csv`, values by arithmetic, sentences by filling lines; and
what a rebuild of both sides says of each claim. A case takes 0.2 s of one core.
"""

from __future__ import annotations

import copy
import csv
import datetime as dt
import importlib
import math
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, wraps
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pivot.article import Article, article_of
from pivot.claims.stored import Entry
from pivot.errors import ReportError
from pivot.new import START
from pivot.revisions import causes
from pivot.revisions.causes import Row
from pivot.revisions.numbers import TOLERANCE, ClaimChange
from pivot.revisions.report import Report, difference
from pivot.revisions.sides import Side
from pivot.revisions.states import State, evaluate
from tests.unit.revisions import rehash

DAY = "2026-11-25"
STORE = START / "data-snapshots"
TABLES = {
    "years": ("nile-discharge/2026-11-25.csv", "year"),
    "cited": ("article/2026-11-24.csv", "claim"),
    "evidence": ("claim-evidence/2026-11-24.csv", "id"),
}
Table = dict[str, dict[str, str]]


class Code(NamedTuple):
    """What is written in the measures and claims: a unit, the percent of a whole, the last year of a mean."""

    unit: float = 0.1
    whole: float = 100
    last: int = 1898


def table(root: Path, name: str) -> Table:
    """A table as its file has it, by key."""
    file, key = TABLES[name]
    with (root / "data-snapshots" / file).open(encoding="utf-8", newline="") as lines:
        return {row[key]: row for row in csv.DictReader(lines)}


# What is changed

COLUMNS = [(name, column) for name in TABLES for column in next(iter(table(START, name).values()))]
REFUSED = {"year", "claim", "id", "section", "references"}
"""Columns whose contract takes nothing else than what stands there; they are tried now and then."""
OFTEN = [one for one in COLUMNS for _ in range(1 if one[1] in REFUSED or one == ("cited", "unit") else 6)]
TAKEN = {
    "hedge": ("nearly", "over", "about"),
    "tier": ("primary", "mirror", "secondary"),
    "bearing": ("confirms", "differs", "contradicts"),
    "published": ("1978-07-31", "1979-08-31", "1990-01-31"),
    "published_precision": ("day", "month", "day (inferred)"),
    "url": ("https://example.org/x", "https://example.org/y", "https://example.org/z"),
}
"""What other columns take that are no number and not free."""
FLOODS = st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.8])
"""Times how much the discharge of each year up to the break is; with half of it the river rose."""
ROWS = st.tuples(st.floats(0, 1), st.sampled_from([0.5, 0.97, 1.0001, 1.1, 1.4]))
DATA = st.lists(st.tuples(st.sampled_from(OFTEN), ROWS), max_size=3)
GROWN = st.sampled_from([-2, -1, 0, 0, 0, 1, 3])
"""How many rows the record has more."""
CODES = [Code(*one) for one in product((0.1, 0.100001, 0.11), (100, 101), (1897, 1898, 1910))]
WORDS = {
    "index.qmd": ("A short text says", "A text says"),
    "chapters/river.qmd": ("measured at Aswan", "taken at Aswan"),
}
PROSE = st.sets(st.sampled_from(sorted(WORDS)))


def perturb(rows: Table, column: str, place: float, factor: float) -> None:
    """Multiply a cell, put a word behind it, or put another that its column takes; bounds move together."""
    row = [*rows.values()][int(place * (len(rows) - 1))]
    if column in TAKEN:
        row[column] = TAKEN[column][int(place * len(TAKEN[column])) % 3]
    elif column in {"low", "high"}:
        row["low"] = row["high"] = f"{float(row[column]) * factor:.6g}"
    else:
        try:
            row[column] = f"{float(row[column]) * factor:.6g}"
        except ValueError:
            row[column] = f"{row[column]} indeed".strip()


def write(root: Path, name: str, rows: Table) -> None:
    file = f"data-snapshots/{TABLES[name][0]}"
    with (root / file).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*next(iter(rows.values()))], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
    rehash(root, file)


@cache
def variant(article: Article, code: Code) -> Article:
    """The article with other code; what runs is patched while it runs, since one process has one module."""
    if code == Code():
        return article
    measures, river = (importlib.import_module(f"gauge.{name}") for name in ("measures", "claims.river"))

    @contextmanager
    def running() -> Iterator[None]:
        with (
            patch.object(measures, "KM3", code.unit),
            patch.object(river, "BREAK", code.last),
            patch.object(measures, "change", lambda before, after: code.whole * (after / before - 1)),
        ):
            yield

    def other(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*words: Any, **named: Any) -> Any:  # noqa: ANN401
            with running():
                return function(*words, **named)

        return run

    made = replace(article)
    register = copy.copy(article.claims)
    register._claims = {id_: replace(one, function=other(one.function)) for id_, one in register.items()}
    drawings = {
        name: SimpleNamespace(NAME=name, __file__=one.__file__, draw=one.draw, data=other(one.data))
        for name, one in article.drawings.items()
    }
    made.__dict__.update(claims=register, drawings=drawings)
    return made


def side(root: Path, code: Code = Code()) -> Side:  # noqa: B008 -- it is a constant
    version = "" if code == Code() else str(code)
    return Side(DAY, "day", variant(base_article(), code), root, dt.date.fromisoformat(DAY), version=version)


@cache
def base_article() -> Article:
    return article_of(START)


@cache
def base() -> Side:
    """The report as `pivot new` writes it, evaluated once."""
    return evaluate(side(copied(Path(mkdtemp(prefix="pivot-small-")))))


def copied(folder: Path) -> Path:
    for name in ("_quarto.yml", "index.qmd", "references.bib", "editions.toml"):
        shutil.copy(START / name, folder / name)
    for name in ("chapters", "data-snapshots"):
        shutil.copytree(START / name, folder / name)
    return folder


# The truth


def values(rows: Table, code: Code) -> dict[str, float]:
    flow = {int(year): float(row["volume_1e8_m3"]) * code.unit for year, row in rows.items()}
    before, after = (
        [one for year, one in flow.items() if (year <= code.last) is early] for early in (True, False)
    )
    means = [math.fsum(part) / len(part) for part in (before, after)]
    return {"flow-before": means[0], "flow-after": means[1], "fall": code.whole * (means[1] / means[0] - 1)}


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE)


def level(was: Entry, now: Entry) -> str:
    """How far a reader sees two states of a claim differ."""

    def seen(one: Entry) -> object:
        return one.display, one.cited, one.verdict, one.guard and one.guard.holds

    def beside(one: Entry) -> object:
        return [(name, part.label, part.display) for name, part in one.parts.items()]

    if seen(was) != seen(now):
        return "reading"
    if beside(was) != beside(now):
        return "beside"
    if not close(float(was.value), float(now.value)):
        return "hidden"
    said = [(one.reason, one.margin, one.formula, one.statement, one.evidence) for one in (was, now)]
    return "account" if said[0] != said[1] else ""


def lines(root: Path, state: State) -> dict[tuple[str, int], str]:
    """Each line of the two chapters with values, as a reader has it, with the state of its guards."""
    filled = {}
    for name in WORDS:
        for number, line in enumerate((root / name).read_text("utf-8").splitlines(), 1):
            text = re.sub(r"\{\{< var (\S+) >\}\}", lambda one: state.texts[one[1]], line)
            guards = [state.ledger[id_].guard for id_ in re.findall(r"<!-- holds: (\S+) -->", line)]
            filled[name, number] = f"{text} {[guard and guard.holds for guard in guards]}"
    return filled


def shown(state: State) -> dict[str, list[str]]:
    """What generated blocks show, but for files and their hashes."""
    provenance = r"data-snapshots/\S+|\b[0-9a-f]{12,64}\b|, line \d+,|[\d,]+ bytes"
    return {name: re.sub(provenance, "", text).splitlines() for name, text in state.blocks.items()}


def made(one: Side) -> State:
    assert one.state
    return one.state


def agrees(report: Report, new: Side, code: Code) -> None:
    old = base()
    before, after = made(old), made(new)
    tables = {name: [table(one.root, name) for one in (old, new)] for name in TABLES}
    changed: set[tuple[str, str, str]] = set()
    for name, (was, now) in tables.items():
        changed |= {(name, key, "added") for key in now.keys() - was.keys()}
        changed |= {(name, key, "removed") for key in was.keys() - now.keys()}
        changed |= {(name, key, "revised") for key in now.keys() & was.keys() if was[key] != now[key]}
    told = {
        (diff.name, str(key), kind)
        for diff in report.rows
        for kind, keys in diff.keys().items()
        for key in keys
    }
    assert told == changed

    years = tables["years"]
    crossed = {(d, c): values(years[d], code if c else Code()) for d in (0, 1) for c in (0, 1)}
    for state, truth in ((before, crossed[0, 0]), (after, crossed[1, 1])):
        assert {id_: float(state.ledger[id_].value) for id_ in truth} == pytest.approx(truth, rel=1e-9)
    levels = {id_: level(before.ledger[id_], after.ledger[id_]) for id_ in before.ledger.entries}
    assert {one.id: one.level for one in report.numbers} == {id_: one for id_, one in levels.items() if one}
    for number in report.numbers:
        value = {taken: by_id[number.id] for taken, by_id in crossed.items()}
        if number.level != "account" and not close(value[0, 0], value[1, 1]):
            data, other = (
                (value[a] - value[0, 0] + value[1, 1] - value[b]) / 2
                for a, b in (((1, 0), (0, 1)), ((0, 1), (1, 0)))
            )
            whole = math.copysign(abs(data) + abs(other), value[1, 1] - value[0, 0])
            assert number.shares
            assert (number.shares["data"], number.shares["code"]) == pytest.approx(
                (data / whole, other / whole), abs=1e-5
            )
        tipped = {(row.data_set, row.key, row.change) for row in number.tipped}
        assert tipped <= changed
        if not changed:
            assert (tipped, number.kind) == (set(), "method")
        elif number.level == "reading" and code == Code():
            assert tipped
            assert len(changed) > 1 or tipped == changed
            assert number.kind == ("data" if "added" in {kind for *_, kind in tipped} else "correction")

    old_lines, new_lines = lines(old.root, before), lines(new.root, after)
    differ = {place for place, line in new_lines.items() if old_lines[place] != line}
    assert {(one.file, one.line) for one in report.sentences if not one.block} == differ
    blocks = {name for name, text in shown(after).items() if shown(before)[name] != text}
    used = {
        name
        for path in (START / "chapters").glob("*.qmd")
        for name in re.findall(r"generated (\S+)", path.read_text())
    }
    used |= {*re.findall(r"generated (\S+)", (START / "index.qmd").read_text("utf-8"))}
    assert {one.block for one in report.sentences if one.block} == blocks & used
    is_drawn = before.tables != after.tables or before.labels != after.labels
    assert bool(report.charts) == is_drawn
    seen = differ or blocks & used or is_drawn or {"reading", "beside"} & {*levels.values()}
    assert report.exit_code == bool(seen)


def case(data: list[Any], flood: float, grown: int, code: Code, prose: set[str]) -> None:
    with TemporaryDirectory() as folder:
        root = copied(Path(folder))
        years = table(root, "years")
        for later in range(1971, 1971 + grown):
            years[str(later)] = {"year": str(later), "volume_1e8_m3": str(700 + later % 7)}
        for _ in range(-grown):
            years.popitem()
        for year, row in years.items():
            if flood != 1 and int(year) <= Code().last:
                row["volume_1e8_m3"] = f"{float(row['volume_1e8_m3']) * flood:.6g}"
        tables = {"years": years} if grown or flood != 1 else {}
        for (name, column), (place, factor) in data:
            perturb(tables.setdefault(name, table(root, name)), column, place, factor)
        for name, rows in tables.items():
            write(root, name, rows)
        for name in prose:
            text = (root / name).read_text("utf-8")
            assert text.count(WORDS[name][0]) == 1
            (root / name).write_text(text.replace(*WORDS[name]), "utf-8")
        try:
            new = evaluate(side(root, code))
        except ReportError:  # a contract that is broken, or a claim that has no value
            assert difference(base(), side(root, code)).verdict_line().startswith("Could not be decided: ")
            return
        agrees(difference(base(), new), new, code)


RANDOM: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def test_causes_are_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, find, asked = copied(tmp_path), causes.minimal_cause, []

    def spied(article: Article, id_: str, *words: Any) -> tuple[Row, ...]:  # noqa: ANN401
        asked.append(id_)
        return find(article, id_, *words)

    monkeypatch.setattr(causes, "minimal_cause", spied)

    def numbers() -> tuple[ClaimChange, ...]:
        days = (
            Side(day, "day", base_article(), root, dt.date.fromisoformat(day)) for day in ("2026-11-24", DAY)
        )
        return difference(*days).numbers

    first = numbers()
    assert {one.id for one in first if one.tipped} == {*asked} == {"flow-after", "fall"}
    assert (numbers(), len(asked)) == (first, 2)
    years = table(root, "years")
    years["1950"]["volume_1e8_m3"] = "1200"
    write(root, "years", years)
    assert numbers() != first
    assert len(asked) == 4


@settings(max_examples=25, **RANDOM)
@given(DATA, FLOODS, GROWN, st.sampled_from(CODES), PROSE)
def test_random_changes_are_told_as_what_they_are(
    data: list[Any], flood: float, grown: int, code: Code, prose: set[str]
) -> None:
    case(data, flood, grown, code, prose)


@pytest.mark.many
@settings(max_examples=1_000, **RANDOM)
@given(DATA, FLOODS, GROWN, st.sampled_from(CODES), PROSE)
def test_a_thousand_random_changes(
    data: list[Any], flood: float, grown: int, code: Code, prose: set[str]
) -> None:
    case(data, flood, grown, code, prose)
