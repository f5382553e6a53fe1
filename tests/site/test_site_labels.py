"""A sentence that is quoted elsewhere gives its references as the page gives them."""

from __future__ import annotations

import re

from pivot.prose.book import Book
from pivot.prose.labels import labels
from tests.site.conftest import TINY, Built

XREF = re.compile(r'<a href="[^"#]*#([^"]*)" class="xref">([^<]*)</a>')


def test_references_read_as_on_the_page(site: Built) -> None:
    known = labels(Book.load(TINY / "book").chapters)
    written = [
        found for path in sorted(site.out.rglob("*.html")) for found in XREF.findall(path.read_text("utf-8"))
    ]
    assert {id_.partition("-")[0] for id_, _ in written} == {"sec", "fig", "tbl", "eq", "lst", "wrn"}
    assert [(id_, text, known[id_].text) for id_, text in written if not known[id_].text.endswith(text)] == []
