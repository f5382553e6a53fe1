"""Editions are drafted ahead in processes of their own, and nothing depends on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.article import Article, article_of
from pivot.editions import editions
from pivot.evaluation import evaluate, is_kept
from pivot.names import SITE
from pivot.publish import ahead
from pivot.publish.publication import build_all
from pivot.publish.render import silent
from tests.editions import contents


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def test_what_was_drafted_ahead_is_neither_evaluated_nor_drawn_again(
    small: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = editions(small)
    with ahead.drafted_ahead(small, listed) as wait:
        for one in listed:
            wait(one)
            assert is_kept(article_of(small), small, one.as_of)
            assert (small / ".pivot/editions" / one.id / "report.pdf").is_file()
    assert len(listed) == 2
    monkeypatch.setattr(Article, "vintage", lambda *_: pytest.fail("evidence was read"))
    monkeypatch.setattr("pivot.publish.embedded.engine.Resident", lambda *_, **__: pytest.fail("pandoc ran"))
    build_all(small, "embedded", small / SITE, silent)
    drafted, expected = (contents(site / "editions/second") for site in (small / SITE, published))
    assert drafted == expected
    assert len(drafted) > 5


def test_where_a_process_fails_the_edition_is_drafted_here(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_DRAFTER", "raise SystemExit('broken')")
    listed = editions(small)
    with ahead.drafted_ahead(small, listed) as wait:
        wait(listed[0])
    assert not is_kept(article_of(small), small, listed[0].as_of)


def test_one_day_is_not_worth_a_process(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "Resident", lambda *_, **__: pytest.fail("a process was started"))
    listed = editions(small)
    evaluate(article_of(small), small, listed[0].as_of)
    with ahead.drafted_ahead(small, listed) as wait:
        wait(listed[0])
