"""The two values of a claim in words, in one order: the article's figure, then what the evidence gives.

A title, a description or a citation says whose figure is whose, so that one which is disputed is never taken
for the report's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.claims.model import Verdict

if TYPE_CHECKING:
    from pivot.claims.stored import Entry

ARTICLE, EVIDENCE = "The article", "The evidence"
"""What the two values are called beside each other."""


def told(entry: Entry) -> str:
    """Both values and the verdict, as the middle of a sentence."""
    if entry.ours is None:
        gives = "what it is, is not known"
    elif entry.verdict == Verdict.FOLLOWS.value:
        gives = f"its own figures give {entry.display}"
    else:
        gives = f"the evidence gives {entry.display}"
    in_words = isinstance(entry.article.single, str)
    says = f"statement ({entry.cited})" if in_words else entry.cited
    return f"the article's {says}: {gives}; {entry.verdict}"


def errors(entry: Entry) -> str:
    """The readings of a value, each with one standard error; "" where no error is known."""
    readings = entry.ours.errors if entry.ours else ()
    return ", ".join(f"{one.reading:.2g} ± {one.error:.2g}" for one in readings)


def title(entry: Entry) -> str:
    """A claim as what is cited: what it is about, and both values with the verdict."""
    return f"{entry.statement.rstrip('.')}, on {told(entry)}"


def description(entry: Entry) -> str:
    """A claim in two sentences, for a search engine and a card."""
    words = told(entry)
    return f"{entry.statement} {words[0].upper()}{words[1:]}."
