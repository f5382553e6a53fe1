"""The workflows on GitHub: hardened, linted, made of commands that exist; their steps do what they say."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from pivot.commands import pivot
from pivot.revisions import report
from tests.conftest import ROOT
from tests.desk import FILES, WORKFLOWS, Desk

STEPS = [
    (f"{name}.{job}.{step['name']}", step)
    for name, workflow in WORKFLOWS.items()
    for job, content in workflow["jobs"].items()
    for step in content["steps"]
]
RUNS = [(name, step["run"]) for name, step in STEPS if "run" in step]


def test_there_are_three() -> None:
    assert set(FILES) == {"ci", "refresh", "publish"}
    assert len(STEPS) > 40
    assert len(RUNS) > 15


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_allowed_that_a_job_does_not_ask_for(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 45
        assert job["permissions"]
        assert job["runs-on"] == "ubuntu-24.04"


def test_every_python_from_the_oldest_that_is_promised_is_tried() -> None:
    tried: list[str] = WORKFLOWS["ci"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={tried[0]}"
    assert f"Python {tried[0]} or later" in (ROOT / "README.md").read_text("utf-8")
    assert f"Python {tried[0]} or later" in (ROOT / "Makefile").read_text("utf-8")
    minors = [int(version.split(".")[1]) for version in tried]
    assert minors == list(range(minors[0], 15))


def test_what_runs_foreign_code_may_not_write() -> None:
    """A job that may write, or sign, neither builds nor runs anything of ours or of a pull request."""
    writing = 0
    for workflow in WORKFLOWS.values():
        for job in workflow["jobs"].values():
            if "write" in job["permissions"].values():
                writing += 1
                assert not any(re.search(r"make|pivot|python", step.get("run", "")) for step in job["steps"])
    assert writing == 5


def test_actions_are_pinned_and_named() -> None:
    used = [
        line.strip()
        for path in FILES.values()
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line
    ]
    assert len(used) > 20
    for line in used:
        assert re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    # One action, one version.
    assert len({line.split("@")[0] for line in used}) == len(set(used))


def test_credentials_are_not_left_behind_and_no_foreign_text_is_run() -> None:
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) > 5
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert [name for name, run in RUNS if "${{" in run] == []


def test_each_command_exists() -> None:
    targets, commands = set(), set()
    for name, run in RUNS:
        for words in re.findall(r"(?m)^\s*make (\S+)", run):
            targets.add(words)
        for line in re.findall(r"\.venv/bin/pivot ([^|>\n]+)", run):
            words = shlex.split(re.sub(r"\"?\$\w+\"?", "quarto", line))
            assert words[0] in pivot.commands, name
            pivot.commands[words[0]].make_context(words[0], words[1:])  # raises where an option is none
            commands.add(words[0])
    assert targets == {".venv/.ready", "audit", "report", "test"}
    assert commands == {"build", "check", "diff", "explain", "refresh", "release", "verify"}
    for target in sorted(targets):
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()


def test_the_label_follows_the_words_of_the_report() -> None:
    label = FILES["refresh"].read_text("utf-8")
    words = Path(report.__file__).read_text("utf-8")
    for said in ("sentence reads wrong", "sentences read wrong", "ould not be decided"):
        assert f'*"{said}"*' in label
        assert said in words


def _tool(name: str) -> str:
    """A linter beside the running Python, or on the path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or ""


LINTERS = {
    "zizmor": ("--offline", "--persona", "pedantic", "--no-progress"),
    "actionlint": (),
}


@pytest.mark.parametrize("name", LINTERS)
def test_linters_find_nothing(name: str, tmp_path: Path) -> None:
    tool = _tool(name)
    if not tool:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [tool, *LINTERS[name], *FILES.values()], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It can find something: a workflow with a mistake of each one's kind.
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    text = FILES["ci"].read_text("utf-8").replace("permissions: {}", "permissions: write-all", 1)
    bad.write_text(text.replace("runs-on: ubuntu-24.04", "runs-on: ${{ matrix.nothing }}", 1), "utf-8")
    assert subprocess.run([tool, *LINTERS[name], bad], check=False, capture_output=True).returncode != 0


# The steps themselves, with a stub for `pivot`; tests/site/test_workflows_run.py has the real one.


def small(folder: Path) -> None:
    """A repository with hardly anything in it."""
    (folder / "data-snapshots").mkdir()
    (folder / "data-snapshots" / "SHA256SUMS").write_text("old\n", "utf-8")
    (folder / "editions.toml").write_text(
        '[[edition]]\nid = "2026-05-08"\nas_of = 2026-05-08\n\n[[edition]]\nid = "2026-06-30"\n', "utf-8"
    )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, small)


def _news(desk: Desk, report: str) -> Callable[[], object]:
    def download() -> None:
        news = desk.clone / "news" / "data-snapshots"
        (news / "btc-price").mkdir(parents=True)
        (news / "btc-price" / "2026-11-23.csv").write_text("date\n", "utf-8")
        (news / "SHA256SUMS").write_text("new\n", "utf-8")
        (desk.clone / "news" / "refresh.md").write_text(report, "utf-8")

    return download


@pytest.mark.parametrize(
    ("opened", "report", "label"),
    [
        ("", "**2 claims moved, 1 sentence reads wrong, nothing else**", "reads-wrong"),
        ("7\n", "**2 claims moved, 2 sentences read wrong, nothing else**", "reads-wrong"),
        ("7\n", "**1 claim moved, nothing else**\n\n`a source says: 1 sentence reads wrong`", "reads-right"),
        ("", "**Could not be decided: a chapter is missing**", "undecided"),
    ],
    ids=["opens", "renews", "reads right", "undecided"],
)
def test_refresh_opens_or_renews_one_pull_request(desk: Desk, opened: str, report: str, label: str) -> None:
    desk.open.write_text(opened, "utf-8")
    result = "failure" if "wrong" in report else "success"
    codes = desk.job(
        "refresh.pull-request", {"actions/download-artifact": _news(desk, report)}, RESULT=result
    )
    assert codes == [0, 0]
    changed = desk.git("diff", "--name-only", "main", "refresh", at=desk.remote).split()
    assert changed == ["data-snapshots/SHA256SUMS", "data-snapshots/btc-price/2026-11-23.csv"]
    (last,) = [line for line in desk.said() if line.startswith(("pr create", "pr edit"))]
    assert last.startswith("pr edit refresh" if opened else "pr create --head refresh")
    failed = {"source-failed"} if result == "failure" else set()
    labels = re.search(r"label (\S+)", last)
    assert labels
    assert set(labels[1].split(",")) - {"evidence"} == {label} | failed
    assert "--body-file summary.md" in last
    removed = set(last.partition("--remove-label ")[2].split(","))
    every = {"reads-right", "reads-wrong", "undecided", "source-failed"}
    assert removed == (every - {label} - failed if opened else {""})
    # What sources say stands in a comment: a pull request's own text can close issues.
    assert desk.said()[-1] == "pr comment refresh --body-file news/refresh.md"
    summary = (desk.clone / "summary.md").read_text("utf-8")
    words = [report.splitlines()[0], "The newest comment has the whole report."]
    assert [line for line in summary.splitlines() if line] == words


def _branch(desk: Desk, name: str, files: dict[str, str], message: str) -> str:
    """Commits files on a branch that goes on from where it is, and gives the commit."""
    desk.anew()
    there = desk.git("ls-remote", "origin", name)
    desk.git("switch", "--quiet", *(["--create", name, f"origin/{name}"] if there else ["--create", name]))
    for path, text in files.items():
        (desk.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (desk.clone / path).write_text(text, "utf-8")
    desk.push(message)
    return desk.git("rev-parse", "HEAD").strip()


def _pull_request(desk: Desk, base: str) -> list[int]:
    news = _news(desk, "**Nothing that a reader sees moved**\n")
    fetch = {"actions/download-artifact": news}
    return desk.job("refresh.pull-request", fetch, BASE=base, RUN="77", RESULT="success")


def test_a_branch_that_waits_is_gone_on_from_and_others_commits_are_kept(desk: Desk) -> None:
    base = _branch(desk, "refresh", {"chapters/a.qmd": "reworded\n"}, "Reword a sentence")
    desk.git("switch", "--quiet", "main")
    (desk.clone / "chapters").mkdir(exist_ok=True)
    (desk.clone / "chapters" / "b.qmd").write_text("new\n", "utf-8")
    (desk.clone / "data-snapshots" / "SHA256SUMS").write_text("other\n", "utf-8")
    desk.push("Write a chapter")
    assert _pull_request(desk, base) == [0, 0]
    files = desk.git("ls-tree", "-r", "--name-only", "refresh", at=desk.remote).split()
    assert {"chapters/a.qmd", "chapters/b.qmd", "data-snapshots/btc-price/2026-11-23.csv"} <= set(files)
    assert desk.git("show", "refresh:data-snapshots/SHA256SUMS", at=desk.remote) == "new\n"
    desk.git("merge-base", "--is-ancestor", base, "refresh", at=desk.remote)
    desk.git("merge-base", "--is-ancestor", "main", "refresh", at=desk.remote)
    text = (desk.clone / "news" / "refresh.md").read_text("utf-8")
    assert "### Commits of others on this branch, which were kept\n\n- `a: Reword a sentence`" in text


def test_a_branch_that_can_not_be_merged_is_left_alone_and_nothing_is_lost(desk: Desk) -> None:
    base = _branch(desk, "refresh", {"editions.toml": "one\n"}, "Write it so")
    desk.git("switch", "--quiet", "main")
    (desk.clone / "editions.toml").write_text("another\n", "utf-8")
    desk.push("Write it otherwise")
    assert _pull_request(desk, base) == [0, 0]
    assert desk.git("rev-parse", "refresh", at=desk.remote).strip() == base
    files = desk.git("ls-tree", "-r", "--name-only", "refresh-77", at=desk.remote).split()
    assert "data-snapshots/btc-price/2026-11-23.csv" in files
    assert desk.git("show", "refresh-77:editions.toml", at=desk.remote) == "another\n"
    text = (desk.clone / "news" / "refresh.md").read_text("utf-8")
    assert (
        "was left alone, and this stands beside it: it can not be merged with main, in editions.toml." in text
    )
    assert any(line.startswith("pr create --head refresh-77") for line in desk.said())


def test_a_branch_that_moved_while_sources_were_asked_is_left_alone(desk: Desk) -> None:
    base = _branch(desk, "refresh", {"a": "a\n"}, "One")
    moved = _branch(desk, "refresh", {"b": "b\n"}, "Two")
    assert moved != base
    assert _pull_request(desk, base) == [0, 0]
    assert desk.git("rev-parse", "refresh", at=desk.remote).strip() == moved
    assert "somebody pushed to it meanwhile" in (desk.clone / "news" / "refresh.md").read_text("utf-8")
    assert desk.git("rev-parse", "--verify", "refresh-77", at=desk.remote)


def test_what_waits_is_taken_in(desk: Desk) -> None:
    base = _branch(desk, "refresh", {"a": "a\n"}, "One")
    _branch(desk, "refresh-76", {"b": "b\n"}, "Two")
    desk.pivot = '#!/bin/sh\necho "$*" >> "$LOG"; echo new > data-snapshots/SHA256SUMS\n'
    assert desk.job("refresh.refresh", {}, OUTCOME="success") == [0, 0, 0, 0]
    assert desk.said() == ["refresh --with=origin/refresh --with=origin/refresh-76 --format md"]
    assert desk.output.read_text("utf-8") == f"new=true\nbase={base}\n"


@pytest.mark.parametrize(
    ("script", "codes", "output"),
    [
        ("echo new > data-snapshots/SHA256SUMS; echo body", [0, 0, 0, 0], "new=true\nbase=\n"),
        ("echo body", [0, 0, 0, 0], ""),
        ("echo body; exit 2", [0, 2, 0, 1], ""),
    ],
    ids=["news", "no news", "a source fails"],
)
def test_refresh_tells_whether_there_is_news(desk: Desk, script: str, codes: list[int], output: str) -> None:
    desk.pivot = f"#!/bin/sh\n{script}\n"
    outcome = "failure" if "exit" in script else "success"
    assert desk.job("refresh.refresh", {}, OUTCOME=outcome, PIVOT_CONTACT="a@example.org") == codes
    assert desk.output.read_text("utf-8") == output
    assert "body" in desk.summary.read_text("utf-8")


PIVOT = """#!/bin/sh
echo "$*" >> "$LOG"
case "$1" in
  release)
    mkdir -p "site/editions/$2"
    date +%N > "site/editions/$2/index.html"
    echo "$2" > site/manifest.json;;
  verify) test -f "$2/manifest.json";;
esac
"""


@pytest.mark.parametrize(("archive", "code"), [("another", 1), ("none", 22)])
def test_another_quarto_than_the_pinned_one_is_not_used(tmp_path: Path, archive: str, code: int) -> None:
    curl = tmp_path / "stubs" / "curl"
    curl.parent.mkdir()
    curl.write_text(f"#!/bin/sh\n[ {archive} = none ] && exit 22\necho {archive} > quarto.tar.gz\n", "utf-8")
    curl.chmod(0o755)
    path = tmp_path / "path"
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "quarto")],
        env={"PATH": f"{curl.parent}:/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path), "GITHUB_PATH": str(path)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == code
    assert (tmp_path / "quarto.tar.gz").exists() == (archive == "another")
    assert not path.exists()


def test_publish_adds_editions_and_carries_the_old_ones_over(desk: Desk) -> None:
    desk.pivot = PIVOT
    kept = desk.folder / "kept"

    def download() -> None:
        shutil.copytree(kept, desk.clone / "site", dirs_exist_ok=True)

    def publish() -> list[str]:
        desk.log.write_text("", "utf-8")
        desk.output.write_text("", "utf-8")
        assert set(desk.job("publish.build", {})) == {0}
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(desk.clone / "site", kept)
        released = [line for line in desk.said() if line.startswith("release")]
        if "new=true" in desk.output.read_text("utf-8"):
            assert desk.job("publish.keep", {"actions/download-artifact": download}, COMMIT="abc") == [0]
        return released

    assert publish() == [
        "release 2026-05-08 --into site --renderer quarto",
        "release 2026-06-30 --into site --renderer quarto",
    ]
    first = desk.git("show", "editions:editions/2026-05-08/index.html", at=desk.remote)
    assert publish() == []
    with (desk.clone / "editions.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[edition]]\nid = "2026-08-21"\n')
    shutil.rmtree(desk.clone / ".venv")
    desk.push("Announce an edition")
    assert publish() == ["release 2026-08-21 --into site --renderer quarto"]
    files = desk.git("ls-tree", "-r", "--name-only", "editions", at=desk.remote).split()
    assert files == [
        "editions/2026-05-08/index.html",
        "editions/2026-06-30/index.html",
        "editions/2026-08-21/index.html",
        "manifest.json",
    ]
    assert desk.git("show", "editions:editions/2026-05-08/index.html", at=desk.remote) == first
    assert len(desk.git("log", "--format=%s", "editions", at=desk.remote).splitlines()) == 2
