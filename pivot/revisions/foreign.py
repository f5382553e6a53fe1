"""Code of another revision, asked in a process of its own: it may come from a stranger.

It gets what Python needs and no more: none of the caller's variables, a home that is empty and goes with it,
limits of time, memory and output. It keeps what any program of this user may do; who does not trust a
revision compares with `--data-only`, which runs none of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import code
from pivot.errors import ReportError

if TYPE_CHECKING:
    from pivot.revisions.sides import Side

SECONDS = 300
MEMORY = 4 * 1024**3
OUTPUT = 256 * 1024**2

# Its limits are set by us, in its own process, before the first line of it runs; it can not raise them.
_LIMITED = """
import resource, runpy, sys
for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
    resource.setrlimit(limit, (int(sys.argv[1]),) * 2)
    del sys.argv[1]
"""

_STATE = """
from pathlib import Path
from pivot.revisions.states import hand_over
sys.stdout.write(hand_over(Path(sys.argv[1]), sys.argv[2], pictures=bool(sys.argv[3])))
"""

# Of code from before the engine stood apart from the article.
_STATE_BEFORE = """
from pathlib import Path
from {package}.publish.generated import generated
from {package}.revisions.sides import here
from {package}.revisions.states import hand_over
sys.stdout.write(hand_over(here(Path(sys.argv[1]), sys.argv[2]), generated, pictures=bool(sys.argv[3])))
"""

_LEDGER = """
sys.argv[0] = "{package}"
runpy.run_module("{package}", run_name="__main__", alter_sys=True)
"""


def state(side: Side, *, pictures: bool) -> Any:  # noqa: ANN401
    """What the code of a side makes of its own evidence, as `states.hand_over` gives it.

    Raises:
        ReportError: it gives no answer.
    """
    package = _package(side)
    program = _STATE if package == code.ENGINE.name else _STATE_BEFORE.format(package=package)
    return _answer(side, side, program, str(side.root), str(side.as_of), "yes" * pictures)


def ledger(reader: Side, data: Side) -> Any:  # noqa: ANN401
    """The ledger that the code of one side makes of the evidence of another, as its JSON has it.

    Raises:
        ReportError: it gives no answer.
    """
    program = _LEDGER.format(package=_package(reader))
    words = ("--root", str(data.root), "numbers", "--json", "--as-of", str(data.as_of))
    return _answer(reader, data, program, *words)


def _package(side: Side) -> str:
    """The package that has the commands: the article's own in code from before the engine stood apart."""
    package = side.article.package
    return package if side.code and (side.code / package / "cli.py").is_file() else code.ENGINE.name


def _answer(reader: Side, data: Side, program: str, *words: str) -> Any:  # noqa: ANN401
    what = f"the code of {reader.revision} gives no answer to the evidence of {data.revision}"
    hint = "install what that revision needs, or compare with --data-only, which runs none of its code"
    with tempfile.TemporaryDirectory(prefix="pivot-home-") as home:
        out, errors = Path(home, "out"), Path(home, "errors")
        status = _run(reader, Path(home), (_LIMITED + program, *map(str, (SECONDS, MEMORY, OUTPUT)), *words))
        try:
            return json.loads(out.read_bytes())
        except ValueError:
            last = (errors.read_text("utf-8", "replace").strip().splitlines() or [status])[-1]
            got = last.replace(f"{reader.code}/", "")
            raise ReportError(what, got=got, hint=hint) from None


def _run(reader: Side, home: Path, words: tuple[str, ...]) -> str:
    """Run a program to its end, or to that of its time; its output is in two files of its home."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "OPENBLAS_NUM_THREADS": "1",  # each thread would take of the memory that it may have
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (reader.code, code.ENGINE.parent))),
        "PYTHONUTF8": "1",
    }
    with (home / "out").open("wb") as out, (home / "errors").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 -- of a commit that the user named
            [sys.executable, "-s", "-P", "-c", *words],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
        try:
            return f"exit code {process.wait(SECONDS)}"
        except subprocess.TimeoutExpired:
            return f"no answer within {SECONDS} seconds"
        finally:
            with suppress(ProcessLookupError):  # and whatever it has started
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
