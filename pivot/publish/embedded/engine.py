"""Resident pandoc processes: `pandoc lua` runs our filter and answers one JSON line for each job."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import RenderError
from pivot.processes import Resident
from pivot.prose.raw import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pivot.prose.raw import Refusal

ASSETS = Path(__file__).parents[1] / "assets"
SCRIPTS = tuple(
    ASSETS / f"{name}.lua"
    for name in ("engine", "common", "raw", "reading", "html", "typst", "spoken", "forms")
)

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
    what, expected = "pandoc is not installed", "pandoc in this Python's environment, or on PATH"
    hint = "python -m pip install pypandoc_binary"
    raise RenderError(what, where="PATH", expected=expected, got="none", hint=hint)


class Engine:
    """Up to one pandoc process a core, started when first needed and kept until `close`.

    Args:
        workers: how many processes; by default one a core.
        seconds: how long each may take for one job.
    """

    def __init__(self, workers: int | None = None, seconds: float = _SECONDS) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._seconds = seconds
        self._running: list[Resident] = []

    def run(self, jobs: Sequence[Job], done: Callable[[], None] = lambda: None) -> list[Answer]:
        """Answer the jobs, in their order; `done` is called after each, from any thread.

        Raises:
            RenderError: pandoc stopped, or the filter failed; names the job.
        """
        while len(self._running) < min(self._workers, len(jobs)):
            command = [find_pandoc(), "+RTS", "-A64m", "-M2g", "-RTS", "lua", "-E", str(SCRIPTS[0])]
            # In this locale pandoc reads the names of all files, its own filter's first.
            self._running.append(Resident(command, environment={**os.environ, "LC_ALL": "C.UTF-8"}))
        answers: list[Answer] = [{} for _ in jobs]
        # The longest chapter first, so that no process ends up alone with it.
        order = sorted(range(len(jobs)), key=lambda index: -len(str(jobs[index].get("text", ""))))
        waiting, lock = iter(order), threading.Lock()

        failed: list[int] = []

        def work(pandoc: Resident) -> None:
            while not failed:  # what the other processes are at is let come to its end
                with lock:
                    index = next(waiting, -1)
                if index < 0:
                    return
                answers[index] = pandoc.ask(jobs[index], self._seconds)
                if "error" in answers[index]:
                    failed.append(index)
                done()

        threads = [threading.Thread(target=work, args=(one,)) for one in self._running[: len(jobs)]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            self.close()
            job, answer = jobs[failed[0]], answers[failed[0]]
            raise RenderError(
                "pandoc could not read a chapter",
                where=str(job.get("source", job["op"])),
                expected=f"an answer within {self._seconds:g} seconds",
                got=answer["error"],
                hint="write plainer what nests brackets, quotes or lists deeply"
                if "late" in answer
                else "take out what was added last, and run the command again",
            )
        return answers

    def close(self) -> None:
        """Stop the processes; a later `run` starts new ones."""
        for pandoc in self._running:
            pandoc.close()
        self._running.clear()


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
