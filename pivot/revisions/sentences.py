"""Sentences: what a reader reads before and after, with place, changed words and cause."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pivot.claims.stored import Line, Place  # noqa: TC001 -- read when the schema is made
from pivot.prose.sentences import Piece, pieces
from pivot.records import one_of
from pivot.revisions.causes import CODE, DATA, PROSE, RevisionKind, Shares, shares

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pivot.claims.ledger import Ledger
    from pivot.revisions.states import State

SAME, GONE, COME = "same", "del", "ins"

# Where something is made and what its file hashes to is shown, but it is no reading.
_PROVENANCE = re.compile(r"data-snapshots/\S+|\b[0-9a-f]{12,64}\b|, line \d+,|[\d,]+ bytes")
_DAY = frozenset({"report.as-of", "report.edition", "report.edition-line"})
_ALIKE = 0.5
_FEW = 4_000
_WORDS = re.compile(r"\s+|[$\u2212+~]?\w+(?:[.,:'’–/-]\w+)*%?|.")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of text that reads differently, or that a flipped guard has made wrong.

    Args:
        part: what it is: `sentence`, `caption`, `alt text`, `title` or `table`.
        file: the chapter.
        line: in the new file, or in the old one where the text went.
        address: of the place on the site.
        place: the same in words, "" where it has none.
        block: the generated block that it stands in, "" for prose.
        before: as a reader had it; "" where it came.
        after: as a reader has it; "" where it went.
        words: `same`, `del` and `ins` stretches that together make up both.
        names: the variables in it whose text changed.
        claims: the moved claims in it, those with flipped guards first.
        wrong: claims whose guard broke: it reads wrong now.
        mended: claims whose guard holds again.
        edited: whether somebody edited it, which makes it no movement of a number alone.
        dated: whether it only says the day of the report anew.
        shares: of data, code and prose in the changed words; None where they could not be told apart.
        kind: proposed from the cause.
    """

    part: Place
    file: str
    line: Line
    address: str
    place: str
    block: str
    before: str
    after: str
    words: tuple[tuple[Annotated[str, one_of(SAME, GONE, COME)], str], ...]
    names: tuple[str, ...]
    claims: tuple[str, ...]
    wrong: tuple[str, ...]
    mended: tuple[str, ...]
    edited: bool
    dated: bool
    shares: Shares | None
    kind: RevisionKind


def changed(
    old: State, new: State, crossed: Mapping[tuple[bool, bool], Mapping[str, str]], kinds: Mapping[str, str]
) -> tuple[Sentence, ...]:
    """Every piece of text that reads differently or wrong; what reads wrong first, then in reading order.

    Args:
        old: the side before.
        new: the side after.
        crossed: variables by whether the data and whether the code are those of the new side.
        kinds: the kind of each moved claim.
    """
    flipped = dict(_flipped(old.ledger, new.ledger))
    found = []
    sides = [*pieces(old.chapters, old.blocks)], [*pieces(new.chapters, new.blocks)]
    for was, now in _pairs(*sides):
        before, after = was.read(old.texts) if was else "", now.read(new.texts) if now else ""
        guards = {id_: flipped[id_] for id_ in (now.guards if now else ()) if id_ in flipped}
        place = now or was
        if not place or (not guards and _PROVENANCE.sub("", before) == _PROVENANCE.sub("", after)):
            continue
        used = dict.fromkeys(name for piece in (now, was) if piece for name in piece.names)
        names = [name for name in used if old.texts.get(name) != new.texts.get(name)]
        claims = [*guards, *(name.split(".")[1] for name in names if not name.startswith("report."))]
        if not claims and "#claim-" in place.address:
            claims = [place.address.split("#claim-")[1]]
        edited = not place.block and not (was and now and was.source == now.source)
        parts = _shares(was, now, crossed) if before != after and not place.block else None
        found.append(
            Sentence(
                part=place.part,
                file=place.file,
                line=place.line,
                address=place.address,
                place=place.place,
                block=place.block,
                before=before,
                after=after,
                words=words(before, after),
                names=tuple(names),
                claims=tuple(dict.fromkeys(claims)),
                wrong=tuple(id_ for id_, holds in guards.items() if not holds),
                mended=tuple(id_ for id_, holds in guards.items() if holds),
                edited=edited,
                dated=not edited and not guards and bool(names) and _DAY.issuperset(names),
                shares=parts,
                kind=_kind(parts, [kinds[id_] for id_ in claims if id_ in kinds]),
            )
        )
    files = dict.fromkeys(piece.file for piece in (*sides[1], *sides[0]))
    order = {file: place for place, file in enumerate(files)}
    return tuple(sorted(found, key=lambda one: (not one.wrong, order[one.file], one.line)))


def _flipped(old: Ledger, new: Ledger) -> Iterator[tuple[str, bool]]:
    """The claims whose guard flipped, with whether it holds now."""
    for id_, now in new.entries.items():
        was = old.entries.get(id_)
        if was and was.guard and now.guard and was.guard.holds != now.guard.holds:
            yield id_, now.guard.holds


def _kind(parts: Mapping[str, float] | None, of_claims: Sequence[str]) -> str:
    cause = max(parts, key=lambda player: parts[player]) if parts else ""
    if cause in ("", DATA):
        return of_claims[0] if of_claims else "data"
    return "editorial" if cause == PROSE else "method"


def _shares(
    was: Piece | None, now: Piece | None, crossed: Mapping[tuple[bool, bool], Mapping[str, str]]
) -> Mapping[str, float] | None:
    """The shares in the changed words of a sentence."""
    if not was or not now:
        return {DATA: 0.0, CODE: 0.0, PROSE: 1.0}
    if len(crossed) < 4:  # noqa: PLR2004 -- two by two
        return None
    before = was.read(crossed[False, False])
    known: dict[str, float] = {}

    def value(taken: Collection[str]) -> float:
        said = (now if PROSE in taken else was).read(crossed[DATA in taken, CODE in taken])
        if said not in known:
            known[said] = sum(
                len(_WORDS.findall(text)) for state, text in words(before, said) if state != SAME
            )
        return known[said]

    return shares(value)


def words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Both texts as one row of stretches that stayed, went and came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    told: list[tuple[str, str]] = []
    kept = ""  # a blank between two changes belongs to both
    gone, come = "", ""
    for _, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        x, y = "".join(old[a:b]), "".join(new[c:d])
        if x == y and (x.strip() or not (gone or come)):
            told += [(GONE, gone), (COME, come), (SAME, kept + x)]
            kept, gone, come = "", "", ""
        elif x == y:
            kept = x
        else:
            gone, come, kept = gone + kept + x, come + kept + y, ""
    return tuple((state, text) for state, text in [*told, (GONE, gone), (COME, come), (SAME, kept)] if text)


def _pairs(old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[tuple[Piece | None, Piece | None]]:
    """Each piece with what it was: by its source, else by the words and the claims that two share."""
    groups = dict.fromkeys((piece.file, piece.block) for piece in (*new, *old))
    alone: tuple[list[Piece], list[Piece]] = ([], [])
    for group in groups:
        a, b = ([piece for piece in side if (piece.file, piece.block) == group] for side in (old, new))
        matcher = difflib.SequenceMatcher(None, [_key(p) for p in a], [_key(p) for p in b], autojunk=False)
        for same, i, j, k, m in matcher.get_opcodes():
            if same == "equal":
                yield from zip(a[i:j], b[k:m], strict=True)
            else:
                pairs, gone, come = _alike(a[i:j], b[k:m])
                yield from pairs
                alone[0].extend(gone)
                alone[1].extend(come)
    moved = {piece.source: piece for piece in alone[0]}
    for piece in alone[1]:
        yield moved.pop(piece.source, None), piece
    stayed = {piece.source for piece in alone[1]}
    yield from ((piece, None) for piece in alone[0] if piece.source not in stayed)


def _key(piece: Piece) -> object:
    """A row of a table is known by its first cell, any other text by its source."""
    return (piece.address, piece.source.split(" | ")[0]) if piece.block else (piece.part, piece.source)


def _alike(
    old: Sequence[Piece], new: Sequence[Piece]
) -> tuple[list[tuple[Piece, Piece]], list[Piece], list[Piece]]:
    """The pairs that share most, and what is left of both."""
    scores = []
    if len(old) * len(new) <= _FEW:
        for i, a in enumerate(old):
            for j, b in enumerate(new):
                ratio = difflib.SequenceMatcher(
                    None, a.source.split(), b.source.split(), autojunk=False
                ).ratio()
                ours = {name.split(".")[1] for name in a.names} & {name.split(".")[1] for name in b.names}
                if a.part == b.part and ratio + _ALIKE / 2 * bool(ours) >= _ALIKE:
                    scores.append((-ratio, i, j))
    pairs: dict[int, int] = {}
    for _, i, j in sorted(scores):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return (
        [(old[i], new[j]) for i, j in sorted(pairs.items())],
        [piece for i, piece in enumerate(old) if i not in pairs],
        [piece for j, piece in enumerate(new) if j not in pairs.values()],
    )
