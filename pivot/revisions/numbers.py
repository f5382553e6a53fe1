"""Numbers: which claims moved, how far a reader sees it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pivot.claims.model import Kind
from pivot.records import one_of
from pivot.revisions import causes
from pivot.revisions.causes import CODE, DATA, PROSE, Reached, RevisionKind, Row, Shares

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sized

    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.revisions.states import State
    from pivot.revisions.tables import TableDiff

READING, BESIDE, HIDDEN, ACCOUNT = LEVELS = ("reading", "beside", "hidden", "account")
"""How far a movement is seen: in the number, its verdict or its guard; only in figures beside it; only in
digits that rounding hides; only in the reasons and evidence of its account."""

BEHIND = {
    BESIDE: "only in figures beside the number",
    HIDDEN: "only in hidden digits",
    ACCOUNT: "only in reasons or evidence",
}
"""Where a claim differs that shows the same number, verdict and guard, in words."""

_ORDINALS = ("st", "nd", "rd", "th")  # how the exact value of a rank ends

KINDS = {DATA: "data", CODE: "method", PROSE: "editorial"}
CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim on one side."""

    value: int | float | str
    display: str
    exact: str
    verdict: str
    reason: str
    holds: bool | None
    margin: str


@dataclass(frozen=True, slots=True)
class Part:
    """A figure beside a claim that moved; "" where it was or is not there."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Number:
    """A claim that moved.

    Args:
        phrase: whether it is a claim in words that data decide.
        level: one of `LEVELS`.
        old: None where the claim came.
        new: None where the claim went.
        absolute: new less old value, in the claim's unit; None for words and ranges, which have no value.
        relative: the same as a share of the old one; None for a place, which is no size.
        parts: figures beside it that moved.
        shares: of data, code and prose in the movement, 1 together; None where they could not be told apart.
        reached: the changed rows that it is made from.
        tipped: the rows without which it would not read so yet, where the running code evaluated both sides.
        kind: `data`, `correction` or `method`, proposed from the cause.
    """

    id: str
    statement: str
    phrase: bool
    level: Annotated[str, one_of(*LEVELS)]
    old: Reading | None
    new: Reading | None
    absolute: float | None
    relative: float | None
    parts: tuple[Part, ...]
    shares: Shares | None
    reached: tuple[Reached, ...]
    tipped: tuple[Row, ...]
    kind: RevisionKind

    @property
    def verdict_changed(self) -> bool:
        """Whether we now find something else about the claim."""
        return bool(self.old and self.new and self.old.verdict != self.new.verdict)

    @property
    def guard(self) -> str:
        """`broke` or `mended` where the guard flipped."""
        if (
            not self.old
            or not self.new
            or self.old.holds == self.new.holds
            or None in (self.old.holds, self.new.holds)
        ):
            return ""
        return "mended" if self.new.holds else "broke"

    @property
    def shown(self) -> bool:
        """Whether the number itself reads differently."""
        return not self.old or not self.new or self.old.display != self.new.display

    @property
    def weight(self) -> tuple[bool | int, ...]:
        """Sorts to the front what matters most: broken guards, fallen words, verdicts, numbers."""
        return (
            self.guard != "broke",
            LEVELS.index(self.level),
            not (self.shown and self.verdict_changed),
            not self.phrase,
            not self.verdict_changed,
        )


def moved(
    old: State,
    new: State,
    diffs: Iterable[TableDiff],
    crossed: Mapping[tuple[bool, bool], Ledger],
) -> tuple[Number, ...]:
    """Every claim that moved, the weightiest first.

    Args:
        old: the side before.
        new: the side after.
        diffs: the rows that changed.
        crossed: ledgers by whether the data and whether the code are those of the new side.
    """
    diffs = tuple(diffs)
    numbers = []
    for id_ in dict.fromkeys([*new.ledger.entries, *old.ledger.entries]):
        was, now = old.ledger.entries.get(id_), new.ledger.entries.get(id_)
        level = _level(was, now)
        if not level:
            continue
        shares = _shares(id_, crossed) if level != ACCOUNT else None
        changed = (
            causes.readers_of(new.side.article.claims, diffs, id_) if shares is None or shares[DATA] else {}
        )
        tipped = (
            causes.tip(new.side.article, id_, old.vintage, new.vintage, changed)
            if level == READING and was and now and old.vintage and new.vintage
            else ()
        )
        absolute, relative = _distance(was, now)
        numbers.append(
            Number(
                id=id_,
                statement=next(entry.statement for entry in (now, was) if entry),
                phrase=any(entry.kind == Kind.PHRASE.value for entry in (now, was) if entry),
                level=level,
                old=_read(was),
                new=_read(now),
                absolute=absolute,
                relative=relative,
                parts=tuple(_parts(was, now)),
                shares=shares,
                reached=causes.reached([one for one in (was, now) if one], changed),
                tipped=tipped,
                kind=_kind(shares, tipped, changed),
            )
        )
    return tuple(sorted(numbers, key=lambda number: number.weight))


def _level(was: Entry | None, now: Entry | None) -> str:
    """How far a reader sees a movement; "" where there is none."""
    if was is None or now is None:
        return READING
    layers = (_shown, _beside, _exact, _account)
    return next((level for level, layer in zip(LEVELS, layers, strict=True) if layer(was) != layer(now)), "")


def _shown(entry: Entry) -> object:
    return (entry.display, entry.verdict, entry.guard and entry.guard.holds, entry.cited)


def _beside(entry: Entry) -> object:
    return {name: (part.label, part.display) for name, part in entry.parts.items()}


def _exact(entry: Entry) -> object:
    parts = {name: (part.value, part.exact) for name, part in entry.parts.items()}
    return (entry.value, entry.low, entry.high, entry.exact, entry.guard and entry.guard.margin, parts)


def _account(entry: Entry) -> object:
    return (entry.statement, entry.reason, entry.margin, entry.formula, entry.rounding, entry.evidence)


def _read(entry: Entry | None) -> Reading | None:
    if entry is None:
        return None
    holds = entry.guard.holds if entry.guard else None
    return Reading(entry.value, entry.display, entry.exact, entry.verdict, entry.reason, holds, entry.margin)


def _distance(was: Entry | None, now: Entry | None) -> tuple[float | None, float | None]:
    old, new = (entry.value if entry and entry.low is None else "" for entry in (was, now))
    if isinstance(old, str) or isinstance(new, str):
        return None, None
    is_place = now is not None and now.exact.endswith(_ORDINALS)
    return new - old, (new - old) / abs(old) if old and not is_place else None


def _parts(was: Entry | None, now: Entry | None) -> Iterator[Part]:
    before, after = (entry.parts if entry else {} for entry in (was, now))
    for name in dict.fromkeys([*after, *before]):
        old, new = (figures[name].display if name in figures else "" for figures in (before, after))
        if old != new:
            yield Part(name, (after.get(name) or before[name]).label, old, new)


def _shares(id_: str, crossed: Mapping[tuple[bool, bool], Ledger]) -> Mapping[str, float] | None:
    """The shares in the movement of one claim; prose moves no number.

    A number's way is split; words count as the old ones until they are the new ones.
    """
    entries = {side: ledger.entries[id_] for side, ledger in crossed.items() if id_ in ledger.entries}
    if len(entries) < 4:  # noqa: PLR2004 -- two by two
        return None
    was, now = entries[False, False], entries[True, True]
    layers = [(_shown(entry), _beside(entry), _exact(entry)) for entry in entries.values()]
    says = dict(zip(entries, layers, strict=True))

    def value(taken: Collection[str]) -> float:
        side = (DATA in taken, CODE in taken)
        at = entries[side].value
        if was.value != now.value and not isinstance(was.value, str) and not isinstance(now.value, str):
            return 0.0 if isinstance(at, str) else at
        return float(says[side] == says[True, True])

    return causes.shares(value)


def _kind(
    shares: Mapping[str, float] | None, tipped: Collection[Row], changed: Mapping[str, Mapping[str, Sized]]
) -> str:
    """What a revision is, as far as its cause tells; an editor confirms it."""
    kinds = {row.change for row in tipped} or {
        kind for keys in changed.values() for kind, index in keys.items() if len(index)
    }
    cause = max(shares, key=lambda player: shares[player]) if shares else DATA if kinds else CODE
    return CORRECTION if cause == DATA and kinds and "added" not in kinds else KINDS[cause]
