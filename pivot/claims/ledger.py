"""The ledger: all claims evaluated at one vintage, with their evidence and provenance."""

from __future__ import annotations

import inspect
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pivot.claims import stored
from pivot.claims.data import CITED, EVIDENCE
from pivot.claims.model import Claim, Kind, Part, Result, Verdict
from pivot.claims.quantities import Count, Day, Percent, Quantity, Range, Rank
from pivot.claims.registry import arguments, unknown_claim
from pivot.claims.stored import Code, Entry, Error, Evidence, Figure, Given, GuardState, Input, Stated
from pivot.claims.verdicts import Case, Cited, judge, ours
from pivot.errors import ClaimError, ReportError
from pivot.snapshots.tables import text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from pivot.claims.quantities import Rounding, Value
    from pivot.claims.registry import Register
    from pivot.claims.stored import Use
    from pivot.snapshots import Snapshot, Vintage

_LISTED_ROWS = 60
_WRITTEN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every claim at one vintage, in the order of the themes.

    Args:
        absent: where the code of those is that the article has no row for yet.
        results: what their functions returned, for their accounts.
    """

    as_of: dt.date
    entries: Mapping[str, Entry]
    absent: Mapping[str, Code] = field(default_factory=lambda: MappingProxyType({}))
    results: Mapping[str, Result] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, id_: str) -> Entry:
        try:
            return self.entries[id_]
        except KeyError:
            if id_ in self.absent:
                raise no_row(id_, self.as_of) from None
            raise unknown_claim(id_, self.entries) from None

    def only(self, ids: Iterable[str]) -> Ledger:
        """The ledger with some of its claims, in their order.

        Raises:
            ClaimError: there is none of that id.
        """
        return Ledger(self.as_of, {id_: self[id_] for id_ in ids})

    def counts(self) -> dict[str, int]:
        """How many claims have each verdict, in the order of the verdicts; all verdicts are named."""
        counted = Counter(entry.verdict for entry in self.entries.values())
        return {verdict.value: counted[verdict.value] for verdict in Verdict}

    def content(self) -> dict[str, Any]:
        """What its JSON holds, apart from the sentences of a book."""
        return {
            "schema": stored.SCHEMA_VERSION,
            "as_of": self.as_of.isoformat(),
            "claims": {id_: stored.plain(entry) for id_, entry in self.entries.items()},
        }

    def to_json(self, sentences: Mapping[str, Sequence[Use]]) -> str:
        """The ledger as `stored.published` writes it."""
        return stored.published(self.content(), sentences).decode()


def build(vintage: Vintage, register: Register, ids: Iterable[str] | None = None) -> Ledger:
    """Evaluate the claims as the evidence stood on a day.

    Args:
        vintage: the evidence.
        register: every claim of the report.
        ids: the claims to evaluate, with those they are derived from; all that the article has a row for if
            None.

    Raises:
        ClaimError: an id is unknown, or a claim has no row of the article or no data at this vintage.
    """
    results: dict[str, Result] = {}
    entries: dict[str, Entry] = {}
    rests: dict[str, set[str]] = {}
    cited, evidence = vintage.data(CITED).frame, vintage.data(EVIDENCE).frame
    if publisher := vintage.store.data_sets[EVIDENCE].publisher:
        evidence = evidence.assign(publisher=[publisher(row) for row in evidence.itertuples()])
    about = evidence.groupby("claim").indices
    absent = {id_: code(claim) for id_, claim in register.items() if id_ not in cited.index}
    for claim in register.in_order(register.keys() - absent if ids is None else ids):
        if claim.id in absent:
            raise no_row(claim.id, vintage.as_of)
        result = results[claim.id] = regenerate(claim, vintage, results)
        needs, inputs = register.needs(claim.id), tuple(_inputs(claim, result, vintage))
        rests[claim.id] = {used.data_set for used in inputs}.union(*(rests[id_] for id_ in needs))
        pieces = evidence.iloc[about.get(claim.id, [])]
        alone = rests[claim.id] == {CITED}
        case = Case(claim, result, cited_in(cited.loc[claim.id]), pieces, alone)
        entries[claim.id] = _entry(case, inputs, needs, str(cited.loc[claim.id, "unit"]))
    return Ledger(vintage.as_of, {id_: entries[id_] for id_ in register if id_ in entries}, absent, results)


def no_row(id_: str, as_of: dt.date) -> ClaimError:
    """The error for a claim of which the article's words are not known on a day."""
    return ClaimError(
        f"the article makes no claim {id_} that was known on {as_of}",
        where="the article",
        expected=f"its row in the snapshot of the article that is read as of {as_of}",
        got="none",
        hint=f"read it on a later day with --as-of, or add it: `pivot add article --row claim={id_} …`",
    )


def regenerate(claim: Claim, vintage: Vintage, results: Mapping[str, Result]) -> Result:
    """What the function of a claim returns, given the results of the claims that it is derived from.

    Raises:
        ClaimError: the evidence of the day does not suffice.
    """
    given = arguments(claim.parameters, vintage, results)
    where = f"{claim.function.__module__}.{claim.function.__name__}"
    expected = f"rows in {', '.join(_data_sets(claim, vintage))} up to that day"
    with no_value(f"the claim {claim.id}", vintage.as_of, where=where, expected=expected):
        return claim.function(**given)


@contextmanager
def no_value(what: str, as_of: dt.date, *, where: str, expected: str = "") -> Iterator[None]:
    """Turn what arithmetic raises on evidence that it can not use into one clear error.

    Raises:
        ClaimError: the evidence of the day does not suffice.
    """
    try:
        yield
    except ReportError:
        raise
    except (LookupError, ValueError, ArithmeticError, TypeError) as error:
        raise ClaimError(
            f"{what} has no value as of {as_of}",
            where=where,
            expected=expected,
            got=f"no row {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}",
            hint="choose a later day, or look at the rows that were added last",
        ) from error


def _data_sets(claim: Claim, vintage: Vintage) -> list[str]:
    return [name for name in claim.parameters if name in vintage.store.data_sets]


def cited_in(row: pd.Series) -> Cited:
    """The article's number, from its row."""
    low, high, step = (float(row[name]) for name in ("low", "high", "step"))
    return Cited(low, high, step, str(row["hedge"]), str(row["cited"]))


def _entry(case: Case, inputs: tuple[Input, ...], needs: tuple[str, ...], unit: str) -> Entry:
    claim, result = case.claim, case.result
    judgement = judge(case)
    part = ours(case, judgement.verdict)
    return Entry(
        id=claim.id,
        statement=claim.statement,
        section=claim.section,
        kind=claim.kind.value,
        article=_stated(case.cited, unit),
        ours=given(part, result),
        verdict=judgement.verdict.value,
        reason=judgement.reason,
        hypothesis=claim.hypothesis,
        guard=guard_of(result),
        margin=_margin(claim, result, part),
        formula=claim.formula,
        code=code(claim),
        inputs=inputs,
        figures=tuple(
            Figure(*_plain(part.value, part.rounding), name, part.label, part.value.exact())
            for name, part in result.parts.items()
        ),
        evidence=tuple(_evidence(case.evidence)),
        sentences=(),
        derived_from=needs,
    )


def guard_of(result: Result) -> GuardState | None:
    """The guard of a result, as it is stored."""
    guard = result.guard
    return GuardState(guard.holds, guard.margin, guard.describe()) if guard else None


UNITS = {"percent": Percent.unit, "rank": Rank.unit, "count": Count.unit}
"""Units of the article's row that values write otherwise."""


def _stated(cited: Cited, unit: str) -> Stated:
    """The article's figure: its words, and its number where it gives one."""
    if not cited.numeric:
        return Stated(cited.text, None, None, "", cited.text)
    unit = UNITS.get(unit, unit)
    if cited.low == cited.high:
        return Stated(cited.low, None, None, unit, cited.text)
    return Stated(None, cited.low, cited.high, unit, cited.text)


def given(part: Part | None, result: Result) -> Given | None:
    """What the evidence gives, with the errors of its readings."""
    if part is None:
        return None
    value, rounding = part.value, part.rounding or part.value.default
    return Given(
        *_plain(value, rounding),
        exact=value.exact(),
        rounding=rounding.describe() if value.number is not None else "none",
        errors=tuple(Error(one.value, one.error) for one in result.readings),
    )


def _plain(
    value: Value, rounding: Rounding | None
) -> tuple[float | str | None, float | None, float | None, str, str]:
    """A value for machines and for readers, as `Stated` has it."""
    display = value.display(rounding)
    if isinstance(value, Range):
        return None, value.low.value, value.high.value, value.low.unit, display
    if isinstance(value, Day):
        return value.day.isoformat(), None, None, value.unit, display
    return (value.number if value.number is not None else display), None, None, value.unit, display


def _margin(claim: Claim, result: Result, part: Part | None) -> str:
    """The way to the next change a reader would see, in words."""
    texts = [result.guard.describe()] if result.guard else []
    value = part.value if part else None
    if claim.kind in (Kind.COMPUTED, Kind.DERIVED) and part and isinstance(value, Quantity):
        rounding = part.rounding or value.default
        low, high = rounding.edges(value.value)
        if rounding.magnitude:  # the number is shown without its sign, so its edges are too
            low, high = sorted((abs(low), abs(high)))
        kind = type(value)
        texts.append(f"shows {value.display(rounding)} from {kind(low).exact()} to {kind(high).exact()}")
    return "; ".join(texts)


def code(claim: Claim) -> Code:
    """Where a claim is made."""
    function = inspect.unwrap(claim.function)
    return Code(
        module=function.__module__,
        function=function.__name__,
        path=f"{function.__module__.replace('.', '/')}.py",
        line=function.__code__.co_firstlineno,
    )


def inputs_of(
    claim: Claim, result: Result, vintage: Vintage
) -> Iterable[tuple[str, Snapshot, Sequence[Any]]]:
    """The rows that a claim was made from: data set, snapshot, and their labels in it."""
    for parameter in _data_sets(claim, vintage):
        data = vintage.data(parameter)
        labels = list(result.rows.get(parameter, data.frame.index))
        yield from ((parameter, snapshot, used) for snapshot, used in data.origin(labels).items())


def _inputs(claim: Claim, result: Result, vintage: Vintage) -> Iterable[Input]:
    for parameter, snapshot, used in inputs_of(claim, result, vintage):
        names = [text(label) for label in used]
        listed = names if len(names) <= _LISTED_ROWS else [names[0], names[-1]]
        frame = vintage.data(parameter).frame
        cells = [row(frame, label) for label in used] if len(names) <= _WRITTEN_ROWS else []
        yield Input(parameter, snapshot.path, snapshot.sha256, len(names), tuple(listed), tuple(cells))


def row(frame: pd.DataFrame, label: object) -> str:
    """A row of a data set: its key, and each cell that is not empty."""
    cells = (f"{column}={value}" for column, value in frame.loc[label].dropna().items() if value != "")
    return f"{text(label)}: {', '.join(cells)}"


def _evidence(rows: pd.DataFrame) -> Iterable[Evidence]:
    for row in rows.itertuples():
        published = (
            "" if row.published is None or row.published != row.published else f"{row.published:%Y-%m-%d}"
        )
        if row.published_precision.startswith("month"):
            published = published[:7]
        yield Evidence(
            value=row.value,
            unit=row.unit,
            period=row.period,
            publisher=row.publisher,
            tier=row.tier,
            bearing=row.bearing,
            finding=row.finding,
            address=row.url,
            published=published,
            note=row.note,
        )
