"""What stands between quotation marks is what the article says, to the letter.

The article is not in the repository. `article_runs.txt` has a hash of every run of up to three of its words;
of a longer quotation all runs of three are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from analysis.report import ARTICLE
from pivot.prose.variables import ledger_texts
from tests.conftest import NEWEST, ROOT, ledger_of

RUN = 3
RUNS = frozenset((Path(__file__).parent / "article_runs.txt").read_text("ascii").split())
CHAPTERS = sorted([ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd")])

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*|[$~%+]")
_NO_PROSE = re.compile(r"<!--.*?-->|```.*?```|\{[^{}]*\}|^:::[^\n]*", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r"\{\{< var (\S+) >\}\}")
_QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”')


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def is_in_the_article(quotation: str) -> bool:
    said = words(quotation)
    runs = [" ".join(said[at : at + RUN]) for at in range(max(len(said) - RUN, 0) + 1)]
    return bool(said) and all(sha256(run.encode()).hexdigest()[:6] in RUNS for run in runs)


def quotations(text: str, names: Mapping[str, str]) -> list[str]:
    prose = _NO_PROSE.sub("", _VALUE.sub(lambda match: names.get(match[1], match[1]), text))
    return [one or other for one, other in _QUOTED.findall(prose)]


def test_quotation_marks_are_only_round_words_of_the_article() -> None:
    names = ledger_texts(ledger_of(NEWEST)) | {"report.article-title": ARTICLE.title}
    quoted = [(path.name, one) for path in CHAPTERS for one in quotations(path.read_text("utf-8"), names)]
    assert len(quoted) >= 5
    assert [one for one in quoted if not is_in_the_article(one[1])] == []


def test_words_in_another_order_or_of_others_are_no_quotation() -> None:
    assert is_in_the_article("directly correlating")
    assert is_in_the_article("second-largest drop of the year")
    assert not is_in_the_article("correlating directly")
    assert not is_in_the_article("filing signals sales")
    assert not is_in_the_article("")


def test_no_text_of_the_engine_puts_what_is_cited_between_quotation_marks() -> None:
    """Not all cited texts are to the letter, so that a template can not quote one."""
    templates = sorted((ROOT / "pivot").rglob("*.html"))
    assert len(templates) > 10
    quoting = re.compile(r"[“\"]\{\{[^}]*cited[^}]*\}\}[”\"]")
    assert [path.name for path in templates if quoting.search(path.read_text("utf-8"))] == []
