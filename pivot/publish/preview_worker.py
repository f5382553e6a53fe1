"""The builder of the preview, a process of its own: started anew, it reads the code as it is now."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pivot.errors import ReportError
from pivot.names import CACHE

if TYPE_CHECKING:
    import datetime as dt
    from multiprocessing.connection import Connection
    from pathlib import Path


def work(connection: Connection, root: Path, as_of: dt.date, out: Path) -> None:
    """Builds for each message, and answers with the seconds it took or with what is wrong, a text.

    Args:
        connection: to the preview; closing it ends the work.
        root: the repository.
        as_of: the day on which the evidence is read.
        out: the folder of the site.
    """
    with ExitStack() as stack:
        renderer = None
        while True:
            try:
                connection.recv()
            except (EOFError, KeyboardInterrupt):
                return
            start = time.perf_counter()
            try:
                # Here, so that code which an editor has just broken is told like any other mistake.
                from pivot.publish.build import make
                from pivot.publish.embedded import EmbeddedRenderer
                from pivot.publish.render import silent

                renderer = renderer or stack.enter_context(EmbeddedRenderer(root / CACHE / "objects"))
                make(root, as_of, renderer, out, silent)
                connection.send(time.perf_counter() - start)
            except ReportError as error:
                connection.send(str(error))
            except Exception:  # noqa: BLE001 - whatever a half-written function does
                connection.send(traceback.format_exc())
