"""How to cite an edition, one of its pages or one of its numbers; every form names the edition."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pivot.claims.quantities import Day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.editions import Edition
    from pivot.publish.archive.manifest import About

_BIBTEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}
)


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited.

    Args:
        about: the report.
        edition: the edition.
        path: what of it, a path from its folder; "" for the edition as a whole.
        part: the title of that page, or the words of that number; "" for the edition as a whole.
    """

    about: About
    edition: Edition
    path: str = ""
    part: str = ""

    @property
    def address(self) -> str:
        """The permanent address; without the host as long as nobody has said where the site stands."""
        return f"{self.about.address}editions/{self.edition.id}/{self.path}"

    @property
    def _title(self) -> str:
        return f"{self.part}. In: {self.about.title}" if self.part else self.about.title

    @property
    def _key(self) -> str:
        name = self.path.removesuffix(".html").rpartition("/")[2]
        return "-".join(filter(None, ("pivot", self.edition.id, name)))

    @property
    def _edition(self) -> str:
        return f"Edition {self.edition.id}, evidence as of {Day(self.edition.as_of).display()}".replace(
            "\N{NO-BREAK SPACE}", " "
        )

    def forms(self) -> Mapping[str, str]:
        """Each form under the name that readers know it by."""
        return {
            "Plain text": self.text(),
            "BibTeX": self.bibtex(),
            "CSL-JSON": json.dumps([self.csl()], ensure_ascii=False, indent=1),
            "RIS": self.ris(),
        }

    def text(self) -> str:
        """One line for a footnote."""
        day = self.edition.issued
        return (
            f"{' and '.join(self.about.authors)} ({day.year}). {self._title}. {self._edition}. {self.address}"
        )

    def bibtex(self) -> str:
        """An entry for BibTeX; authors and titles are protected from changes of case."""
        day = self.edition.issued
        fields = {
            "author": " and ".join(f"{{{_tex(name)}}}" for name in self.about.authors),
            "title": f"{{{_tex(self._title)}}}",
            "institution": _tex(self.about.authors[0] if self.about.authors else self.about.title),
            "type": "Report",
            "number": f"Edition {self.edition.id}",
            "year": f"{day:%Y}",
            "month": f"{day:%b}".lower(),
            "note": _tex(self._edition),
            ("url" if self.about.address else "howpublished"): self.address,
        }
        body = ",\n".join(
            f"  {name} = {text if name == 'month' else f'{{{text}}}'}" for name, text in fields.items()
        )
        return f"@techreport{{{self._key},\n{body}\n}}"

    def csl(self) -> dict[str, Any]:
        """An item of CSL-JSON."""
        day = self.edition.issued
        return {
            "id": self._key,
            "type": "report",
            "title": self._title,
            "author": [{"literal": name} for name in self.about.authors],
            "issued": {"date-parts": [[day.year, day.month, day.day]]},
            "edition": self.edition.id,
            "version": self.edition.id,
            "note": self._edition,
            ("URL" if self.about.address else "archive_location"): self.address,
        }

    def ris(self) -> str:
        """A record of RIS; lines end with CR LF, as its readers expect."""
        day = self.edition.issued
        lines = [
            ("TY", "RPRT"),
            *(("AU", f"{name},") for name in self.about.authors),
            ("TI", self._title),
            ("PY", f"{day.year}"),
            ("DA", f"{day:%Y/%m/%d}"),
            ("ET", self.edition.id),
            ("N1", self._edition),
            ("UR" if self.about.address else "AV", self.address),
            ("ER", ""),
        ]
        return "\r\n".join(f"{tag}  - {text}" for tag, text in lines)


def _tex(text: str) -> str:
    return text.translate(_BIBTEX)
