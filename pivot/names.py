"""The names that several parts agree on: files and folders of a report, and texts as names."""

from __future__ import annotations

import re

BOOK_FILE = "_quarto.yml"
EDITIONS_FILE = "editions.toml"
SNAPSHOTS = "data-snapshots"
CACHE = ".pivot"
"""What one command keeps for the next; nothing in it is needed, only faster."""

SITE = "_site"
LEDGER = "ledger.json"
LEDGER_SCHEMA = "ledger.schema.json"
LEDGER_CSV = "ledger.csv"
ACCOUNTS = "accounts"
"""Folder of what each number was made from: `accounts.json`, and tables that are too long for a page."""


def slug(text: str) -> str:
    """A text as a part of an address, or as a class: "reproduced, rounded" is "reproduced-rounded"."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
