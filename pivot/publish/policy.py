"""The policy of a page that came with a frame of its own: it loads its own files, and runs its own scripts.

Our own templates have theirs in `policy.html`. Quarto writes scripts and handlers into its pages, so each of
those is named by its hash; styles in tags stay, as Quarto's pages are made of them.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TYPE = re.compile(r"\stype=\"?([^\"\s]*)")
_RUN = {"", "module", "text/javascript", "application/javascript"}
_HANDLER = re.compile(r"\son\w+=\"(window\.quarto\w+\(\);?(?: ?return false;?)?)\"")
_HEAD = re.compile(r"<head\b[^>]*>(?:\s*<meta charset=[^>]*>)?", re.IGNORECASE)


def with_policy(page: str) -> str:
    """A page with its policy at its head, before anything that it could load or run."""
    scripts = [text for attributes, text in _SCRIPT.findall(page) if _is_inline(attributes)]
    handlers = [html.unescape(text) for text in _HANDLER.findall(page)]
    allowed = [*map(_hash, scripts), *(["'unsafe-hashes'"] if handlers else []), *map(_hash, handlers)]
    policy = "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self' file:", *dict.fromkeys(allowed)]),
            "style-src 'self' file: 'unsafe-inline'",
            "img-src 'self' file: data:",
            "font-src 'self' file: data:",
            "connect-src 'self' file:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return _HEAD.sub(lambda head: head[0] + meta, page, count=1)


def _is_inline(attributes: str) -> bool:
    """Whether a script with these attributes runs what stands in the page."""
    kind = _TYPE.search(attributes)
    return " src=" not in attributes and (not kind or kind[1] in _RUN)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
