"""Where the months of a history are worked out: in processes of this machine, or on a Dask cluster.

A month is a piece of work. What it comes to depends on nothing but the report, so neither the number of
workers nor one that dies can change the result.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from pivot.errors import ReportError
from pivot.processes import Resident

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Question = dict[str, Any]
    Answer = dict[str, Any]
    Work = Callable[[Sequence[Question]], Iterator[tuple[int, Answer]]]
    """Answers questions; each answer comes with the place of its question, in any order."""

_SECONDS = 600
"""How long a month may take; one of this report takes five."""
_PATIENCE = 10
"""Seconds in which a scheduler must answer."""
_WORKER = "from pivot.timeline.machines import serve; serve()"


def answer(question: Question) -> Answer:
    """The states of some claims on some days, or what is wrong.

    Args:
        question: `root`, the `key` of the report there on the day `until`, the `days`, and claims, `ids`.
    """
    from msgspec import to_builtins

    from pivot.article import article_of
    from pivot.evaluation import key
    from pivot.timeline.states import states

    root, days = Path(question["root"]), [dt.date.fromisoformat(day) for day in question["days"]]
    try:
        article = article_of(root)
        if key(article, root, dt.date.fromisoformat(question["until"])) != question["key"]:
            return {"error": f"the evidence, code or libraries in {root} are others there"}
        found = [*states(article.store(root), article.claims, days, question["ids"])]
        # A number of numpy becomes the one of Python.
        return {"states": to_builtins(found, enc_hook=lambda number: number.item())}
    except ReportError as error:
        return {"error": str(error)}
    except Exception:  # noqa: BLE001 -- what a claim does is told like any other mistake, from wherever it ran
        return {"error": traceback.format_exc()}


def serve() -> None:
    """Answer each line of standard input, a question as JSON, with one of standard output."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what code prints is for people
        for line in sys.stdin:
            answers.write(json.dumps(answer(json.loads(line))) + "\n")
            answers.flush()


def processes(questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
    """Answer by one process a core; each answer with the place of its question, as they come."""
    workers = min(os.cpu_count() or 1, len(questions))
    idle: SimpleQueue[Resident] = SimpleQueue()
    with ThreadPoolExecutor(workers) as threads, ExitStack() as running:  # the processes end first
        for _ in range(workers):
            idle.put(running.enter_context(closing(Resident([sys.executable, "-c", _WORKER]))))

        def ask(question: Question) -> Answer:
            worker = idle.get()
            try:
                return worker.ask(question, _SECONDS)
            finally:
                idle.put(worker)

        yield from enumerate(threads.map(ask, questions))


def cluster(address: str) -> Work:
    """Answer by the workers of a Dask scheduler, which must see the same report at the same path.

    What a worker that dies was to answer is given to another.

    Raises:
        ReportError: Dask is not installed, or no scheduler answers there.
    """
    try:
        distributed: Any = import_module("distributed")  # an optional extra, whose types say little
    except ImportError:
        raise ReportError(
            "Dask is not installed",
            where="the Python environment",
            expected="the package distributed, of the version that the cluster has",
            got="none",
            hint="python -m pip install distributed",
        ) from None

    def answers(questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        try:
            client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ReportError(
                "no scheduler answers",
                where=address,
                expected="the address of a Dask scheduler, such as tcp://10.0.0.1:8786",
                got=str(error),
                hint="start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`",
            ) from None
        with client:
            futures = client.map(answer, questions, pure=False)
            places = {future.key: place for place, future in enumerate(futures)}
            for future, reply in distributed.as_completed(futures, loop=client.loop, with_results=True):
                yield places[future.key], reply

    return answers
