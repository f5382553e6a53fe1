"""The ledger as JSON: how it is written, and how one of an earlier schema is read.

Canonical JSON sorts its keys, so what has an order of its own (the figures of an account) is a list. A range
has two ends and no value: its middle is for computing, and nobody measured it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pivot.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.claims.ledger import Entry

SCHEMA_VERSION = 2


def canonical(content: Mapping[str, Any], sentences: Mapping[str, Sequence[object]]) -> str:
    """A ledger as canonical JSON: the same content gives the same bytes.

    Args:
        content: of the ledger, its claims as `plain` has them.
        sentences: for each claim where the book uses it, as `prose.sentences.by_claim` has it.
    """
    claims = {id_: entry | used(sentences.get(id_, ())) for id_, entry in content["claims"].items()}
    whole = {**content, "claims": claims}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def plain(entry: Entry) -> dict[str, Any]:
    """A claim at one vintage as JSON has it, but for the sentences that use it."""
    said = asdict(entry)
    return said | {
        "value": None if entry.low is not None else entry.value,
        "parts": [{"name": name, **figure} for name, figure in said["parts"].items()],
    }


def used(sentences: Sequence[object]) -> dict[str, Any]:
    """Where the book uses a claim, as JSON has it; the sentences are dataclasses."""
    return {"sentences": [asdict(one) for one in sentences]}  # type: ignore[call-overload]


def read(content: Mapping[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """The claims of a stored ledger in the form of this schema, whatever the schema it was written in.

    Args:
        content: the JSON.
        where: what is read, for the error.

    Raises:
        ReportError: the schema is none that we know.
    """
    schema, claims = content.get("schema"), content.get("claims", {})
    if schema == SCHEMA_VERSION:
        return dict(claims)
    if schema == 1:
        return {id_: _from_first(entry) for id_, entry in claims.items()}
    raise ReportError(
        "the ledger has a schema that is not known here",
        where=where,
        expected=f"1 to {SCHEMA_VERSION}",
        got=str(schema),
    )


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
