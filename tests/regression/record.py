"""Records baselines anew, and says so in their ledger. One command, from the root of the repository:

    .venv/bin/python -m tests.regression.record --what "..." --why "..." --cause "..."

`--cause` is `snapshot <source>/<vintage>`, `commit <hash>` or `the commit of this entry`. It runs the tests
that have baselines with `--regen-all`, removes baselines that no test reads, and adds one entry to
`ledger.toml` with the hashes of those that changed; where none did, the ledger stays as it is. Look at the
diff before you commit.
"""

from __future__ import annotations

import argparse
import os
import sys

import pytest

from tests.regression import ledger
from tests.regression.baselines import HERE, LEDGER, expected, recorded

TESTS = ("test_claims.py", "test_measures.py", "test_snapshots.py", "test_charts.py")


def main() -> int:
    """Exit code: 0 if the baselines and their ledger now agree, else that of pytest, or 2."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.regression.record", description="Records baselines."
    )
    for field, text in (
        ("what", "what moved"),
        ("why", "why it is right that it did"),
        ("cause", "snapshot SOURCE/VINTAGE, commit HASH, or the commit of this entry"),
    ):
        parser.add_argument(f"--{field}", required=True, help=text)
    given = parser.parse_args()
    if os.environ.get("CI"):
        parser.error("CI is set: baselines are recorded by a person, who looks at the diff")
    if not ledger.CAUSE.fullmatch(given.cause):
        parser.error(f"--cause {given.cause!r} is neither a snapshot nor a commit")
    code = pytest.main(
        ["-q", "-p", "no:randomly", "-m", "baseline", "--regen-all", *(str(HERE / name) for name in TESTS)]
    )
    if code:
        return int(code)
    for name in sorted(recorded() - expected()):
        (HERE / name).unlink()
    before, now = ledger.stands(ledger.read(LEDGER)), ledger.hashes(HERE, recorded())
    changed = {name: now.get(name, "") for name in {*before, *now} if before.get(name) != now.get(name)}
    if changed:
        entry = ledger.render(ledger.Recording(given.what, given.why, given.cause, changed))
        with LEDGER.open("a", encoding="utf-8") as file:
            file.write(("\n" if before else "") + entry)
    sys.stdout.write("".join(f"{name}\n" for name in sorted(changed)) + f"{len(changed)} recorded\n")
    left = ledger.faults(ledger.read(LEDGER), now, expected())
    sys.stdout.write("".join(f"{line}\n" for line in left))
    return 2 if left else 0


if __name__ == "__main__":
    sys.exit(main())
