"""A number through the editions: what it was, when it moved, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pivot.claims.stored import Entry
    from pivot.editions import Edition

_WIDTH, _HEIGHT, _EDGE = 220, 48, 6


@dataclass(frozen=True, slots=True)
class Observation:
    """A claim in one edition.

    Args:
        edition: its id.
        as_of: its day of evidence.
        display: the number as readers saw it.
        value: the number with all its digits, or text; None for a range.
        low: of a range.
        high: of a range.
        verdict: what was found.
        changes: in words, what differs from the edition before; empty where nothing does.
        kind: the kind of revision that did it, "" where nothing differs or none accounts for it.
    """

    edition: str
    as_of: dt.date
    display: str
    value: float | str | None
    low: float | None
    high: float | None
    verdict: str
    changes: tuple[str, ...]
    kind: str


def observations(
    claim: str, editions: Sequence[tuple[Edition, Mapping[str, Entry]]]
) -> tuple[Observation, ...]:
    """A claim through editions in the order of their evidence; those without it are left out."""
    found: list[Observation] = []
    before: Entry | None = None
    for edition, claims in editions:
        entry = claims.get(claim)
        if entry:
            differs = changes(before, entry)
            kind = (edition.kind_of(claim) or "") if differs else ""
            found.append(
                Observation(
                    edition.id,
                    edition.as_of,
                    entry.display,
                    entry.single,
                    entry.low,
                    entry.high,
                    entry.verdict,
                    differs,
                    kind,
                )
            )
        before = entry or before
    return tuple(found)


def changes(before: Entry | None, after: Entry) -> tuple[str, ...]:
    """What a reader sees differ between two entries of one claim: number, verdict, guard."""
    if before is None:
        return ()
    found = []
    if before.display != after.display:
        found.append(f"moved from {before.display} to {after.display}")
    if before.verdict != after.verdict:
        found.append(f"verdict changed from {before.verdict} to {after.verdict}")
    held, holds = (bool(entry.guard and entry.guard.holds) for entry in (before, after))
    if before.guard and after.guard and held != holds:
        found.append("reads right again" if holds else "reads wrong now")
    return tuple(found)


def moved(before: Mapping[str, Entry] | None, after: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """The claims that a reader sees differ between two ledgers, with the changes in words."""
    found = {id_: changes((before or {}).get(id_), entry) for id_, entry in after.items()}
    return {id_: differs for id_, differs in found.items() if differs}


def claim_texts(claims: Mapping[str, Entry]) -> dict[str, str]:
    """Every number of a ledger as prose shows it, under the name that prose uses for it."""
    found: dict[str, str] = {}
    for id_, entry in claims.items():
        found[f"claim.{id_}"] = entry.display
        found[f"exact.{id_}"] = entry.exact
        found[f"verdict.{id_}"] = entry.verdict
        found |= {f"part.{id_}.{name}": part.display for name, part in entry.parts.items()}
    return found


def picture(story: Sequence[Observation]) -> Markup:
    """A small step line of the value over the days of evidence; nothing for texts or a single edition.

    The same is said in words beside it, so the picture carries its summary as a label and no more.
    """
    ends = [end for moment in story if (end := _ends(moment))]
    if len(ends) < 2 or len(ends) < len(story):  # noqa: PLR2004
        return Markup()
    low, high = min(one for one, _ in ends), max(other for _, other in ends)
    first, days = story[0].as_of, max((story[-1].as_of - story[0].as_of).days, 1)

    def height(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(_HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE), 1)

    across = [round(_EDGE + (moment.as_of - first).days / days * (_WIDTH - 2 * _EDGE), 1) for moment in story]
    steps, dots = "", ""
    for line in dict.fromkeys(zip(*ends, strict=True)):  # a range has a line for each of its ends
        points = [*zip(across, map(height, line), strict=True)]
        steps += f"M{points[0][0]} {points[0][1]}" + "".join(f"H{x}V{y}" for x, y in points[1:])
        dots += "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in points)
    label = f"{len(story)} editions: " + ", ".join(
        f"{moment.display} in {moment.edition}" for moment in story
    )
    return Markup(
        '<svg class="steps" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<path d="{}"/>{}</svg>'
    ).format(label, _WIDTH, _HEIGHT, _WIDTH, _HEIGHT, steps, Markup(dots))  # noqa: S704


def _ends(moment: Observation) -> tuple[float, float] | None:
    """From where to where a number goes: a range to its ends, any other number nowhere; None for words."""
    if moment.low is not None and moment.high is not None:
        return moment.low, moment.high
    return None if moment.value is None or isinstance(moment.value, str) else (moment.value, moment.value)
