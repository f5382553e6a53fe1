"""The next edition, written out: what `editions.toml` needs so that new numbers can be published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pivot.editions import editions
from pivot.revisions.numbers import READING
from pivot.revisions.report import compare
from pivot.revisions.rows import rows
from pivot.revisions.sides import Side
from pivot.revisions.states import evaluate, evaluated

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pivot.article import Article
    from pivot.revisions.numbers import ClaimChange, ClaimState

_WHY = {
    "data": "Newer evidence came in.",
    "correction": "A publisher restated rows that were in.",
    "method": "The numbers are worked out in another way.",
    "editorial": "Only words changed.",
}
"""A reason of each kind to begin with; no numeral stands in it, since nobody has checked one."""

_ACCEPTED = "The evidence of this day contradicts the sentence, which stands until it is rewritten."


def stanza(article: Article, root: Path, day: dt.date) -> str:
    """An entry for `editions.toml` with the evidence of a day, held against the newest edition.

    It has a revision for each kind of reason why numbers moved, and an acceptance for each guard that broke;
    comments say which numbers those are. It can be published as it is, and reads better in one's own words.

    Args:
        article: what is evaluated.
        root: the repository; its newest edition is of an earlier day.
        day: of the evidence; it is also the id.

    Returns:
        TOML; "" if the newest edition is of that day or later.

    Raises:
        ReportError: if one of the two days can not be evaluated.
    """
    newest = editions(root)[-1]
    if newest.as_of >= day:
        return ""
    before = Side(newest.id, "edition", article, root, newest.as_of)
    after = Side(str(day), "day", article, root, day)
    old, new = evaluate(before), evaluate(after)
    report = compare(old, new, rows(old, new))
    broken = {
        id_: entry.guard.text
        for id_, entry in evaluated(new).ledger.entries.items()
        if entry.guard and not entry.guard.holds
    }
    moved: dict[str, list[ClaimChange]] = {}
    for number in report.at(READING):
        if number.old and number.new:  # a claim that is new or gone needs no reason
            moved.setdefault(number.kind, []).append(number)
    return "\n".join(
        [
            "[[edition]]",
            f'id = "{day}"',
            f"as_of = {day}",
            f"published = {day}",
            f'title = "The evidence of {day:%B}"',
            *_revisions(moved),
            *_acceptances(broken),
            "",
        ]
    )


def _revisions(moved: Mapping[str, Sequence[ClaimChange]]) -> list[str]:
    """A revision for each kind; the one with most claims names none, and so stands for all others."""
    lines: list[str] = []
    for place, (kind, numbers) in enumerate(sorted(moved.items(), key=lambda item: -len(item[1]))):
        lines += ["", "[[edition.revision]]"]
        lines += [f"# {number.id}: {_moved(number)}" for number in numbers]
        lines += [f'kind = "{kind}"', f'why = "{_WHY[kind]}"']
        if place:
            lines.append(f"claims = {json.dumps([number.id for number in numbers])}")
    return lines


def _moved(number: ClaimChange) -> str:
    """What a reader sees move: number, verdict and guard, and what stands beside them."""
    before, after = _text(number.old), _text(number.new)
    return "; ".join([*([f"{before} -> {after}"] if before != after else []), *number.also])


def _text(reading: ClaimState | None) -> str:
    if reading is None:
        return ""
    guard = {None: "", True: ", reads right", False: ", reads wrong"}[reading.holds]
    return f"{reading.display} ({reading.verdict}{guard})"


def _acceptances(broken: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for id_, text in broken.items():
        lines += [
            "",
            "[[edition.accepted]]",
            f"# its guard: {text}",
            f'claim = "{id_}"',
            f'why = "{_ACCEPTED}"',
        ]
    return lines


def commands(text: str) -> str:
    """What to type so that the edition is checked, looked at and released; it can be pasted."""
    id_ = text.partition('id = "')[2].partition('"')[0]
    return (
        f"cat >> editions.toml <<'END'\n\n{text}END\n"
        ".venv/bin/pivot check && .venv/bin/pivot build\n"
        "git add data-snapshots chapters editions.toml && "
        f"git commit --message 'Announce the edition of {id_}'\n"
        f".venv/bin/pivot release {id_} --into ../site && .venv/bin/pivot verify ../site --recompute"
    )
