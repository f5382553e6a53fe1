"""A checkout with other line ends publishes the same bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = Path(__file__).parents[2]

PUBLISHED = ("pivot/publish/assets/site.css", "pivot/publish/assets/site.js", "LICENSE")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


def test_what_is_published_as_it_is_keeps_its_line_ends_on_windows(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    for name in (*PUBLISHED, ".gitattributes"):
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_bytes((FOLDER / name).read_bytes())
    git(tmp_path, "init", "--quiet", str(origin))
    git(origin, "add", ".")
    git(origin, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "x")
    git(tmp_path, "clone", "--quiet", "-c", "core.autocrlf=true", str(origin), "windows")
    for name in PUBLISHED:
        assert (tmp_path / "windows" / name).read_bytes() == (FOLDER / name).read_bytes()
