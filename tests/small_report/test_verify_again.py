"""`pivot verify --recompute`: what a site shows is made again, or said to be unchecked with the reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pivot.cli import main
from pivot.files import canonical, sha256
from pivot.publish.archive import verify
from pivot.publish.archive.site_root import renew
from tests.small_report.test_verify_fuzz import Site, covered, manifests, read

Told = Callable[[], tuple[int, list[str], list[str]]]


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Path:
    """The repository with its site."""
    return Path(shutil.copytree(published.parent, tmp_path / "report"))


@pytest.fixture
def told(copied: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Verifies the copy with --recompute: exit code, findings and notes."""

    def run() -> tuple[int, list[str], list[str]]:
        exit_code = main(["--root", str(copied), "verify", str(copied / "_site"), "--recompute", "--json"])
        seen = json.loads(capsys.readouterr().out)
        return exit_code, [f"{one['kind']}: {one['where']}" for one in seen["findings"]], seen["notes"]

    return run


def forge(site: Path, change: Callable[[Site], None]) -> None:
    """Change files of editions, put every hash right, and derive the root from what is there then."""
    files = dict(read.__wrapped__(site))
    change(files)
    shutil.rmtree(site)
    for name, data in covered(files, root_only=False).items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)
    renew(site, None)


def in_manifests(change: Callable[[dict[str, Any]], object]) -> Callable[[Site], None]:
    """Change each manifest of an edition."""

    def changed(files: Site) -> None:
        for name in manifests(files):
            content = json.loads(files[name])
            change(content)
            files[name] = canonical(content)

    return changed


def test_pages_pdf_and_differences_are_made_again(copied: Path, told: Told) -> None:
    assert told() == (0, [], [])
    pdf, page = "editions/second/report.pdf", "editions/first/chapters/river.html"
    difference = "revisions/first--second.html"

    def change(files: Site) -> None:
        files[pdf] += b"%"
        for name in (page, difference):
            files[name] = files[name].replace(b"</h1>", b"!</h1>", 1)

    forge(copied / "_site", change)
    assert told() == (1, [f"recomputed: {name}" for name in (page, pdf, difference)], [])


def test_a_chart_drawn_otherwise_is_found_and_named(copied: Path, told: Told) -> None:
    """A picture bears its hash as its name, so a forger gives it another one and leads the pages there."""

    def change(files: Site) -> None:
        pictures = {name for name in files if name.endswith(".svg")}
        for old in pictures:
            data = files.pop(old).replace(b"</svg>", b"<g/></svg>")
            new = f"files/{sha256(data)}.svg"
            for name in [name for name in files if name.endswith((".html", "manifest.json"))]:
                files[name] = files[name].replace(old[6:].encode(), new[6:].encode())
            files[new] = data

    forge(copied / "_site", change)
    exit_code, findings, _ = told()
    assert exit_code == 1
    for edition in ("first", "second"):
        drawn = {one for one in findings if one.startswith(f"recomputed: {edition}: ")}
        assert len(drawn) == 4, findings  # in either palette, wide and narrow


def test_a_ledger_forged_with_every_hash_made_to_fit_is_found_by_recomputing(
    copied: Path, told: Told
) -> None:
    def change(files: Site) -> None:
        ledger = json.loads(files["editions/second/ledger.json"])
        ledger["claims"]["fall"]["ours"]["value"] = -9.9
        files["editions/second/ledger.json"] = canonical(ledger)
        claim = json.loads(files["editions/second/claims/fall.json"])
        claim["ours"]["value"] = -9.9
        files["editions/second/claims/fall.json"] = canonical(claim)

    forge(copied / "_site", change)
    assert verify(copied / "_site").findings == ()
    exit_code, findings, _ = told()
    assert exit_code == 1
    assert "recomputed: second: fall, value" in findings


REASONS: dict[str, tuple[Callable[[Site], None], str]] = {
    "library": (
        in_manifests(lambda content: content["made"]["libraries"].update(typst="0.0")),
        "made with typst 0.0, which is not here",
    ),
    "chapters": (
        in_manifests(lambda content: content["made"].update(prose="0" * 64)),
        "made from other chapters than those of this repository",
    ),
    "renderer": (in_manifests(lambda content: content["made"].update(renderer="quarto")), "made by quarto"),
    "code": (
        in_manifests(lambda content: content["code"].update(sha256="0" * 64)),
        "made by other code than this",
    ),
    "unsaid": (
        in_manifests(lambda content: content.pop("made")),
        "it does not say with which libraries it was made",
    ),
}


@pytest.mark.parametrize("what", REASONS)
def test_what_can_not_be_made_again_is_said_to_be_unchecked(what: str, copied: Path, told: Told) -> None:
    change, reason = REASONS[what]
    forge(copied / "_site", change)
    exit_code, findings, notes = told()
    assert (exit_code, findings) == (0, [])
    for edition in ("first", "second"):
        assert f"unchecked: pages and PDF of edition {edition}, {reason}" in notes
        assert (what == "code") == any(f"{edition} was made by other code than this" in one for one in notes)
    assert any(note.startswith("unchecked: revisions/first--second.html") for note in notes)
