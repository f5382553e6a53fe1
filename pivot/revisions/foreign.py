"""Code of another revision, asked in a process of its own: it may come from a stranger.

It gets what Python needs and no more: none of the caller's variables, a home that is empty and goes with it,
limits of time, memory and output. Where the system has Landlock it has no network either, and of our files
those that it is asked about; elsewhere it keeps what any program of this user may do. Who does not trust a
revision compares with `--data-only`, which runs none of it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import code
from pivot.errors import ReportError
from pivot.processes import run
from pivot.revisions import confinement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.revisions.sides import Side

SECONDS = 300

_STATE = """
import sys
from pathlib import Path
from pivot.revisions.states import hand_over
sys.stdout.write(hand_over(Path(sys.argv[1]), sys.argv[2], pictures=bool(sys.argv[3])))
"""

# Of code from before the engine stood apart from the article.
_STATE_BEFORE = """
import sys
from pathlib import Path
from {package}.publish.generated import generated
from {package}.revisions.sides import here
from {package}.revisions.states import hand_over
sys.stdout.write(hand_over(here(Path(sys.argv[1]), sys.argv[2]), generated, pictures=bool(sys.argv[3])))
"""

_LEDGER = """
import runpy, sys
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


def _joined(paths: Iterable[Path]) -> str:
    return os.pathsep.join(map(str, paths))


def _answer(reader: Side, data: Side, program: str, *words: str) -> Any:  # noqa: ANN401
    assert reader.code is not None  # noqa: S101 -- of the running code nobody asks here
    what = f"the code of {reader.revision} gives no answer to the evidence of {data.revision}"
    hint = "install what that revision needs, or compare with --data-only, which runs none of its code"
    with tempfile.TemporaryDirectory(prefix="pivot-home-") as home:
        given = [path for path in data.root.iterdir() if not path.name.startswith(".")]
        engine = reader.code / code.ENGINE.name
        if not engine.is_dir():
            engine = Path(home) / code.ENGINE.name
            engine.symlink_to(code.ENGINE)
            given.append(code.ENGINE)
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "HOME": home,
            "TMPDIR": home,
            "OPENBLAS_NUM_THREADS": "1",  # each thread would take of the memory that it may have
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": _joined((reader.code, engine.parent)),
            "PYTHONUTF8": "1",
        }
        if confinement.landlock():
            program_words = [
                confinement.__file__,
                program,
                _joined(given),
                _joined((Path(home), reader.code)),
            ]
        else:
            program_words = ["-c", program]
        command = [sys.executable, "-s", "-P", *program_words, *words]
        try:
            done = run(command, seconds=SECONDS, env=environment, cwd=Path(home))
        except ReportError:
            expected = f"an answer within {SECONDS} seconds"
            raise ReportError(
                what, where=reader.revision, expected=expected, got="none by then", hint=hint
            ) from None
    try:
        return json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = [
            line.partition("got:")[2].strip() for line in said if line.startswith("  got:")
        ]  # as we tell it
        got = [f"exit code {done.returncode}", *said[-1:], *told][-1].replace(f"{reader.code}/", "")
        raise ReportError(
            what, where=reader.revision, expected="an answer in JSON", got=got, hint=hint
        ) from None
