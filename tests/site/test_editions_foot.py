"""What a chapter links in the archive: its foot, the evidence beside it, the page of each claim."""

from __future__ import annotations

import posixpath
import re

import pytest

from analysis.report import ARTICLE
from tests.conftest import ROOT
from tests.editions import FIRST, NEWEST, published

ROOTS = ("", f"editions/{FIRST}/", f"editions/{NEWEST}/")


def links(name: str, pattern: str) -> dict[str, str]:
    """Words of each link of a page that a pattern finds, and the path it leads to."""
    text = (published() / name).read_text("utf-8")
    found = re.findall(pattern, text)
    folder = posixpath.dirname(name)
    return {
        re.sub("<[^>]*>", "", words): posixpath.normpath(posixpath.join(folder, to)) for to, words in found
    }


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("page", ["index.html", "chapters/revenue.html"])
def test_the_foot_of_a_chapter_leads_to_the_whole_site(root: str, page: str) -> None:
    edition = root or f"editions/{NEWEST}/"
    found = links(
        f"{root}{page}", r'<li><a href="([^"]*)">([^<]*)</a></li>(?=(?:\n<li>[^\n]*)*\n</ul>\n</footer>)'
    )
    licence = found.pop("Licence")
    assert (published() / licence).read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert found.pop("The ledger as data") in {f"{edition}ledger.json", "ledger.json"}
    assert found.pop("Its schema") in {f"{edition}ledger.schema.json", "ledger.schema.json"}
    assert found == {
        "All editions": "editions/index.html",
        "What moved, and why": "revisions.html",
        "Feed": "feed.xml",
    }
    assert [to for to in found.values() if not (published() / to).is_file()] == []


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(("page", "least"), [("chapters/ledger.html", 8), ("chapters/sources.html", 28)])
def test_the_evidence_is_linked_where_the_archive_keeps_it(root: str, page: str, least: int) -> None:
    text = (published() / root / page).read_text("utf-8")
    found = dict(re.findall(r'href="([^"]*)" download="([^"]*)"', text))
    assert len(found) >= least
    evidence = {
        path.relative_to(ROOT / "data-snapshots").as_posix().replace("/", "-"): path.read_bytes()
        for path in (ROOT / "data-snapshots").rglob("*")
        if path.is_file()
    }
    for link, saved_as in found.items():
        place = posixpath.normpath(posixpath.join(posixpath.dirname(root + page), link))
        assert place.startswith("files/"), link
        assert (published() / place).read_bytes() == evidence[saved_as]


@pytest.mark.parametrize("root", ROOTS)
def test_each_account_leads_to_the_page_of_its_claim(root: str) -> None:
    text = (published() / root / "chapters/ledger.html").read_text("utf-8")
    found = re.findall(r'<h3 id="claim-([\w-]+)">([^<]*)</h3>\s*<p class="permalink"><a href="([^"]*)"', text)
    assert len(found) == len(ARTICLE.claims)
    for id_, heading, to in found:
        assert heading != id_
        place = posixpath.normpath(posixpath.join(root, "chapters", to))
        assert place == f"editions/{FIRST if FIRST in root else NEWEST}/claims/{id_}.html"


def test_the_evidence_stands_once_in_the_archive() -> None:
    assert list(published().rglob("data-snapshots")) == []
