"""The real report, built whole: the same bytes anywhere, every link resolves, failed builds harm nothing."""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.report import ARTICLE
from pivot.cli import main
from pivot.names import SITE
from pivot.prose.book import Book
from pivot.prose.labels import labels
from tests.conftest import NEWEST, ROOT, ledger_of
from tests.editions import repository
from tests.report import built_before, report


class _Page(HTMLParser):
    """Ids and links of a page, and its pictures' words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.alts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            assert found["id"] not in self.ids, f"the id {found['id']} stands twice"
            self.ids.add(found["id"])
        self.links += [found[name] for name in ("href", "src") if name in found]
        if tag == "img":
            self.alts.append(found.get("alt", ""))


def pages(site: Path) -> dict[str, _Page]:
    return {
        path.relative_to(site).as_posix(): _Page(path.read_text("utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


def files(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def test_two_builds_in_two_folders_give_the_same_bytes() -> None:
    first, second = files(report("a")), files(report("quite/another folder"))
    assert len(first) > 40
    assert {name for name in first if first[name] != second.get(name)} == set()
    assert set(first) == set(second)


def test_every_link_inside_the_site_resolves() -> None:
    site = report()
    found = pages(site)
    checked = 0
    for name, page in found.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            assert not target.startswith("/"), f"{name}: {link} works only at the root of a host"
            path = (site / name).parent / target if target else site / name
            assert path.resolve().is_file(), f"{name}: {link}"
            if anchor and path.suffix == ".html":
                assert anchor in found[path.resolve().relative_to(site.resolve()).as_posix()].ids, (
                    f"{name}: {link}"
                )
            checked += 1
    assert checked > 800


def test_every_claim_is_linked_from_a_chapter_and_has_an_account() -> None:
    found = pages(report())
    ledger = found["chapters/ledger.html"]
    linked = {
        link.partition("#")[2].removeprefix("claim-").removeprefix("claim.").removeprefix("verdict.")
        for name, page in found.items()
        if name != "chapters/ledger.html"
        for link in page.links
        if "ledger.html#" in link
    }
    ids = set(ledger_of(NEWEST).entries)
    assert len(ids) == len(ARTICLE.claims)
    assert {id_ for id_ in ids if f"claim-{id_}" not in ledger.ids} == set()
    assert ids - linked == set()


def test_nothing_is_left_unfilled() -> None:
    for name, text in files(report()).items():
        if name.endswith((".html", ".json")):
            assert b"{{<" not in text, name
            assert b"\xe2\x9f\xa6" not in text, name


def test_every_picture_has_words_of_its_own() -> None:
    alts = [alt for page in pages(report()).values() for alt in page.alts]
    assert len(alts) >= 9
    assert all(len(alt) > 60 for alt in alts)


def test_the_ledger_is_published_with_the_sentences() -> None:
    ledger = json.loads((report() / "ledger.json").read_text("utf-8"))
    assert ledger["as_of"] == str(NEWEST)
    assert all(claim["sentences"] for claim in ledger["claims"].values())
    assert (report() / "ledger.schema.json").is_file()


def test_the_evidence_is_published_as_it_is() -> None:
    shipped, found = files(report()), files(ROOT / "data-snapshots")
    assert len(found) > 25
    for name, data in found.items():
        assert shipped[f"data-snapshots/{name}"] == data
    for page in ("chapters/ledger.html", "chapters/sources.html"):
        links = {link for link in pages(report())[page].links if link.startswith("../data-snapshots/")}
        assert len(links) > 8, page
    linked = {link.removeprefix("../data-snapshots/") for link in links}
    assert linked == set(found), "a file that no page links would stand twice in the archive"


def test_every_page_links_the_ledger_its_schema_and_the_licence() -> None:
    for name in ("index.html", "chapters/overview.html"):
        foot = (report() / name).read_text("utf-8").partition('<footer class="foot">')[2]
        up = "../" * name.count("/")
        for target in ("ledger.json", "ledger.schema.json", "LICENSE.txt"):
            assert f'href="{up}{target}"' in foot
        assert "editions" not in foot
    assert (report() / "LICENSE.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A repository with a good site in it, to fail a second build."""
    root = built_before(tmp_path / "repository", repository())
    shutil.copytree(report(), root / SITE)
    return root


def _prose(change: Callable[[str], str]) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        chapter = root / "chapters/security.qmd"
        chapter.write_text(change(chapter.read_text("utf-8")), "utf-8")

    return apply


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "an unknown id": (
        _prose(lambda text: text + "\nA {{< var claim.no-such >}} number.\n"),
        r"chapters/security\.qmd:\d+",
    ),
    "an unknown reference": (
        _prose(lambda text: text + "\nSee @fig-nothing.\n"),
        r"chapters/security\.qmd:\d+",
    ),
    "an unknown citation": (_prose(lambda text: text + "\nSee [@nobody1999].\n"), "nobody1999"),
    "a missing picture": (
        _prose(lambda text: text + "\n![No.](/figures/no.svg){#fig-no fig-alt='no'}\n"),
        r"chapters/security\.qmd:\d+",
    ),
    "a missing include": (
        _prose(lambda text: text + "\n{{< include no.md >}}\n"),
        r"chapters/security\.qmd:\d+",
    ),
    "broken YAML": (
        lambda root: (root / "_quarto.yml").write_text("book: [", "utf-8"),
        r"_quarto\.yml:\d: broken YAML",
    ),
    "a missing chapter": (lambda root: (root / "chapters/security.qmd").unlink(), r"security\.qmd"),
    "a changed byte of evidence": (
        lambda root: (root / "data-snapshots/btc-price/2026-10-08.csv").write_text("date", "utf-8"),
        r"btc-price/2026-10-08\.csv",
    ),
    "editions that are not TOML": (
        lambda root: (root / "editions.toml").write_text("=", "utf-8"),
        "editions.toml",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_failed_build_says_where_and_leaves_the_last_good_site(
    name: str, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks, expected = BREAKS[name]
    before = files(built / SITE)
    breaks(built)
    assert main(["--root", str(built), "build", "--renderer", "embedded"]) in (1, 2)
    err = capsys.readouterr().err
    assert re.search(expected, err), err
    assert "Traceback" not in err
    assert files(built / SITE) == before


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
def test_a_place_that_can_not_be_written(
    number: int, built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(built / SITE)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(
            number, "No space left on device" if number == errno.ENOSPC else "Read-only file system", "_site"
        )

    monkeypatch.setattr(shutil, "copytree", refuse)
    assert main(["--root", str(built), "build", "--renderer", "embedded"]) == 2
    err = capsys.readouterr().err
    assert "the output could not be written" in err
    assert "--out" in err
    assert files(built / SITE) == before


def test_nothing_is_done_when_nothing_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = built_before(tmp_path / "repository")
    build = ["--root", str(root), "build", "--as-of", "2026-08-21", "--renderer", "embedded"]
    assert main(build) == 0
    assert "built in" in capsys.readouterr().out
    assert main(build) == 0
    assert "nothing changed" in capsys.readouterr().out
    (root / SITE / "index.html").write_text("tampered", "utf-8")
    assert main(build) == 0
    assert "built in" in capsys.readouterr().out
    assert "tampered" not in (root / SITE / "index.html").read_text("utf-8")


def test_references_read_in_a_sentence_as_they_read_on_the_page() -> None:
    known = labels(Book.load(ROOT).chapters)
    found = [
        (anchor, text)
        for path in report().rglob("*.html")
        for anchor, text in re.findall(
            r'<a href="[^"#]*#([^"]*)" class="xref">([^<]*)</a>', path.read_text("utf-8")
        )
    ]
    written = [(anchor, text) for anchor, text in found if not anchor.startswith("sec-source-")]
    assert len(written) > 40  # the others stand in tables that are generated, and are no sentences
    assert [(anchor, text) for anchor, text in written if known[anchor].text != text] == []
