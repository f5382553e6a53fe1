"""The history of a claim: what each edition showed, what differs from the one before, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from pivot.claims.changes import changes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.claims.stored import Entry
    from pivot.editions import Edition, Erratum
    from pivot.publish.archive.manifest import Code

_WIDTH, _HEIGHT = 300, 100  # as wide as a phone, so that its letters are not made smaller
_TOP, _BASE, _EDGE = 10, 72, 6
_LETTER, _DATE = 6.5, 72  # the room of a letter, and of a date


class State(NamedTuple):
    """An edition with its claims, and the code that made it; None where that is the running one."""

    edition: Edition
    claims: Mapping[str, Entry]
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A claim in one edition.

    Args:
        edition: its id.
        as_of: its day of evidence.
        article: the article's figure.
        display: what the evidence gives, as readers saw it.
        value: the same with all its digits, or text; None for a range, and where it is not known.
        low: of a range.
        high: of a range.
        verdict: what was found.
        changes: in words, what differs from the edition before; empty where nothing does.
        kind: the kind of revision that did it, "" where nothing differs or none accounts for it.
        errata: what a later edition says is wrong in it.
    """

    edition: str
    as_of: dt.date
    article: str
    display: str
    value: float | str | None
    low: float | None
    high: float | None
    verdict: str
    changes: tuple[str, ...]
    kind: str
    errata: tuple[str, ...]


def observations(claim: str, states: Sequence[State]) -> tuple[Observation, ...]:
    """A claim through editions in the order of their evidence; those without it are left out."""
    history: list[Observation] = []
    before: State | None = None
    for state in states:
        edition, entry = state.edition, state.claims.get(claim)
        if entry:
            differs = changes(before.claims[claim], entry) if before else ()
            same_code = before is not None and before.code == state.code
            kind = (edition.kind_of(claim, same_code=same_code) or "") if differs else ""
            history.append(
                Observation(
                    edition.id,
                    edition.as_of,
                    entry.cited,
                    entry.display,
                    *((ours.single, ours.low, ours.high) if (ours := entry.ours) else (None, None, None)),
                    entry.verdict,
                    differs,
                    kind,
                    tuple(
                        f"{one.was[edition.id]} is wrong, {one.now[edition.id]} is right: erratum of {by.id}"
                        for by, one in errata(state, states)
                        if one.claim == claim
                    ),
                )
            )
            before = state
    return tuple(history)


def errata(state: State, states: Sequence[State]) -> Iterator[tuple[Edition, Erratum]]:
    """What is wrong in an edition as another code made it, with the edition that says so.

    An edition built with the code of the one that says so has it right.
    """
    for by in states:
        if by.code != state.code:
            yield from ((by.edition, one) for one in by.edition.errata if state.edition.id in one.was)


def moved(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """The claims that a reader sees differ between two ledgers, with the changes in words."""
    words = {id_: changes(before[id_], entry) for id_, entry in after.items() if id_ in before}
    return {id_: differs for id_, differs in words.items() if differs}


def picture(observations: Sequence[Observation], unit: str = "") -> Markup:
    """A small step line of the value over the days of evidence; nothing for texts or a single edition.

    The same is said in words beside it, so the picture carries its summary as a label and no more.
    """
    ends = [end for one in observations if (end := _ends(one))]
    if len(ends) < 2 or len(ends) < len(observations):  # noqa: PLR2004
        return Markup()
    low, high = min(one for one, _ in ends), max(other for _, other in ends)
    ticks = {_height(value, low, high): _tick(value, unit) for value in (low, high)}
    left = _EDGE + _LETTER * max(map(len, ticks.values())) + _EDGE
    days = [(one.as_of - observations[0].as_of).days for one in observations]
    right = _WIDTH - _DATE / 2
    across = [round(left + day / max(days[-1], 1) * (right - left), 1) for day in days]
    text = Markup('<text x="{:g}" y="{:g}" text-anchor="{}">{}</text>')
    scale = Markup()
    for y, tick in ticks.items():
        scale += Markup('<path class="scale" d="M{:g} {}H{}"/>').format(left, y, _WIDTH)
        scale += text.format(left - _EDGE, y + 4, "end", tick)
    dated: list[int] = []  # the first and the last, and those between that have room
    for at in (0, len(across) - 1, *range(1, len(across) - 1)):
        if all(abs(across[at] - across[other]) >= _DATE for other in dated):
            dated.append(at)
            scale += text.format(across[at], _HEIGHT - 3, "middle", observations[at].edition)
    steps, dots = "", ""
    for line in dict.fromkeys(zip(*ends, strict=True)):  # a range has a line for each of its ends
        points = [*zip(across, (_height(value, low, high) for value in line), strict=True)]
        steps += f"M{points[0][0]} {points[0][1]}" + "".join(f"H{x}V{y}" for x, y in points[1:])
        dots += "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in points)
    label = f"{len(observations)} editions: " + ", ".join(
        f"{one.display} in {one.edition}" for one in observations
    )
    return Markup(
        '<svg class="steps" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
        '{}<path d="{}"/>{}</svg>'
    ).format(label, _WIDTH, _HEIGHT, _WIDTH, _HEIGHT, scale, steps, Markup(dots))  # noqa: S704


def _height(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(_BASE - share * (_BASE - _TOP), 1)


def _tick(value: float, unit: str) -> str:
    """A value as a scale has it: in about four digits, with a percent sign and no other unit."""
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{_signed(value / size)}{word}"
    return f"{_signed(value)}{unit if unit == '%' else ''}"


def _signed(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"  # noqa: PLR2004
    return text.replace("-", "\N{MINUS SIGN}")


def _ends(one: Observation) -> tuple[float, float] | None:
    """From where to where a number goes: a range to its ends, any other number nowhere; None for words."""
    if one.low is not None and one.high is not None:
        return one.low, one.high
    return None if one.value is None or isinstance(one.value, str) else (one.value, one.value)
