"""The same bytes everywhere: what may be other about a machine is made so, and every file is compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pivot.names import SITE
from tests.conftest import ROOT

EXCEPTIONS: Mapping[str, str] = {}
"""Files that may differ, as patterns of their paths, each with its reason. There are none."""

_BUILD = "import sys; from pivot.cli import main; sys.exit(main(['build', '--renderer', 'embedded']))"
_ALONE = "import os; os.cpu_count = lambda: 1; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
_NOBODY = 65_534
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")


@dataclass(frozen=True)
class Elsewhere:
    """What is other about a machine, and about the way in which the report came there.

    Args:
        folder: where the report stands.
        came: brings the report there.
        environment: variables; None takes one away.
        before: code that runs before the build.
        process: what `subprocess` is told of the process besides.
        age: of all files, in seconds since 1970; None leaves it.
    """

    folder: str = "report"
    came: Callable[[Path, Path], object] = shutil.copytree
    environment: Mapping[str, str | None] = field(default_factory=dict)
    before: str = ""
    process: Mapping[str, Any] = field(default_factory=dict)
    age: int | None = None


def _git(folder: Path, *words: str) -> bytes:
    return subprocess.run([*_GIT, "-C", str(folder), *words], check=True, capture_output=True).stdout


def _repository(source: Path) -> Path:
    """A git repository of the report; the report itself where it is one."""
    if not (source / ".git").exists():
        copied = source.with_name(f"{source.name}.git-work")
        if not copied.exists():
            shutil.copytree(source, copied)
            _git(copied, "init", "--quiet")
            _git(copied, "add", "--all")
            _git(copied, "commit", "--quiet", "--message", "All")
        return copied
    return source


def _cloned(source: Path, to: Path) -> None:
    _git(to.parent, "clone", "--quiet", "--no-hardlinks", str(_repository(source)), str(to))


def _unpacked(source: Path, to: Path) -> None:
    to.mkdir()
    archive = _git(_repository(source), "archive", "--format=tar", "HEAD")
    subprocess.run(["tar", "--extract", "--directory", str(to)], input=archive, check=True)


ELSEWHERE = {
    "folder": Elsewhere(folder="a quite other/földer's report"),
    "age of files": Elsewhere(age=946_684_800),
    "time given": Elsewhere(environment={"SOURCE_DATE_EPOCH": "1"}),
    "time zone": Elsewhere(environment={"TZ": "Asia/Kathmandu"}),
    "locale": Elsewhere(environment={"LC_ALL": "C", "LANG": None}),
    "hash seed": Elsewhere(environment={"PYTHONHASHSEED": "4711"}),
    "umask": Elsewhere(process={"umask": 0o077}),
    "one worker": Elsewhere(before=_ALONE),
    "another user": Elsewhere(process={"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}),
    "clone": Elsewhere(came=_cloned),
    "archive": Elsewhere(came=_unpacked),
}


def together(names: Iterator[str] | tuple[str, ...]) -> Elsewhere:
    """Several ways to be elsewhere at once."""
    ways = [ELSEWHERE[name] for name in names]
    first = Elsewhere()
    return Elsewhere(
        folder=next((one.folder for one in ways if one.folder != first.folder), first.folder),
        came=next((one.came for one in reversed(ways) if one.came is not first.came), first.came),
        environment={name: value for one in ways for name, value in one.environment.items()},
        before="".join(one.before for one in ways),
        process={name: value for one in ways for name, value in one.process.items()},
        age=next((one.age for one in ways if one.age is not None), None),
    )


def files(site: Path) -> dict[str, bytes]:
    """Every file of a site by its path."""
    return {one.relative_to(site).as_posix(): one.read_bytes() for one in site.rglob("*") if one.is_file()}


def built(source: Path, place: Path, way: Elsewhere, *, own_code: bool = False) -> dict[str, bytes]:
    """Every file of the site that a report gives elsewhere."""
    root = place / way.folder
    root.parent.mkdir(parents=True, exist_ok=True)
    way.came(source, root)
    if way.age is not None:
        for path in [root, *root.rglob("*")]:
            os.utime(path, (way.age, way.age), follow_symlinks=False)
    if "user" in way.process:
        for path in [place, *place.rglob("*")]:
            os.chown(path, way.process["user"], way.process["group"], follow_symlinks=False)
    environment = {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "HOME": str(place), "PATH": os.environ["PATH"]}
    environment |= {"PYTHONPATH": str(root)} if own_code else {}
    changed = {**environment, **way.environment}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", way.before + _BUILD],
        cwd=root,
        env={name: value for name, value in changed.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
        **way.process,
    )
    assert done.returncode == 0, done.stderr
    return files(root / SITE)


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The files that two sites do not share, but for those that may differ."""
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return [name for name in names if not any(fnmatch(name, pattern) for pattern in EXCEPTIONS)]


def obstacle(name: str) -> str:
    """Why a way can not be tried here; "" where it can."""
    if name == "another user":
        if os.geteuid() != 0:
            return "only root may run a process as another user"
        words = [sys.executable, "-c", "import pivot.cli"]
        try:
            subprocess.run(words, cwd="/", **ELSEWHERE[name].process, capture_output=True, check=True)
        except (PermissionError, subprocess.CalledProcessError):
            return "another user can not read this environment"
    if name == "one worker" and not hasattr(os, "sched_setaffinity"):
        return "processes can not be kept to one core here"
    return ""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users may enter, as pytest's own may not be."""
    with TemporaryDirectory(prefix="pivot-elsewhere-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def source(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small report without the engine, which runs from here."""
    to = tmp_path_factory.mktemp("same") / "source"
    return Path(shutil.copytree(written, to, ignore=shutil.ignore_patterns("pivot")))


def test_the_small_report_is_the_same_bytes_where_all_is_other(
    source: Path, published: Path, place: Path
) -> None:
    here = files(published)
    assert len(here) > 60
    names = tuple(name for name in ELSEWHERE if not obstacle(name))
    assert len(names) >= len(ELSEWHERE) - 2
    assert differing(here, built(source, place, together(names))) == []


@pytest.mark.many
@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_small_report_is_the_same_bytes(name: str, source: Path, published: Path, place: Path) -> None:
    if reason := obstacle(name):
        pytest.skip(reason)
    here = files(published)
    assert differing(here, built(source, place, ELSEWHERE[name])) == []


@pytest.mark.many
@pytest.mark.parametrize("came", ["clone", "archive"])
def test_the_whole_book_is_the_same_bytes(came: str, place: Path) -> None:
    """As it was committed, by its own code: a plain clone against a place where all is other."""
    names = tuple(name for name in ELSEWHERE if name not in {"clone", "archive"} and not obstacle(name))
    plain = built(ROOT, place / "here", ELSEWHERE["clone"], own_code=True)
    other = built(ROOT, place / "there", together((*names, came)), own_code=True)
    assert len(plain) > 500
    assert differing(plain, other) == []
