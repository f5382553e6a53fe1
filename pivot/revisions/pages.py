"""The report as a file: Markdown for a pull request, one HTML page that needs nothing else, and JSON."""

from __future__ import annotations

import base64
import html
import math
import re
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from markupsafe import Markup

from pivot.files import canonical
from pivot.revisions.numbers import BEHIND, READING
from pivot.revisions.report import SCHEMA_VERSION
from pivot.revisions.sentences import SAME
from pivot.revisions.text import cells, clipped, flat, grown, mixed, moved_by, shares
from pivot.snapshots.tables import text
from pivot.templates import environment
from pivot.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2 import Environment

    from pivot.revisions.causes import Row
    from pivot.revisions.numbers import ClaimChange
    from pivot.revisions.report import Report
    from pivot.revisions.sides import Side
    from pivot.revisions.tables import TableDiff

COMMENT_BYTES = 65_536
"""What GitHub takes as one comment: it counts characters, we count bytes to be safe with any of them."""

# Two dollars make a formula on GitHub, an at sign calls somebody, a number sign links an issue, and a word
# before it, or before an issue's address, closes it.
# GitHub takes an underscore for the end of a word, and a word between two colons for a picture.
_CALLS = re.compile(
    r"([@#])(?=\\?\w)|:(?=[\w+\\-]+:)"
    r"|(?<![^\W_])(?i:GH(?=-)|(clos|fix|resolv)(?=(?:e|es|ed)?(?:[\s:]|$))|(https?|www|ftp)(?=[:.]))"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")
# What would begin a heading, a list or a rule where it stands first.
_OPENS = re.compile(r"\A ?(?:#{1,6}|[-+]|[0-9]{1,9}[.)])(?=\s|$)|\A ?-(?=-)")


class Caps(NamedTuple):
    """How much of a report is written out."""

    items: int
    rows: int
    size: int


class Ways(NamedTuple):
    """What a page of the site knows of two published editions.

    Args:
        old: from a path in the earlier one to its address, "" where it has no such page.
        new: the same of the later one.
        title: from the path of a page to its title.
        old_picture: from the address of a figure to the picture of the earlier one, as HTML; "" without.
        new_picture: the same of the later one.
    """

    old: Callable[[str], str]
    new: Callable[[str], str]
    title: Callable[[str], str]
    old_picture: Callable[[str], str]
    new_picture: Callable[[str], str]


_PAGE = Caps(items=2_000, rows=200, size=10_000)
_COMMENT = (
    Caps(400, 40, 2_000),
    Caps(100, 20, 1_000),
    Caps(40, 10, 500),
    Caps(15, 5, 300),
    Caps(5, 2, 200),
    Caps(0, 0, 100),
)


def markdown(report: Report, room: int = COMMENT_BYTES) -> str:
    """Write a report as a comment on GitHub: as much of it as fits, and what was left out is said.

    Args:
        report: what changed.
        room: bytes; less than a few hundred hold the shortest form no more, which is given all the same.
    """
    forms = (_render("report.md", report, caps) for caps in _COMMENT)
    return next(
        (words for words in forms if len(words.encode()) <= room), _render("report.md", report, _COMMENT[-1])
    )


def page(report: Report) -> str:
    """Write a report as one HTML page without a single address to load from."""
    return _render("report.html", report, _PAGE)


def body(report: Report, ways: Ways) -> str:
    """Write what a report says of two published editions, for a page of the site that holds both.

    It has no heading of the first level: that is `report.title()`, which the page sets.
    """
    return _render("body.html", report, _PAGE, ways)


def _render(name: str, report: Report, caps: Caps, ways: Ways | None = None) -> str:
    rows = sorted(report.tables, key=lambda row: (row.file, row.block))
    words = (
        _environment()
        .get_template(name)
        .render(
            report=report,
            caps=caps,
            ways=ways,
            plain=_plain_words(report),
            statements=_statements(report),
            leads=report.leads(),
            known={number.id for number in report.numbers},
            behind=BEHIND,
            prose=[
                (file, list(part)) for file, part in groupby(report.prose[: caps.items], lambda one: one.file)
            ],
            tables=[(key, list(part)) for key, part in groupby(rows, lambda row: (row.file, row.block))],
            parts=(
                ("wrong", "Reads wrong now", len(report.wrong)),
                ("claims", "Claims that moved", len(report.at(READING))),
                ("sentences", "Sentences that read differently", len(report.prose)),
                ("charts", "Charts that changed", len(report.charts)),
                ("looks", "Pages that look different", report.pages),
                ("behind", "Claims that differ only behind the number", len(report.behind)),
                ("rows", "Data sets that changed", len(report.changed)),
                ("tables", "Rows of generated tables", len(report.tables)),
            ),
        )
    )
    return re.sub(r"\n{3,}", "\n\n", words).strip() + "\n"


def _statements(report: Report) -> dict[str, str]:
    """What each claim says, by id: of those that moved, and of the others that a sentence rests on."""
    states = [side.state for side in (report.old, report.new) if side.state]
    every = {id_: entry.statement for state in states for id_, entry in state.ledger.entries.items()}
    moved = {number.id: number.statement for number in report.numbers}
    return {id_: statement.rstrip(".") for id_, statement in (every | moved).items()}


def _plain_words(report: Report) -> list[str]:
    """What happened, in three sentences for a reader who knows no word of ours."""
    if report.undecided:
        return [f"What changed could not be decided: {report.undecided}."]
    moved, all_ = report.at(READING), len(report.numbers) + report.unmoved
    claims = f"Of {all_} claims {len(moved) or 'none'} {'comes' if len(moved) == 1 else 'come'} out otherwise"
    turned = sum(number.verdict_changed for number in moved)
    verdicts = f", and for {turned} the verdict changed" if turned else ""
    seen = [
        plural(len(report.prose), "sentence of the text", "sentences of the text"),
        plural(len(report.charts), "chart", "charts"),
    ]
    wrong = plural(len(report.wrong), "sentence reads", "sentences read")
    return [
        f"{claims} than before{verdicts}.",
        f"That changed {' and '.join(filter(None, seen)) or 'nothing in text and charts'}.",
        f"{wrong} wrong now." if wrong else "No sentence reads wrong because of it.",
    ]


@cache
def _environment() -> Environment:
    made = environment(Path(__file__).parent / "templates")
    made.filters |= {
        "calm": lambda words: _calm(html.escape(words, quote=False)),
        "causes": _causes,
        "clip": _clip,
        "code": lambda words: Markup(flat(words).replace("`", "'")),  # noqa: S704 -- inert between backticks
        "lines": lambda rows: [cells(rows, row) for row in rows.itertuples()],
        "md": _md,
        "mixed": mixed,
        "readings": _readings,
        "revised": _revised,
        "severities": _severities,
        "shares": shares,
        "short": lambda words, size: clipped(flat(words), size),
        "uri": lambda svg: "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode(),
        "whole": lambda rows: [[text(cell) for cell in row] for row in rows.itertuples()],
    }
    return made


def _causes(tipped: Iterable[Row]) -> list[tuple[tuple[str, str], list[Row]]]:
    """Rows by what happened to them, in words, and their data set."""
    words = {"added": "new rows of", "removed": "rows that went from", "revised": "revised rows of"}
    by_cause = groupby(tipped, lambda row: (words[row.change], row.data_set))
    return [(cause, [*rows]) for cause, rows in by_cause]


def _md(words: str) -> Markup:
    """Text that Markdown and HTML leave as it is, and that calls nobody."""
    plain = _MARKDOWN.sub(r"\\\1", html.escape(re.sub(r"\s+", " ", words), quote=False)).replace("$", "\0")
    plain = _OPENS.sub(lambda opening: f"{opening[0][:-1]}\\{opening[0][-1]}", plain)
    return _calm(plain)


def _calm(markup: str) -> Markup:
    """Markup in which no word calls anybody; a NUL stands for a dollar sign."""
    return Markup(_CALLS.sub(r"\g<0><!-- -->", markup).replace("\0", "&#36;"))  # noqa: S704


def _clip(words: Iterable[tuple[str, str]], size: int) -> list[tuple[str, str]]:
    """Stretches of a sentence, none of them longer than a part of what the whole may have."""
    return [
        (state, part if len(part) <= size // 4 else _shorter(state, part, size // 4)) for state, part in words
    ][: size // 8]


def _shorter(state: str, part: str, size: int) -> str:
    return (
        f"{part[: size // 2]} \N{HORIZONTAL ELLIPSIS} {part[-size // 2 :]}"
        if state == SAME
        else clipped(part, size)
    )


def _readings(number: ClaimChange) -> list[tuple[str, str, str]]:
    """What the account of a number said before and says now."""
    old, new = number.old, number.new
    if not old or not new:
        return []
    readings = [
        ("unrounded", old.exact, new.exact + moved_by(number)),
        ("verdict", f"{old.verdict}: {old.reason}", f"{new.verdict}: {new.reason}"),
        ("margin", old.margin, new.margin),
    ]
    return [row for row in readings if row[1] != row[2]] + [
        (part.label, part.old, part.new) for part in number.parts
    ]


def _severities(diff: TableDiff) -> list[tuple[str, ...]]:
    def size(share: float | None) -> str:
        return "" if share is None else f"{share:.2%}"

    return [
        (
            column.name,
            f"{column.revised:,}",
            column.severity,
            size(column.median),
            size(column.maximum),
            column.worst,
        )
        for column in diff.columns
    ]


def _revised(revised: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (
            text(cell.key),
            cell.column,
            text(cell.old),
            text(cell.new),
            text(cell.absolute),
            "" if math.isnan(cell.relative) else grown(cell.relative),
        )
        for cell in revised.itertuples()
    ]


def to_json(report: Report) -> str:
    """Write everything of a report as canonical JSON; `report.schema.json` describes it."""
    content = {
        "schema": SCHEMA_VERSION,
        "verdict": report.verdict_line(),
        "exit_code": report.exit_code,
        "kinds": report.kinds(),
        **{
            name: getattr(report, name)
            for name in ("sentences", "numbers", "unmoved", "rows", "looks", "undecided", "notes")
        },
        **{name: _side(side) for name, side in (("old", report.old), ("new", report.new))},
        "charts": [
            {"name": c.name, "address": c.address, "place": c.place, "marks": c.marks, "labels": c.labels}
            for c in report.charts
        ],
    }
    return canonical(_plain(content)).decode()


def _side(side: Side) -> dict[str, str]:
    return {"label": side.label, "kind": side.kind, "as_of": str(side.as_of), "commit": side.commit}


def _plain(value: object) -> object:
    """A value as JSON has it: objects by their fields, rows by their columns."""
    if isinstance(value, pd.DataFrame):
        rows = value if value.index.name is None else value.reset_index()
        columns = [[_plain(cell) for cell in rows[name].astype(object)] for name in rows.columns]
        return [dict(zip(rows.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | float | str):
        return value if not isinstance(value, float) or math.isfinite(value) else None
    return text(value) or None
