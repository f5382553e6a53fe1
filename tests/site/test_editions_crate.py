"""An edition as one archive for a repository: an RO-Crate that says what it holds, always the same bytes."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pivot.cli import main
from pivot.files import sha256
from pivot.publish.archive import reader
from pivot.publish.archive.crate import write
from tests.editions import NEWEST, published, repository

VALIDATOR = shutil.which("rocrate-validator")  # its own environment: it pins an older rich than ours


def crate(path: Path) -> dict[str, bytes]:
    issue = reader.by_evidence(reader.released(reader.opened(published())))[-1]
    assert write(issue, path) == path.stat().st_size
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    return crate(tmp_path / "edition.zip")


@cache
def _manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (published() / f"editions/{NEWEST}/manifest.json").read_text("utf-8")
    )
    return content


def test_it_holds_the_evidence_at_its_own_paths_the_ledger_and_the_pdf(files: dict[str, bytes]) -> None:
    snapshots = _manifest()["snapshots"]
    assert len(snapshots) > 25
    assert {path: sha256(files[path]) for path in snapshots} == snapshots
    home = published() / "editions" / NEWEST
    for name in ("ledger.json", "ledger.schema.json", "report.pdf", "manifest.json"):
        assert files[name] == (home / name).read_bytes()


def test_its_metadata_describes_every_file_and_nothing_else(files: dict[str, bytes]) -> None:
    graph = {one["@id"]: one for one in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    described = {id_ for id_, one in graph.items() if one["@type"] == "File"}
    assert described == set(files) - {"ro-crate-metadata.json"}
    for name in described:
        assert graph[name]["sha256"] == sha256(files[name])
        assert graph[name]["contentSize"] == str(len(files[name]))
    root = graph["./"]
    assert {part["@id"] for part in root["hasPart"]} == described
    assert root["version"] == NEWEST
    edition = _manifest()["edition"]
    assert root["datePublished"] == edition["published"] != edition["as_of"]  # when it came out
    assert NEWEST in root["creditText"]
    assert graph[root["license"]["@id"]]["name"]
    made = graph[root["mentions"]["@id"]]
    assert {one["@id"] for one in made["result"]} == {"ledger.json", "report.pdf"}
    assert _manifest()["code"]["sha256"] in graph[made["instrument"]["@id"]]["description"]


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    crate(tmp_path / "a.zip")
    crate(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_command_writes_it_beside_the_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["release", "2026-05-08", "--into", str(tmp_path / "site"), "--crate", str(tmp_path / "one.zip")]
    assert main(["--root", str(repository()), *asked, "--renderer", "embedded"]) == 0
    out = capsys.readouterr().out
    assert "release 1, SHA-256" in out
    assert f"crate  {tmp_path / 'one.zip'}" in out
    assert zipfile.is_zipfile(tmp_path / "one.zip")


@pytest.mark.slow
@pytest.mark.skipif(VALIDATOR is None, reason="the RO-Crate validator is not installed here")
def test_it_passes_the_validator(tmp_path: Path) -> None:
    assert VALIDATOR is not None
    crate(tmp_path / "edition.zip")
    asked = [VALIDATOR, "-y", "--disable-color", "validate", "-p", "ro-crate-1.3", "-l", "required"]
    found = subprocess.run(
        [*asked, str(tmp_path / "edition.zip")], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
