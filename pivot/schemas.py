"""The JSON Schemas of what is published, made from its records; `python -m pivot.schemas` prints them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pivot.claims.stored import StoredLedger
from pivot.records import json_schema
from pivot.revisions.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMAS: Mapping[str, Callable[[], bytes]] = {
    "ledger.schema.json": lambda: json_schema(StoredLedger, "Ledger of a report"),
    "report.schema.json": lambda: json_schema(Difference, "Difference of two states of a report"),
}


if __name__ == "__main__":
    for name in sys.argv[1:] or SCHEMAS:
        sys.stdout.buffer.write(SCHEMAS[name]())
