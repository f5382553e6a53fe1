"""Write an output folder: only what changed, each file whole or not at all, and nothing stale left."""

from __future__ import annotations

import os
from pathlib import Path

from pivot.errors import OutputError
from pivot.files import failed, write_atomic

# A folder is ours to clean when it is empty or holds this page.
_MARK = "index.html"


class OutputFolder:
    """One output folder during one build.

    Args:
        root: the folder; made when missing.

    Raises:
        OutputError: `root` holds files that no build of ours wrote, or can not be written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = 0
        self._kept: set[str] = set()
        try:
            root.mkdir(parents=True, exist_ok=True)
            foreign = not (root / _MARK).exists() and any(root.iterdir())
        except OSError as error:
            raise failed(root, error) from None
        if foreign:
            raise OutputError(
                "the output folder holds other files",
                where=str(root),
                expected="an empty folder, or one that holds an earlier build",
                hint="choose another folder with --out",
            )

    def write(self, name: str, data: bytes | str) -> None:
        """Write a file, unless it holds these bytes already. Raises OutputError; the old file then stands."""
        content = data.encode() if isinstance(data, str) else data
        self._kept.add(name)
        path = self.root / name
        try:
            if path.stat().st_size == len(content) and path.read_bytes() == content:
                return
        except OSError:
            pass
        write_atomic(path, content)
        self.written += 1

    def sweep(self) -> None:
        """Remove every file that this build did not write, and the folders that leaves empty."""
        try:
            for folder, _, files in os.walk(self.root, topdown=False):
                for file in files:
                    path = Path(folder, file)
                    if path.relative_to(self.root).as_posix() not in self._kept:
                        path.unlink()
                if Path(folder) != self.root and not any(Path(folder).iterdir()):
                    Path(folder).rmdir()
        except OSError as error:
            raise failed(self.root, error) from None
