"""The builder of the preview, a process of its own: started anew, it reads the code as it is now."""

from __future__ import annotations

import datetime as dt
import sys
import time
import traceback
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import ReportError
from pivot.names import CACHE
from pivot.processes import answer

if TYPE_CHECKING:
    from pivot.publish.render import Renderer


def main() -> None:
    """Builds whenever it is asked, and answers with the seconds that it took, or with what is wrong."""
    folder, as_of, out = sys.argv[1:]
    root = Path(folder)

    with ExitStack() as stack:

        @cache
        def renderer() -> Renderer:
            from pivot.publish.embedded import EmbeddedRenderer

            return stack.enter_context(EmbeddedRenderer(root / CACHE / "objects"))

        def build(_: object) -> dict[str, float | str]:
            start = time.perf_counter()
            try:
                # Here, so that code which an editor has just broken is told like any other mistake.
                from pivot.publish.build import make
                from pivot.publish.render import silent

                make(root, dt.date.fromisoformat(as_of), renderer(), Path(out), silent)
                return {"seconds": time.perf_counter() - start}
            except ReportError as error:
                return {"wrong": str(error)}
            except Exception:  # noqa: BLE001 - whatever a half-written function does
                return {"wrong": traceback.format_exc()}

        answer(build)
