"""The JSON Schemas beside the code, made from its records; `python -m pivot.schemas` writes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot.claims.stored import StoredLedger
from pivot.files import write_atomic
from pivot.records import json_schema
from pivot.revisions.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Mapping


def schemas() -> Mapping[Path, bytes]:
    """Every schema by its file."""
    package = Path(__file__).parent
    return {
        package / "claims" / "ledger.schema.json": json_schema(StoredLedger, "Ledger of a report"),
        package / "revisions" / "report.schema.json": json_schema(
            Difference, "Difference of two states of a report"
        ),
    }


if __name__ == "__main__":
    for path, content in schemas().items():
        write_atomic(path, content)
