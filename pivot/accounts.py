"""The account of a claim on the ledger's page, as Markdown: a table, and what others published."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from pivot.claims import values
from pivot.prose.markdown import cell, download, link, on_paper, sentence, signed, table, var

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.claims.stored import Entry, Evidence, Input

_SHA_SHOWN = 12
_KINDS = {"text", "terms", "event", "rank", "date", "time"}  # of values that have no unit
_JOINING = {"about", "from", "just", "of", "over", "then", "to", "vs"}  # words within a plain number
_WORD = re.compile(r"[^\W\d_]+")


def account(
    entry: Entry,
    names: Mapping[str, str] = MappingProxyType({}),
    claims: Mapping[str, Entry] = MappingProxyType({}),
) -> Iterable[str]:
    """Yield the lines of one claim's account.

    Args:
        entry: the claim.
        names: what paper calls an address of the sources.
        claims: those that it may be derived from.
    """
    yield f"### {cell(entry.statement.rstrip('.'))} {{#claim-{entry.id} .unnumbered}}\n"
    rows = [
        (values.ARTICLE, var(f"cited.{entry.id}")),
        (values.EVIDENCE, f"**{var(f'claim.{entry.id}')}**"),
        (
            "Verdict",
            f"{var(f'verdict.{entry.id}')} {cell(entry.reason)}"
            + (" (a hypothesis)" if entry.hypothesis else ""),
        ),
        ("With more digits", var(f"exact.{entry.id}") if entry.exact != entry.display else ""),
        ("Readings, each with its standard error", values.errors(entry)),
        ("Formula", cell(entry.formula)),
        ("Margin", cell(entry.margin)),
        ("Made in", f"`{entry.code.path}`, line {entry.code.line}, `{entry.code.function}`"),
    ]
    rows += [
        (cell(part.label[:1].upper() + part.label[1:]), var(f"part.{entry.id}.{name}"))
        for name, part in entry.parts.items()
    ]
    used = (f"[{cell(claims[id_].statement.rstrip('.'))}](#claim-{id_})" for id_ in entry.derived_from)
    rows += [("Derived from", "; ".join(used)), *(("From", _origin(used)) for used in entry.inputs)]
    yield from table(("Id", f"`{entry.id}`"), ((label, text) for label, text in rows if text))
    yield ""
    if entry.evidence:
        yield '::: {.callout-note collapse="true" appearance="simple"}\n'
        label = f"{{#evidence-{entry.id} .unnumbered .unlisted}}"
        yield f"#### What others published ({len(entry.evidence)}) {label}\n"
        around = [piece for piece in entry.evidence if piece.bearing == "context"]
        yield from (f"- {_said(piece, names)}" for piece in entry.evidence if piece not in around)
        if around:  # paper has no room for what bears on nothing
            yield '\n::: {.content-visible when-format="html"}\n'
            yield from (f"- {_said(piece, names)}" for piece in around)
            yield "\n:::\n"
            yield on_paper(f"Context on the site: {len(around)} more.")
        yield "\n:::\n"


def reading(value: str, unit: str, period: str = "") -> str:
    """What a publisher gave, in words, with each of several values beside its own unit and period.

    The columns hold several of each with semicolons between them: "-7.7; 133.79" and "percent; T" are
    "−7.7 percent; 133.79 T", and one unit stands with the first. Values in words keep them as they are, and
    the units that the words do not name follow at the end.
    """
    values, units, periods = ([part.strip() for part in text.split(";")] for text in (value, unit, period))
    units = [one for one in units if one not in _KINDS and not _says(value, one)]
    numbers = [_is_number(one) for one in values]
    said = [signed(one) for one in values]
    if numbers[0] and len(units) == 1:
        said[0] += f" {units[0]}"
    elif all(numbers) and len(units) == len(values):
        said = [f"{one} {of}" for one, of in zip(said, units, strict=True)]
    elif units:
        said[-1] += f", in {' and '.join(units)}"
    if all(numbers) and len(periods) == len(said):
        when = [f" ({signed(one)})" if one else "" for one in periods]
    else:
        when = [""] * (len(said) - 1) + [f" ({signed(period)})" if period else ""]
    return "; ".join(one + then for one, then in zip(said, when, strict=True))


def _is_number(text: str) -> bool:
    return {word.lower() for word in _WORD.findall(text)} <= _JOINING


def _says(value: str, unit: str) -> bool:
    """Whether a value in words names its unit already."""
    words = {word.lower() for word in _WORD.findall(value)}
    return {word.lower() for word in _WORD.findall(unit)} <= words or (unit == "percent" and "%" in value)


def _said(piece: Evidence, names: Mapping[str, str]) -> str:
    when = f"published {piece.published}" if piece.published else "no date"
    note = f" {cell(sentence(signed(piece.note)))}" if piece.note else ""
    what = cell(reading(piece.value, piece.unit, piece.period))
    by = link(piece.publisher, piece.address)
    if piece.address in names:
        by += on_paper(f"\N{NO-BREAK SPACE}{names[piece.address]}")
    return f"{what}: {cell(piece.bearing)}. {by}, {cell(piece.tier)}, {cell(when)}.{note}"


def _origin(used: Input) -> str:
    """The snapshot with its rows, and the start of its checksum with the way to all of it."""
    source = PurePosixPath(used.snapshot).parts[1]
    checksum = f"SHA-256 `{used.sha256[:_SHA_SHOWN]}`…, whole in @sec-source-{source}"
    rows = cell(rows_used(used.count, used.rows))
    return f"{download(f'`{used.snapshot}`', used.snapshot)} ({rows}); {checksum}"


def rows_used(count: int, rows: Sequence[str]) -> str:
    """Which rows of a snapshot were used: by name where they are few, else how many: they may lie apart."""
    if count == 1:
        return f"row {rows[0]}"
    if count == len(rows) and count <= 3:  # noqa: PLR2004
        return f"{count} rows: {', '.join(rows[:-1])} and {rows[-1]}"
    return f"{count:,} rows"
