"""Where a site is put: never over something that is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pivot.cli import main
from tests.report import copy_repository, report
from tests.unit.snapshots import tree


@pytest.mark.parametrize("name", [".", "chapters", "README.md", "foreign", "published"])
def test_a_build_replaces_nothing_that_is_no_site(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_repository(tmp_path / "repository")
    (root / "README.md").write_text("keep me", "utf-8")
    (root / "foreign").mkdir()
    (root / "foreign" / "index.html").write_text("somebody's page", "utf-8")
    shutil.copytree(report(), root / "published")
    (root / "published" / ".git").mkdir()
    before = tree(root)
    assert main(["--root", str(root), "build", "--out", str(root / name)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("pivot: something else stands where the site would be put; it was left alone")
    assert "choose another folder with --out" in error
    assert tree(root) == before


def test_a_build_replaces_the_site_of_another_day(tmp_path: Path) -> None:
    """It reads as it read then."""
    root = copy_repository(tmp_path / "repository")
    shutil.copytree(report(), root / "site")
    assert "third-largest" in (root / "site/chapters/overview.html").read_text("utf-8")
    (root / "site" / "stale.html").write_text("", "utf-8")
    assert main(["--root", str(root), "build", "--as-of", "2026-05-08", "--out", str(root / "site")]) == 0
    assert not (root / "site" / "stale.html").exists()
    assert "second-largest" in (root / "site/chapters/overview.html").read_text("utf-8")
