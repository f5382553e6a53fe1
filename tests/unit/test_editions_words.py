"""Citations, histories, links and linked data of editions, each on its own."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pivot.claims.stored import Code, Entry, Given, GuardState, Stated
from pivot.editions import Edition, Revision
from pivot.publish import history
from pivot.publish.archive import metadata, paths
from pivot.publish.archive.citation import Citation
from pivot.publish.archive.manifest import About
from pivot.publish.archive.manifest import Code as Program
from pivot.publish.history import State

ABOUT = About("Salt & Sea: 50% {more}", "On salt.", ("The Salters",), "en", "report.pdf")
EDITION = Edition("2026-05-08", dt.date(2026, 5, 8), "First", dt.date(2027, 11, 22))
LATER = Edition("2026-06-30", dt.date(2026, 6, 30), "Second", revision=(Revision("data", "More."),))


def cited(about: About = ABOUT) -> Citation:
    return Citation(about, EDITION, "claims/lake-level.html", "lake-level: 7.7%")


def test_plain_text_names_edition_and_place() -> None:
    assert cited().text() == (
        "The Salters (2027). lake-level: 7.7%. In: Salt & Sea: 50% {more}. "
        "Edition 2026-05-08, evidence as of 8 May 2026. editions/2026-05-08/claims/lake-level.html"
    )


def test_bibtex_is_escaped_and_names_the_edition() -> None:
    entry = cited().bibtex()
    assert entry.startswith("@techreport{pivot-2026-05-08-lake-level,\n")
    assert r"title = {{lake-level: 7.7\%. In: Salt \& Sea: 50\% \{more\}}}" in entry
    assert "author = {{The Salters}}" in entry
    assert "month = nov" in entry
    assert "number = {Edition 2026-05-08}" in entry
    assert "howpublished = {editions/2026-05-08/claims/lake-level.html}" in entry
    bare = re.sub(r"\\[{}]", "", entry)
    assert bare.count("{") == bare.count("}")


def test_csl_and_ris_name_the_edition() -> None:
    item = cited().csl()
    assert item["edition"] == item["version"] == "2026-05-08"
    assert item["issued"] == {"date-parts": [[2027, 11, 22]]}
    lines = cited().ris().split("\r\n")
    assert lines[0] == "TY  - RPRT"
    assert {"ET  - 2026-05-08", "PY  - 2027", "DA  - 2027/11/22"} <= set(lines)
    assert lines[-1] == "ER  - "
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)


def test_with_a_host_every_form_has_the_permanent_address() -> None:
    about = About(
        ABOUT.title, "", ABOUT.authors, ABOUT.lang, ABOUT.pdf, address="https://salt.example/report/"
    )
    address = "https://salt.example/report/editions/2026-05-08/claims/lake-level.html"
    for form in cited(about).forms().values():
        assert address in form
    assert cited(about).csl()["URL"] == address
    assert f"UR  - {address}" in cited(about).ris()
    assert f"url = {{{address}}}" in cited(about).bibtex()


def entry(
    display: str,
    value: float | str | None,
    verdict: str = "reproduced",
    *,
    holds: bool | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Entry:
    """A claim as a ledger has it; what is not given is empty."""
    texts = dict.fromkeys(("statement", "section", "reason", "margin", "formula"), "")
    return Entry(
        id="lake",
        kind="computed",
        article=Stated(4.0, None, None, "%", "~4%"),
        ours=Given(value, low, high, "%", display, exact="", rounding="none", errors=()),
        verdict=verdict,
        hypothesis=False,
        guard=None if holds is None else GuardState(holds, 1.0, "a margin"),
        code=Code("claims", "lake", "claims.py", 1),
        inputs=(),
        figures=(),
        evidence=(),
        sentences=(),
        derived_from=(),
        **texts,
    )


def test_a_history_says_what_moved_and_by_which_kind_of_revision() -> None:
    told = history.observations(
        "lake",
        [
            State(EDITION, {"lake": entry("7.7%", 7.7, holds=True)}),
            State(LATER, {"lake": entry("7.8%", 7.8, "differs", holds=False)}),
        ],
    )
    assert [one.changes for one in told] == [
        (),
        ("moved from 7.7% to 7.8%", "verdict changed from reproduced to differs", "reads wrong now"),
    ]
    assert [one.kind for one in told] == ["", "data"]


def test_what_another_code_moved_is_of_another_kind_than_what_the_evidence_moved() -> None:
    mended = structs.replace(LATER, revision=(*LATER.revision, Revision("method", "Other.", ("lake",))))
    claims = ({"lake": entry("1", 1)}, {"lake": entry("2", 2)})
    for code, kind in ((Program("1", "a"), "data"), (Program("1", "b"), "method")):
        states = [State(EDITION, claims[0], Program("1", "a")), State(mended, claims[1], code)]
        assert history.observations("lake", states)[1].kind == kind


def test_a_claim_that_an_edition_lacks_is_compared_with_the_last_that_had_it() -> None:
    told = history.observations(
        "lake",
        [State(EDITION, {"lake": entry("1", 1)}), State(LATER, {}), State(LATER, {"lake": entry("2", 2)})],
    )
    assert [one.display for one in told] == ["1", "2"]
    assert told[1].changes == ("moved from 1 to 2",)


def test_digits_that_nobody_sees_move_nothing() -> None:
    assert history.moved({"a": entry("7.7%", 7.71)}, {"a": entry("7.7%", 7.74), "b": entry("1", 1)}) == {}


@pytest.mark.parametrize("values", [["a", "b"], [1.0, "b"], [1.0]])
def test_texts_and_single_editions_have_no_picture(values: list[float | str]) -> None:
    days = [EDITION, LATER]
    story = [State(days[i], {"x": entry(str(value), value)}) for i, value in enumerate(values)]
    assert history.picture(history.observations("x", story)) == ""


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=2))
def test_a_picture_stays_in_its_frame(values: list[float]) -> None:
    story = [
        State(one, {"x": entry("&", value)}) for one, value in zip((EDITION, LATER), values, strict=True)
    ]
    picture = str(history.picture(history.observations("x", story)))
    assert 'aria-label="2 editions: &amp; in' in picture
    points = re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', picture)
    assert len(points) == 2
    assert all(0 < float(x) < 300 and 0 < float(y) < 80 for x, y in points)


def test_a_range_is_drawn_by_its_ends_and_not_by_its_middle() -> None:
    ranges = [entry("1 to 3", None, low=1.0, high=high) for high in (3.0, 2.0)]
    story = [State(one, {"x": told}) for one, told in zip((EDITION, LATER), ranges, strict=True)]
    picture = str(history.picture(history.observations("x", story)))
    assert picture.count("<circle") == 4
    assert re.findall(r'cy="([\d.]+)"', picture) == ["72.0", "72.0", "10.0", "41.0"]
    assert re.findall(r"<text[^>]*>([^<]*)<", picture) == ["1", "3", EDITION.id, LATER.id]


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map("/".join)


@given(NAMES, NAMES)
def test_the_way_from_one_file_leads_to_the_other(start: str, to: str) -> None:
    assert paths.target(start, paths.relative(start, to)) == to


def test_a_page_that_moves_keeps_leading_where_it_led() -> None:
    page = (
        '<a href="../index.html#x">1</a> <img src="fig.svg"> <a href="#here">2</a>'
        '<a href="https://e.org/a.html">3</a> <script src="s.js" data-index="../i.js">'
        'if (a <b) { c = \'href="no.html"\' }</script> href="text.html"'
    )
    where = {"chapters/fig.svg": "files/1.svg", "i.js": "files/2.js"}
    moved = paths.relocate(
        page,
        "chapters/one.html",
        "editions/e/chapters/one.html",
        lambda path: where.get(path, f"editions/e/{path}"),
    )
    assert 'href="../index.html#x"' in moved
    assert 'src="../../../files/1.svg"' in moved
    assert 'data-index="../../../files/2.js"' in moved
    for same in (
        'href="#here"',
        'href="https://e.org/a.html"',
        'src="s.js"',
        'href="no.html"',
        'href="text.html"',
    ):
        assert same in moved
    targets = [paths.target("editions/e/chapters/one.html", link) for link in paths.links(moved)[:2]]
    assert targets == ["editions/e/index.html", "files/1.svg"]


def test_linked_data_can_not_end_its_element() -> None:
    said = str(metadata.script({"name": "</script><b>", "empty": None}))
    assert said.count("</script>") == 1
    inner = said.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert json.loads(inner) == {"name": "</script><b>"}


def test_a_range_is_told_to_machines_by_its_ends() -> None:
    told = str(
        metadata.claim(ABOUT, EDITION, "lake", entry("3.5–7.4%", None, "differs", low=3.5, high=7.4), str)
    )
    assert '"minValue":3.5,"maxValue":7.4' in told
    assert '"value"' not in told
    one = str(metadata.claim(ABOUT, EDITION, "lake", entry("3.5%", 3.5, "differs"), str))
    assert '"value":3.5' in one
    assert "minValue" not in one


def test_linked_data_that_move_name_what_they_named() -> None:
    graph = {
        "@id": "./",
        "url": "x",
        "hasPart": [{"@id": "claims/a.html"}],
        "in": {"contentUrl": "../../files/1.csv"},
    }
    start = "editions/e/index.html"
    moved = metadata.relocate(f"<p>./</p>{metadata.script(graph)}", start, "index.html")
    inner = moved.removeprefix('<p>./</p><script type="application/ld+json">').removesuffix("</script>")
    assert json.loads(inner) == {
        "@id": "editions/e/",
        "url": "x",
        "hasPart": [{"@id": "editions/e/claims/a.html"}],
        "in": {"contentUrl": "files/1.csv"},
    }
