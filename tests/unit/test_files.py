"""How files and folders are written: whole or not at all, readable by all, never over what is not ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from pivot.errors import OutputError
from pivot.files import canonical, write_atomic, write_changed
from pivot.folders import OutputFolder, fill, refuse_foreign, replacing
from pivot.names import slug
from tests.unit.snapshots import tree


@pytest.fixture
def umask() -> Iterator[None]:
    """The mask that most systems set."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_what_is_written_may_be_read_by_everybody(tmp_path: Path) -> None:
    write_atomic(tmp_path / "deep/page.html", b"page")
    out = OutputFolder(tmp_path / "site")
    out.write("index.html", "home")
    fill(tmp_path / "figures", {"a.svg": "<svg/>"})
    modes = {
        path.name: path.stat().st_mode & 0o777
        for path in (tmp_path / "deep/page.html", tmp_path / "site/index.html", tmp_path / "figures/a.svg")
    }
    assert modes == dict.fromkeys(("page.html", "index.html", "a.svg"), 0o644)


def test_what_a_kill_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".page.html.part").write_text("half")
    write_atomic(tmp_path / "page.html", b"whole")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"page.html": "whole"}


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    write_changed(tmp_path / "a", b"same")
    before = (tmp_path / "a").stat().st_ino
    write_changed(tmp_path / "a", b"same")
    assert (tmp_path / "a").stat().st_ino == before
    write_changed(tmp_path / "a", b"else")
    assert (tmp_path / "a").read_bytes() == b"else"


def test_a_folder_is_replaced_once_it_is_whole(tmp_path: Path) -> None:
    site = tmp_path / "site"

    def replaced(text: str, *, fails: bool = False) -> None:
        with replacing(site) as new:
            new.mkdir()
            (new / text).write_text(text)
            if fails:
                raise ZeroDivisionError

    replaced("first")
    replaced("second")
    with pytest.raises(ZeroDivisionError):
        replaced("third", fails=True)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert [path.name for path in site.iterdir()] == ["second"]


@pytest.mark.parametrize(
    ("names", "keeps_hidden", "refused"),
    [
        ([], False, False),
        (["index.html", "other.txt"], False, False),
        (["other.txt"], False, True),
        ([".git/HEAD"], False, True),
        ([".git/HEAD"], True, False),
        (["index.html", ".git/HEAD"], False, True),
        (["index.html", ".git/HEAD"], True, False),
        (["other.txt", ".git/HEAD"], True, True),
    ],
)
def test_only_a_site_or_nothing_is_built_over(
    names: list[str], tmp_path: Path, *, keeps_hidden: bool, refused: bool
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="something else stands") if refused else nullcontext():
        refuse_foreign(tmp_path, frozenset({"index.html"}), keeps_hidden=keeps_hidden)
    assert tree(tmp_path) == before


def test_a_place_that_can_not_be_made_is_named_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError) as caught:
        write_atomic(tmp_path / "file" / "page.html", b"")
    assert caught.value.where == str(tmp_path / "file" / "page.html")
    assert "make room, or choose a folder" in caught.value.hint


def test_json_has_one_form() -> None:
    assert canonical({"b": (1, 2), "a": "ü"}) == '{\n "a": "ü",\n "b": [\n  1,\n  2\n ]\n}\n'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_text_as_a_class() -> None:
    assert slug("Reproduced, rounded") == "reproduced-rounded"
