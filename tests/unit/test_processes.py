"""Programs that we start end: by themselves, by their limits, or with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from pivot.errors import RenderError, ReportError
from pivot.processes import background, run
from pivot.publish.embedded import EmbeddedRenderer
from pivot.publish.embedded.document import DocumentCompiler
from pivot.publish.embedded.engine import Engine
from pivot.publish.embedded.objects import ObjectStore

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
        with pytest.raises(RenderError) as caught:
            engine.run([job(NESTED)])
        assert caught.value.where == "chapters/x.qmd"
        assert caught.value.got == "it took more than 0.5 seconds"
        assert caught.value.hint
        assert "hello" in engine.run([job("# A\n\nhello")])[0]["html"], "the next job has a new process"
    finally:
        engine.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at the processes of Linux")
def test_no_pandoc_outlives_a_build_that_is_killed() -> None:
    program = (
        "from pivot.publish.embedded.engine import Engine\n"
        "import threading, time\n"
        "from tests.unit.test_processes import NESTED, job\n"
        "engine = Engine(1)\n"
        "threading.Thread(target=engine.run, args=([job(NESTED)],), daemon=True).start()\n"
        "while not engine._running: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "print(engine._running[0][0].process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    build = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert build.stdout
    pandoc = int(build.stdout.readline())
    assert is_running(pandoc)
    build.send_signal(signal.SIGKILL)
    build.wait()
    build.stdout.close()
    assert gone(pandoc)


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
def test_a_program_that_takes_too_much_memory_gets_no_more() -> None:
    greedy = "held = bytearray(5 * 1024**3); print('has it')"
    assert run([sys.executable, "-c", greedy], seconds=20).stdout == b""


def test_a_pdf_that_typst_does_not_finish_is_given_up(tmp_path: Path) -> None:
    compiler = DocumentCompiler(ObjectStore(tmp_path, Engine(1)))
    project = {"main.typ": b"#for a in range(2000) { for b in range(2000) { } }"}
    pdf = background(partial(compiler.compile, project, {}))
    with pytest.raises(RenderError, match="Typst was given up"):
        EmbeddedRenderer(tmp_path)._typeset(pdf, seconds=0.2)
    pdf.exception(60)
    compiler.close()
