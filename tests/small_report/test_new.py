"""`pivot new` writes a report that builds, checks and tests at once, and overwrites nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pivot.cli import main
from pivot.errors import OutputError
from pivot.new import START, new

Make = Callable[[str], subprocess.CompletedProcess[str]]


def test_all_of_the_start_is_written_with_the_engine(written: Path) -> None:
    start = {path.relative_to(START) for path in START.rglob("*") if path.is_file()}
    there = {path.relative_to(written) for path in written.rglob("*") if path.is_file()}
    assert {path for path in start if "__pycache__" not in path.parts} <= there
    assert {Path("pivot/cli.py"), Path("requirements.lock"), Path("_extensions/pivot/pivot.lua")} <= there
    assert len(start) > 25


@pytest.mark.slow
def test_its_two_commands_do_what_its_readme_says(make: Make, tmp_path: Path) -> None:
    built = make("report")
    assert built.returncode == 0, built.stdout + built.stderr
    assert (tmp_path / "whole/_site/index.html").is_file()
    assert (tmp_path / "whole/_site/report.pdf").read_bytes().startswith(b"%PDF")
    tested = make("test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "3 passed" in tested.stdout


@pytest.mark.parametrize("there", ["a file", "a folder with files"])
def test_what_stands_there_is_left_alone(there: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if there == "a file":
        place.write_text("mine", "utf-8")
    else:
        place.mkdir()
        (place / "mine").write_text("mine", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="left alone"):
        new(place)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    new(tmp_path)
    assert (tmp_path / "gauge/report.py").is_file()


def test_the_command_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    assert "make report && make test" in capsys.readouterr().out
    assert main(["new", str(tmp_path / "mine")]) == 2
    assert "choose another folder" in capsys.readouterr().err
