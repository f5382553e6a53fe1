"""The software bill of materials of a report, in CycloneDX 1.6: what its lock file pins, and Quarto.

`python -m pivot.bom` prints that of the report in the working folder. Quarto counts where it is installed, as
it is where editions are released with it.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import ReportError
from pivot.output import say
from pivot.processes import run

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK = "requirements.lock"

_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_PROGRAM = re.compile(r"\b([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?: version)? (\d+\.\d[\w.]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def programs() -> dict[str, str]:
    """Quarto and the programs that it brings, Pandoc and Typst among them, by their versions.

    Raises:
        ReportError: it is installed, and does not say so.
    """
    quarto = shutil.which("quarto")
    if quarto is None:
        return {}
    done = run([quarto, "check", "versions"], seconds=120)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    found = dict(_PROGRAM.findall(said))
    if not {"Quarto", "Pandoc", "Typst"} <= found.keys():
        raise ReportError(
            "Quarto does not say what it brings",
            where="quarto check versions",
            expected="the versions of Quarto, Pandoc and Typst",
            got=said[-500:].strip() or "nothing",
            hint="run the command by hand, and mend the installation",
        )
    return found


def bill(lock: str, beside: Mapping[str, str]) -> dict[str, Any]:
    """What a lock file pins: names, versions, and the SHA-256 of each file that may be installed.

    Args:
        lock: the file's text.
        beside: programs that no lock file pins, by their versions.

    Raises:
        ReportError: it pins nothing.
    """
    components = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}",
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in _HASH.findall(rest)],
        }
        for name, version, rest in _PINNED.findall(lock)
    ]
    if not components:
        raise ReportError(
            "there is no bill of materials",
            where=LOCK,
            expected="lines of NAME==VERSION with hashes",
            got="none",
            hint="make lock",
        )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock + str(sorted(beside.items())))}",
        "version": 1,
        "components": [
            *components,
            *({"type": "application", "name": name, "version": version} for name, version in beside.items()),
        ],
    }


if __name__ == "__main__":
    try:
        say(json.dumps(bill(Path(LOCK).read_text("utf-8"), programs()), indent=1))
    except (ReportError, OSError) as error:
        say(f"pivot: {error}", error=True)
        sys.exit(2)
