"""An evaluation is made again when something that it follows from changed, and not when a sentence did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pivot import evaluation
from pivot.article import article_of
from pivot.publish.prepared import Prepared, draw, prepare
from pivot.publish.render import silent
from tests.conftest import NEWEST
from tests.report import copy_repository

WORK = Path(".pivot/build") / str(NEWEST)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_repository(tmp_path_factory.mktemp("evaluation") / "report")


@pytest.fixture
def made(repository: Path) -> Prepared:
    """What is kept when a test starts."""
    found = prepare(repository, NEWEST, silent)
    draw(repository, found, silent)
    return found


def again(root: Path) -> tuple[Prepared, bool]:
    """The next evaluation, and whether it was made."""
    steps: list[str] = []
    found = prepare(root, NEWEST, lambda step, *_: steps.append(step))
    return found, bool(steps)


def test_what_was_kept_is_what_was_made(repository: Path, made: Prepared) -> None:
    files = {path: path.read_bytes() for path in (repository / WORK).rglob("*.*")}
    kept, anew = again(repository)
    draw(repository, kept, silent)
    assert not anew
    assert not kept.evaluation
    assert (kept.inputs, kept.broken) == (made.inputs, made.broken)
    assert kept.published(repository) == made.published(repository)
    assert files == {path: path.read_bytes() for path in (repository / WORK).rglob("*.*")}
    assert len(files) > 35


def test_a_new_sentence_is_published_without_evaluating(repository: Path, made: Prepared) -> None:
    chapter = repository / "chapters/limits.qmd"
    chapter.write_text(
        f"{chapter.read_text('utf-8')}\nNew: {{{{< var claim.difficulty-drop >}}}}.\n", "utf-8"
    )
    kept, anew = again(repository)
    told = json.loads(kept.published(repository))["claims"]["difficulty-drop"]["sentences"]
    assert not anew
    assert told[-1]["text"] == f"New: {made.inputs.variables['claim.difficulty-drop']}."


def test_what_was_evaluated_before_is_told_without_reading_evidence(
    repository: Path, made: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ledger, texts, tables and accounts of another process, and of this one, are the same."""
    article = article_of(repository)
    fresh = made.evaluation or evaluation.evaluate(article, repository, NEWEST)
    accounts = {id_: fresh.account(id_) for id_ in ("difficulty-drop", "ai-contracts")}
    evaluation._evaluation.cache_clear()
    monkeypatch.setattr(type(article), "vintage", lambda *_: pytest.fail("evidence was read"))
    again = evaluation.evaluate(article, repository, NEWEST)
    assert again is not fresh
    assert again.ledger == fresh.ledger
    assert [*again.ledger.entries] == [*article.claims]
    assert (again.texts, again.blocks) == (fresh.texts, fresh.blocks)
    assert {id_: again.account(id_) for id_ in accounts} == accounts
    assert accounts["difficulty-drop"].inputs[0].rows


def _change_evidence(root: Path, _: pytest.MonkeyPatch) -> None:
    note = root / "data-snapshots" / "README"
    note.write_text(f"{note.read_text('utf-8') if note.exists() else ''}changed\n", "utf-8")


def _change_code(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_running", lambda _: ("other code",))


def _damage(name: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def change(root: Path, _: pytest.MonkeyPatch) -> None:
        (root / WORK / name).write_bytes(b"{")

    return change


def _lose(name: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    return lambda root, _: (root / WORK / name).unlink()


@pytest.mark.parametrize(
    "change",
    [
        _change_evidence,
        _change_code,
        _damage("evaluated.json"),
        _damage("generated/ledger.md"),
        _damage("figures/difficulty.svg"),
        _lose("evaluated.json"),
        _lose("figures/difficulty.csv"),
    ],
)
def test_whatever_else_changed_evaluates_anew(
    change: Callable[[Path, pytest.MonkeyPatch], None],
    repository: Path,
    made: Prepared,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(repository, monkeypatch)
    found, anew = again(repository)
    draw(repository, found, silent)
    assert anew
    assert found.inputs == made.inputs
    assert (repository / WORK / "figures/difficulty.svg").read_bytes().startswith(b"<?xml")


def test_an_evaluation_that_was_not_drawn_is_not_kept(repository: Path, made: Prepared) -> None:
    _change_evidence(repository, pytest.MonkeyPatch())
    prepare(repository, NEWEST, silent)
    found, anew = again(repository)
    assert anew
    assert found.key != made.key
