"""The published site: editions side by side, each frozen; what readers find on their pages."""

from __future__ import annotations

import datetime as dt
import errno
import html
import json
import os
import re
import shutil
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from msgspec import structs
from pypdf import PdfReader

from pivot.cli import main
from pivot.commands import difference
from pivot.editions import Accepted, Edition, Erratum, Revision, edition
from pivot.errors import OutputError, ProseError
from pivot.files import sha256
from pivot.publish import publication
from pivot.publish.archive import Draft, paths, release, verify
from pivot.publish.archive.manifest import About, Code
from pivot.publish.render import silent
from tests.conftest import ROOT, vintage_of
from tests.editions import (
    BETWEEN,
    FIRST,
    IDS,
    NEWEST,
    SECOND,
    THIRD,
    builds,
    contents,
    draft,
    published,
    repository,
)
from tests.report import built_before

ATOM = "{http://www.w3.org/2005/Atom}"


def text(name: str) -> str:
    return (published() / name).read_text("utf-8")


def found_in(page: str, pattern: str) -> re.Match[str]:
    found = re.search(pattern, page)
    assert found, pattern
    return found


def words(fragment: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", fragment)).strip()


def pages_of(site: Path) -> dict[str, str]:
    return {name: data.decode() for name, data in contents(site).items() if name.endswith(".html")}


def test_the_editions_stand_side_by_side_each_as_it_read() -> None:
    ranks = {id_: text(f"editions/{id_}/chapters/overview.html") for id_ in IDS}
    assert "second-largest" in ranks[FIRST]
    assert all("third-largest" in ranks[id_] for id_ in IDS[1:])
    assert "third-largest" in text("chapters/overview.html")
    for id_ in IDS:
        home = published() / "editions" / id_
        assert json.loads((home / "ledger.json").read_text("utf-8"))["as_of"] == id_
        assert (home / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert len(list(home.glob("claims/*.html"))) == len(list(home.glob("claims/*.json"))) == 58
    assert len({(published() / f"editions/{id_}/report.pdf").read_bytes() for id_ in IDS}) == len(IDS)


def test_every_page_of_the_book_says_its_edition_and_leads_to_the_others_without_scripts() -> None:
    for id_ in IDS:
        for path in sorted((published() / "editions" / id_).rglob("*.html")):
            page = path.read_text("utf-8")
            bar = page[page.index("<!--edition-->") : page.index("<!--/edition-->")]
            assert f"<strong>Edition {id_}</strong>" in bar, path
            assert "frozen" in bar
            assert "What moved, and why" in bar
            assert "Newest edition" in bar
            assert ('rel="prev"' in bar) == (id_ != FIRST)
    assert "This page is frozen" not in text("chapters/overview.html")
    assert f"editions/{NEWEST}/chapters/overview.html" in text("chapters/overview.html")
    assert "the day is inferred" in text(f"editions/{FIRST}/index.html")


def test_the_edition_before_is_reached_on_the_same_page() -> None:
    assert f'rel="prev" href="../../{FIRST}/chapters/security.html"' in text(
        f"editions/{SECOND}/chapters/security.html"
    )
    assert f'rel="prev" href="../../{THIRD}/claims/difficulty-drop.html"' in text(
        f"editions/{NEWEST}/claims/difficulty-drop.html"
    )


@pytest.mark.parametrize(
    "base", ["https://host.example/", "https://host.example/some/sub/path/", "file:///a/b/"]
)
def test_every_internal_link_resolves_wherever_the_site_stands(base: str) -> None:
    found = contents(published())
    ids = {name: set(re.findall(r'\sid="([^"]+)"', page)) for name, page in pages_of(published()).items()}
    checked = 0
    for name, page in pages_of(published()).items():
        for link in paths.links(page):
            if re.match(r"(?!file:)[a-z]+:", link):
                continue
            if name == "404.html" and link.startswith("../"):  # it is shown at any depth, and seeks its style
                continue
            address, _, anchor = urljoin(base + name, link).partition("#")
            assert address.startswith(base), f"{name}: {link} leaves the site"
            target = address.removeprefix(base) or name
            assert target in found, f"{name}: {link}"
            assert not anchor or anchor in ids[target] or target.endswith(".js"), f"{name}: {link}"
            checked += 1
        for link in re.findall(r'data-top="([^"]*)"', page):
            assert urljoin(base + name, link or ".") == base
    assert checked > 7_500


def test_versions_are_told_to_programs_and_to_pages_alike() -> None:
    versions = json.loads(text("versions.json"))
    assert [one["id"] for one in versions["editions"]] == list(IDS)
    assert versions["newest"] == NEWEST
    script = json.loads(text("versions.js").removeprefix("window.pivotEditions="))
    assert {key: script[key] for key in versions} == versions
    ledger = json.loads(text(f"editions/{NEWEST}/ledger.json"))["claims"]
    assert script["texts"]["claim.difficulty-drop-rank-year"] == "third-largest"
    assert script["texts"]["verdict.difficulty-drop"] == ledger["difficulty-drop"]["verdict"]
    assert {f"{kind}.{id_}" for kind in ("claim", "verdict") for id_ in ledger} < set(script["texts"])
    # What no earlier edition gives otherwise is left out, and so is the statement of its claim.
    assert script["texts"]["part.hashprice-range.day"]
    assert "hashprice-range" in script["statements"]
    assert "part.difficulty-drop.rounded" not in script["texts"]
    assert 5 < len(script["statements"]) < len(ledger)


def test_a_number_has_a_page_of_its_own_with_its_history_up_to_its_edition() -> None:
    for count, id_ in enumerate(IDS[:3], 1):
        page = text(f"editions/{id_}/claims/difficulty-drop-rank-year.html")
        history = page[page.index("Its history up to this edition") :]
        assert re.findall(r'data-edition="([^"]+)"', history) == list(IDS[:count])
        told = json.loads(text(f"editions/{id_}/claims/difficulty-drop-rank-year.json"))
        assert [one["edition"] for one in told["history"]] == list(IDS[:count])
        assert told["edition"] == id_
        assert told["citation"]["edition"] == id_
    assert (
        "moved from second-largest to third-largest; verdict changed from reproduced to superseded (data)"
        in words(page)
    )


def test_the_account_names_formula_rows_and_evidence_that_can_be_fetched() -> None:
    page = text(f"editions/{NEWEST}/claims/difficulty-drop.html")
    assert "difficulty(block 941,472) / difficulty(block 939,456) - 1" in page
    pattern = r'(?s)<a href="(\S+)" download="[^"]*">data-snapshots/[^<]*</a>.*?SHA-256 <code>(\w+)</code>'
    link, sha = found_in(page, pattern).groups()
    snapshot = (published() / f"editions/{NEWEST}/claims" / link).resolve().read_bytes()
    assert sha256(snapshot) == sha


def test_the_picture_of_a_history_says_the_same_in_words() -> None:
    page = text(f"editions/{NEWEST}/claims/hashprice-range.html")
    label = found_in(page, r'<svg class="steps" role="img" aria-label="([^"]*)"')[1]
    assert label.startswith("4 editions: $35.71")
    assert page[page.index('<svg class="steps"') :].count("<circle") == 4
    assert "<svg class=" not in text(f"editions/{FIRST}/claims/hashprice-range.html")


def test_latest_follows_the_newest_edition() -> None:
    assert f"url=../../editions/{NEWEST}/claims/difficulty-drop.html" in text(
        "latest/claims/difficulty-drop.html"
    )
    name = "claims/difficulty-drop.json"
    assert text(f"latest/{name}") == text(f"editions/{NEWEST}/{name}")


def test_the_revisions_page_sets_every_claim_of_every_edition_side_by_side() -> None:
    page = text("revisions.html")
    rows = re.findall(r'<tr id="claim-([\w-]+)" data-kinds="([^"]*)">', page)
    assert len(rows) == 58
    moved = {id_: kinds.split() for id_, kinds in rows if "moved" in kinds}
    assert set(moved) >= {"difficulty-drop-rank-year", "hashprice-range", "ai-contracts"}
    assert all("data" in kinds for kinds in moved.values())
    assert "verdict" in moved["ai-contracts"]
    assert "verdict" not in moved["hashprice-low"]
    assert page.count('class="changed"') == page.count('class="moved"') >= 8
    for kind in ("moved", "verdict", "data", "method", "correction", "editorial"):
        assert (f'id="show-{kind}"' in page) == any(kind in kinds.split() for _, kinds in rows)
        assert f"#show-{kind}:checked" in (ROOT / "pivot/publish/assets/editions.css").read_text("utf-8")
    for pair in map("--".join, pairwise(IDS)):
        assert f'href="revisions/{pair}.html"' in page
        assert 'id="claim-' in text(f"revisions/{pair}.html")


def said(part: ET.Element, path: str) -> str:
    return (part.findtext("/".join(ATOM + name for name in path.split("/"))) or "").strip()


def led_to(part: ET.Element, rel: str) -> str:
    link = part.find(f"{ATOM}link[@rel='{rel}']")
    return "" if link is None else link.get("href", "")


def test_the_feed_is_valid_and_typed_by_kind() -> None:
    feed = ET.fromstring(text("feed.xml"))  # noqa: S314
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    for part in (feed, *entries):
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", said(part, "id"))
        assert said(part, "title")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said(part, "updated"))
        assert (published() / led_to(part, "alternate")).is_file()
    assert said(feed, "author/name")
    assert len({said(part, "id") for part in (feed, *entries)}) == 5
    assert said(feed, "updated") == max(said(one, "updated") for one in entries)
    assert [said(one, "title")[:10] for one in entries] == list(reversed(IDS))
    kinds = [[one.get("term") for one in entry.findall(f"{ATOM}category")] for entry in entries]
    assert kinds == [["data", "correction", "method"], ["data"], ["data"], []]
    assert all(said(one, "summary") for one in entries)


def test_machines_read_the_report_its_data_sets_and_its_claims() -> None:
    home = published() / "editions" / NEWEST
    page = (home / "index.html").read_text("utf-8")
    graph = json.loads(found_in(page, r'<script type="application/ld\+json">(.*?)</script>')[1])
    ledger = json.loads((home / "ledger.json").read_text("utf-8"))["claims"]
    assert graph["@type"] == "Report"
    assert graph["version"] == NEWEST
    assert graph["datePublished"] == "2026-11-25"
    assert graph["temporalCoverage"] == NEWEST
    for one in graph["hasPart"]:
        entry = ledger[one["identifier"]]
        assert entry["article"]["display"] in one["claimReviewed"]
        assert one["reviewRating"]["alternateName"] == entry["verdict"]
        ours = entry["ours"]
        assert bool(ours) == ("about" in one)
        ends = [one["about"].get(key) for key in ("value", "minValue", "maxValue")] if ours else []
        assert ends == [ours[key] for key in ("value", "low", "high") if ours]
    assert sum("minValue" in one.get("about", {}) for one in graph["hasPart"]) >= 3
    assert len(graph["isBasedOn"]) >= 10
    for data_set in graph["isBasedOn"]:
        file = home / data_set["distribution"]["contentUrl"]
        assert sha256(file.read_bytes()) == data_set["distribution"]["sha256"]
        assert data_set["license"]
    for name in ("citation_title", "citation_author", "citation_publication_date", "citation_pdf_url"):
        assert f'<meta name="{name}" content="' in page
    assert '<meta property="og:title"' in page
    for data in pages_of(published()).values():
        for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', data):
            assert "{{" not in found
            assert json.loads(found)["@context"] == "https://schema.org"


def addresses(content: object) -> list[str]:
    """Every address that linked data name."""
    if isinstance(content, list):
        return [address for one in content for address in addresses(one)]
    if not isinstance(content, dict):
        return []
    own = [content[key] for key in ("@id", "contentUrl") if key in content]
    return own + [address for value in content.values() for address in addresses(value)]


def test_what_linked_data_name_is_there_from_wherever_they_are_read() -> None:
    checked = 0
    for name, page in pages_of(published()).items():
        for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page):
            for address in addresses(json.loads(found)):
                assert (published() / paths.target(name, address)).exists(), f"{name}: {address}"
                checked += 1
    assert checked > 500
    root, frozen = (
        json.loads(found_in(text(name), r'ld\+json">(.*?)</script>')[1])
        for name in ("index.html", f"editions/{NEWEST}/index.html")
    )
    assert root["@id"] == f"editions/{NEWEST}/"
    assert frozen["@id"] == "./"


def test_an_edition_is_dated_by_the_day_on_which_it_came_out() -> None:
    page = text(f"editions/{FIRST}/index.html")
    assert '<meta property="article:published_time" content="2026-11-22">' in page
    assert "DA  - 2026/11/22" in page
    assert "evidence as of 8 May 2026" in page
    feed = ET.fromstring(text("feed.xml"))  # noqa: S314
    days = {said(one, "published")[:10] for one in feed.findall(f"{ATOM}entry")}
    assert days == {"2026-11-22", "2026-11-25"}


def test_an_edition_without_a_day_is_not_released(tmp_path: Path) -> None:
    given = draft(FIRST)
    with pytest.raises(ProseError, match="published: no day is given"):
        release(tmp_path / "new", replace(given, edition=structs.replace(given.edition, published=None)))


def test_releasing_says_that_nobody_knows_where_the_site_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for address, warned in (("", 1), ("https://report.example/", 0)):
        given = replace(draft(FIRST), about=structs.replace(draft(FIRST).about, address=address))
        issue = release(tmp_path / f"new{warned}", given)
        monkeypatch.setattr(publication, "release", lambda *_, issue=issue: issue)
        assert main(["--root", str(repository()), "release", FIRST, "--into", str(tmp_path / "x")]) == 0
        assert capsys.readouterr().err.count("until book.site-url says it") == warned


def test_every_citation_names_its_edition() -> None:
    boxes = 0
    for id_ in IDS:
        for path in sorted((published() / "editions" / id_).rglob("*.html")):
            page = path.read_text("utf-8")
            box = page[page.index('<section class="cite"') :]
            forms = re.findall(r"<pre[^>]*>(.*?)</pre>", box, re.DOTALL)
            assert len(forms) == (3 if path.name == "index.html" or path.parent.name == "claims" else 0)
            for form in (words(box), *forms):
                assert f"Edition {id_}" in form
                assert f"editions/{id_}/" in form
                boxes += 1
    assert boxes > 400


def test_four_editions_cost_much_less_than_four_sites(tmp_path: Path) -> None:
    """Each edition has its own complete PDF, pages and ledger, and these differ; all else is stored once.

    The measure is bytes on disk. One is the whole site with the newest edition alone.
    """
    one = tmp_path / "one"
    release(
        one,
        replace(draft(NEWEST), edition=structs.replace(draft(NEWEST).edition, revision=(), errata=())),
        difference(repository()),
    )
    single, four = (sum(map(len, contents(site).values())) for site in (one, published()))
    assert four < 2.9 * single
    names = [path.stem for path in (published() / "files").iterdir()]
    assert len(names) == len(set(names)) > 60


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the published site, to be released into."""
    return Path(shutil.copytree(published(), tmp_path / "site"))


def test_an_edition_in_between_leaves_every_byte_of_the_others(tmp_path: Path, site: Path) -> None:
    root = built_before(tmp_path / "repository", repository())
    with (root / "editions.toml").open("a", encoding="utf-8") as file:
        file.write(BETWEEN)
    before = contents(site)
    issue = publication.release(root, "2026-07-15", site, "embedded", silent, difference(root))
    assert issue.id == "2026-07-15"
    after = contents(site)
    kept = [name for name in before if name.startswith(("files/", *(f"editions/{id_}/" for id_ in IDS)))]
    assert len(kept) > 400
    assert [name for name in kept if before[name] != after.get(name)] == []
    assert verify(site).findings == ()
    versions = json.loads(after["versions.json"])
    assert [one["id"] for one in versions["editions"]] == [FIRST, SECOND, "2026-07-15", THIRD, NEWEST]
    assert versions["newest"] == NEWEST  # the newest evidence, not the last release
    page = after["editions/2026-07-15/claims/hashprice-range.html"].decode()
    assert re.findall(r'data-edition="([\d-]+)"', page[page.index("Its history") :]) == [
        FIRST,
        SECOND,
        "2026-07-15",
    ]
    assert f'rel="prev" href="../../{SECOND}/claims' in page
    assert "(data)" in words(page)  # the same code made both: nothing of ours can have moved
    manifest = json.loads(after["editions/2026-07-15/manifest.json"])
    assert manifest["number"] == 5
    assert manifest["previous"]["edition"] == NEWEST
    assert {f"revisions/{SECOND}--2026-07-15.html", f"revisions/2026-07-15--{THIRD}.html"} <= set(after)
    old, new = (
        {entry.findtext(f"{ATOM}id") for entry in ET.fromstring(files["feed.xml"]).iter(f"{ATOM}entry")}  # noqa: S314
        for files in (before, after)
    )
    assert old < new


ERRATUM = Erratum(
    "top10-btc-revenue",
    "What the ten mine",
    {FIRST: "$4.66 billion"},
    {FIRST: "$4.70 billion"},
    "A machine was counted twice.",
)
OTHER_CODE = Code("0.0.9", "0" * 64)


def test_what_is_wrong_in_an_edition_is_said_by_a_later_one_and_its_bytes_stay(tmp_path: Path) -> None:
    new, given = tmp_path / "new", draft(SECOND)
    release(new, replace(draft(FIRST), code=OTHER_CODE))
    before = contents(new)
    release(new, replace(given, edition=structs.replace(given.edition, errata=(ERRATUM,))))
    after = contents(new)
    kept = [name for name in before if name.startswith(("files/", f"editions/{FIRST}/"))]
    assert len(kept) > 200
    assert [name for name in kept if before[name] != after[name]] == []
    mended = f"What the ten mine: $4.66 billion instead of $4.70 billion in edition {FIRST}. {ERRATUM.why}"
    wrong = "$4.66 billion is wrong, $4.70 billion is right"
    for name in ("editions/index.html", "revisions.html", f"editions/{SECOND}/claims/{ERRATUM.claim}.html"):
        page = words(html.unescape(after[name].decode()))
        assert mended.removeprefix(ERRATUM.what) in page
        assert wrong in page
        assert "built again" not in page
    assert f"Erratum. {mended}" in after["feed.xml"].decode()
    assert verify(new).findings == ()


def test_an_erratum_quotes_what_the_edition_says(tmp_path: Path) -> None:
    """An edition that other code made by the figure that is wrong, one built again by the right one."""
    new, given = tmp_path / "new", draft(SECOND)
    erring = replace(given, edition=structs.replace(given.edition, errata=(ERRATUM,)))
    release(new, draft(FIRST))
    with pytest.raises(ProseError, match=r"quotes '\$4\.70 billion', which edition 2026-05-08 does not say"):
        release(new, erring)
    elsewhere = structs.replace(ERRATUM, was={THIRD: "1"}, now={THIRD: "2"})
    with pytest.raises(ProseError, match="an erratum names edition 2026-08-21, which does not have it"):
        release(new, replace(given, edition=structs.replace(given.edition, errata=(elsewhere,))))


def test_in_a_site_built_at_once_errata_say_that_the_editions_have_it_right() -> None:
    errata = edition(ROOT, NEWEST).errata
    assert {id_ for one in errata for id_ in one.was} == set(IDS[:3])
    pages = [words(html.unescape(text(name))) for name in ("editions/index.html", "revisions.html")]
    for page in pages:
        assert "built again with the code that mends it" in page
        assert "Wrong in this edition" not in page
        assert all(one.mended.removeprefix(one.what) in page for one in errata)
    for one in errata:
        assert one.mended in words(html.unescape(text(f"editions/{NEWEST}/claims/{one.claim}.html")))
    assert len(errata) >= 7


def test_releasing_an_edition_again_as_it_is_changes_nothing(site: Path) -> None:
    before = contents(site)
    release(site, replace(draft(SECOND), about=published_about(site)), difference(repository()))
    assert contents(site) == before


def published_about(site: Path) -> About:
    about = json.loads((site / f"editions/{NEWEST}/manifest.json").read_text("utf-8"))["about"]
    return About(**about | {"authors": tuple(about["authors"])})


def test_rewriting_an_edition_is_refused_and_names_the_first_differing_file(site: Path) -> None:
    book = draft(FIRST).book
    mended = tuple(
        replace(page, body=page.body.replace("difficulty", "hardness", 1))
        if page.href == "chapters/security.html"
        else page
        for page in book.pages
    )
    before = contents(site)
    with pytest.raises(OutputError, match="can not be changed") as refused:
        release(
            site,
            replace(draft(FIRST), book=replace(book, pages=mended), about=published_about(site)),
            difference(repository()),
        )
    assert refused.value.where == f"editions/{FIRST}/chapters/security.html"
    assert contents(site) == before


def broken(tmp_path: Path, claim: str) -> Draft:
    """The second edition with a guard that does not hold."""
    whole = draft(SECOND)
    shutil.copytree(whole.site, tmp_path / "plain")
    ledger = tmp_path / "plain/ledger.json"
    content = json.loads(ledger.read_text("utf-8"))
    content["claims"][claim]["guard"]["holds"] = False
    ledger.write_text(json.dumps(content), "utf-8")
    return replace(whole, site=tmp_path / "plain")


def test_a_broken_guard_refuses_the_release(tmp_path: Path) -> None:
    with pytest.raises(ProseError, match="btc-over-ai: its guard does not hold"):
        release(tmp_path / "new", broken(tmp_path, "btc-over-ai"))
    assert not (tmp_path / "new").exists()


def test_an_accepted_guard_is_released_and_readers_see_why(tmp_path: Path) -> None:
    reason = "The filing of the next day is waited for."
    given = broken(tmp_path, "btc-over-ai")
    accepted = structs.replace(given.edition, accepted=(Accepted("btc-over-ai", reason),), revision=())
    release(tmp_path / "new", replace(given, edition=accepted))
    telling = [name for name, page in pages_of(tmp_path / "new").items() if reason in page]
    home = f"editions/{SECOND}"
    assert f"{home}/claims/btc-over-ai.html" in telling
    assert [name for name in telling if name.startswith(f"{home}/chapters/")] != []
    assert f"{home}/chapters/limits.html" not in telling
    assert "editions/index.html" in telling


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"accepted": (Accepted("btc-over-ai", "so it is"),)}, "accepted as reading wrong, and does not"),
        ({"revision": ()}, "hashprice-range: moved from .*, and no revision says why"),
        (
            {"revision": (Revision("data", "so it is", ("difficulty-drop",)), Revision("data", "so"))},
            "difficulty-drop: a revision names it, and it has not moved",
        ),
    ],
    ids=["an acceptance of what holds", "a move without a reason", "a reason without a move"],
)
def test_a_release_needs_its_reasons(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    new = tmp_path / "new"
    release(new, draft(FIRST))
    before = contents(new)
    given = draft(SECOND)
    with pytest.raises(ProseError, match=says):
        release(new, replace(given, edition=structs.replace(given.edition, **change)))
    assert contents(new) == before


@pytest.mark.parametrize("call", ["copytree", "write_bytes"])
def test_a_release_that_can_not_be_written_leaves_the_site(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    release(new, draft(FIRST))
    before = contents(new)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(new))

    place = shutil if call == "copytree" else Path
    monkeypatch.setattr(place, call, refuse)
    with pytest.raises(OutputError, match="could not be written"):
        release(new, draft(SECOND))
    monkeypatch.undo()
    assert contents(new) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]


def test_a_folder_that_is_no_site_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("x", "utf-8")
    with pytest.raises(OutputError, match="something else stands"):
        release(tmp_path / "letters", draft(FIRST))
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["dear.txt"]


def test_hard_links_share_no_fate(tmp_path: Path) -> None:
    """A backup made of hard links is not changed by a release into the site."""
    new = tmp_path / "new"
    release(new, draft(FIRST))
    shutil.copytree(new, tmp_path / "backup", copy_function=os.link)
    before = contents(tmp_path / "backup")
    release(new, draft(SECOND))
    assert contents(tmp_path / "backup") == before
    assert contents(new)["versions.json"] != before["versions.json"]


def test_of_two_editions_of_one_day_the_later_release_is_the_newer(tmp_path: Path) -> None:
    """A correction on the day of the edition before it, with a name that sorts before that one's."""
    new, mended = tmp_path / "new", draft(FIRST)
    mended = replace(mended, edition=structs.replace(mended.edition, id="1-mended", title="Mended"))
    for given in (draft(FIRST), mended):
        release(new, given)
    versions = json.loads((new / "versions.json").read_text("utf-8"))
    assert [one["id"] for one in versions["editions"]] == [FIRST, "1-mended"]
    assert versions["newest"] == "1-mended"
    page = (new / "index.html").read_text("utf-8")
    assert "<strong>Edition 1-mended</strong>" in page
    assert f'rel="prev" href="editions/{FIRST}/index.html"' in page
    assert 'rel="prev"' not in (new / f"editions/{FIRST}/index.html").read_text("utf-8")
    assert verify(new).findings == ()


def test_a_page_that_the_newest_edition_has_not_leads_to_the_one_that_has(tmp_path: Path) -> None:
    given = draft(SECOND)
    plain = Path(shutil.copytree(given.site, tmp_path / "plain"))
    (plain / "chapters/divergent-views.html").unlink()
    for path in plain.rglob("*.html"):
        text = path.read_text("utf-8")
        path.write_text(text.replace("divergent-views.html", "limits.html"), "utf-8")
    pages = tuple(page for page in given.book.pages if page.href != "chapters/divergent-views.html")
    new = tmp_path / "new"
    release(new, draft(FIRST))
    release(new, replace(given, site=plain, book=replace(given.book, pages=pages)))
    page = (new / "chapters/divergent-views.html").read_text("utf-8")
    assert f'url=../editions/{FIRST}/chapters/divergent-views.html"' in page
    assert verify(new).findings == ()


def test_with_an_address_everything_says_it(tmp_path: Path) -> None:
    address = "https://report.example/sub/"
    given = draft(FIRST)
    release(tmp_path / "new", replace(given, about=structs.replace(given.about, address=address)))
    page = (tmp_path / "new" / "editions" / FIRST / "claims/difficulty-drop.html").read_text("utf-8")
    permanent = f"{address}editions/{FIRST}/claims/difficulty-drop.html"
    assert f'<link rel="canonical" href="{permanent}">' in page
    assert f'<meta property="og:url" content="{permanent}">' in page
    assert f"url = {{{permanent}}}" in page
    chapter = (tmp_path / "new" / "editions" / FIRST / "chapters/limits.html").read_text("utf-8")
    assert f'<link rel="canonical" href="{address}chapters/limits.html">' in chapter
    assert f'<meta property="og:image" content="{address}editions/{FIRST}/card.png">' in chapter
    picture = (tmp_path / f"new/editions/{FIRST}/card.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)
    feed = ET.fromstring((tmp_path / "new/feed.xml").read_text("utf-8"))  # noqa: S314
    assert led_to(feed, "self") == f"{address}feed.xml"
    outside = {urlsplit(link).netloc for link in paths.links(chapter) if link.startswith("http")}
    assert "report.example" in outside


def test_the_whole_site_is_made_again_only_when_something_changed() -> None:
    first, second = builds()
    assert (first.fresh, second.fresh) == (True, False)
    assert first.warnings == second.warnings == ()
    assert second.pdf == published() / "report.pdf"


def test_an_edition_that_is_not_listed_can_not_be_released(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(repository()), "release", "2027-01-01", "--into", str(tmp_path / "new")]) == 2
    assert "there is no edition 2027-01-01" in capsys.readouterr().err


def test_the_citation_file_names_the_newest_edition() -> None:
    import yaml

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)
    report = cited["preferred-citation"]
    newest: Edition = edition(ROOT, NEWEST)
    assert report["type"] == "report"
    assert report["version"] == newest.id
    assert str(report["date-published"]) == newest.issued.isoformat()
    assert newest.id in report["notes"]
    assert report["title"] in text("index.html")


def test_the_article_is_named_and_linked_on_the_front_page_in_the_pdf_and_for_machines() -> None:
    home = published() / "editions" / NEWEST
    page = (home / "index.html").read_text("utf-8")
    (snapshot,) = vintage_of(dt.date.fromisoformat(NEWEST)).store.snapshots("article")[:1]
    assert len(snapshot.url) == 8
    assert "Bitcoin Miners’ AI Pivot Risks Network Security" in words(html.unescape(page))
    assert set(snapshot.url) <= set(map(html.unescape, paths.links(page)))
    pdf = PdfReader(home / "report.pdf")
    marks = [mark.get_object() for sheet in pdf.pages[:4] for mark in sheet.get("/Annots", ())]
    assert set(snapshot.url) <= {mark["/A"].get("/URI") for mark in marks if "/A" in mark}
    graph = json.loads(found_in(page, r'<script type="application/ld\+json">(.*?)</script>')[1])
    assert snapshot.url[0] in [one.get("sameAs") for one in graph["isBasedOn"]]


DISPUTED = {"differs", "contradicted", "superseded"}
HEDGE = re.compile(r"^(?:over|up to|nearly|~)\s*")


def of_machines(name: str, page: str) -> Iterator[str]:
    """What search engines, scholars' indexes and those who cite take from a page."""
    yield html.unescape(found_in(page, r"<title>(.*?)</title>")[1])
    yield from map(html.unescape, re.findall(r'<meta [^>]*content="([^"]*)"', page))
    for linked in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        yield from texts_of(json.loads(linked))
    yield from map(html.unescape, re.findall(r'<pre tabindex="0">(.*?)</pre>', page, re.DOTALL))
    data = (published() / name).with_suffix(".json")
    if data.parent.name == "claims":
        yield from texts_of(json.loads(data.read_bytes())["citation"])


def texts_of(content: object) -> Iterator[str]:
    if isinstance(content, dict | list):
        for one in content.values() if isinstance(content, dict) else content:
            yield from texts_of(one)
    elif isinstance(content, str):
        yield content


def test_no_page_gives_a_disputed_figure_of_the_article_as_the_report_s_own() -> None:
    seen = 0
    ledgers = {id_: json.loads(text(f"editions/{id_}/ledger.json"))["claims"] for id_ in IDS}
    for name, page in pages_of(published()).items():
        edition_ = name.split("/")[1] if name.startswith("editions/2") else NEWEST
        disputed = [
            HEDGE.sub("", entry["article"]["display"])
            for entry in ledgers[edition_].values()
            if entry["verdict"] in DISPUTED
        ]
        assert len(disputed) >= 8
        for said in of_machines(name, page):
            for figure in disputed:
                for match in re.finditer(rf"(?<![\d.,]){re.escape(figure)}", said):
                    seen += 1
                    assert re.search(r"[Tt]he article(?:'s|:| )[^.;]*$", said[: match.start()]), (name, said)
    assert seen > 100
