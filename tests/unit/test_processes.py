"""Programs that we start end: by themselves, by their limits, or with us."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pivot import processes
from pivot.errors import RenderError, ReportError
from pivot.processes import run
from pivot.publish.embedded import engine as engine_module
from pivot.publish.embedded.document import DocumentCompiler
from pivot.publish.embedded.engine import Engine
from pivot.publish.embedded.objects import ObjectStore
from tests.conftest import ROOT

NESTED = "[" * 400 + "a" + "]" * 400


def job(text: str) -> dict[str, object]:
    return {
        "op": "chapter",
        "text": text,
        "values": {},
        "number": True,
        "key": "k",
        "source": "chapters/x.qmd",
    }


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_a_chapter_that_pandoc_does_not_finish_is_named() -> None:
    engine = Engine(1, seconds=0.5)
    try:
        others = [{**job(text), "source": "other"} for text in ("# A", NESTED[1:-1], "# B")]
        with pytest.raises(RenderError) as caught:
            engine.run([others[0], job(NESTED), *others[1:]])
        assert caught.value.where == "chapters/x.qmd", "it is the first that is tried; no other is blamed"
        assert caught.value.got == "it took more than 0.5 seconds"
        assert caught.value.hint
        assert "hello" in engine.run([job("# A\n\nhello")])[0]["html"], "the next job has a new process"
    finally:
        engine.close()


def test_pandoc_runs_from_a_folder_of_any_letters_in_any_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Bericht ä 報告"
    shutil.copytree(engine_module.ASSETS, folder)
    monkeypatch.setattr(engine_module, "SCRIPTS", (folder / "engine.lua",))
    monkeypatch.setenv("LC_ALL", "C")
    engine = Engine(1)
    try:
        assert "hello" in engine.run([job("# A\n\nhello")])[0]["html"]
    finally:
        engine.close()


def test_pandoc_that_stopped_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "SCRIPTS", (Path("nowhere.lua"),))
    engine = Engine(1)
    with pytest.raises(RenderError, match=r"nowhere\.lua"):
        engine.run([job("Words " * 100_000)])


WORK = {
    "pandoc": (
        "from pivot.publish.embedded.engine import Engine\n"
        "from tests.unit.test_processes import NESTED, job\n"
        "Engine(1).run([job(NESTED)])\n"
    ),
    "typst": (
        "from pathlib import Path\n"
        "from pivot.publish.embedded.document import DocumentCompiler\n"
        "from pivot.publish.embedded.objects import ObjectStore\n"
        "from tests.unit.test_processes import TYPST\n"
        "store = ObjectStore(Path.cwd(), None)\n"
        "DocumentCompiler(store).compile({'main.typ': TYPST['time'][0].encode()}, {})\n"
    ),
    "run": "from pivot.processes import run\nrun(['sh', '-c', 'sleep 60 & sleep 60'], seconds=60)\n",
}


def children(pid: int) -> set[int]:
    """All that a process has started, and what that has."""
    lines = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(one): int(parent) for one, parent in map(str.split, lines.splitlines())}
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the processes of Linux")
@pytest.mark.parametrize("work", WORK)
def test_nothing_outlives_a_build_that_is_killed(work: str, tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, (ROOT, *sys.path)))
    build = subprocess.Popen(
        [sys.executable, "-c", WORK[work]], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}
    )
    expected = 4 if work == "run" else 2  # the guard too
    deadline = time.monotonic() + 30
    while len(started := children(build.pid)) < expected:
        assert build.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)
    started = children(build.pid)
    assert len(started) == expected
    build.send_signal(signal.SIGKILL)
    build.wait()
    assert all(gone(pid) for pid in started)


def test_a_program_that_goes_on_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(ReportError) as caught:
        run(["/bin/sh", "-c", f"sleep 60 & echo $! > {note}; wait"], seconds=0.5)
    assert caught.value.expected == "an end within 0.5 seconds"
    assert gone(int(note.read_text()))


def test_a_program_that_ends_gives_what_it_said() -> None:
    done = run(
        ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], seconds=10, env={"PATH": os.environ["PATH"]}
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit data")
def test_a_program_that_takes_too_much_memory_gets_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MEMORY", 1024**3)
    greedy = "held = bytearray(2 * 1024**3); print('has it')"
    assert run([sys.executable, "-c", greedy], seconds=20).stdout == b""


TITLED = '#set document(title: "t")\n'  # without a title a PDF/UA is refused before anything is laid out
TYPST = {
    "time": (
        TITLED + "#let n = range(2000)\n#for a in n { for b in n { for c in n { } } }",
        "more than 0.5 seconds",
    ),
    "memory": ('#let double(n) = if n == 0 { "x" } else { double(n - 1) * 2 }\n#double(33).len()', "memory"),
}


@pytest.mark.parametrize("kind", TYPST)
def test_a_pdf_that_typst_does_not_finish_is_given_up(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "MEMORY", 512 * 1024**2)
    source, got = TYPST[kind]
    compiler = DocumentCompiler(ObjectStore(tmp_path, Engine(1)), seconds=0.5 if kind == "time" else 60)
    with pytest.raises(RenderError, match="Typst was given up") as caught:
        compiler.compile({"main.typ": source.encode()}, {})
    assert got in caught.value.got
    assert caught.value.hint
    good = b'#set document(title: "t")\n#set text(lang: "en")\n= H'
    assert compiler.compile({"main.typ": good}, {}).startswith(b"%PDF"), "the next PDF has a new process"
    compiler.close()


STARTERS = re.compile(
    r"^\s*(?:import|from) (?:subprocess|multiprocessing|pty)\b"
    r"|\bos\.(?:system|popen|fork|exec|posix_spawn|spawn)",
    re.MULTILINE,
)


def test_programs_are_started_in_one_place() -> None:
    modules = [path for package in ("pivot", "analysis") for path in (ROOT / package).rglob("*.py")]
    found = [path for path in modules if STARTERS.search(path.read_text("utf-8"))]
    assert found == [ROOT / "pivot" / "processes.py"]
