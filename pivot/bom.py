"""The software bill of materials of a report, in CycloneDX 1.6: everything that its lock file pins.

`python -m pivot.bom` prints that of the report in the working folder.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

from pivot.errors import ReportError
from pivot.output import say

LOCK = "requirements.lock"

_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """What a lock file pins: names, versions, and the SHA-256 of each file that may be installed.

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
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "components": components,
    }


if __name__ == "__main__":
    try:
        say(json.dumps(bill(Path(LOCK).read_text("utf-8")), indent=1))
    except (ReportError, OSError) as error:
        say(f"pivot: {error}", error=True)
        sys.exit(2)
