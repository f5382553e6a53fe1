"""Differences of commits whose code is not ours: what did what, what it may do, what is not decided."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pivot import processes
from pivot.errors import ReportError
from pivot.revisions import foreign
from pivot.revisions.confinement import landlock
from pivot.revisions.numbers import TOLERANCE
from pivot.revisions.report import Report
from tests.conftest import ROOT
from tests.unit.older import (
    CLOSES,
    DAYS,
    FACTORS,
    IDS,
    SENTENCES,
    Closes,
    Factors,
    between,
    repository,
    write,
)
from tests.unit.revisions import commit, difference, git

Book = dict[str, list[str]]


@cache
def shared() -> Path:
    """The first state, to be committed to by one test after the other."""
    return repository(Path(mkdtemp(prefix="pivot-older-")))


def held(closes: Closes, factors: Factors, sentences: Book) -> Report:
    """The difference of the first state and another one."""
    root = shared()
    git(root, "checkout", "-q", "-f", "-B", "main", "first")
    write(root, closes, factors, sentences)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "second")
    with TemporaryDirectory() as scratch:
        return between(root, "first", "main", Path(scratch))


# The truth, reckoned apart


def value(id_: str, closes: Closes, factors: Factors) -> float:
    day, factor = factors[id_]
    return float(f"{closes[day]:.2f}") * factor


def filled(line: str, closes: Closes, factors: Factors) -> str:
    values = {id_: value(id_, closes, factors) for id_ in factors}
    texts = {f"claim.{id_}": f"{number:.2f}" for id_, number in values.items()}
    texts |= {
        "report.claims": str(len(values)),
        "report.reproduced": str(sum(n < 500 for n in values.values())),
    }
    return re.sub(r"\{\{< var (\S+) >\}\}", lambda name: texts[name[1]], line)


def agrees(closes: Closes, factors: Factors, sentences: Book) -> None:
    report = held(closes, factors, sentences)
    assert report.undecided == ""
    moved, hidden, shares = set(), set(), {}
    for id_ in IDS:
        old, new = value(id_, CLOSES, FACTORS), value(id_, closes, factors)
        by_data, by_code = value(id_, closes, FACTORS), value(id_, CLOSES, factors)
        if f"{old:.2f}" != f"{new:.2f}" or (old < 500) != (new < 500):
            moved.add(id_)
        elif abs(new - old) > TOLERANCE * max(old, new):
            hidden.add(id_)
        data, code = (by_data - old + new - by_code) / 2, (by_code - old + new - by_data) / 2
        whole = (abs(data) + abs(code)) * (1 if new > old else -1)
        shares[id_] = (data / whole, code / whole) if whole else (0, 0)
    assert {one.id for one in report.at("reading")} == moved
    assert {one.id for one in report.at("hidden")} == hidden
    for one in report.numbers:
        assert one.shares
        assert (one.shares["data"], one.shares["code"]) == pytest.approx(shares[one.id], abs=1e-5)
        assert (one.kind == "correction") == (one.shares["data"] >= one.shares["code"])
        days = {str(facts[one.id][0]) for facts in (FACTORS, factors)}
        changed = {str(day) for day in DAYS if closes[day] != CLOSES[day]}
        assert {key for rows in one.reached for key in rows.keys if rows.exact} == (
            days & changed if one.shares["data"] else set()
        )
    (prices,) = [diff for diff in report.rows if not diff.file]
    assert {key.date() for key in prices.revised.index} == {day for day in DAYS if closes[day] != CLOSES[day]}
    assert len(prices.added) == len(prices.removed) == 0
    expected = {
        (name, was, now)
        for name, lines in SENTENCES.items()
        for old_line, new_line in zip(lines, sentences[name], strict=True)
        if (was := filled(old_line, CLOSES, FACTORS)) != (now := filled(new_line, closes, factors))
    }
    assert {(one.file, one.before, one.after) for one in report.prose} == expected
    assert report.exit_code == bool(moved or expected)


# No leap that a contract refuses: each close stays within some percent of what it was.
DATA = st.dictionaries(st.sampled_from(DAYS), st.integers(930, 1070), max_size=4).map(
    lambda parts: {day: round(CLOSES[day] * part / 1000, 2) for day, part in parts.items()}
)
MEASURES = st.dictionaries(
    st.sampled_from(IDS),
    st.tuples(st.sampled_from(DAYS), st.sampled_from([0.5, 1.0, 2.0, 4.0, 4.00001])),
    max_size=2,
)
WORDS = st.lists(st.sampled_from(["It was seen by all.", "So it was.", "Nobody knows more."]), max_size=2)
RANDOM: dict[str, Any] = {"deadline": None, "derandomize": True, "phases": [Phase.generate]}


def random(data: Closes, code: Factors, words: list[str]) -> None:
    edited = {
        name: [line.replace(" ", " indeed ", 1) if line in words else line for line in lines]
        for name, lines in SENTENCES.items()
    }
    agrees(CLOSES | data, {**FACTORS, **code}, edited)


@settings(max_examples=10, **RANDOM)
@given(DATA, MEASURES, WORDS)
def test_random_commits_of_data_code_and_prose(data: Closes, code: Factors, words: list[str]) -> None:
    random(data, code, words)


def test_a_sentence_that_counts_verdicts_follows_the_code_too() -> None:
    report = held(CLOSES, {**FACTORS, "alpha": (DAYS[2], 10.0)}, SENTENCES)
    (counting,) = [one for one in report.prose if "claims" in one.before]
    assert counting.after == "Of 3 claims 1 stand."
    assert counting.shares == {"data": 0, "code": 1, "prose": 0}
    assert counting.kind == "method"


def test_steps_that_cancel_each_other_stay_bounded() -> None:
    day = DAYS[2]
    report = held(CLOSES | {day: CLOSES[day] * 1.2}, {**FACTORS, "alpha": (day, 0.85)}, SENTENCES)
    (alpha,) = report.at("reading")
    assert alpha.shares
    assert max(map(abs, alpha.shares.values())) <= 1
    assert min(alpha.shares.values()) < 0


def test_a_claim_that_was_renamed_went_and_came() -> None:
    renamed = {("delta" if id_ == "beta" else id_): fact for id_, fact in FACTORS.items()}
    book = {
        name: [line.replace("claim.beta", "claim.delta") for line in lines]
        for name, lines in SENTENCES.items()
    }
    report = held(CLOSES, renamed, book)
    assert {(one.id, bool(one.old), bool(one.new)) for one in report.numbers} == {
        ("delta", False, True),
        ("beta", True, False),
    }
    assert report.exit_code == 1
    assert "1 is new, 1 is gone" in report.verdict_line()


# What foreign code may do


def foreign_code(line: str) -> str:
    """Why there is no answer where code begins with this line."""
    root = shared()
    git(root, "checkout", "-q", "-f", "-B", "main", "first")
    made = root / "analysis" / "made.py"
    made.write_text(f"import os, subprocess, sys\n{line}\n", "utf-8")
    commit(root, "foreign")
    with TemporaryDirectory() as scratch:
        report = between(root, "main", "first", Path(scratch))
    assert report.exit_code == 2
    return report.undecided


def test_it_gets_nothing_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "a secret")
    said = foreign_code("sys.exit(' '.join(sorted(os.environ)) + ' ' + str(os.listdir(os.environ['HOME'])))")
    names = re.findall(r"\b[A-Z_]{4,}\b", said)
    assert set(names) <= {
        "HOME", "LANG", "LC_CTYPE", "OPENBLAS_NUM_THREADS", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH",
        "PYTHONUTF8", "TMPDIR",
    }  # fmt: skip
    assert "PATH" in names
    assert said.endswith("['pivot']"), "its home holds the engine, where it has none of its own"
    assert "secret" not in said


ENDLESS = {
    "time": ("while True: pass", "SECONDS", 1),
    "sleep": ("import time; time.sleep(600)", "SECONDS", 1),
    "memory": ("x = bytearray(3 * 1024**3)", "MEMORY", 1024**3),
    "output": ("while True: sys.stdout.write('x' * 1024)", "OUTPUT", 1024**2),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_it_has_limits(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line, name, limit = ENDLESS[kind]
    monkeypatch.setattr(foreign if name == "SECONDS" else processes, name, limit)
    start = time.monotonic()
    assert "the code of main" in foreign_code(line)
    assert time.monotonic() - start < 60


ATTEMPTS = {
    "a site of the web": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "an agent": "import socket; socket.socket(socket.AF_UNIX)",
    "the variables of the caller": "open('/proc/%d/environ' % os.getppid()).read()",
    "a file of the caller": "open({secret!r}).read()",
    "a file elsewhere": "open({other!r}, 'w')",
    "a way out": "os.setsid()",
    "another group": "os.setpgid(0, 0)",
    "a signal": "os.kill(os.getppid(), 0)",
}


@pytest.mark.skipif(not landlock(), reason="the system has no Landlock")
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_it_has_neither_network_nor_files_nor_a_way_out(attempt: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", "utf-8")
    line = ATTEMPTS[attempt].format(secret=str(tmp_path / "secret"), other=str(tmp_path / "other"))
    assert re.search("not permitted|denied", foreign_code(line))
    assert not (tmp_path / "other").exists()


def test_what_it_started_ends_with_it() -> None:
    foreign_code("print(subprocess.Popen(['sleep', '987.65']).pid); sys.exit('gone')")
    time.sleep(0.2)
    lines = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    assert [line for line in lines.splitlines() if "sleep 987.65" in line and not line.startswith("Z")] == []


def test_that_it_was_run_is_said_and_with_data_only_it_never_runs(tmp_path: Path) -> None:
    assert any("was run, in a process of its own" in note for note in held(CLOSES, FACTORS, SENTENCES).notes)
    root = shared()
    made = root / "analysis" / "made.py"
    made.write_text(f"open(__file__ + '.ran', 'w')\n{made.read_text('utf-8')}", "utf-8")
    commit(root, "marked")
    (tmp_path / "a").mkdir()
    report = between(root, "first", "main", tmp_path / "a", data_only=True)
    assert any("was not run" in note for note in report.notes)
    assert not [*tmp_path.rglob("*.ran")]
    (tmp_path / "b").mkdir()
    between(root, "first", "main", tmp_path / "b")
    assert [*tmp_path.rglob("*.ran")]


# The layout that this repository had


def test_a_commit_of_the_old_layout_is_read() -> None:
    old = "a36364f"
    if subprocess.run(
        ["git", "-C", ROOT, "cat-file", "-e", f"{old}^{{commit}}"], check=False, capture_output=True
    ).returncode:
        pytest.skip(f"the history of this clone does not go back to {old}")
    report = difference(ROOT, old, "2026-08-21", data_only=True)
    # Its layout is read; what rests on evidence that it had not is left out, which is said by name.
    assert (report.exit_code, report.undecided) == (1, "")
    left = [note for note in report.notes if note.startswith(f"not there yet in {old} (")]
    assert any("for want of ai-leases: claim " in note for note in left)
    assert any(f"the code of {old} ({old}) was not run" in note for note in report.notes)
    own = difference(ROOT, old, "2026-08-21")
    assert own.exit_code in (0, 1) or "No module named" in own.undecided
    assert any("--data-only" in note for note in own.notes) or own.undecided == ""


# What can not be decided has a reason of its own


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> Iterator[Path]:
    root = shared()
    git(root, "checkout", "-q", "-f", "-B", "main", "first")
    git(root, "rm", "-q", "-r", *request.param)
    git(root, "commit", "-q", "-m", "broken")
    yield root
    git(root, "checkout", "-q", "-f", "-B", "main", "first")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (["."], "no editions.toml"),
        (["analysis"], "no analysis/"),
        (["data-snapshots"], "no data-snapshots/SHA256SUMS"),
        (["editions.toml"], "no editions.toml"),
    ],
    indirect=["broken"],
)
def test_a_revision_without_a_part_says_which(broken: Path, words: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError) as error:
        between(broken, "first", "main", tmp_path)
    assert words in error.value.got
    assert (error.value.exit_code, bool(error.value.hint)) == (2, True)


@pytest.mark.parametrize("broken", [["chapters/second.qmd"], ["data-snapshots/btc-price"]], indirect=True)
def test_a_broken_revision_is_undecided_with_its_reason(broken: Path, tmp_path: Path) -> None:
    report = between(broken, "first", "main", tmp_path)
    assert report.exit_code == 2
    assert report.verdict_line().startswith("Could not be decided: ")


def test_a_file_named_like_a_branch_is_ambiguous(tmp_path: Path) -> None:
    root = shared()
    git(root, "checkout", "-q", "-f", "-B", "main", "first")
    (root / "first").write_text("date\n", "utf-8")
    try:
        with pytest.raises(ReportError, match="is a file and a git revision"):
            between(root, "first", "main", tmp_path)
    finally:
        (root / "first").unlink()


def test_a_shallow_clone_says_how_to_get_the_history(tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{shared()}", "clone")
    with pytest.raises(ReportError) as error:
        between(tmp_path / "clone", "HEAD~1", "HEAD", tmp_path)
    assert "fetch-depth" in error.value.hint
