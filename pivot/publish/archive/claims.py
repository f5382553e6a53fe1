"""The permanent page of each claim in an edition, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from pivot.accounts import reading
from pivot.claims import values
from pivot.claims.account import Account, file_of
from pivot.files import canonical
from pivot.names import SNAPSHOTS
from pivot.prose.markdown import sentence, signed
from pivot.publish import history
from pivot.publish.archive import code_listing, metadata, pages, paths
from pivot.publish.archive.citation import Citation
from pivot.publish.frame import Turn, render

if TYPE_CHECKING:
    from pivot.claims.stored import Entry, Evidence, Input
    from pivot.publish.archive.pages import View
    from pivot.publish.history import Observation

_SUMS = f"{SNAPSHOTS}/SHA256SUMS"


def claim_pages(view: View) -> dict[str, bytes]:
    """For each claim its permanent page and the same as JSON, by path in the edition."""
    files: dict[str, bytes] = {}
    for id_, entry in view.claims.items():
        observations = view.observations(id_)
        citation = Citation(view.about, view.edition, f"claims/{id_}.html", values.title(entry))
        files[f"claims/{id_}.html"] = _page(view, entry, observations, citation).encode()
        files[f"claims/{id_}.json"] = canonical(_data(view, entry, observations, citation))
    return files


def _page(view: View, entry: Entry, observations: tuple[Observation, ...], citation: Citation) -> str:
    id_, code = entry.id, entry.code
    name = f"claims/{id_}.html"
    place = view.home + name
    linked = metadata.claim(view.about, view.edition, id_, entry, view.address(place))
    title, description = values.title(entry), values.description(entry)
    frame = replace(
        pages.around(view.about, place, view.line, view.side, view.home),
        head=pages.edition_head(view, name, citation, title, description, linked, data=f"{id_}.json"),
        bar=pages.bar(view, name),
        cite=pages.cite(citation, heading="How to cite this number"),
        previous=_turn(view, id_, -1),
        next=_turn(view, id_, 1),
    )
    return render(
        "editions/claim.html",
        frame=frame,
        edition=view.edition,
        entry=entry,
        title=title,
        description=description,
        values=values,
        history=observations,
        picture=history.picture(observations, entry.ours.unit if entry.ours else ""),
        made=code_listing.function(view.code, code.path, code.function),
        code={path: paths.relative(place, file) for path, file in view.listing.items()},
        inputs=[_input(view, place, used) for used in entry.inputs],
        account=view.accounts.get(id_, Account()),
        file=lambda table: paths.relative(place, view.tables[file_of(id_, table)]),
        sums=paths.relative(place, view.evidence[_SUMS]),
        statements=[_statement(piece) for piece in entry.evidence],
    )


def _turn(view: View, claim: str, step: int) -> Turn | None:
    """The claim before or after, in the order of the ledger."""
    ids = [*view.claims]
    at = ids.index(claim) + step
    return Turn(f"{ids[at]}.html", view.claims[ids[at]].statement.rstrip(".")) if 0 <= at < len(ids) else None


def _input(view: View, place: str, used: Input) -> dict[str, Any]:
    """A snapshot with its ways, its rows in words, and the cells that the ledger quotes of few rows."""
    sidecar = PurePosixPath(used.snapshot).with_suffix(".toml").as_posix()
    return {
        "snapshot": used.snapshot,
        "sha256": used.sha256,
        "file": paths.relative(place, view.evidence[used.snapshot]),
        "sidecar": paths.relative(place, view.evidence[sidecar]),
    }


def _statement(piece: Evidence) -> dict[str, str]:
    """What a publisher gave, in the words of the ledger's page."""
    return {
        **to_builtins(piece),
        "reading": reading(piece.value, piece.unit, piece.period),
        "address": piece.address if piece.address.startswith("http") else "",
        "note": sentence(signed(piece.note)) if piece.note else "",
    }


def _data(
    view: View, entry: Entry, observations: tuple[Observation, ...], citation: Citation
) -> dict[str, Any]:
    elsewhere = {"evidence", "inputs", "sentences", "parts"}
    return {
        "edition": view.edition.id,
        "as_of": view.edition.as_of.isoformat(),
        **{key: value for key, value in to_builtins(entry).items() if key not in elsewhere},
        "parts": [
            {"name": name, "label": part.label, "display": part.display} for name, part in entry.parts.items()
        ],
        "history": [asdict(one) | {"as_of": one.as_of.isoformat()} for one in observations],
        "citation": citation.csl(),
        "ledger": f"../ledger.json#/claims/{entry.id}",
    }
