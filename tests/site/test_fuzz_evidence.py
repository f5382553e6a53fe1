"""Whatever a cell or a sidecar holds: it is refused at the door, or it is text wherever it is shown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import cycle
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analysis.data import DATA_SETS
from analysis.measures.oracles import READINGS
from analysis.report import ARTICLE
from pivot.blocks import generated
from pivot.charts.draw import prepare
from pivot.errors import ReportError, SnapshotError
from pivot.output import printable
from pivot.processes import Resident
from pivot.prose.raw import refusals
from pivot.prose.variables import variables
from pivot.publish.claims_table import as_csv
from pivot.publish.embedded.engine import Engine, find_pandoc
from pivot.revisions.pages import _environment
from pivot.snapshots import contracts, sidecar
from pivot.snapshots.datasets import Spec
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
WORDS = frozenset(
    ("announced", "bits_source", "cited", "counterparty", "fact", "finding", "note", "pool", "publisher",
     "site", "source", "tenant", "text", "timestamp_source", "unit_note")
)  # fmt: skip
"""Of those the columns that are shown and by which the article's code chooses no row."""


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


def with_cells(cells: Sequence[Cell]) -> dict[str, pd.DataFrame]:
    """The tables with some cells changed."""
    by_set: dict[str, list[Cell]] = {}
    for cell in cells:
        by_set.setdefault(cell[0], []).append(cell)
    return {
        path: table
        for data_set, edits in by_set.items()
        for path, table in everywhere(data_set, partial(put, edits)).items()
    }


def filled(texts: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables with a text in every cell of words, each text in each column that takes it."""

    def fill(spec: Spec, table: pd.DataFrame) -> pd.DataFrame:
        for name in sorted(WORDS & {column for data_set, column in TEXTS if data_set == spec.name}):
            taken = cycle(
                [one for one in texts if not contracts.expected(spec.columns[name], one)] or [PLAIN]
            )
            table[name] = [next(taken) if cell else cell for cell in table[name]]
        return table

    tables: dict[str, pd.DataFrame] = {}
    for name, spec in DATA_SETS.items():
        tables |= everywhere(name, partial(fill, spec))
    return tables


class Shown:
    """All that is made of changed evidence: pages, and tables for download."""

    def __init__(self, pandoc: Engine, tables: Mapping[str, pd.DataFrame]) -> None:
        vintage = edited(NEWEST, tables)
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
        self.tables.append(as_csv(ledger.entries).decode())
        self.texts = values


@pytest.fixture(scope="module")
def template(pandoc: Engine) -> Shown:
    return Shown(pandoc, {})


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
        shown = Shown(pandoc, with_cells(changed))
    except ReportError as error:  # a claim asks for what is not there now
        assert error.where  # noqa: PT017
        return
    hold(shown, template)


@settings(max_examples=1, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TAKEN, min_size=1, max_size=40))
def test_texts_in_every_cell_of_words_are_text(pandoc: Engine, template: Shown, texts: list[str]) -> None:
    """One case carries some thousand cells, as each goes through the whole ledger."""
    texts += [PLAIN, "<script>alert(1)</script>", "`#panic()`", "=1+1", "closes #2"]
    shown = Shown(pandoc, filled(texts))
    hold(shown, template)
    assert letters(PLAIN) in letters("".join(text for page in shown.pages for text in page.text))


def hold(shown: Shown, template: Shown) -> None:
    """Nothing of what is shown is more than text."""
    assert shown.tags <= template.tags
    for answer in shown.answers:
        assert list(answer["problems"]) == []
        assert list(refusals((kind, one) for kind, one in answer["foreign"])) == []
        assert "#panic" not in re.sub(r"\\#panic", "", answer["typst"])
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
def test_whatever_number_others_give_is_refused_where_it_is_read_and_shown_elsewhere(value: str) -> None:
    read = {one.evidence for one in READINGS if one.place}  # a second number, or a third, that is not zero
    for table in everywhere("evidence", lambda table: table.assign(value=value)).values():
        held = pd.concat([rule.holds(table.reset_index()) for rule in DATA_SETS["evidence"].rules], axis=1)
        assert set(table.index[~held.all(axis=1).to_numpy()]) == read & {*table.index}
    tables = everywhere(
        "evidence", lambda table: table.assign(value=table["value"].where(table.index.isin(read), value))
    )
    vintage = edited(NEWEST, tables)
    ledger = build_ledger(vintage)
    assert ledger.entries.keys() == ledger_of(NEWEST).entries.keys()
    assert value.removeprefix("-") in "".join(generated(ARTICLE, ledger, vintage).values())
