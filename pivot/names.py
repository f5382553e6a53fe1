"""The files and folders of a report, each under its one name."""

BOOK_FILE = "_quarto.yml"
EDITIONS_FILE = "editions.toml"
SNAPSHOTS = "data-snapshots"
CACHE = ".pivot"
SITE = "_site"
LEDGER = "ledger.json"
