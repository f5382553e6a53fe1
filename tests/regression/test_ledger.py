"""The baselines' ledger: every baseline accounted for, and nothing that can be recorded in passing."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import DAYS, ROOT
from tests.regression import ledger
from tests.regression.baselines import HERE, LEDGER, expected, recorded
from tests.regression.conftest import REGENERATES
from tests.regression.edited import SHIPPED


def test_every_baseline_is_wanted_and_accounted_for() -> None:
    there = ledger.hashes(HERE, recorded())
    assert ledger.faults(ledger.read(LEDGER), there, expected()) == []
    assert len(there) > 100


def test_causes_are_snapshots_and_commits_that_are_there() -> None:
    landed = {
        snapshot.path.removeprefix("data-snapshots/").removesuffix(".csv")
        for source in SHIPPED.sources()
        for snapshot in SHIPPED.snapshots(source)
    }
    recordings = ledger.read(LEDGER)
    assert recordings
    for recording in recordings:
        kind, _, name = recording.cause.partition(" ")
        if kind == "snapshot":
            assert name in landed
        elif kind == "commit" and not (ROOT / ".git/shallow").exists():
            found = subprocess.run(["git", "cat-file", "-e", f"{name}^{{commit}}"], cwd=ROOT, check=False)
            assert found.returncode == 0, f"there is no commit {name}"


def test_every_edition_has_baselines() -> None:
    editions = tomllib.loads((ROOT / "editions.toml").read_text("utf-8"))["edition"]
    assert {edition["as_of"] for edition in editions} == set(DAYS), "record baselines for the new edition too"


A, B = "a" * 64, "b" * 64
FIRST = ledger.Recording("all", "first recording", "the commit of this entry", {"x.yml": A, "y.yml": A})


@pytest.mark.parametrize(
    ("recordings", "there", "wanted", "fault"),
    [
        (
            [FIRST],
            {"x.yml": B, "y.yml": A},
            ("x.yml", "y.yml"),
            "changed without an entry in the ledger: x.yml",
        ),
        ([FIRST], {"x.yml": A}, ("x.yml", "y.yml"), "no baseline: y.yml"),
        ([FIRST], {"x.yml": A}, ("x.yml",), "in the ledger, but gone: y.yml"),
        ([FIRST], {"x.yml": A, "y.yml": A}, ("x.yml",), "orphan, no test reads it: y.yml"),
        (
            [FIRST],
            {"x.yml": A, "y.yml": A, "z.yml": A},
            ("x.yml", "y.yml", "z.yml"),
            "not in the ledger: z.yml",
        ),
        ([FIRST._replace(why="")], {"x.yml": A, "y.yml": A}, ("x.yml", "y.yml"), "recording 1 gives no why"),
        (
            [FIRST._replace(cause="because")],
            {"x.yml": A, "y.yml": A},
            ("x.yml", "y.yml"),
            "recording 1 names no cause: 'because'",
        ),
    ],
)
def test_faults_are_found(
    recordings: list[ledger.Recording], there: dict[str, str], wanted: tuple[str, ...], fault: str
) -> None:
    assert fault in ledger.faults(recordings, there, wanted)


def test_newest_recording_counts_and_a_removed_baseline_is_gone() -> None:
    later = ledger.Recording("one", "the cut", "snapshot btc-price/2026-10-08", {"x.yml": B, "y.yml": ""})
    assert ledger.faults([FIRST, later], {"x.yml": B}, ("x.yml",)) == []


def test_ledger_is_written_as_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ledger.toml"
    odd = FIRST._replace(what='a "quoted" word and a \\')
    file.write_text(ledger.render(FIRST) + "\n" + ledger.render(odd), "utf-8")
    assert ledger.read(file) == [FIRST, odd]


def _pytest(*arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("option", REGENERATES)
def test_regeneration_is_refused_in_ci(option: str) -> None:
    name = "--" + option.replace("_", "-")
    before = ledger.hashes(HERE, recorded())
    run = _pytest("pytest", "tests/regression/test_claims.py", name, "-q", ci="true")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{name} is refused: CI is set" in run.stdout + run.stderr
    assert "passed" not in run.stdout
    assert ledger.hashes(HERE, recorded()) == before


def test_recording_is_refused_in_ci_and_without_a_reason() -> None:
    given = ("--what", "x", "--why", "y", "--cause", "the commit of this entry")
    assert "CI is set" in _pytest("tests.regression.record", *given, ci="true").stderr
    assert "required: --why" in _pytest("tests.regression.record", *given[:2], *given[4:], ci="").stderr
    assert "neither" in _pytest("tests.regression.record", *given[:5], "because", ci="").stderr


def test_no_test_regenerates_by_itself() -> None:
    """pytest-regressions can also be told from within a test."""
    sources = sorted((ROOT / "tests").rglob("*.py"))
    assert len(sources) > 20
    setting = "force_regen" + " = True"
    assert [path.name for path in sources if setting in path.read_text("utf-8")] == []
