"""A file written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from pivot.errors import OutputError


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: temporary file beside it, flush to disk, rename.

    Raises:
        OutputError: disk full, no permission, or a path that can not be made.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # the temporary file is private; a site is not
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise failed(path, error) from None


def failed(path: Path, error: OSError) -> OutputError:
    """The error for a place that can not be written."""
    return OutputError(
        "the output could not be written",
        where=str(path),
        got=error.strerror or str(error),
        hint="free some space, or choose a folder you may write to with --out; what was there still stands",
    )
