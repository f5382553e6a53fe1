"""Whatever data, chapters and bibliographies hold: a page has no tag or attribute that it had not without it.

Each case takes a benign text and a hostile one through the same way, and compares what came out: the same
elements with the same attributes in the same order, and the text as it was given.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pivot.accounts import account
from pivot.blocks import _names, _notes
from pivot.claims.stored import Entry, Evidence
from pivot.editions import editions
from pivot.errors import ProseError, ReportError
from pivot.names import EDITIONS_FILE
from pivot.prose.markdown import cell, link, table
from pivot.prose.raw import refusals
from pivot.publish.embedded.engine import Engine
from pivot.publish.frame import render
from pivot.text import problem
from tests.conftest import NEWEST, ROOT, ledger_of, vintage_of
from tests.site.conftest import Workshop, tiny_inputs

PLAIN = "Benign"
PIECES = (
    "{{< include ../../../etc/passwd >}}", "{{<", ">}}", "{=html}", "{=typst}", "`", "``", "```", "~~~",
    "<", ">", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "&lt;", "&amp;",
    "&#60;", "&", "](javascript:alert(1))", "[x](", "[", "]", "(", ")", "{", "}", "{.claim data-claim=x}",
    "{#id}", "#panic()", "#", "$", "$$", "$x$", "\\", "\\(", "*", "**", "_", "|", "||", "^", "~", "@",
    "@fig-x", "[@x]", "!", "![", ":::", "- ", "+ ", "* ", "1. ", "(1) ", "(@) ", "A) ", "> ", "# ", "= ",
    ": ", "---", "===", "% ", "    ", "\t", "'", '"', "//", "https://e.x", "<https://e.x>", "www.e.x",
    "a@b.c", "=1+1", "€", "é", "−", "½", "…",
)  # fmt: skip
TEXT = st.lists(
    st.sampled_from(PIECES) | st.sampled_from(["a", "b c", "7.7%", " ", "Q1"]), min_size=1, max_size=7
).map("".join)
HOSTILE = TEXT.filter(str.strip)
TAKEN = HOSTILE.filter(lambda text: not problem(text))
"""What a contract lets in, and so what a build may meet."""
FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))

ENTRIES = ledger_of(NEWEST).entries
ENTRY = next(entry for entry in ENTRIES.values() if entry.evidence and entry.parts)
FIELDS = ("statement", "reason", "formula", "margin")  # both values are variables, tried below
GIVEN = ("publisher", "value", "unit", "period", "note", "bearing", "tier", "published")
SIDECAR = ("title", "publisher", "licence", "notes")


class _Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", (data,)))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("decl", (decl,)))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("pi", (data,)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def skeleton(page: str) -> _Skeleton:
    parser = _Skeleton()
    parser.feed(page)
    parser.close()
    return parser


def letters(text: str) -> str:
    """A text without what typography and our own words change: spaces, quotes, dashes, points."""
    return re.sub(r"[\s\"'“”‘’.…–—\-−]", "", text).casefold()


@pytest.fixture(scope="module")
def pandoc() -> Iterator[Callable[[str], dict[str, Any]]]:
    engine = Engine(1)

    @lru_cache(maxsize=64)  # the benign text of a way is asked for with each case
    def compiled(text: str) -> dict[str, Any]:
        job = {
            "op": "chapter",
            "text": f"# T\n\n{text}\n",
            "values": {},
            "number": True,
            "key": "k",
            "source": "x",
        }
        return engine.run([job])[0]

    yield compiled
    engine.close()


def holds(compile_: Callable[[str], dict[str, Any]], markdown: Callable[[str], str], text: str) -> None:
    """Hostile text comes out of pandoc as text, in the places where benign text does."""
    benign, hostile = compile_(markdown(PLAIN)), compile_(markdown(text))
    assert list(hostile["problems"]) == []
    assert [kind for kind, _ in hostile["foreign"]] == [kind for kind, _ in benign["foreign"]]
    assert list(refusals((kind, one) for kind, one in hostile["foreign"])) == []
    one, other = skeleton(benign["html"]), skeleton(hostile["html"])
    assert other.tags == one.tags
    assert letters(text) in letters("".join(other.text))
    assert "#panic" not in re.sub(r"\\#panic", "", hostile["typst"])


def of_entry(field: str) -> Callable[[str], str]:
    def markdown(text: str) -> str:
        return "\n".join(account(msgspec.structs.replace(ENTRY, **{field: text})))

    return markdown


def of_evidence(field: str) -> Callable[[str], str]:
    def markdown(text: str) -> str:
        piece: Evidence = msgspec.structs.replace(ENTRY.evidence[0], **{field: text})
        return "\n".join(account(msgspec.structs.replace(ENTRY, evidence=(piece,))))

    return markdown


def of_sidecar(field: str) -> Callable[[str], str]:
    vintage = vintage_of(NEWEST)
    snapshot = vintage.store.snapshots("operator-statements")[-1]

    def markdown(text: str) -> str:
        changed: dict[str, Any] = {field: (text,) if field == "notes" else text}
        given = replace(snapshot, **changed)
        return "\n".join(
            (f"## {cell(given.title)} {{#sec-source-x}}\n", *_notes([given], _names([[given]]), set()))
        )

    return markdown


def of_cell(text: str) -> str:
    return "\n".join((*table(("A", "B"), [(cell(text), "b"), ("c", cell(text))]), "", f"- {cell(text)}"))


def of_link(text: str) -> str:
    return f"See {link(text, 'https://example.org/a_(b)?c=d')}."


WAYS = {
    "cell": of_cell,
    "link": of_link,
    **{f"entry {field}": of_entry(field) for field in FIELDS},
    **{f"evidence {field}": of_evidence(field) for field in GIVEN},
    **{f"sidecar {field}": of_sidecar(field) for field in SIDECAR},
}


def is_read_for_sense(way: str, text: str) -> bool:
    """Whether an account says less or more of a text than the text: of several values, or of a unit twice."""
    if way in {"evidence value", "evidence period"}:
        return ";" in text
    if way == "evidence unit":
        return ";" in text or not re.search(r"[^\W\d_]", text)
    return False


@pytest.mark.parametrize("way", WAYS)
@FEW
@given(text=HOSTILE)
@example("1. x")
@example("- x")
@example("(@) x")
@example(":::{{<")
@example("---")
@example("&lt;b&gt;")
@example("{{<include ../../x>}}")
@example("`#panic()`{=typst}")
@example("[x]{.claim}")
def test_a_value_is_text(pandoc: Callable[[str], dict[str, Any]], way: str, text: str) -> None:
    if not is_read_for_sense(way, text):
        holds(pandoc, WAYS[way], text)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(text=TAKEN)
@example('`#panic("ran")`{=typst} \\ " #x <y> $z$')
@example('#include "/etc/passwd"')
def test_a_variable_is_text_on_page_and_paper(workshop: Workshop, tmp_path: Path, text: str) -> None:
    """The build itself compares page and PDF word for word; Typst compiles each text."""
    benign = workshop.build(tmp_path / "out", tiny_inputs(workshop.inputs, claim__boats=PLAIN))
    plain = skeleton(benign.html("chapters/ledger.html"))
    shown = workshop.build(tmp_path / "out", tiny_inputs(workshop.inputs, claim__boats=text))
    page = skeleton(shown.html("chapters/ledger.html"))
    assert page.tags == plain.tags
    assert text in "".join(page.text)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(text=TEXT)
@example("[x](javascript:alert(1))")
@example("<a\nhref=javascript:alert(1)>x</a>")
@example('[x]{onclick="alert(1)"}')
@example('<p title="`<script>`{=html}">')
@example("[a]: javascript:alert(1)\n\n[a]")
def test_a_chapter_is_refused_or_has_nothing_that_runs(
    pandoc: Callable[[str], dict[str, Any]], text: str
) -> None:
    answer = pandoc(text)
    if answer["problems"] or list(refusals((kind, one) for kind, one in answer["foreign"])):
        return
    parser = skeleton(answer["html"])
    assert not {"script", "iframe", "object", "embed", "style", "meta", "base", "form", "link"} & {
        tag for tag, _ in parser.tags
    }
    assert not [name for _, names in parser.tags for name in names if name.startswith("on")]
    assert not re.search(r"(?i)(?:href|src)=\"\s*(?:javascript|data|vbscript):", answer["html"])


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(title=HOSTILE, url=TEXT)
@example("x", "javascript:alert(1)")
@example("{<script>alert(1)</script>}", "https://e.x")
@example("\\input{/etc/passwd}", "data:text/html,x")
def test_a_bibliography_entry_is_text_or_refused(
    workshop: Workshop, tmp_path: Path, title: str, url: str
) -> None:
    bibliography = workshop.root / "references.bib"
    kept, chapter = bibliography.read_text("utf-8"), (workshop.root / "chapters/one.qmd").read_text("utf-8")
    entry = f"@misc{{bad, title={{{title}}}, author={{B}}, year={{2020}}, url={{{url}}}}}\n"
    try:
        bibliography.write_text(kept + entry, "utf-8")
        workshop.add("chapters/one.qmd", "As [@bad] has it.")
        page = workshop.build(tmp_path / "out").html("chapters/references.html")
    except ReportError as error:
        assert isinstance(error, ProseError) or error.got  # noqa: PT017 -- it is refused, and says why
        return
    finally:
        bibliography.write_text(kept, "utf-8")
        (workshop.root / "chapters/one.qmd").write_text(chapter, "utf-8")
    body = page.partition("<article>")[2].partition("</article>")[0]
    parser = skeleton(body)
    assert not {"script", "img", "iframe", "style", "meta"} & {tag for tag, _ in parser.tags}
    assert not [name for _, names in parser.tags for name in names if name.startswith("on")]
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', body))


def _feed(title: str, note: str) -> str:
    edition = SimpleNamespace(
        id="x",
        title=title,
        issued=dt.date(2026, 5, 8),
        note=note,
        revision=[SimpleNamespace(kind="data", why=note)],
        errata=[SimpleNamespace(mended=note)],
    )
    released = SimpleNamespace(manifest=SimpleNamespace(edition=edition))
    about = SimpleNamespace(lang="en", title=title, authors=[title], address="https://e.x/")
    facts = {"editions": [released], "moved": {"x": note}, "kinds": {"data": title}}
    return render("editions/feed.xml", about=about, id="urn:x", ids={"x": "urn:x"}, **facts)


@given(title=HOSTILE, note=HOSTILE)
@example("]]></title><script/>", "&nbsp;<br>")
def test_the_feed_is_well_formed_whatever_an_edition_says(title: str, note: str) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(_feed(title, note))  # noqa: S314 -- our own
    benign = ET.fromstring(_feed(PLAIN, PLAIN))  # noqa: S314
    assert [one.tag for one in feed.iter()] == [one.tag for one in benign.iter()]
    shown = feed.findtext(f"{atom}entry/{atom}title")
    assert shown
    assert shown.split() == f"x: {title}".split()


def test_an_edition_that_the_feed_can_not_hold_is_refused(tmp_path: Path) -> None:
    text = (ROOT / EDITIONS_FILE).read_text("utf-8")
    (tmp_path / EDITIONS_FILE).write_text(text.replace('title = "', 'title = "a\\u000b', 1), "utf-8")
    with pytest.raises(ReportError):
        editions(tmp_path)


@given(text=st.text(max_size=60))
def test_an_escaped_page_gives_the_text_back(text: str) -> None:
    """The one assumption of all that is above: what `html.parser` reads is what was escaped."""
    kept = "".join(char for char in text if char not in "\r\0")
    assert "".join(skeleton(f"<p>{html.escape(kept)}</p>").text) == kept


def test_the_ways_are_those_of_the_records() -> None:
    assert set(FIELDS) <= {field.name for field in msgspec.structs.fields(Entry)}
    assert set(GIVEN) <= {field.name for field in msgspec.structs.fields(Evidence)}
    assert len(WAYS) > 15
