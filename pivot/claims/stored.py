"""The ledger as JSON: its records, how it is written, and how one of an earlier schema is read.

Canonical JSON sorts its keys, so what has an order of its own (the figures of an account) is a list. A value
is what a machine computes with: a number, a day of ISO 8601, a place as a number, or words. A range has two
ends and no value: its middle is for computing, and nobody measured it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from msgspec import Meta, field, to_builtins

from pivot.claims.model import Kind, Verdict
from pivot.errors import ReportError
from pivot.files import canonical
from pivot.records import RESTORE, Record, convert, loads, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEMA_VERSION = 3

NOT_KNOWN = "not known"
"""What readers see where the evidence gives nothing."""

Number = int | float
Line = Annotated[int, Meta(ge=1)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Bearing = Annotated[str, one_of("confirms", "differs", "contradicts", "supersedes", "context", "none found")]
Place = Annotated[str, one_of("sentence", "caption", "alt text", "title", "table")]


class Input(Record, frozen=True):
    """Rows of one snapshot that a value was made from.

    Args:
        rows: Keys of the rows; the first and the last where there are more than 60.
        cells: The rows themselves, as key: column=value, where there are at most three.
    """

    data_set: str
    snapshot: str
    sha256: Sha256
    count: Annotated[int, Meta(ge=1)]
    rows: tuple[str, ...]
    cells: Annotated[tuple[str, ...], Meta(max_length=3)]


class Evidence(Record, frozen=True):
    """What one publisher said on the claim.

    Args:
        published: A day, a month, or empty where it is not known.
    """

    value: str
    unit: str
    period: str
    publisher: str
    tier: str
    bearing: Bearing
    finding: str
    address: str
    published: str
    note: str


class Code(Record, frozen=True):
    """Where a claim's value is made."""

    module: str
    function: str
    path: str
    line: Line


class Stated(Record, frozen=True):
    """A figure for machines and as a reader sees it.

    Args:
        display: What a reader sees.
    """

    single: Annotated[
        Number | str | None,
        Meta(description="With all its digits; words for a phrase; null for a range, which has two ends."),
    ] = field(name="value")
    low: Number | None
    high: Number | None
    unit: str
    display: str

    @property
    def value(self) -> float | str:
        """The value with all its digits, or words; the middle of a range."""
        if self.single is None:
            assert self.low is not None  # noqa: S101 -- a range has both ends
            assert self.high is not None  # noqa: S101
            return (self.low + self.high) / 2
        return self.single


class Error(Record, frozen=True):
    """One way to read a value, and one standard error of it, both in its unit."""

    reading: Number
    error: Number


class Given(Stated, frozen=True):
    """What the evidence gives.

    Args:
        exact: To four digits after the point, with its unit.
        rounding: How it is shown.
        errors: The errors of its readings; none where no error is known.
    """

    exact: str
    rounding: str
    errors: tuple[Error, ...]


class Figure(Stated, frozen=True):
    """A figure beside the value, a part of the claim's account.

    Args:
        name: Under which prose uses it.
    """

    name: str
    label: str
    exact: str


class GuardState(Record, frozen=True):
    """A guard at one vintage."""

    holds: bool
    margin: Number
    text: str


class Use(Record, frozen=True):
    """Where the book uses a claim.

    Args:
        text: The sentence as a reader has it.
        part: What it is in the book.
        place: The section or exhibit, in words.
        address: Page and anchor, from the folder of the edition.
        file: The chapter.
        line: Its line there.
    """

    text: str
    part: Place
    place: str
    address: str
    file: str
    line: Line


class Entry(Record, frozen=True, omit_defaults=True):
    """One claim at one vintage.

    Args:
        statement: How the value is made, in one sentence.
        article: The article's figure, in its words.
        ours: What the evidence gives; null where that is not known.
        margin: The way to the next change that a reader would see.
        sentences: Where the book uses it; none before the book has been read.
        derived_from: The claims that its value is made from; absent where there are none.
    """

    id: str
    statement: str
    section: str
    kind: Annotated[str, one_of(*(kind.value for kind in Kind))]
    article: Stated
    ours: Given | None
    verdict: Annotated[str, one_of(*(verdict.value for verdict in Verdict))]
    reason: str
    hypothesis: bool
    guard: GuardState | None
    margin: str
    formula: str
    code: Code
    inputs: tuple[Input, ...]
    figures: Annotated[
        tuple[Figure, ...],
        Meta(description="Figures beside the value, in the order of the account."),
    ] = field(name="parts")
    evidence: tuple[Evidence, ...]
    sentences: tuple[Use, ...]
    derived_from: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """The article's figure, in its words."""
        return self.article.display

    @property
    def display(self) -> str:
        """What the evidence gives, as a reader sees it."""
        return self.ours.display if self.ours else NOT_KNOWN

    @property
    def exact(self) -> str:
        """The same unrounded."""
        return self.ours.exact if self.ours else NOT_KNOWN

    @property
    def value(self) -> float | str:
        """The same for computing: the number, the middle of a range, or words."""
        return self.ours.value if self.ours else NOT_KNOWN

    @property
    def shown(self) -> tuple[str, ...]:
        """Every text in which an edition says something of it."""
        figures, uses = (one.display for one in self.figures), (one.text for one in self.sentences)
        return self.display, self.verdict, self.reason, *figures, *uses

    @property
    def parts(self) -> dict[str, Figure]:
        """The figures beside it by name, in the order of the account."""
        return {figure.name: figure for figure in self.figures}


class StoredLedger(Record, frozen=True):
    """Every claim of the article at one vintage: both values, verdict, provenance and evidence.

    Args:
        as_of: The day on which the evidence is read.
    """

    schema: Literal[3]
    as_of: dt.date
    claims: Annotated[
        dict[Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")], Entry], Meta(min_length=1)
    ]


def texts(claims: Mapping[str, Entry]) -> dict[str, str]:
    """What prose may say of the claims of a ledger: flat dotted names to plain text."""
    names: dict[str, str] = {}
    for id_, entry in claims.items():
        names |= {f"claim.{id_}": entry.display, f"exact.{id_}": entry.exact}
        names |= {f"cited.{id_}": entry.cited, f"verdict.{id_}": entry.verdict}
        names |= {f"part.{id_}.{name}": part.display for name, part in entry.parts.items()}
    return names


def published(content: Mapping[str, Any], sentences: Mapping[str, Sequence[Use]]) -> bytes:
    """A ledger with its sentences as canonical JSON: the same content gives the same bytes.

    Args:
        content: of the ledger, as `Ledger.content` has it.
        sentences: for each claim where the book uses it, as `prose.sentences.by_claim` has it.
    """
    claims = {id_: entry | used(sentences.get(id_, ())) for id_, entry in content["claims"].items()}
    return canonical({**content, "claims": claims})


def plain(entry: Entry) -> dict[str, Any]:
    """A claim at one vintage as JSON has it; a number of numpy becomes the one of Python."""
    content: dict[str, Any] = to_builtins(entry, enc_hook=lambda number: number.item())
    return content


def used(sentences: Sequence[Use]) -> dict[str, Any]:
    """Where the book uses a claim, as JSON has it."""
    return {"sentences": to_builtins(sentences)}


def parse(data: bytes, where: str) -> dict[str, Entry]:
    """As `read`, of the bytes of a file."""
    return read(loads(data, "this is not a ledger", where), where)


def read(content: Any, where: str) -> dict[str, Entry]:  # noqa: ANN401
    """The claims of a stored ledger, whatever the schema it was written in.

    Args:
        content: the JSON.
        where: what is read, for the error.

    Raises:
        ReportError: the schema is none that we know, or an entry does not keep it.
    """
    schema = content.get("schema") if isinstance(content, dict) else None
    what = "the ledger does not keep its schema"
    if isinstance(schema, int) and schema in _EARLIER:
        try:
            claims = content["claims"]
            for step in _EARLIER[schema]:
                claims = {id_: step(entry) for id_, entry in claims.items()}
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            got = f"{type(error).__name__}: {error}"
            expected = f"schema {schema}"
            raise ReportError(what, where=where, expected=expected, got=got, hint=RESTORE) from None
        content = {**content, "schema": SCHEMA_VERSION, "claims": claims}
    elif schema != SCHEMA_VERSION:
        raise ReportError(
            "the ledger has a schema that is not known here",
            where=where,
            expected=f"1 to {SCHEMA_VERSION}",
            got=str(schema),
            hint="take the newest version of this program, which reads all earlier schemas",
        )
    return convert(content, StoredLedger, what, where).claims


def _from_first(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of the first schema: figures without an order, sentences as `file:line: text`."""
    sentences = []
    for said in entry["sentences"]:
        file, line, text = said.split(":", 2)
        address = file.rpartition(".")[0] + ".html"
        sentences.append(
            {
                "text": text.strip(),
                "part": "sentence",
                "place": "",
                "address": address,
                "file": file,
                "line": int(line),
            }
        )
    return {
        **entry,
        "found": entry["display"],
        "value": None if entry["low"] is not None else entry["value"],
        "parts": [{"name": name, **figure} for name, figure in entry["parts"].items()],
        "inputs": [{"cells": [], **used} for used in entry["inputs"]],
        "sentences": sentences,
    }


def _from_second(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of the second schema: one value, and in `found` what stands beside it in words.

    Its value was the article's own where `found` is another figure, one of the account, or `as cited`.
    """
    number = ("value", "low", "high", "unit", "display")
    parts = [{"low": None, "high": None, **part} for part in entry["parts"]]
    if entry["found"] == "as cited":
        ours = None
    elif entry["found"] == entry["display"]:
        ours = {key: entry[key] for key in (*number, "exact", "rounding")}
    else:
        named = (part for part in parts if part["display"] == entry["found"])
        beside = next(named, _in_words(entry["found"]) | {"exact": entry["found"]})
        ours = {key: beside[key] for key in (*number, "exact")} | {"rounding": "none"}
    gone = {*number, "cited", "found", "exact", "rounding"}
    return {key: value for key, value in entry.items() if key not in gone} | {
        "article": _in_words(entry["cited"]),
        "ours": ours and ours | {"errors": []},
        "parts": parts,
    }


def _in_words(text: str) -> dict[str, Any]:
    return {"value": text, "low": None, "high": None, "unit": "", "display": text}


_EARLIER = {1: (_from_first, _from_second), 2: (_from_second,)}
"""For each earlier schema the steps to this one."""


class Bound(NamedTuple):
    """What an edition shows of its claims, under the names and in the fields of its own schema.

    Args:
        texts: what its pages bind; `claim.ID` was once the article's figure wherever that had been repeated.
        facts: for each claim what its page for machines repeats from the ledger.
        earlier: whether its schema is an earlier one.
    """

    texts: Mapping[str, str]
    facts: Mapping[str, Mapping[str, Any]]
    earlier: bool


def bound(data: bytes, where: str) -> Bound:
    """What an edition shows, of the bytes of its ledger."""
    content = loads(data, "this is not a ledger", where)
    names, earlier = texts(read(content, where)), content["schema"] in _EARLIER
    claims = content["claims"]
    for id_, entry in claims.items() if earlier else ():
        names |= {f"claim.{id_}": entry["display"], f"exact.{id_}": entry["exact"]}
    fields = ("display", "exact", "verdict", "unit", "cited") if earlier else ("article", "ours", "verdict")
    facts = {id_: {field: entry[field] for field in fields} for id_, entry in claims.items()}
    return Bound(names, facts, earlier)
