"""The steps that README prints for a new claim, run as they stand in a copy of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analysis.report import ARTICLE
from tests.conftest import AS_READ, DAYS, NEWEST, vintage_of
from tests.newcomer import blocks, copy_whole, run

ID = "newest-block-interval"


def number() -> str:
    """The mean time between blocks in the newest whole epoch, from the table alone."""
    *_, start, end = vintage_of(NEWEST).data("epochs").frame["timestamp"]
    return f"{(end - start).total_seconds() / 2016 / 60:.1f}\N{NO-BREAK SPACE}minutes"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_whole(tmp_path_factory.mktemp("newcomer") / "repository")


def test_a_claim_is_added_by_the_printed_steps(copy: Path) -> None:
    function, sentence, row, *looks = blocks("README.md", "Add a claim")
    commands = re.split(r"(?<!\\)\n", "\n".join(looks))
    assert [command.split()[0] for command in commands] == [
        *[".venv/bin/pivot"] * 3,
        "make",
        ".venv/bin/python",
    ]
    with (copy / "analysis/claims/network.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{function}\n")
    with (copy / "chapters/security.qmd").open("a", encoding="utf-8") as file:
        file.write(f"\n{sentence}\n")

    # Before it has its row it is in no edition: said by name, and nothing else stops.
    asked = run(copy, f".venv/bin/pivot numbers {ID}")
    assert asked.returncode == 2
    assert f"pivot add article --row claim={ID}" in asked.stderr
    assert "Traceback" not in asked.stderr
    unfinished = run(copy, ".venv/bin/pivot check")
    assert unfinished.returncode == 1
    assert f"no edition has the claim {ID}" in unfinished.stdout

    landed = run(copy, row)
    assert landed.returncode == 0, landed.stderr
    assert f"data-snapshots/article/{NEWEST}.csv" in landed.stdout
    done = {command: run(copy, command) for command in commands}
    codes = [answer.returncode for answer in done.values()]
    assert codes == [0, 0, 1, 0, 0], [answer.stdout[-2000:] + answer.stderr for answer in done.values()]
    explained, checked, differs, _, recorded = (answer.stdout for answer in done.values())
    assert number() in explained
    assert "chapters/security.qmd" in explained
    assert re.search(rf"claims +fine +{len(ARTICLE.claims) + 1} claims", checked)
    assert f"{ID} came: {number()}" in differs
    assert f"test_claims/{ID}.yml\n" in recorded

    # An edition of an earlier day has neither the claim nor its sentence; asked for it, it says so.
    for day in DAYS:
        edition = copy / "_site/editions" / str(day)
        ledger = json.loads((edition / "ledger.json").read_text("utf-8"))
        page = (edition / "chapters/security.html").read_text("utf-8")
        there = day == NEWEST
        assert (ID in ledger["claims"]) is (ID in page) is there
        assert ("in the epoch that ended last" in page) is there
        assert (edition / f"claims/{ID}.html").exists() is there
    early = run(copy, f".venv/bin/pivot explain {ID} --as-of {AS_READ}")
    assert early.returncode == 2
    assert f"known on {AS_READ}" in early.stderr
