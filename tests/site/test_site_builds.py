"""One build after another: the same bytes, only what changed, nothing stale."""

from __future__ import annotations

import os
import resource
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from pivot.errors import OutputError
from pivot.prose.book import Book
from pivot.publish.embedded import EmbeddedRenderer
from pivot.publish.render import choose_renderer, silent
from tests.site.conftest import TINY, Built, tiny_inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.site.conftest import Workshop


def test_two_builds_in_two_folders_are_the_same(
    site: Built, fresh: Callable[[], EmbeddedRenderer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(TINY, tmp_path / "elsewhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    time.tzset()
    fresh().render(
        Book.load(tmp_path / "elsewhere/book"),
        tiny_inputs(tmp_path / "elsewhere/inputs"),
        tmp_path / "b",
        silent,
    )
    monkeypatch.undo()
    time.tzset()
    first, second = site.bytes(), Built(tmp_path / "b").bytes()
    assert len(first) == 16
    assert first.keys() == second.keys()
    for name, content in first.items():
        assert content == second[name], name


def test_no_file_names_the_machine(site: Built, tmp_path: Path) -> None:
    for name, content in site.bytes().items():
        assert str(tmp_path.parent).encode() not in content, name
        assert str(TINY).encode() not in content, name


def test_late_values_are_what_a_full_build_makes(
    workshop: Workshop, fresh: Callable[[], EmbeddedRenderer], tmp_path: Path
) -> None:
    workshop.build(tmp_path / "late")
    changed = tiny_inputs(
        workshop.inputs, claim__lake_level='9.9% "up"', report__ratio="70", verdict__boats="differs"
    )
    late = workshop.build(tmp_path / "late", changed)
    fresh().render(Book.load(workshop.root), changed, tmp_path / "full", silent)
    full = Built(tmp_path / "full")
    assert late.bytes() == full.bytes()
    assert "9.9%" in full.html("chapters/one.html")
    assert "<mn>70</mn>" in full.html("chapters/one.html")


def test_only_what_changed_is_written(workshop: Workshop, tmp_path: Path) -> None:
    built = workshop.build(tmp_path / "out")
    stamps = {name: (built.out / name).stat().st_mtime_ns for name in built.bytes()}
    workshop.build(built.out)
    assert stamps == {name: (built.out / name).stat().st_mtime_ns for name in built.bytes()}
    workshop.build(built.out, tiny_inputs(workshop.inputs, report__as_of="2026-06-30"))
    touched = {name for name in built.bytes() if (built.out / name).stat().st_mtime_ns != stamps[name]}
    assert touched == {"chapters/two.html", "assets/search-index.js", "report.pdf"}


def test_stale_files_and_folders_go(workshop: Workshop, tmp_path: Path) -> None:
    built = workshop.build(tmp_path / "out")
    (built.out / "old").mkdir()
    (built.out / "old/page.html").write_text("old", "utf-8")
    workshop.edit("_quarto.yml", "        - chapters/two.qmd\n", "")
    for line in ("[see @sec-two]", "; compare @tbl-years", "See [tables](two.qmd), [the fall]"):
        workshop.edit("chapters/one.qmd", line, "[the fall]" if "tables" in line else "")
    before = set(built.bytes())
    workshop.build(built.out)
    assert before - set(built.bytes()) == {"chapters/two.html", "old/page.html"}
    assert not (built.out / "old").exists()


def test_a_changed_figure_is_copied_and_set(workshop: Workshop, tmp_path: Path) -> None:
    built = workshop.build(tmp_path / "out")
    before = built.bytes()
    figure = workshop.inputs / "figures/level.svg"
    figure.write_text(figure.read_text("utf-8").replace("L120 40", "L120 90"), "utf-8")
    after = workshop.build(built.out).bytes()
    assert {name for name in after if after[name] != before[name]} == {"figures/level.svg", "report.pdf"}


def test_chapters_compiled_ahead_are_not_compiled_again(
    workshop: Workshop, fresh: Callable[[], EmbeddedRenderer], tmp_path: Path
) -> None:
    renderer, book, inputs = fresh(), Book.load(workshop.root), tiny_inputs(workshop.inputs)
    renderer.prepare(book, inputs)
    steps: list[tuple[str, int, int]] = []
    renderer.render(book, inputs, tmp_path / "out", lambda *step: steps.append(step))
    assert steps == [
        ("chapters", 0, 5), ("chapters", 5, 5), ("site", 0, 1), ("site", 1, 1), ("pdf", 0, 1), ("pdf", 1, 1),
    ]  # fmt: skip


def test_a_damaged_cache_does_no_harm(workshop: Workshop, site: Built, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for _ in range(2):
        with choose_renderer("embedded", cache) as renderer:
            renderer.render(Book.load(workshop.root), tiny_inputs(workshop.inputs), tmp_path / "out", silent)
        assert Built(tmp_path / "out").bytes() == site.bytes()
        files = list(cache.glob("*.json"))
        assert len(files) == 6
        for path in files:
            path.write_text("{", "utf-8")


def test_a_full_disk_is_one_clear_error(workshop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "out"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    built = workshop.build(tmp_path / "good")
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))  # no file may grow beyond this
    try:
        with pytest.raises(OutputError) as caught:
            workshop.build(out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "could not be written" in caught.value.what
    assert caught.value.got
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]
    assert built.bytes() == workshop.build(out).bytes()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_clear_error(workshop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    with pytest.raises(OutputError, match="could not be written"):
        workshop.build(out)
