"""Resident pandoc processes: `pandoc lua` runs our filter and answers one JSON line for each job."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pivot.errors import RenderError
from pivot.processes import Child
from pivot.prose.raw import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pivot.prose.raw import Refusal

ASSETS = Path(__file__).parents[1] / "assets"
SCRIPTS = tuple(ASSETS / f"{name}.lua" for name in ("engine", "common", "raw", "reading", "html", "typst"))

_SECONDS = 60
"""How long one chapter may take; a long one takes a tenth of a second."""

Job = dict[str, Any]
Answer = dict[str, Any]


@cache
def find_pandoc() -> str:
    """Return the path of pandoc: the one of the pypandoc wheel, else the one on PATH.

    The wheel is found without importing it: that import costs a tenth of a second.
    """
    spec = importlib.util.find_spec("pypandoc")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for name in ("pandoc", "pandoc.exe"):
            if (path := Path(folder) / "files" / name).is_file():
                return str(path)
    if path_on_system := shutil.which("pandoc"):
        return path_on_system
    raise RenderError("pandoc is not installed", hint="python -m pip install pypandoc_binary")


class Engine:
    """Up to one pandoc process a core, started when first needed and kept until `close`.

    Args:
        workers: how many processes; by default one a core.
        seconds: how long each may take for one job.
    """

    def __init__(self, workers: int | None = None, seconds: float = _SECONDS) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._seconds = seconds
        self._running: list[tuple[Child, IO[str]]] = []

    def run(self, jobs: Sequence[Job], done: Callable[[], None] = lambda: None) -> list[Answer]:
        """Answer the jobs, in their order; `done` is called after each, from any thread.

        Raises:
            RenderError: pandoc stopped, or the filter failed; names the job.
        """
        while len(self._running) < min(self._workers, len(jobs)):
            self._start()
        answers: list[Answer] = [{} for _ in jobs]
        # The longest chapter first, so that no process ends up alone with it.
        order = sorted(range(len(jobs)), key=lambda index: -len(str(jobs[index].get("text", ""))))
        waiting, lock = iter(order), threading.Lock()

        def work(child: Child, log: IO[str]) -> None:
            while True:
                with lock:
                    index = next(waiting, -1)
                if index < 0:
                    return
                answers[index] = _ask(child, log, jobs[index], self._seconds)
                done()

        threads = [threading.Thread(target=work, args=running) for running in self._running[: len(jobs)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for job, answer in zip(jobs, answers, strict=True):
            if "error" in answer:
                self.close()
                raise RenderError(
                    "pandoc could not read a chapter",
                    where=str(job.get("source", job["op"])),
                    got=answer["error"],
                    hint="write plainer what nests brackets, quotes or lists deeply"
                    * bool(answer.get("late")),
                )
        return answers

    def close(self) -> None:
        """Stop the processes; a later `run` starts new ones."""
        for child, log in self._running:
            for pipe in filter(None, (child.process.stdin, child.process.stdout)):
                with suppress(OSError):  # it has ended, and holds the other end no more
                    pipe.close()
            child.close()
            log.close()
        self._running.clear()

    def _start(self) -> None:
        log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- closed with its process
        child = Child(
            [find_pandoc(), "+RTS", "-A64m", "-M2g", "-RTS", "lua", "-E", str(SCRIPTS[0])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            bufsize=1 << 20,
        )
        self._running.append((child, log))


def refused(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, list[Refusal]]:
    """What of some texts in Markdown, by their names, would not be taken; `values` stand in their links."""
    engine = Engine()
    try:
        answers = engine.run(
            [
                {"op": "foreign", "text": text, "source": name, "values": dict(values)}
                for name, text in texts.items()
            ]
        )
    finally:
        engine.close()
    return {
        name: [
            *((written, words) for written, words in answer["refused"]),
            *refusals((kind, text) for kind, text in answer["foreign"]),
        ]
        for name, answer in zip(texts, answers, strict=True)
    }


def _ask(child: Child, log: IO[str], job: Job, seconds: float) -> Answer:
    process = child.process
    if process.stdin is None or process.stdout is None:
        return {"error": "pandoc has no pipes"}
    timer, start = threading.Timer(seconds, child.kill), time.monotonic()
    timer.start()
    try:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except OSError as error:
        return {"error": str(error)}
    finally:
        timer.cancel()
    if not line and time.monotonic() - start >= seconds:
        return {"error": f"it took more than {seconds:g} seconds", "late": True}
    if not line:
        log.seek(0)
        return {"error": log.read().strip()[-2000:] or "pandoc stopped without a word"}
    answer: Answer = json.loads(line)
    return answer
