"""The engine on an article that is not ours: no part of it knows what this one is about."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pivot.cli import main
from tests.small_report.conftest import Pivot

ROW = "1936,897\n"


def test_its_checks_pass_and_each_saw_something(pivot: Pivot) -> None:
    code, text = pivot("check", "--json")
    checks = json.loads(text)
    assert code == 0
    assert len(checks) == 12
    assert all(
        count for one in checks if one["name"] != "comparisons" for count in one["seen"].values() if count
    )
    assert [one["findings"] for one in checks] == [[]] * 12


def test_each_edition_has_its_numbers(pivot: Pivot) -> None:
    shown = {}
    for day in ("2026-11-24", "2026-11-25"):
        code, text = pivot("numbers", "--json", "--as-of", day)
        assert code == 0
        shown[day] = {id_: one["ours"]["display"] for id_, one in json.loads(text)["claims"].items()}
    assert shown["2026-11-24"]["fall"] == "23.4%"
    assert shown["2026-11-25"]["fall"] == "22.6%"
    assert shown["2026-11-24"]["flow-before"] == shown["2026-11-25"]["flow-before"]


def test_a_claim_is_explained_from_the_sentence_to_the_code(pivot: Pivot) -> None:
    code, text = pivot("explain", "fall")
    assert code == 0
    assert "gauge/claims/river.py:" in text
    assert "That is a fall of 22.6%" in text
    assert "G. W. Cobb" in text


def test_a_difference_says_what_moved(pivot: Pivot) -> None:
    code, text = pivot("diff", "first", "second", "--format", "json")
    report = json.loads(text)
    assert code == 1
    assert {one["id"] for one in report["numbers"]} == {"flow-after", "fall"}
    assert [row["name"] for row in report["rows"] if row["state"] == "changed"] == ["years"]
    assert pivot("diff", "second", "second")[0] == 0


def test_a_guard_that_breaks_is_told_by_name(small: Path, pivot: Pivot) -> None:
    """With the river's first years halved there is no fall, and the sentences that say so are found."""
    table = small / "data-snapshots/nile-discharge/2026-11-25.csv"
    rows = [line.split(",") for line in table.read_text("utf-8").splitlines()]
    halved = [[year, flow if year == "year" or int(year) > 1898 else "500"] for year, flow in rows]
    changed = small / "changed.csv"
    changed.write_text("".join(f"{','.join(row)}\n" for row in halved), "utf-8")
    words = (
        "--publisher",
        "p",
        "--url",
        "https://example.org/x",
        "--licence",
        "l",
        "--method",
        "transcribed",
        "--retrieved",
        "2026-11-26",
    )
    code, text = pivot("add", "nile-discharge", str(changed), "--vintage", "2026-11-26", *words)
    assert code == 0, text
    editions = small / "editions.toml"
    editions.write_text(
        editions.read_text("utf-8")
        .replace("as_of = 2026-11-25", "as_of = 2026-11-26")
        .replace('published = 2026-11-25\ntitle = "The whole', 'published = 2026-11-26\ntitle = "The whole'),
        "utf-8",
    )
    code, text = pivot("check")
    assert code == 1
    assert text.count("reads wrong as of 2026-11-26") == 3


@pytest.mark.slow
def test_editions_are_released_verified_and_found_out_when_forged(
    small: Path, pivot: Pivot, capsys: pytest.CaptureFixture[str]
) -> None:
    site = small.parent / "site"
    for id_ in ("first", "second"):
        code, text = pivot("release", id_, "--into", str(site), "--renderer", "embedded")
        assert code == 0, text
    assert pivot("verify", str(site), "--recompute")[0] == 0
    page = site / "editions/second/chapters/river.html"
    text = page.read_text("utf-8")
    assert text.count("22.6%") >= 1
    page.write_text(text.replace("22.6%", "32.6%"), "utf-8")
    assert main(["verify", str(site)]) == 1
    assert re.search("changed: editions/second/chapters/river.html", capsys.readouterr().out)


@pytest.mark.slow
def test_the_site_is_built_twice_alike_and_then_not_at_all(small: Path, pivot: Pivot) -> None:
    assert pivot("build", "--renderer", "embedded")[0] == 0
    files = {path: path.read_bytes() for path in (small / "_site").rglob("*") if path.is_file()}
    assert len(files) > 60
    assert "nothing changed" in pivot("build", "--renderer", "embedded")[1]
    chapter = small / "chapters/river.qmd"
    text = chapter.read_text("utf-8")
    chapter.write_text(text + "\nMore.\n", "utf-8")
    assert pivot("build", "--renderer", "embedded")[0] == 0
    chapter.write_text(text, "utf-8")
    assert pivot("build", "--renderer", "embedded")[0] == 0
    assert files == {path: path.read_bytes() for path in (small / "_site").rglob("*") if path.is_file()}


def test_a_book_without_an_article_is_told_what_to_write(small: Path, pivot: Pivot) -> None:
    book = small / "_quarto.yml"
    book.write_text(re.sub(r"(?m)^pivot:\n.*\n", "", book.read_text("utf-8")), "utf-8")
    code, text = pivot("numbers")
    assert code == 2
    assert "the book does not name its article" in text
    assert "article: MODULE" in text


def test_an_article_that_is_not_there_is_named(small: Path, pivot: Pivot) -> None:
    book = small / "_quarto.yml"
    book.write_text(book.read_text("utf-8").replace("gauge.report", "guage.report"), "utf-8")
    code, text = pivot("numbers")
    assert code == 2
    assert "the article can not be loaded" in text
    assert "guage" in text
