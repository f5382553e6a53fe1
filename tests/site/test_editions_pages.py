"""The pages around the book: a claim's account, what moved, a difference, and what is not there."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from urllib.parse import urljoin

import pytest
from msgspec import structs

from analysis.report import ARTICLE
from pivot.publish.archive import paths, release, site_pages
from pivot.publish.archive.code_listing import function, modules
from pivot.publish.archive.reader import ReleasedEdition
from tests.conftest import ROOT
from tests.editions import FIRST, IDS, NEWEST, SECOND, draft, published
from tests.unit.revisions import shipped

DROP = f"editions/{NEWEST}/claims/difficulty-drop.html"
PAIRS = tuple(map("--".join, pairwise(IDS)))
DIFFERENCES = tuple(f"revisions/{pair}.html" for pair in PAIRS)
AROUND = (
    DROP,
    f"editions/{FIRST}/claims/hashprice-range.html",
    "revisions.html",
    "editions/index.html",
    "404.html",
)


def text(name: str) -> str:
    return (published() / name).read_text("utf-8")


def words(fragment: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", fragment))).strip()


def targets(name: str, part: str) -> dict[str, str]:
    """Where the links of a part of a page lead, by their words."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', part, re.DOTALL)
    return {words(said): paths.target(name, link) for link, said in found}


@pytest.mark.parametrize("name", [*AROUND, *DIFFERENCES])
def test_every_page_around_the_book_leads_to_all_the_others(name: str) -> None:
    page = text(name)
    edition = DIFFERENCES.index(name) + 1 if name in DIFFERENCES else -1
    home = f"editions/{name.split('/')[1]}/" if "/claims/" in name else ""
    home = paths.edition_folder(IDS[edition]) if name in DIFFERENCES else home
    ways = targets(name, page[: page.index("<main")])
    expected = {
        "What was found": "index.html",
        "A The ledger": "chapters/ledger.html",
        "PDF": "report.pdf",
        "1 The overview, number by number": "chapters/overview.html",
    }
    assert ways | {said: home + to for said, to in expected.items()} == ways
    everywhere = {"All editions": "editions/index.html", "Feed": "feed.xml"}
    assert ways | everywhere | {"What moved, and why": "revisions.html"} == ways
    assert '<select id="frame-theme"' in page
    assert '<input id="frame-query"' in page
    assert 'http-equiv="Content-Security-Policy"' in page
    assert '<link rel="icon" href="data:image' in page
    assert "<style" not in page
    assert all((published() / to).is_file() for to in ways.values() if to != name)


def test_a_table_that_may_scroll_is_a_named_region_with_a_tab_stop() -> None:
    for name in (*AROUND, *DIFFERENCES):
        for tag in re.findall(r'<div class="table-scroll"[^>]*>', text(name)):
            assert re.search(r'role="group" aria-label(ledby)?="[^"]+" tabindex="0"', tag), name


# A claim


def test_the_code_of_a_claim_is_linked_and_shown() -> None:
    page = text(DROP)
    links = targets(DROP, page)
    for path in ("analysis/claims/network.py", "analysis/measures/difficulty.py"):
        assert (published() / links[path]).read_bytes() == (ROOT / path).read_bytes()
        assert links[path].endswith(".txt")
    line = int(re.search(r"network\.py</code></a>, line (\d+), <code>difficulty_drop", page)[1])  # type: ignore[index]
    assert (
        (ROOT / "analysis/claims/network.py")
        .read_text("utf-8")
        .splitlines()[line - 1]
        .startswith(("@claim", "def difficulty_drop"))
    )
    assert "def difficulty_drop(epochs: Frame) -&gt; Result:" in page


def test_every_claim_of_the_ledger_has_its_function_and_its_module() -> None:
    for path in sorted((published() / f"editions/{NEWEST}/claims").glob("*.html")):
        page = path.read_text("utf-8")
        assert re.search(r'<a href="[^"]*\.txt"><code>analysis/claims/\w+\.py', page), path.name
        assert "The code that makes it" in page, path.name
    listing = modules(ARTICLE)
    assert len(listing) > 14
    assert function(listing, "analysis/claims/network.py", "no_such") is None
    assert function(listing, "analysis/nowhere.py", "f") is None


def test_an_account_gives_whole_checksums_with_sidecar_and_list() -> None:
    page = text(DROP)
    used = re.findall(r"SHA-256 <code>([0-9a-f]{64})</code>", page)
    assert len(used) == len(re.findall(r"<h4>\d+ rows? of", page)) > 0
    links = targets(DROP, page)
    sums = (published() / links["all checksums"]).read_text("utf-8")
    assert all(f"{digest}  " in sums for digest in used)
    assert f'sha256 = "{used[0]}"' in (published() / links["where it is from"]).read_text("utf-8").replace(
        "'", '"'
    )


def test_what_others_published_reads_as_on_the_page_of_the_ledger() -> None:
    said = words(text(DROP))
    assert "−7.7 percent; 133.79 from ~145 T (Mar 20 2026): confirms." in said
    assert "Also quotes a 12m36s average interval" in said
    assert not re.search(r"[^\w]-7\.7", said[said.index("What others published") : said.index("Where this")])


def test_the_sentences_that_use_a_claim_stand_as_read_with_a_link_to_their_place() -> None:
    page = text(DROP)
    assert "Mining did get easier, by as much as the article says. <a" in page
    assert targets(DROP, page)["What was found"] == f"editions/{NEWEST}/index.html"
    assert "&#39;address&#39;" not in page


# What moved


def test_kinds_without_rows_are_no_choice_and_others_say_how_many() -> None:
    page = text("revisions.html")
    rows = re.findall(r'<tr id="claim-[\w-]+" data-kinds="([^"]*)">', page)
    for name, said in re.findall(r'id="show-(\w+)"[^>]*> ([^<]*)</label>', page):
        count = sum(name in kinds.split() for kinds in rows)
        assert count > 0
        assert said.endswith(f"({count})")
    assert 'id="show-data"' in page
    assert 'id="show-method"' not in page


def test_the_table_of_claims_says_what_each_one_is() -> None:
    page = text("revisions.html")
    rows = re.findall(r'<tr id="claim-([\w-]+)"[^>]*><th scope="row"><a href="[^"]*">([^<]+)</a></th>', page)
    assert len(rows) == len(ARTICLE.claims)
    assert dict(rows)["difficulty-drop-rank-year"] == "Place of the March cut among the cuts of its year"


def test_claims_that_come_and_go_are_counted_with_those_that_moved() -> None:
    def issue(id_: str, **shown: str) -> ReleasedEdition:
        entries = {
            name.replace("_", "-"): SimpleNamespace(
                display=said, found=said, cited="1", verdict="differs", guard=None
            )
            for name, said in shown.items()
        }
        return cast("ReleasedEdition", SimpleNamespace(id=id_, claims=entries))

    old, new = (
        issue("a", stays="1", moves="1", goes="1"),
        issue("b", stays="1", moves="2", comes="1", too="1"),
    )
    assert site_pages._moved_sentence(old, new) == (
        "Of 5 claims 4 moved since a: 1 shows another number, 2 are new, 1 is gone."
    )
    assert site_pages._moved_sentence(old, old) == "Of 3 claims none moved since a."
    assert site_pages._moved_sentence(None, old) == "The first edition, with 3 claims."


@pytest.mark.parametrize(("pair", "name"), list(zip(PAIRS, DIFFERENCES, strict=True)))
def test_a_difference_counts_what_the_list_of_revisions_counts(pair: str, name: str) -> None:
    before, after = pair.split("--")
    # Where all show another number and no more, "moved" says it, and the difference adds nothing.
    moved, ways = re.search(r"(\d+) claims moved(?: \(([^)]*)\))?[,;]", text(name)).groups()  # type: ignore[union-attr]
    ways = ways or f"{moved} show another number"
    sentence = f"Of {len(ARTICLE.claims)} claims {moved} moved since {before}: {ways}."
    assert sentence in text("revisions.html")
    assert sentence in text("editions/index.html")
    assert shipped(before, after).verdict_line() in text(name)


def test_a_difference_is_headed_by_its_days_and_leads_into_both_editions() -> None:
    page = text(DIFFERENCES[0])
    assert re.search(r"<h1>([^<]*)</h1>", page)[1] == "What changed from 8\xa0May 2026 to 30\xa0June 2026"  # type: ignore[index]
    assert f'href="../editions/{SECOND}/chapters/overview.html#sec-rank"' in page
    assert f'href="../editions/{FIRST}/claims/difficulty-drop-rank-year.html"' in page
    assert f'href="../editions/{SECOND}/claims/difficulty-drop-rank-year.html"' in page
    assert "Evidence of May and June came in" in page
    assert not re.search(r"roposed|nothing else|\.qmd:", page)


# What is not there


def test_a_page_that_is_not_there_leads_on_wherever_it_was_asked_for(tmp_path: Path) -> None:
    main = targets("404.html", text("404.html").partition("<main")[2].partition("</main>")[0])
    assert main["The newest edition"] == "index.html"
    assert {"editions/index.html", "revisions.html"} <= set(main.values())
    address = "https://report.example/sub/"
    given = draft(FIRST)
    release(tmp_path / "new", replace(given, about=structs.replace(given.about, address=address)))
    page = (tmp_path / "new/404.html").read_text("utf-8")
    links = [link for link in paths.links(page) if not link.startswith(("data:", "#"))]
    assert len(links) > 20
    assert all(link.startswith(address) for link in links)
    for link in links:
        asked = urljoin(f"{address}some/deep/page.html", link).removeprefix(address).partition("#")[0]
        assert (tmp_path / "new" / asked).is_file()
