"""What two words can mean, how a file or a commit becomes a side, and what did what in a range of commits."""

from __future__ import annotations

import csv
import io
import re
import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from analysis.report import ARTICLE
from pivot.cli import main
from pivot.errors import ReportError
from pivot.names import CACHE
from pivot.revisions import sides
from pivot.revisions.report import Report
from pivot.revisions.tables import SAME_TABLE
from tests.conftest import ROOT
from tests.regression.edited import needs
from tests.unit.revisions import CLOSES, commit, copy, difference, edit, git

LEASES = "data-snapshots/ai-leases"
HASHPRICE = "analysis/measures/hashprice.py"
OPERATIONS = "chapters/operations.qmd"
EDITED = "which is {{< var part.hashprice-range.side >}} the range"


Rows = list[list[str]]


def closes(folder: Path, change: Callable[[Rows], Rows] = list, **how: Any) -> Path:  # noqa: ANN401
    """The shipped closes, changed and written in another way."""
    rows = change(list(csv.reader((ROOT / CLOSES).read_text("utf-8").splitlines())))
    file = folder / "closes.csv"
    encoding = how.pop("encoding", "utf-8")
    with file.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, lineterminator="\n", **how).writerows(rows)
    return file


REWRITTEN: dict[str, dict[str, Any]] = {
    "rows reordered": {"change": lambda rows: [rows[0], *rows[:0:-1]]},
    "encoding 'utf-8' to 'utf-16'": {"encoding": "utf-16"},
    "re-quoted": {"quoting": csv.QUOTE_ALL},
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_rewritten_snapshot_moves_nothing_and_is_called_what_it_is(name: str, tmp_path: Path) -> None:
    report = difference(ROOT, CLOSES, str(closes(tmp_path, **REWRITTEN[name])))
    assert (report.exit_code, report.verdict_line()) == (0, "Nothing that a reader sees moved")
    assert [(diff.state, diff.why) for diff in report.changed] == [(SAME_TABLE, name)]


def test_a_candidate_file_shows_what_it_would_move(tmp_path: Path) -> None:
    def change(rows: Rows) -> Rows:
        return [[day, "51000" if day == "2026-07-15" else close, series] for day, close, series in rows[:-3]]

    report = difference(ROOT, CLOSES, str(closes(tmp_path, change)))
    assert report.exit_code == 1
    low = next(number for number in report.numbers if number.id == "hashprice-low")
    assert [(row.key, row.change) for row in low.tipped] == [("2026-07-15", "revised")]
    assert low.kind == "correction"
    assert report.rows[0].summary().startswith("3 rows removed, 1 row revised, restated although append-only")


UNDECIDED: dict[str, Callable[[Path], tuple[str | Path, str | Path]]] = {
    "too old a snapshot": lambda _: ("difficulty-epochs/2026-01-22.csv", "difficulty-epochs/2026-10-28.csv"),
    "a broken contract": lambda folder: (
        "btc-price/2026-10-08.csv",
        closes(folder, lambda rows: [[a, "free" if b != "close_usd" else b, c] for a, b, c in rows]),
    ),
    "no data set": lambda folder: (closes(folder), closes(folder)),
    "no key": lambda folder: (
        "btc-price/2026-10-08.csv",
        closes(folder, lambda rows: [row[1:] for row in rows]),
    ),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_can_not_be_decided_says_why_and_shows_the_rows(name: str, tmp_path: Path) -> None:
    asked = [str(ROOT / "data-snapshots" / file) for file in UNDECIDED[name](tmp_path)]
    report = difference(ROOT, asked[0], asked[1])
    assert report.exit_code == 2
    assert report.verdict_line().startswith("Could not be decided: ")
    assert len(report.undecided) > 20
    assert len(report.rows) == 1


@pytest.mark.parametrize("word", ["nothing-of-the-kind", "2026-02-30", "--output=/etc/passwd", ""])
def test_a_word_that_means_nothing_is_one_clear_error(word: str) -> None:
    with pytest.raises(ReportError) as error:
        difference(ROOT, word, "2026-05-08")
    assert error.value.exit_code == 2
    assert error.value.expected


def test_a_day_before_all_evidence_is_undecided() -> None:
    report = difference(ROOT, "2009-02-01", "2026-05-08")
    assert report.exit_code == 2
    assert "public yet" in report.verdict_line()
    assert any(diff.added is not None and len(diff.added) for diff in report.rows)


def test_the_command_writes_each_form_and_exits_as_the_report_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for form, start in (("text", "Nothing"), ("md", "**Nothing"), ("html", "<!DOCTYPE"), ("json", "{")):
        assert main(["--root", str(ROOT), "diff", "2026-05-08", "2026-05-08", "--format", form]) == 0
        assert capsys.readouterr().out.startswith(start)
    assert main(["--root", str(ROOT), "diff", "2026-05-08", "nowhere"]) == 2
    assert "nothing that can be compared" in capsys.readouterr().err


# A range of commits


@cache
def repository() -> Path:
    """Real commits: the evidence is restated, a measure is changed, sentences are edited."""
    root = copy(Path(mkdtemp(prefix="pivot-commits-")), code=True)
    (root / ".gitignore").write_text(".pivot\n", "utf-8")
    git(root, "init", "-q", "-b", "main")
    (root / CACHE).mkdir()
    (root / CACHE / "forged.json").touch()
    git(root, "add", "--force", CACHE)
    commit(root, "as it was")
    edit(root, CLOSES, lambda said: re.sub(r"2026-08-21,[\d.]+", "2026-08-21,80000.00", said))
    commit(root, "data")
    git(root, "tag", "data")
    edit(root, HASHPRICE, lambda said: said.replace("PETA = 1e15", "PETA = 1.01e15"))
    commit(root, "code")
    edit(
        root,
        OPERATIONS,
        lambda said: said.replace(EDITED, "and so it lies" + EDITED.removeprefix("which is")),
    )
    edit(root, "chapters/limits.qmd", lambda said: said.replace("A fact-check is", "Any fact-check is"))
    commit(root, "prose")
    return root


@cache
def commits(a: str, b: str) -> Report:
    return difference(repository(), a, b)


def test_data_code_and_prose_are_told_apart_each_with_its_share() -> None:
    report = commits("HEAD~3", "main")
    assert report.exit_code == 1
    assert report.undecided == ""
    numbers = {number.id: number for number in report.numbers}
    # The close of the newest day, one of the thirty of the mean, went up by 1.97%, the measure by
    # 1%; the low of June knows the measure only.
    both, code = numbers["hashprice-range"], numbers["hashprice-low"]
    assert both.shares == pytest.approx({"data": 0.074, "code": 0.926, "prose": 0}, abs=0.002)
    assert code.shares == {"data": 0, "code": 1, "prose": 0}
    assert (both.kind, code.kind) == ("method", "method")
    sentences = {(one.file, one.after[:22]): one for one in report.prose if one.edited}
    assert len(sentences) == 2
    alone = next(one for one in sentences.values() if one.file == "chapters/limits.qmd")
    assert (alone.shares, alone.kind) == ({"data": 0, "code": 0, "prose": 1}, "editorial")
    mixed = next(one for one in sentences.values() if one.file == OPERATIONS)
    assert mixed.shares is not None
    assert all(share > 0 for share in mixed.shares.values())
    assert sum(mixed.shares.values()) == pytest.approx(1, abs=1e-5)
    assert [diff.name for diff in report.changed] == ["prices"]
    assert f"{CLOSES} was rewritten in place" in report.notes[0]


def test_evidence_alone() -> None:
    report = commits("HEAD~3", "data")
    assert {number.kind for number in report.numbers} == {"correction"}
    assert not [one for one in report.sentences if one.edited]
    assert next(n for n in report.numbers if n.id == "hashprice-range").tipped[0].key == "2026-08-21"


def test_prose_alone_moves_no_number() -> None:
    report = commits("HEAD~1", "HEAD")
    assert report.numbers == ()
    assert report.charts == ()
    assert {one.kind for one in report.prose} == {"editorial"}
    assert report.verdict_line() == "2 sentences read differently"


def test_the_work_tree_is_not_touched() -> None:
    commits("HEAD~3", "main")
    assert git(repository(), "status", "--porcelain", "--ignored").replace("!! .pivot/", "").strip() == ""


def test_code_that_does_not_run_is_undecided() -> None:
    root = repository()
    git(root, "checkout", "-q", "-b", "broken", "data")
    try:
        edit(root, HASHPRICE, lambda said: said.replace("PETA = 1e15", "PETA = nothing"))
        commit(root, "broken")
    finally:
        git(root, "checkout", "-q", "main")
    report = difference(root, "data", "broken")
    assert report.exit_code == 2
    assert "the code of broken" in report.undecided


def test_code_from_before_there_were_differences_tells_its_claims() -> None:
    root = repository()
    git(root, "checkout", "-q", "-b", "older", "data")
    try:
        git(root, "rm", "-q", "-r", "pivot/revisions")
        commit(root, "older")
    finally:
        git(root, "checkout", "-q", "main")
    report = difference(root, "older", "HEAD~1")
    assert "tables and charts of older (" in report.notes[0]
    assert (report.charts, report.tables) == ((), ())
    assert {number.kind for number in report.numbers} == {"method"}
    assert len(report.prose) > 5


def test_a_commit_brings_nothing_that_a_command_would_take_for_its_own(tmp_path: Path) -> None:
    sides._revision(ARTICLE, repository(), "main", tmp_path, data_only=True)
    assert (tmp_path / "editions.toml").exists()
    assert not (tmp_path / CACHE).exists()


def test_an_archive_is_unpacked_as_plain_files_below_its_folder(tmp_path: Path) -> None:
    """Links are left out, so no path leads out through one; Python 3.11.2 can not ask `tarfile` for that."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name in (
            "kept.txt",
            "below/kept.txt",
            "../outside.txt",
            f"{tmp_path}/absolute.txt",
            "way/in.txt",
        ):
            member = tarfile.TarInfo(name)
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
            if name == "below/kept.txt":
                link = tarfile.TarInfo("way")
                link.type, link.linkname = tarfile.SYMTYPE, ".."
                tar.addfile(link)
                twin = tarfile.TarInfo("twin.txt")
                twin.type, twin.linkname = tarfile.LNKTYPE, "kept.txt"
                tar.addfile(twin)
    sides._unpack(stream.getvalue(), tmp_path / "folder")
    files = {path.relative_to(tmp_path): path.read_text("utf-8") for path in tmp_path.rglob("*.txt")}
    names = ("kept.txt", "below/kept.txt", "way/in.txt")
    assert files == {Path("folder", name): name for name in names}
    assert not (tmp_path / "folder" / "way").is_symlink()


def test_what_needs_a_data_set_that_was_not_there_yet_is_left_out_by_name(tmp_path: Path) -> None:
    root = copy(tmp_path)
    git(root, "init", "-q", "-b", "main")
    kept, sums = tmp_path / ".git" / "kept", root / "data-snapshots/SHA256SUMS"
    whole = sums.read_text("utf-8")
    (root / LEASES).rename(kept)
    sums.write_text(
        "".join(line for line in whole.splitlines(keepends=True) if "ai-leases" not in line), "utf-8"
    )
    commit(root, "before")
    git(root, "tag", "before")
    kept.rename(root / LEASES)
    sums.write_text(whole, "utf-8")
    edit(root, CLOSES, lambda said: re.sub(r"2026-08-21,[\d.]+", "2026-08-21,80000.00", said))
    commit(root, "after")
    left = {id_ for id_ in ARTICLE.claims if "leases" in needs(id_)}
    assert len(left) > 2

    report = difference(root, "before", "main", data_only=True)
    assert (report.exit_code, report.undecided, report.left) == (1, "", 0)
    assert {number.id for number in report.numbers if not number.old} == left
    (note,) = [note for note in report.notes if note.startswith("not there yet in before (")]
    told = note.partition(", for want of ai-leases: ")[2].split(", ")
    assert {name.removeprefix("claim ") for name in told if name.startswith("claim ")} == left
    assert {"chart megawatt", "table scenario-leases"} <= {*told}
    # The rest is compared as if nothing were missing.
    assert {number.id for number in report.numbers if number.old} == {
        number.id for number in commits("HEAD~3", "data").numbers
    } - left
    assert {"chart", "claim", "table"} == {name.partition(" ")[0] for name in told}
    assert {name.partition(" ")[2] for name in told if name.startswith("chart ")} <= {
        one.name for one in report.charts
    }

    same = difference(root, "before", "before", data_only=True)
    assert (
        same.verdict_line()
        == f"Nothing that a reader sees moved; {len(told)} left out: their data are not there yet"
    )
