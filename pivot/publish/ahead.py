"""Editions drafted ahead of the archive that takes them one by one, several days at once in processes.

What a process works out is kept in `.pivot`, where whoever fills the archive finds it. Nothing else is handed
over: where a process fails, the same draft fails again here, and is told.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from pivot.article import article_of
from pivot.editions import edition
from pivot.evaluation import is_kept
from pivot.names import CACHE
from pivot.processes import Resident, answer, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pivot.editions import Edition

_DRAFTER = "from pivot.publish.ahead import main; main()"
_SECONDS = 600
_DAYS = 4
"""How many days a process is ahead at most: of what it makes for them only so much is kept."""


@contextmanager
def drafted_ahead(root: Path, listed: Sequence[Edition]) -> Iterator[Callable[[Edition], None]]:
    """Draft the editions of days that were never evaluated, where there are several; yields the wait for one.

    Args:
        root: the repository.
        listed: the editions by day of evidence; those of one day share a folder, and so a process.
    """
    article, cores = article_of(root), os.cpu_count() or 1
    days = [
        [one.id for one in same_day]
        for day, same_day in groupby(listed, lambda one: one.as_of)
        if not is_kept(article, root, day)
    ]
    if min(cores, len(days)) < 2:  # noqa: PLR2004
        yield lambda _: None
        return
    idle: SimpleQueue[Resident] = SimpleQueue()
    drafts: dict[str, Future[None]] = {}
    waiting = iter(days)

    def draft(ids: Sequence[str]) -> None:
        drafter = idle.get()
        for id_ in ids:
            drafter.ask(id_, _SECONDS)
        idle.put(drafter)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(min(cores, len(days))))
        for _ in range(min(cores, len(days))):
            command, environment = python(_DRAFTER, str(root))
            drafter = Resident(command, environment=environment)
            stack.callback(drafter.close)
            stack.callback(drafter.kill)  # first: it may be at work on what nobody waits for any more
            idle.put(drafter)

        def submit() -> None:
            if ids := next(waiting, None):
                drafts.update(dict.fromkeys(ids, pool.submit(draft, ids)))

        def wait(listed: Edition) -> None:
            if drafted := drafts.pop(listed.id, None):
                drafted.result()
                submit()

        for _ in range(min(cores * _DAYS, len(days))):
            submit()
        yield wait


def main() -> None:
    """Drafts each edition whose id it is given."""
    from pivot.publish import publication
    from pivot.publish.embedded import EmbeddedRenderer
    from pivot.publish.render import silent

    root = Path(sys.argv[1])
    with EmbeddedRenderer(root / CACHE / "objects", workers=1) as renderer:

        def draft(id_: str) -> dict[str, str]:
            publication.draft(root, edition(root, id_), renderer, silent)
            return {}

        answer(draft)
