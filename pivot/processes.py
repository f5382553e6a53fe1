"""Work that may not end: programs with limits of time and memory, none of which outlives us, and threads."""

from __future__ import annotations

import os
import signal
import subprocess
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from pivot.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_T = TypeVar("_T")

_MEMORY = 4 * 1024**2  # KiB of data that one process may hold
_PATIENCE = 2  # seconds that a process has to end by itself once it was asked to

# Data, not addresses: Haskell and V8 reserve a terabyte of addresses that they never use.
_LIMITED = 'ulimit -d "$0" 2>/dev/null; exec "$@"'
# Ends when the other end of its input is closed, which the system does for us however we end.
_GUARD = 'read -r _; kill -s KILL -- "-$0"'


class Child:
    """A program in a process group of its own, which is killed as a whole, and when we are gone.

    Args:
        command: the program and its arguments.
        pipes: as `subprocess.Popen` takes them.
    """

    def __init__(self, command: Sequence[str], **pipes: Any) -> None:  # noqa: ANN401
        self.process = subprocess.Popen(  # noqa: S603 -- the callers name programs of their own
            ["/bin/sh", "-c", _LIMITED, str(_MEMORY), *command], start_new_session=True, **pipes
        )
        self._guard = subprocess.Popen(  # noqa: S603 -- a program of our own
            ["/bin/sh", "-c", _GUARD, str(self.process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """End the program and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):  # it has ended already
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Wait for its end for a moment, then make one."""
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()
            self.process.wait()
            self._guard.kill()
            self._guard.communicate()


def run(
    command: Sequence[str], *, seconds: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        seconds: how long it may take.
        env: its environment; ours by default.

    Raises:
        ReportError: it took longer; it was stopped.
    """
    child = Child(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    try:
        out, errors = child.process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(command, child.process.returncode, out, errors)
    except subprocess.TimeoutExpired:
        name = Path(command[0]).name
        raise ReportError(
            f"{name} was stopped",
            where=" ".join(command[1:]),
            expected=f"an end within {seconds:g} seconds",
            got="none",
        ) from None
    finally:
        child.kill()
        for pipe in (child.process.stdout, child.process.stderr):
            if pipe:
                pipe.close()
        child.close()


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
