"""The two data sets that every report has: what the article says, and what others published on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.snapshots.datasets import (
    ADDRESS,
    ID,
    LOW_TO_HIGH,
    MAYBE_DAY,
    MAYBE_TEXT,
    PRECISION,
    PUBLISHED,
    TEXT,
    Column,
    Rule,
    Spec,
    number,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CITED = "cited"
EVIDENCE = "evidence"


def cited(
    *, units: tuple[str, ...], sections: tuple[str, ...], references: int, rules: tuple[Rule, ...] = ()
) -> Spec:
    """The article's numbers and statements, one row a claim.

    Args:
        units: in which the article gives numbers.
        sections: of the article.
        references: how many it lists; fewer than ten.
        rules: what the article's own code asks of a row besides.
    """
    given = Rule(
        "unit",
        "low, high, step and unit all given or all empty",
        lambda t: t[["low", "high", "step"]].isna().eq(t["unit"] == "", axis=0).all(axis=1),
    )
    rounded = Rule("step", "more than zero: numbers are rounded to it", lambda t: ~(t["step"] <= 0))
    return Spec(
        name=CITED,
        folder="article",
        title="The article's own numbers and checkable statements",
        key="claim",
        dated="",
        named=("claim",),
        columns={
            "claim": ID,
            "cited": TEXT,
            "low": number(1e12, empty=True),
            "high": number(1e12, empty=True),
            "unit": Column("text", empty=True, allowed=units),
            "step": number(1e12, empty=True),
            "hedge": Column("text", empty=True, allowed=("nearly", "over", "up to", "about", "implied")),
            "section": one_of(*sections),
            "references": Column("text", empty=True, pattern=rf"[1-{references}](;[1-{references}])*"),
        },
        rules=(LOW_TO_HIGH, given, rounded, *rules),
    )


def evidence(
    *units: str, rules: tuple[Rule, ...] = (), publisher: Callable[[Any], str] | None = None
) -> Spec:
    """What others published on each claim, in some units; the rest as for `cited` and of `Spec`."""
    return Spec(
        name=EVIDENCE,
        folder="claim-evidence",
        title="What else was published on each claim",
        key="id",
        dated="published",
        named=("claim", "publisher"),
        columns={
            "id": ID,
            "claim": ID,
            "value": TEXT,
            "unit": Column("units", allowed=units),
            "period": MAYBE_TEXT,
            "tier": one_of("primary", "mirror", "secondary", "computed", "none"),
            "bearing": one_of("confirms", "differs", "contradicts", "supersedes", "context", "none found"),
            "finding": TEXT,
            "published": MAYBE_DAY,
            "published_precision": PRECISION,
            "publisher": TEXT,
            "url": ADDRESS,
            "note": MAYBE_TEXT,
        },
        rules=(PUBLISHED, *rules),
        publisher=publisher,
    )
