"""Claims: which of them changed, how far a reader sees it, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pivot.claims.changes import CITED, changes
from pivot.claims.model import Kind
from pivot.evaluation import key
from pivot.files import sha256
from pivot.kept import kept
from pivot.names import CACHE
from pivot.records import one_of
from pivot.revisions import causes
from pivot.revisions.causes import CODE, DATA, PROSE, Reached, RevisionKind, Row, Shares

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sized

    import pandas as pd

    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.revisions.sides import Side
    from pivot.revisions.tables import TableDiff

READING, BESIDE, HIDDEN, ACCOUNT = LEVELS = ("reading", "beside", "hidden", "account")
"""How far a change is seen: in what `claims.changes` decides on; only in figures beside the number; only in
digits that rounding hides; only in the reasons and evidence of its account."""

TOLERANCE = 1e-9
"""As part of a number: what is less apart differs by how it was added up, and that is no difference."""

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
class ClaimState:
    """A claim on one side: the article's figure, and what the evidence gives."""

    article: str
    value: int | float | str
    display: str
    exact: str
    verdict: str
    reason: str
    holds: bool | None
    margin: str


@dataclass(frozen=True, slots=True)
class PartChange:
    """A figure beside a claim that moved; "" where it was or is not there."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim that moved.

    Args:
        phrase: whether it is a claim in words that data decide.
        level: one of `LEVELS`.
        also: what else a reader sees move: the article's words.
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
    also: tuple[str, ...]
    old: ClaimState | None
    new: ClaimState | None
    absolute: float | None
    relative: float | None
    parts: tuple[PartChange, ...]
    shares: Shares | None
    reached: tuple[Reached, ...]
    tipped: tuple[Row, ...]
    kind: RevisionKind

    @property
    def article(self) -> str:
        """The article's figure, in its words."""
        state = self.new or self.old
        return state.article if state else ""

    @property
    def verdict_changed(self) -> bool:
        """Whether we now find something else about the claim."""
        return bool(self.old and self.new and self.old.verdict != self.new.verdict)

    @property
    def guard(self) -> str:
        """`broke` or `mended` where the guard flipped, `came` or `went` where there was none or is none."""
        if not self.old or not self.new or self.old.holds == self.new.holds:
            return ""
        if self.old.holds is None:
            return "came"
        return "went" if self.new.holds is None else "mended" if self.new.holds else "broke"

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
    old: Side, new: Side, diffs: Collection[TableDiff], crossed: Mapping[tuple[bool, bool], Ledger]
) -> tuple[ClaimChange, ...]:
    """Every claim that changed, the weightiest first.

    Args:
        old: the side before, evaluated.
        new: the side after, evaluated.
        diffs: the rows that changed.
        crossed: ledgers by whether the data and whether the code are those of the new side.
    """
    before, after = (crossed[is_new, is_new].entries for is_new in (False, True))
    levels = {id_: _level(before.get(id_), after.get(id_)) for id_ in dict.fromkeys([*after, *before])}
    levels = {id_: level for id_, level in levels.items() if level}
    parts = {id_: _shares(id_, crossed) if level != ACCOUNT else None for id_, level in levels.items()}
    rows: dict[str, Mapping[str, Mapping[str, pd.Index]]] = {}
    for id_, shares in parts.items():
        entries = [side[id_] for side in (after, before) if id_ in side]
        by_data = shares is None or shares[DATA]
        rows[id_] = causes.affected_rows(new.article.claims, diffs, id_, entries) if by_data else {}
    tips = _tips(
        old,
        new,
        {
            id_: rows[id_]
            for id_, level in levels.items()
            if level == READING and id_ in before and id_ in after and rows[id_]
        },
    )
    claims = []
    for id_, level in levels.items():
        was, now = before.get(id_), after.get(id_)
        entries = [entry for entry in (now, was) if entry]
        words = changes(was, now) if was and now else ()
        shares, affected, tipped = parts[id_], rows[id_], tips.get(id_, ())
        absolute, relative = _distance(was, now)
        claims.append(
            ClaimChange(
                id=id_,
                statement=entries[0].statement,
                phrase=any(entry.kind == Kind.PHRASE.value for entry in entries),
                level=level,
                also=tuple(word for word in words if word.startswith(CITED)),
                old=_state(was),
                new=_state(now),
                absolute=absolute,
                relative=relative,
                parts=tuple(_parts(was, now)),
                shares=shares,
                reached=causes.reached(entries, affected),
                tipped=tipped,
                kind=_kind(shares, tipped, affected),
            )
        )
    return tuple(sorted(claims, key=lambda claim: claim.weight))


def _tips(
    old: Side, new: Side, rows: Mapping[str, Mapping[str, Mapping[str, pd.Index]]]
) -> Mapping[str, tuple[Row, ...]]:
    """The `minimal_cause` of each claim, by its changed rows; kept for the next time."""

    def find() -> dict[str, tuple[Row, ...]]:
        vintages = old.vintage, new.vintage
        return {
            id_: causes.minimal_cause(new.article, id_, vintages, affected, _shown)
            for id_, affected in rows.items()
        }

    if not rows or {old.kind, new.kind} - {"day", "edition"}:  # the folder of any other goes with the command
        return find()
    told = [f"{side.version} {key(side.article, side.root, side.as_of)}" for side in (old, new)]
    name = sha256(" ".join(told).encode())
    return kept(new.root / CACHE / "causes" / f"{name}.json", dict[str, tuple[Row, ...]], find)


def _level(was: Entry | None, now: Entry | None) -> str:
    """How far a reader sees a change; "" where there is none."""
    if was is None or now is None or changes(was, now):
        return READING
    layers = {BESIDE: _beside, HIDDEN: _exact, ACCOUNT: _account}
    return next((level for level, layer in layers.items() if not _alike(layer(was), layer(now))), "")


def _alike(one: object, other: object) -> bool:
    """Whether two are the same, but for digits of numbers that nobody can tell apart."""
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=TOLERANCE)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return one == other


def _shown(entry: Entry) -> object:
    return (entry.display, entry.verdict, entry.guard and entry.guard.holds, entry.cited)


def _beside(entry: Entry) -> object:
    return tuple((name, part.label, part.display) for name, part in entry.parts.items())


def _exact(entry: Entry) -> object:
    parts = tuple((name, part.value, part.exact) for name, part in entry.parts.items())
    return (entry.value, entry.exact, entry.guard and entry.guard.margin, parts)


def _account(entry: Entry) -> object:
    return (entry.statement, entry.reason, entry.margin, entry.formula, entry.evidence)


def _state(entry: Entry | None) -> ClaimState | None:
    if entry is None:
        return None
    holds = entry.guard.holds if entry.guard else None
    return ClaimState(
        article=entry.cited,
        value=entry.value,
        display=entry.display,
        exact=entry.exact,
        verdict=entry.verdict,
        reason=entry.reason,
        holds=holds,
        margin=entry.margin,
    )


def _distance(was: Entry | None, now: Entry | None) -> tuple[float | None, float | None]:
    old, new = (
        entry.ours.single if entry and entry.ours and entry.ours.single is not None else ""
        for entry in (was, now)
    )
    if isinstance(old, str) or isinstance(new, str):
        return None, None
    is_place = now is not None and now.exact.endswith(_ORDINALS)
    return new - old, (new - old) / abs(old) if old and not is_place else None


def _parts(was: Entry | None, now: Entry | None) -> Iterator[PartChange]:
    before, after = (entry.parts if entry else {} for entry in (was, now))
    for name in dict.fromkeys([*after, *before]):
        old, new = (figures[name].display if name in figures else "" for figures in (before, after))
        if old != new:
            yield PartChange(name, (after.get(name) or before[name]).label, old, new)


def _shares(id_: str, crossed: Mapping[tuple[bool, bool], Ledger]) -> Mapping[str, float] | None:
    """The shares in the change of one claim; prose moves no number.

    A number's way is split; where it stayed, or words changed, they count as the old ones until they are the
    new ones.
    """
    entries = {side: ledger.entries[id_] for side, ledger in crossed.items() if id_ in ledger.entries}
    if len(entries) < 4:  # noqa: PLR2004 -- two by two
        return None
    values = {side: entry.value for side, entry in entries.items()}
    steps = {side: value for side, value in values.items() if not isinstance(value, str)}
    if len(steps) < len(values) or _alike(values[False, False], values[True, True]):
        layers = {side: (_shown(entry), _beside(entry), _exact(entry)) for side, entry in entries.items()}
        steps = {side: float(_alike(layer, layers[True, True])) for side, layer in layers.items()}
    return causes.shapley_shares(lambda taken: steps[DATA in taken, CODE in taken])


def _kind(
    shares: Mapping[str, float] | None, tipped: Collection[Row], affected: Mapping[str, Mapping[str, Sized]]
) -> str:
    """What a revision is, as far as its cause tells; an editor confirms it."""
    kinds = {row.change for row in tipped} or {
        kind for keys in affected.values() for kind, index in keys.items() if len(index)
    }
    cause = max(shares, key=lambda factor: shares[factor]) if shares else DATA if kinds else CODE
    return CORRECTION if cause == DATA and kinds and "added" not in kinds else KINDS[cause]
