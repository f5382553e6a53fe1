"""The command line: what people type, what they see, and the exit code they get."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pivot.cli import main
from pivot.commands import pivot
from tests.conftest import ROOT

DIFFICULTY = "data-snapshots/difficulty-epochs/2026-07-01.csv"
SUMS = "data-snapshots/SHA256SUMS"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each copy stands, since what was evaluated of the same evidence in the same place is kept."""
    return tmp_path_factory.mktemp("place") / "repository"


@pytest.fixture
def repository(place: Path) -> Path:
    """A copy of what the commands read, to be broken."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in ("_quarto.yml", "index.qmd", "references.bib", "editions.toml"):
        shutil.copy(ROOT / name, place / name)
    for name in ("chapters", "data-snapshots"):
        shutil.copytree(ROOT / name, place / name)
    return place


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def rehash(repository: Path, name: str) -> None:
    """Make sidecar and SHA256SUMS agree with a changed data file, as a careful forger would."""
    data = repository / name
    sidecar = data.with_suffix(".toml")
    old = [line for line in sidecar.read_text("utf-8").splitlines() if line.startswith(("sha256", "bytes"))]
    text = sidecar.read_text("utf-8")
    for line in old:
        new = (
            f'sha256 = "{hashlib.sha256(data.read_bytes()).hexdigest()}"'
            if line.startswith("sha256")
            else f"bytes = {data.stat().st_size}"
        )
        text = text.replace(line, new)
    sidecar.write_text(text, "utf-8")
    store = repository / "data-snapshots"
    lines = [
        f"{hashlib.sha256((store / path).read_bytes()).hexdigest()}  {path}"
        for path in (
            line.split("  ", 1)[1] for line in (store / "SHA256SUMS").read_text("utf-8").splitlines()
        )
    ]
    (store / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")


def edit(change: Callable[[str], str]) -> Callable[[Path], None]:
    """A change to the difficulty snapshot whose hashes are made right afterwards."""

    def apply(repository: Path) -> None:
        data = repository / DIFFICULTY
        data.write_text(change(data.read_text("utf-8")), "utf-8")
        rehash(repository, DIFFICULTY)

    return apply


def second_line(text: str) -> str:
    return text.split("\n")[1]


def test_numbers_prints_every_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "numbers", "--as-of", "2026-05-08") == 0
    out = capsys.readouterr().out
    assert "difficulty-drop-rank-year" in out
    assert "58 claims:" in out


def test_numbers_as_json_lists_value_verdict_formula_code_inputs_and_evidence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--root", ROOT, "numbers", "--json", "--as-of", "2026-05-08") == 0
    ledger = json.loads(capsys.readouterr().out)
    assert len(ledger["claims"]) == 58
    drop = ledger["claims"]["difficulty-drop"]
    assert (drop["article"]["value"], drop["article"]["unit"]) == (7.7, "%")
    ours = drop["ours"]
    assert (round(ours["value"], 4), ours["unit"], ours["display"]) == (-7.7557, "%", "7.7%")
    assert drop["verdict"] == "reproduced, rounded"
    assert drop["code"]["path"] == "analysis/claims/network.py"
    assert len(drop["inputs"][0]["sha256"]) == 64
    assert drop["evidence"][0]["publisher"]
    assert any(use["address"].startswith("chapters/overview.html#sec-") for use in drop["sentences"])


def test_explain_goes_from_the_sentence_to_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "explain", "difficulty-drop", "--as-of", "2026-05-08") == 0
    out = capsys.readouterr().out
    order = ("the evidence", "The rows used", "Step by step", "History", "How near", "Where it is used")
    places = [out.index(words) for words in order]
    assert places == sorted(places)
    for expected in (
        "chapters/overview.qmd:",
        "−7.7557%",
        "difficulty(block 941,472)",
        "analysis/claims/network.py:",
        "sha256",
        "height=941472, bits=17021a91",
        "65,535 / 137,873 × 256^(29 − 23) = 133,793,147,307,543",
        "2026-05-08  7.7%, reproduced, rounded",
        "shown as 7.8% from 7.75% to 7.85%",
        "reproduced, rounded",
        "secondary",
        "shows 7.7% from",
    ):
        assert expected in out


def test_unknown_claim_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "explain", "difficulty-dorp") == 2
    err = capsys.readouterr().err
    assert err.startswith("pivot: no claim is called 'difficulty-dorp'")
    assert "difficulty-drop" in err


def test_a_day_before_the_data_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "numbers", "--as-of", "2009-01-01") == 2
    assert "2009-01-01" in capsys.readouterr().err


def test_not_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "numbers", "--as-of", "yesterday") == 2
    assert "write YYYY-MM-DD" in capsys.readouterr().err


def test_outside_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", tmp_path, "numbers") == 2
    assert "there is no report here" in capsys.readouterr().err


def shipped() -> int:
    return len(list((ROOT / "data-snapshots").glob("*/*.csv")))


def test_check_counts_what_it_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--root", ROOT, "check") == 0
    assert f"{shipped()} snapshots" in capsys.readouterr().out


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed byte": (
        lambda r: (r / DIFFICULTY).write_bytes(
            (r / DIFFICULTY).read_bytes().replace(b"17021a91", b"17021a92")
        ),
        "has changed since it landed",
    ),
    "a missing sidecar": (lambda r: (r / DIFFICULTY).with_suffix(".toml").unlink(), "2026-07-01.toml"),
    "a broken sidecar": (
        lambda r: (r / DIFFICULTY).with_suffix(".toml").write_text("title = ", "utf-8"),
        "2026-07-01.toml",
    ),
    "a missing column": (
        edit(lambda text: "\n".join(line.rsplit(",", 1)[0] for line in text.split("\n"))),
        "timestamp_source",
    ),
    "an extra column": (
        edit(lambda text: "\n".join(line + ",x" if line else line for line in text.split("\n"))),
        "2026-07-01.csv",
    ),
    "a wrong type": (edit(lambda text: text.replace(",1d00ffff,", ",difficult,", 1)), "bits"),
    "a duplicate key": (
        edit(lambda text: text.replace(second_line(text), second_line(text) + "\n" + second_line(text))),
        "height",
    ),
    "a future date": (edit(lambda text: text.replace("2026-06-14T", "2031-06-14T")), "timestamp"),
    "an empty file": (edit(lambda _: ""), "empty"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_evidence_is_one_clear_error(
    name: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks, expected = BREAKS[name]
    breaks(repository)
    assert run("--root", repository, "numbers", "--as-of", "2026-08-21") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert expected in captured.err
    assert "where:" in captured.err
    assert "Traceback" not in captured.err


def test_unknown_unit(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "data-snapshots/operator-statements/2026-11-22.csv"
    (repository / name).write_text(
        (repository / name).read_text("utf-8").replace(",EH/s,", ",furlongs,", 1), "utf-8"
    )
    rehash(repository, name)
    assert run("--root", repository, "numbers") == 1
    err = capsys.readouterr().err
    assert "furlongs" in err
    assert "EH/s" in err


def test_add_refuses_without_origin_and_leaves_the_store_alone(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (repository / SUMS).read_bytes()
    assert (
        run("--root", repository, "add", "btc-price", ROOT / "data-snapshots/btc-price/2026-10-08.csv") == 1
    )
    assert "publisher, url, licence, vintage, method" in capsys.readouterr().err
    assert (repository / SUMS).read_bytes() == before


def test_add_puts_a_new_vintage_where_the_next_ledger_reads_it(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    closes = (repository / "data-snapshots/btc-price/2026-10-08.csv").read_text("utf-8")
    new = tmp_path_factory.mktemp("new") / "closes.csv"
    new.write_text(closes + "2026-10-09,82000.00,brk\n", "utf-8")
    added = run(
        *(
            "--root",
            repository,
            "add",
            "btc-price",
            new,
            "--vintage",
            "2026-10-10",
            "--method",
            "transcribed",
        ),
        *("--publisher", "a test", "--url", "https://example.org/closes", "--licence", "facts"),
        *("--retrieved", "2026-10-11"),
    )
    assert added == 0
    assert "data-snapshots/btc-price/2026-10-10.csv" in capsys.readouterr().out
    assert run("--root", repository, "check") == 0
    assert f"{shipped() + 1} snapshots" in capsys.readouterr().out


def test_readme_has_every_command_in_the_words_of_its_help() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = dict(re.findall(r"^\| `pivot (\w+)` \| (.+) \|$", readme, re.MULTILINE))
    helps = {name: command.get_short_help_str(200) for name, command in pivot.commands.items()}
    assert table == {name: text.rstrip(".") for name, text in helps.items()}
    assert list(table) == list(pivot.commands)
    examples = {line.split("pivot ")[1].split()[0] for line in readme.splitlines() if "bin/pivot " in line}
    assert {"numbers", "explain", "add", "check"} <= examples <= set(table)


@pytest.mark.parametrize("words", [("-m", "pivot"), ("-m", "analysis")])
def test_help_names_every_command_on_a_line_of_its_own(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name, command in pivot.commands.items():
        assert f"  {name:<9}{command.get_short_help_str(200)}\n" in done.stdout
    assert "Exit codes: 0 fine" in done.stdout
    assert done.stderr == ""


def test_help_loads_nothing_heavy() -> None:
    words = "import sys; from pivot.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = done.stderr.split()
    assert "click" in modules
    heavy = {
        "numpy",
        "pandas",
        "pandera",
        "matplotlib",
        "rich",
        "jinja2",
        "yaml",
        "msgspec",
        "requests_cache",
    }
    assert heavy.isdisjoint(modules)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ("missing command", "next:     pivot --help")),
        (("bild",), ("no such command 'bild'", "next:     pivot --help")),
        (("build", "--as-off", "2026-05-08"), ("--as-of", "next:     pivot build --help")),
        (("numbers", "--as-of", "2026-02-30"), ("'2026-02-30' is not a day; write YYYY-MM-DD",)),
        (("explain",), ("missing argument 'ID'", "next:     pivot explain --help")),
        (("diff", "main"), ("missing argument 'B'",)),
        (("diff", "a", "b", "--format", "pdf"), ("'pdf' is not one of 'text', 'md', 'html', 'json'",)),
        (("release", "2026-05-08"), ("missing option '--into'", "next:     pivot release --help")),
        (("preview", "--port", "x"), ("'x' is not a valid integer",)),
    ],
)
def test_wrong_usage_is_one_error_with_a_next_step(
    words: tuple[str, ...], expected: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pivot: ")
    assert "next:     pivot " in captured.err
    assert captured.err.count("\n") == 2
    for text in expected:
        assert text in captured.err


def test_a_fault_of_the_program_says_where_in_our_code_and_to_report_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivot.publish.checks.check_links", lambda *_: json.loads("{"))
    monkeypatch.delenv("PIVOT_DEBUG", raising=False)
    assert run("--root", ROOT, "check") == 3
    error = capsys.readouterr().err
    assert re.search(r"where:    tests/unit/test_cli.py:\d+, <lambda>\n", error)
    assert "got:      JSONDecodeError: Expecting property name" in error
    assert "next:     report it" in error
    assert "Traceback" not in error

    monkeypatch.setenv("PIVOT_DEBUG", "1")
    assert run("--root", ROOT, "check") == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_interrupted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pivot.publish.checks.check", interrupt)
    assert run("--root", ROOT, "check") == 130
    assert capsys.readouterr().err == "pivot: stopped; nothing was half-written\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{shlex.quote(sys.executable)} -m pivot numbers --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "{\n0\n"
    assert done.stderr == ""


def test_a_line_is_whole_where_no_person_looks(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "--root", repository, "numbers", "difficulty-drop"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "40"},
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("difficulty-drop ")]
    assert line.split()[-2:] == ["reproduced,", "rounded"]
