"""`pivot verify`: an untouched site passes, and each kind of tampering is found, in a folder and in a zip."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.report import ARTICLE
from pivot.cli import main
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.publish.archive import Verification, release, verify
from pivot.publish.archive.findings import by_kind
from tests.conftest import ROOT
from tests.editions import FIRST, IDS, NEWEST, SECOND, Forger, contents, draft, published


def found(site: Path, **options: bool | str) -> dict[str, int]:
    return by_kind(verify(site, **options).findings)  # type: ignore[arg-type]


def wheres(seen: Verification, kind: str) -> list[str]:
    return [one.where for one in seen.findings if one.kind == kind]


@pytest.fixture
def forger(tmp_path: Path) -> Forger:
    return Forger(tmp_path / "site")


def test_an_untouched_site_passes_and_says_how_much_was_checked() -> None:
    seen = verify(published(), article=ARTICLE, recompute=True)
    assert seen.findings == ()
    assert seen.checked["editions"] == len(IDS)
    assert seen.checked["files"] == len(contents(published())) - 1  # all but the root's own list
    assert seen.checked["bytes"] > 5_000_000
    assert seen.checked["snapshots"] > 60
    assert seen.checked["statements"] == len(IDS)
    assert seen.checked["numbers"] > 4_000
    assert seen.checked["root"] > 100
    assert seen.checked["recomputed"] > 2_000
    assert seen.checked["charts"] == (len(ARTICLE.charts) * 5 + 4) * len(IDS)  # drawings, data; values
    assert seen.newest == sha256((published() / f"editions/{NEWEST}/manifest.json").read_bytes())
    assert verify(published(), known=seen.newest.upper()).findings == ()


def test_the_provenance_of_each_edition_is_a_statement_in_toto() -> None:
    """Held to the two specifications by hand: every output and every input has a name and its SHA-256."""
    for id_ in IDS:
        statement = json.loads((published() / f"provenance/{id_}.json").read_text("utf-8"))
        assert (statement["_type"], statement["predicateType"]) == (
            "https://in-toto.io/Statement/v1",
            "https://slsa.dev/provenance/v1",
        )
        outputs = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
        assert len(outputs) > 100
        for name, digest in outputs.items():
            assert sha256((published() / name).read_bytes()) == digest
        assert f"editions/{id_}/report.pdf" in outputs
        definition = statement["predicate"]["buildDefinition"]
        inputs = definition["resolvedDependencies"]
        evidence = {one["name"]: one["digest"]["sha256"] for one in inputs if "name" in one}
        for name, digest in evidence.items():
            if name.startswith("data-snapshots/"):
                assert sha256((ROOT / name).read_bytes()) == digest
        assert {"code", "prose", "data-snapshots/SHA256SUMS"} <= {*evidence}
        assert len(evidence) > 40
        assert any(one.get("uri", "").startswith("pkg:pypi/pandas@") for one in inputs)
        assert statement["predicate"]["runDetails"]["builder"]["id"]


@pytest.mark.parametrize("part", ["subject", "resolvedDependencies", ""])
def test_a_provenance_that_its_manifest_does_not_bear_out(part: str, forger: Forger) -> None:
    """Also by other code than that which made it, which knows only what the statement says."""
    name = f"provenance/{FIRST}.json"

    def forge(content: dict[str, Any]) -> None:
        definition = content["predicate"]["buildDefinition"]
        if part:
            {**content, **definition}[part][0]["digest"]["sha256"] = "0" * 64
        else:
            content["subject"] = None

    forger.json(name, forge)
    forger.cover(root_only=True)
    assert found(forger.site) == {"provenance": 1}


def test_a_changed_page(forger: Forger) -> None:
    name = f"editions/{FIRST}/chapters/limits.html"
    forger.edit(name, "limits", "merits")
    seen = verify(forger.site)
    assert by_kind(seen.findings) == {"changed": 1}
    assert wheres(seen, "changed") == [name]


def test_a_changed_page_at_the_root(forger: Forger) -> None:
    forger.edit("feed.xml", "Evidence", "Opinion")
    assert found(forger.site) == {"changed": 1}


def test_a_missing_file(forger: Forger) -> None:
    (forger.site / f"editions/{FIRST}/report.pdf").unlink()
    assert found(forger.site) == {"missing": 1}


ROOT_FORGERIES = {
    "the front page": ("index.html", b"<h1", b"<h2"),
    "its words": ("index.html", b" miners", b" makers"),
    "a link of it": ("index.html", b'href="chapters/overview.html"', b'href="https://e.x/overview.html"'),
    "a script in it": ("index.html", b"</head>", b"<script>1</script></head>"),
    "the PDF": ("report.pdf", b"%PDF", b"%PdF"),
    "the ledger": ("ledger.json", b"7.7%", b"7.8%"),
    "the versions": ("versions.json", b"2026-08-21", b"2026-08-22"),
    "the feed": ("feed.xml", b"Evidence", b"Opinion"),
    "what moved": ("revisions.html", b"What moved", b"What stood"),
    "a claim's address": ("latest/claims/difficulty-drop.html", NEWEST.encode(), FIRST.encode()),
    "a claim's data": ("latest/claims/difficulty-drop.json", b"7.7%", b"7.8%"),
    "robots": ("robots.txt", b"Allow", b"Disallow"),
    "the provenance": (f"provenance/{FIRST}.json", b"embedded", b"quarto"),
}


@pytest.mark.parametrize("name", ROOT_FORGERIES)
def test_a_root_forged_with_its_hash_put_right(name: str, forger: Forger) -> None:
    """All of it follows from the editions, whatever its own list says."""
    file, old, new = ROOT_FORGERIES[name]
    data = (forger.site / file).read_bytes()
    assert old in data
    (forger.site / file).write_bytes(data.replace(old, new, 1))
    forger.cover(root_only=True)
    seen = verify(forger.site, article=ARTICLE)
    assert wheres(seen, "root") == [file]
    assert set(by_kind(seen.findings)) <= {"root", "number"}


def test_the_root_of_a_site_that_other_code_made(forger: Forger) -> None:
    """What its pages say and where they lead is compared, and what is a copy; the rest is said to be open."""
    for name in ("index.html", "revisions.html"):
        forger.edit(name, "<h1", '<h1 data-x="1"')
    forger.cover(root_only=True)
    seen = verify(forger.site)
    assert seen.findings == ()
    (note,) = [one for one in seen.notes if "other code" in one]
    assert "index.html" in note
    assert "revisions.html" in note
    forger.edit("index.html", " miners", " makers")
    (forger.site / "report.pdf").write_bytes(b"%PDF-1.7 forged")
    forger.cover(root_only=True)
    assert sorted(wheres(verify(forger.site), "root")) == ["index.html", "report.pdf"]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: root.update(newest=FIRST),
        lambda root: root["editions"].reverse(),
        lambda root: root.update(schema=2),
        lambda root: root["files"].update({"more.html": sha256(b"x")}),
    ],
    ids=["another newest", "another order", "another schema", "a page of no edition"],
)
def test_a_forged_list_of_the_root(change: Callable[[dict[str, Any]], object], forger: Forger) -> None:
    forger.json("manifest.json", change)
    (forger.site / "more.html").write_bytes(b"x")
    assert found(forger.site)["root"] == 1


def test_an_extra_file(forger: Forger) -> None:
    (forger.site / "editions" / SECOND / "claims/invented.html").write_text("7.7%", "utf-8")
    (forger.site / ".git").mkdir()
    (forger.site / ".git/HEAD").write_text("x", "utf-8")  # the history of a published branch is no part of it
    seen = verify(forger.site)
    assert "unchecked: .git, the history of a published branch" in seen.notes
    assert by_kind(seen.findings) == {"extra": 1}
    assert wheres(seen, "extra") == [f"editions/{SECOND}/claims/invented.html"]


def test_a_link_out_of_the_site_is_no_file_of_it(forger: Forger, tmp_path: Path) -> None:
    page = forger.site / "revisions.html"
    shutil.copy(page, tmp_path / "outside.html")
    page.unlink()
    page.symlink_to(tmp_path / "outside.html")
    assert found(forger.site) == {"missing": 1, "link": 1}


def test_an_edition_rewritten_with_its_manifest_breaks_the_chain(forger: Forger) -> None:
    name = f"editions/{FIRST}/chapters/limits.html"
    forger.edit(name, "limits", "merits")
    forger.json(
        forger.manifest_name(FIRST), lambda content: content["files"].update({name: forger.sha256(name)})
    )
    seen = verify(forger.site)
    assert by_kind(seen.findings) == {"changed": 1, "chain": 1, "provenance": 2, "root": 1}
    told = f"provenance/{FIRST}.json, "
    assert wheres(seen, "provenance") == [told + name, told + forger.manifest_name(FIRST)]
    assert wheres(seen, "chain") == [f"editions/{SECOND}/manifest.json"]
    forger.cover(root_only=True)
    assert found(forger.site)["chain"] == 1


def test_an_edition_taken_out_of_the_middle_breaks_the_chain(forger: Forger) -> None:
    shutil.rmtree(forger.site / "editions" / SECOND)
    kinds = found(forger.site)
    assert kinds["chain"] >= 1
    assert kinds["rollback"] == 1
    assert kinds["missing"] >= 1


def test_a_forked_chain(forger: Forger) -> None:
    """Two editions that both follow the first."""
    first = forger.sha256(forger.manifest_name(FIRST))
    forger.json(
        forger.manifest_name(NEWEST),
        lambda content: content["previous"].update({"edition": FIRST, "manifest": first}),
    )
    forger.cover(root_only=True)
    seen = verify(forger.site)
    assert by_kind(seen.findings) == {"fork": 1, "provenance": 1}
    assert [one.got for one in seen.findings if one.kind == "fork"] == [f"{SECOND} and {NEWEST}"]
    assert wheres(seen, "provenance") == [f"provenance/{NEWEST}.json, {forger.manifest_name(NEWEST)}"]


def test_a_chain_rolled_back_by_hand(forger: Forger) -> None:
    shutil.rmtree(forger.site / "editions" / NEWEST)
    assert found(forger.site)["rollback"] == 1


def test_a_chain_rolled_back_whole_is_found_by_who_has_seen_it(forger: Forger, tmp_path: Path) -> None:
    """A site as it was before the newest edition is in itself in order."""
    known = verify(forger.site).newest
    old = tmp_path / "old"
    release(old, draft(FIRST))
    assert found(old) == {}
    assert found(old, known=known) == {"rollback": 1}


def test_a_snapshot_that_differs(forger: Forger) -> None:
    digest = forger.manifest(NEWEST)["snapshots"]["data-snapshots/btc-price/2026-10-08.csv"]
    (forger.site / f"files/{digest}.csv").write_text("date,close_usd,series\n", "utf-8")
    seen = verify(forger.site)
    assert by_kind(seen.findings) == {"changed": 1, "snapshot": len(IDS)}
    assert all("btc-price/2026-10-08.csv" in where for where in wheres(seen, "snapshot"))


def test_a_snapshot_exchanged_with_every_hash_made_to_fit(forger: Forger) -> None:
    """The ledger still says which bytes its numbers come from, and so does SHA256SUMS."""
    path = "data-snapshots/btc-price/2026-10-08.csv"
    old = forger.manifest(NEWEST)["snapshots"][path]
    data = (forger.site / f"files/{old}.csv").read_bytes() + b"2026-10-09,1.0,kraken\n"
    new = sha256(data)
    (forger.site / f"files/{new}.csv").write_bytes(data)
    for edition in IDS:

        def exchange(content: dict[str, dict[str, str]]) -> None:
            content["snapshots"][path] = new
            content["files"][f"files/{new}.csv"] = new

        forger.json(forger.manifest_name(edition), exchange)
    forger.cover()
    seen = verify(forger.site)
    assert set(by_kind(seen.findings)) == {"snapshot"}
    assert any("used by" in where for where in wheres(seen, "snapshot"))
    assert sum("used by" not in where for where in wheres(seen, "snapshot")) == len(IDS)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (f"editions/{FIRST}/chapters/overview.html", ">second-largest<", ">largest<"),
        (f"editions/{FIRST}/chapters/ledger.html", ">second-largest<", ">largest<"),
        (f"editions/{FIRST}/claims/difficulty-drop-rank-year.html", ">second-largest<", ">largest<"),
        (f"editions/{NEWEST}/claims/difficulty-drop-rank-year.html", ">second-largest<", ">largest<"),
        (f"editions/{FIRST}/claims/difficulty-drop-rank-year.json", '"second-largest"', '"largest"'),
        ("chapters/overview.html", ">third-largest<", ">largest<"),
        ("revisions.html", ">second-largest<", ">largest<"),
    ],
    ids=["a chapter", "the ledger page", "its page", "a history", "its JSON", "the root", "the revisions"],
)
def test_a_number_that_the_ledger_does_not_give(name: str, old: str, new: str, forger: Forger) -> None:
    forger.edit(name, old, new)
    at_root = not name.startswith("editions/")
    forger.cover(root_only=at_root)
    seen = verify(forger.site, article=ARTICLE)
    assert by_kind(seen.findings) == {"number": 1} | ({"root": 1} if at_root else {})
    assert seen.findings[0].where.startswith(name)
    assert seen.findings[0].got == "largest"


BROKEN: dict[str, tuple[Callable[[Forger], object], str]] = {
    "a manifest that is no JSON": (
        lambda forger: (forger.site / forger.manifest_name(SECOND)).write_text("{", "utf-8"),
        "changed",
    ),
    "a manifest that lacks a key": (
        lambda forger: forger.json(forger.manifest_name(SECOND), lambda content: content.pop("files")),
        "changed",
    ),
    "a manifest of another edition": (
        lambda forger: shutil.copy(
            forger.site / forger.manifest_name(FIRST), forger.site / forger.manifest_name(SECOND)
        ),
        "changed",
    ),
    "a root without its list": (lambda forger: (forger.site / "manifest.json").unlink(), "missing"),
    "a root whose list is no JSON": (
        lambda forger: (forger.site / "manifest.json").write_text("[]", "utf-8"),
        "changed",
    ),
    "a ledger that is no JSON": (
        lambda forger: (forger.site / f"editions/{FIRST}/ledger.json").write_text("no", "utf-8"),
        "changed",
    ),
    "a ledger that is gone": (
        lambda forger: (forger.site / f"editions/{FIRST}/ledger.json").unlink(),
        "missing",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_can_not_be_read_is_found_and_not_tripped_over(name: str, forger: Forger) -> None:
    harm, kind = BROKEN[name]
    harm(forger)
    assert kind in found(forger.site)


def zipped(site: Path, path: Path, top: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents(site).items():
            archive.writestr(top + name, data)
    return path


@pytest.mark.parametrize("top", ["", "site-2026/"])
def test_a_zip_is_checked_as_the_folder_is(top: str, forger: Forger, tmp_path: Path) -> None:
    whole = verify(zipped(forger.site, tmp_path / "whole.zip", top))
    assert whole.findings == ()
    assert whole.checked == verify(forger.site).checked
    forger.edit(f"editions/{FIRST}/chapters/limits.html", "limits", "merits")
    (forger.site / "more.txt").write_text("x", "utf-8")
    assert found(zipped(forger.site, tmp_path / "harmed.zip", top)) == {"changed": 1, "extra": 1}


def test_a_zip_with_a_file_beside_the_site(tmp_path: Path) -> None:
    path = zipped(published(), tmp_path / "site.zip", "site/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("beside.txt", "x")
    assert found(path) == {"extra": 1}


def test_a_zip_that_holds_a_name_twice_decides_nothing(tmp_path: Path) -> None:
    path = zipped(published(), tmp_path / "site.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("index.html", "x")
    with pytest.raises(ReportError, match="one name twice"):
        verify(path)


@pytest.mark.parametrize("kind", ["nothing", "a folder", "a file"])
def test_what_is_no_site_can_not_be_decided(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "place"
    if kind == "a folder":
        place.mkdir()
    elif kind == "a file":
        place.write_text("x", "utf-8")
    assert main(["verify", str(place)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_command_tells_what_it_found(forger: Forger, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(forger.site)]) == 0
    out = capsys.readouterr().out
    assert "every file and every number as published" in out
    assert "checked 4 editions" in out
    forger.edit(f"editions/{FIRST}/chapters/limits.html", "limits", "merits")
    assert main(["verify", str(forger.site), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["findings"][0]["kind"] == "changed"
    assert told["checked"]["editions"] == 4
