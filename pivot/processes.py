"""Where all programs are started: within limits of time, memory and output, and none outlives us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any, TypeVar

from pivot.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Completed = subprocess.CompletedProcess[bytes]
_T = TypeVar("_T")

MEMORY = 4 * 1024**3
"""Bytes of data that one process may hold."""
OUTPUT = 256 * 1024**2
"""Bytes that a process may write into one file, and say in one answer."""

_PATIENCE = 2  # seconds that a process has to end by itself once it was asked to

# Data, not addresses: Haskell and V8 reserve a terabyte of addresses that they never use. Units are those of
# POSIX: kilobytes of data, and blocks of 512 bytes of a file.
_LIMITED = 'ulimit -d "$0" 2>/dev/null; ulimit -f "$1"; shift; exec "$@"'
# Ends when the other end of its input is closed, which the system does for us however we end.
_GUARD = "read -r _; kill -s KILL 0"


class Child:
    """A program in a group of processes that is killed as a whole, and when we are gone.

    Args:
        command: the program and its arguments.
        pipes: as `subprocess.Popen` takes them.
    """

    def __init__(self, command: Sequence[str], **pipes: Any) -> None:  # noqa: ANN401
        # It leads the group and is there first, so that there is no moment without it.
        self._guard = subprocess.Popen(  # noqa: S603 -- a program of our own
            ["/bin/sh", "-c", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        limits = (str(MEMORY // 1024), str(OUTPUT // 512))
        self.process = subprocess.Popen(  # noqa: S603 -- the callers name programs of their own
            ["/bin/sh", "-c", _LIMITED, *limits, *command], process_group=self._guard.pid, **pipes
        )

    def kill(self) -> None:
        """End the program and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):  # it has ended already
            os.killpg(self._guard.pid, signal.SIGKILL)

    def close(self) -> None:
        """Wait for its end for a moment, then make one."""
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_PATIENCE)
        finally:
            self.kill()
            self.process.wait()
            self._guard.communicate()


class Resident(Child):
    """A program that stays, and answers each line of JSON with one.

    Args:
        command: the program and its arguments.
        environment: ours by default.
        shows: let what else it has to say stand among ours; else it is kept for when it stops.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        shows: bool = False,
    ) -> None:
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- closed with its process
        super().__init__(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if shows else self._log,
            encoding="utf-8",
            bufsize=1 << 20,
            env=environment,
        )

    def ask(self, question: Any, seconds: float) -> dict[str, Any]:  # noqa: ANN401
        """Return the answer to a question. Where there is none, `error` says why, and `late` if it took long.

        Args:
            question: what JSON can hold.
            seconds: how long it may take; it is killed then.
        """
        asked, answers = self.process.stdin, self.process.stdout
        if asked is None or answers is None:
            return {"error": "it has no pipes"}
        timer, start = Timer(seconds, self.kill), time.monotonic()
        timer.start()
        try:
            asked.write(json.dumps(question) + "\n")
            asked.flush()
            line = answers.readline(OUTPUT)
        except OSError:
            line = ""  # it has stopped, and what it said last tells why
        finally:
            timer.cancel()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        if line:
            self.kill()
            return {"error": f"it says more than {OUTPUT:,} characters"}
        if time.monotonic() - start >= seconds:
            return {"error": f"it took more than {seconds:g} seconds", "late": True}
        self._log.seek(0)
        said = self._log.read().strip().splitlines()
        return {"error": "\n".join(said[:5])[:2000] or "it stopped without a word"}

    def close(self) -> None:
        """End it: nothing more is asked."""
        with suppress(OSError):  # it has ended, and holds the other end no more
            if self.process.stdin:
                self.process.stdin.close()
        super().close()
        if self.process.stdout:
            self.process.stdout.close()
        self._log.close()


def answer(work: Callable[[Any], Mapping[str, Any]]) -> None:
    """Be a resident process: answer each line of standard input with one of standard output."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what code prints is for people
        for line in sys.stdin:
            answers.write(json.dumps(work(json.loads(line))) + "\n")
            answers.flush()


def python(code: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment of a Python that imports what we import, from where we are."""
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    return [sys.executable, "-P", "-c", code, *words], {**os.environ, "PYTHONPATH": path}


def run(
    command: Sequence[str],
    *,
    seconds: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        seconds: how long it may take.
        env: its environment; ours by default.
        cwd: where it runs; here by default.

    Raises:
        ReportError: it took longer; it was stopped.
    """
    # Files, which have a limit, and not pipes, which have none.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = Child(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=env, cwd=cwd)
        try:
            code = child.process.wait(seconds)
        except subprocess.TimeoutExpired:
            name = Path(command[0]).name
            raise ReportError(
                f"{name} was stopped",
                where=" ".join(command[1:]),
                expected=f"an end within {seconds:g} seconds",
                got="none",
                hint=f"run {name} by hand to see what it waits for",
            ) from None
        finally:
            child.kill()
            child.close()
        out.seek(0)
        errors.seek(0)
        return Completed(command, code, out.read(), errors.read())


def background(work: Callable[[], _T]) -> Future[_T]:
    """Do something in a thread that ends with us, whether or not it has come to an end."""
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 -- whoever asks for the result gets it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
