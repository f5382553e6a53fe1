"""The builder of the preview, a process of its own: started anew, it reads the code as it is now."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.errors import ReportError
from pivot.names import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def main() -> None:
    """Builds for each line of standard input, and answers on standard output, which nobody else has then."""
    root, as_of, out = sys.argv[1:]
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what code prints is for people
        with ExitStack() as stack:
            for answer in _answers(Path(root), dt.date.fromisoformat(as_of), Path(out), stack):
                answers.write(json.dumps(answer) + "\n")
                answers.flush()


def _answers(root: Path, as_of: dt.date, out: Path, stack: ExitStack) -> Iterator[Mapping[str, float | str]]:
    """The seconds that each build took, or what is wrong."""
    renderer = None
    for _ in sys.stdin:
        start = time.perf_counter()
        try:
            # Here, so that code which an editor has just broken is told like any other mistake.
            from pivot.publish.build import make
            from pivot.publish.embedded import EmbeddedRenderer
            from pivot.publish.render import silent

            renderer = renderer or stack.enter_context(EmbeddedRenderer(root / CACHE / "objects"))
            make(root, as_of, renderer, out, silent)
            yield {"seconds": time.perf_counter() - start}
        except ReportError as error:
            yield {"wrong": str(error)}
        except Exception:  # noqa: BLE001 - whatever a half-written function does
            yield {"wrong": traceback.format_exc()}
