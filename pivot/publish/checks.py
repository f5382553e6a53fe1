"""What `pivot check` looks at, without building a site: evidence, words, guards, links, figures, settings.

Each check counts what it looked at and has floors, so that none can pass on nothing.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from pivot.article import article_of
from pivot.charts import draw as charts
from pivot.claims.ledger import no_row
from pivot.editions import editions
from pivot.evaluation import evaluate
from pivot.git import git
from pivot.names import BOOK_FILE, CACHE, EDITIONS_FILE
from pivot.prose.book import Book, included_file
from pivot.prose.comparisons import typed_comparisons
from pivot.prose.findings import Finding
from pivot.prose.numerals import typed_numerals
from pivot.prose.presence import absent, is_present
from pivot.prose.scan import BROKEN, LITERAL, SHORTCODES, claim_of, lines
from pivot.prose.variables import guards
from pivot.prose.visible import VALUE
from pivot.publish.embedded.engine import refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.charts.draw import Chart
    from pivot.claims.ledger import Ledger
    from pivot.prose.scan import Line

_CROSS = re.compile(r"(?:sec|fig|tbl|eq|lst|nte|tip|wrn|imp|cau)-")
_ELSEWHERE = re.compile(r"[a-z]+:|/figures/")
_LEAST_ALT = 60  # characters; less is a label and no description
_PIECE = re.compile(f"[^{VALUE}]+")


@dataclass(frozen=True, slots=True)
class Check:
    """What one check saw and found.

    Args:
        name: what is checked.
        seen: how much of what it looked at.
        findings: what it does not let pass; a count below its floor is one too.
    """

    name: str
    seen: Mapping[str, int]
    findings: Sequence[Finding] = field(default=())

    def __str__(self) -> str:
        state = f"{len(self.findings)} found" if self.findings else "fine"
        counts = ", ".join(f"{count:,} {what}" for what, count in self.seen.items())
        return f"{self.name:<12} {state:<10} {counts}"


def check(root: Path) -> tuple[Check, ...]:
    """Run every check over the report in `root`, at every edition.

    Raises:
        SnapshotError: the evidence does not hold, so nothing can be said about the rest.
        ReportError: the book, the editions or the claims can not be read.
    """
    article, book = article_of(root), Book.load(root)
    evidence = Check("evidence", article.store(root).verify(), brought_results(root))
    listed = editions(root)
    accepted = {(edition.as_of, one.claim) for edition in listed for one in edition.accepted}
    states = {edition.as_of: evaluate(article, root, edition.as_of) for edition in listed}
    at = {day: state.ledger for day, state in states.items()}
    shown = {day: state.texts for day, state in states.items()}
    text = [line for name in _files(book) for line in lines(name, (root / name).read_text("utf-8"))]
    newest = listed[-1].as_of
    drawings = article.drawings
    modules = {file: file.read_text("utf-8") for chart in drawings.values() for file in charts.code(chart)}
    drawn = [
        (drawings[name], charts.texts(drawings[name], plotted))
        for state in states.values()
        for name, plotted in state.plotted.items()
    ]
    body = {chapter.source for chapter in book.chapters if not chapter.appendix}
    bibliography = "".join((root / name).read_text("utf-8") for name in book.bibliography)
    keys = set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.MULTILINE))
    return tuple(
        with_floors(found, article.floors.get(found.name, {}))
        for found in (
            evidence,
            check_numerals(text, shown[newest]),
            Check("comparisons", *typed_comparisons(text, guards(at[newest]))),
            check_guards(text, at, accepted),
            check_shortcodes(text),
            check_variables(text, shown),
            check_claims([line for line in text if line.file in body], at[newest]),
            check_links(text, keys, at[newest].entries),
            check_markup(book),
            check_figures(text, drawings),
            check_drawings(modules, drawn),
            check_settings(book),
        )
    )


def as_json(checks: Iterable[Check]) -> str:
    """All checks as JSON: name, what was seen, findings."""
    return json.dumps([asdict(found) for found in checks], ensure_ascii=False, indent=1)


def brought_results(root: Path) -> list[Finding]:
    """What git brings as if a command had kept it here: whoever commits that forges what evidence gives."""
    if shutil.which("git") is None:
        return []  # so nothing came by it
    brought = git(root, "ls-files", "-z", "--", CACHE).stdout.decode(errors="replace").split("\0")[:-1]
    hint = f"`git rm -r {CACHE}`; what one command keeps for the next is made on each machine"
    return [Finding(file, 1, 0, "made by a command, and in git", "", hint) for file in brought]


def check_numerals(text: Sequence[Line], shown: Mapping[str, str]) -> Check:
    """No numeral is typed; `shown` is what each variable shows."""
    seen, findings = typed_numerals(text, shown)
    return Check("numerals", {"lines": sum(bool(line.visible.strip()) for line in text), **seen}, findings)


def check_guards(
    text: Sequence[Line],
    at: Mapping[dt.date, Ledger],
    accepted: Collection[tuple[dt.date, str]] = (),
) -> Check:
    """Each guard holds at each edition, unless that one accepts it, and each protects a sentence."""
    held: dict[str, list[Line]] = {}
    findings = []
    for id_ in dict.fromkeys(id_ for ledger in at.values() for id_ in guards(ledger)):
        held[id_] = [line for line in text if id_ in line.guards]
        entries = {day: ledger[id_] for day, ledger in at.items() if id_ in ledger.entries}
        broken = {
            day: entry.guard
            for day, entry in entries.items()
            if entry.guard and not entry.guard.holds and (day, id_) not in accepted
        }
        if broken:
            days = ", ".join(map(str, broken))
            what = f"reads wrong as of {days}: {list(broken.values())[-1].text}"
            hint = f"rewrite it, or take its words from a variable; `pivot explain {id_}` tells more"
            findings += [line.finding(0, what, hint) for line in held[id_]]
        if not held[id_]:
            code = next(iter(entries.values())).code
            what, hint = f"the guard of {id_} protects no sentence", f"end one with <!-- holds: {id_} -->"
            findings.append(Finding(code.path, code.line, 1, what, "", hint))
    sentences = sum(map(len, held.values()))
    return Check("guards", {"guards": len(held), "editions": len(at), "sentences": sentences}, findings)


def check_shortcodes(text: Sequence[Line]) -> Check:
    """Each shortcode is one that is understood, and nothing meant as one would be published as text."""
    hint = "write {{< name argument >}} on one line; {{{< … >}}} shows one to readers"
    known = f"known are {', '.join(SHORTCODES)}"
    tokens = [(line, token) for line in text for token in line.tokens if not token.kind.endswith(":")]
    findings = [
        line.finding(token.start, f"{token.text} is no shortcode", hint)
        if token.kind == BROKEN
        else line.finding(token.start, f"unknown shortcode {token.kind}", known)
        for line, token in tokens
        if token.kind not in (LITERAL, *SHORTCODES)
    ]
    return Check("shortcodes", {"shortcodes": len(tokens)}, findings)


def check_variables(text: Sequence[Line], shown: Mapping[dt.date, Mapping[str, str]]) -> Check:
    """Each variable has a text at each edition that has its line."""
    gone = {day: absent(texts) for day, texts in shown.items()}
    findings = []
    for line in text:
        having = {day: texts for day, texts in shown.items() if is_present(line, gone[day])}
        for name in line.values:
            if silent := [str(day) for day, texts in having.items() if not texts.get(name, "").strip()]:
                what = f"{name} has no text as of {', '.join(silent)}"
                findings.append(
                    line.finding(line.source.index(name), what, "`pivot numbers` lists the claims")
                )
    return Check(
        "variables", {"uses": sum(len(line.values) for line in text), "editions": len(shown)}, findings
    )


def check_claims(text: Sequence[Line], ledger: Ledger) -> Check:
    """Each claim stands in the newest edition, and is used in a chapter that is no appendix."""
    used = {claim_of(name) for line in text for name in line.values}
    findings = [
        Finding(entry.code.path, entry.code.line, 1, f"no chapter uses the claim {id_}", "", "write about it")
        for id_, entry in ledger.entries.items()
        if id_ not in used
    ]
    for id_, code in ledger.absent.items():
        what, hint = f"no edition has the claim {id_}", no_row(id_, ledger.as_of).hint
        findings.append(Finding(code.path, code.line, 1, what, "", hint))
    return Check("claims", {"claims": len(ledger.entries)}, findings)


def check_links(text: Iterable[Line], keys: Iterable[str], claims: Iterable[str]) -> Check:
    """Each cross-reference, citation and link within the book leads somewhere, and no label is given twice.

    Args:
        text: of the whole book.
        keys: of the bibliography.
        claims: whose entries in the ledger are labels too.
    """
    text = [line for line in text if line.file.endswith("md")]
    files, cited = {line.file for line in text}, set(keys)
    labels = {f"claim-{id_}" for id_ in claims}
    seen = {"labels": 0, "references": 0, "citations": 0, "links": 0}
    findings = []

    def expect(line: Line, column: int, what: str, *, holds: bool) -> None:
        if not holds:
            findings.append(Finding(line.file, line.number, column + 1, what))

    for line in text:
        for column, label in line.ids:
            seen["labels"] += 1
            expect(line, column, f"the label {label} is given twice", holds=label not in labels)
            labels.add(label)
    for line in text:
        for column, key in line.references:
            if _CROSS.match(key):
                seen["references"] += 1
                expect(line, column, f"{key} is no label of the book", holds=key in labels)
            else:
                seen["citations"] += 1
                expect(line, column, f"{key} is not in the bibliography", holds=key in cited)
        for column, target in line.links:
            seen["links"] += 1
            path, _, label = target.partition("#")
            is_there = (included_file(line.file, path) if path else line.file) in files
            is_there = bool(_ELSEWHERE.match(target)) or (is_there and (not label or label in labels))
            expect(line, column, f"the link {target} leads nowhere", holds=is_there)
    return Check("links", seen, findings)


def check_markup(book: Book) -> Check:
    """Chapters bring no raw text but the few elements that may stand, and link addresses of the web."""
    files = {file: source for one in book.chapters for file, source in one.included.items()}
    files |= {one.source: one.body for one in book.chapters}
    refusals = refused({file: source.text for file, source in files.items()}, {})
    findings = []
    for file, source in files.items():
        for written, words in refusals[file]:
            line = next((line for line in source.lines if written in line.source), None)
            place = line and line.finding(line.source.index(written), words, "")
            findings.append(place or Finding(file, source.first_line, 1, words))
    return Check("markup", {"files": len(files)}, findings)


def check_figures(text: Iterable[Line], drawings: Mapping[str, Chart]) -> Check:
    """Each chart is shown, and each figure has alt text that says more than its caption begins with."""
    pictures = [line for line in text if "![" in line.markup]
    findings, drawn = [], set()
    for line in pictures:
        figure = line.figure
        if not (
            figure
            and figure.caption
            and figure.alt
            and figure.id.startswith("fig-")
            and figure.path == f"/figures/{figure.name}.svg"
        ):
            hint = 'write ![caption](/figures/NAME.svg){#fig-NAME fig-alt="…"} alone on a line'
            what = "a figure without caption, label or alt text"
            findings.append(line.finding(line.source.index("!["), what, hint))
            continue
        drawn.add(figure.name)
        if figure.name not in drawings:
            what = f"there is no chart {figure.name}"
            findings.append(line.finding(line.source.index(figure.path), what, ""))
        caption, alt = figure.caption.strip(" ."), figure.alt.strip(" .")
        if len(alt) < _LEAST_ALT or alt in caption:
            hint = "say what the picture shows to someone who does not see it"
            what = "the alt text is a label or repeats the caption"
            findings.append(line.finding(line.source.index("fig-alt"), what, hint))
    findings += [
        Finding(_path(charts.code(chart)[0]), 1, 1, f"no chapter shows the chart {name}")
        for name, chart in drawings.items()
        if name not in drawn
    ]
    return Check("figures", {"figures": len(pictures), "charts": len(drawings)}, findings)


def check_drawings(modules: Mapping[Path, str], drawn: Iterable[tuple[Chart, Collection[str]]]) -> Check:
    """No numeral is typed in a text that a chart draws: it comes from data, or is waived with its reason.

    What is typed are the string literals of the code; a reader sees those that stand in a drawn text.

    Args:
        modules: the code that draws, by file.
        drawn: chart and texts of each drawing.
    """
    drawings, by_module = 0, {module: set[str]() for module in modules}
    for chart, texts in drawn:
        drawings += 1
        for module in charts.code(chart):
            by_module[module].update(texts)
    typed = [
        replace(line, visible=_drawn(line.visible, texts))
        for module, texts in by_module.items()
        for line in lines(_path(module), modules[module])
    ]
    _, findings = typed_numerals(typed, {})
    seen = {
        "drawings": drawings,
        "texts": len(set().union(*by_module.values())),
        "typed": sum(bool(line.visible.strip(f" {VALUE}")) for line in typed),
    }
    return Check("drawings", seen, findings)


def _path(module: Path) -> str:
    """The path of a chart's code as its repository has it: the package and what is below."""
    return "/".join(module.parts[-3:])


def _drawn(visible: str, texts: Collection[str]) -> str:
    """A line of literals with those blank that stand in no drawn text."""

    def seen(piece: re.Match[str]) -> str:
        words = piece[0].strip()
        return piece[0] if words and any(words in text for text in texts) else " " * len(piece[0])

    return _PIECE.sub(seen, visible)


def check_settings(book: Book) -> Check:
    """The embedded renderer acts on each setting of the book, or does what it asks for anyway."""
    findings = [
        Finding(
            BOOK_FILE, line, 1, f"the embedded renderer ignores {key}", "", "remove it, or teach the renderer"
        )
        for line, key in book.ignored
    ]
    return Check("settings", {"keys": sum(1 for _ in _leaves(book.config))}, findings)


def _files(book: Book) -> Iterable[str]:
    """Every file whose words readers see: settings, editions, chapters, and what chapters include."""
    chapters = [chapter.source for chapter in book.chapters]
    included = [file for chapter in book.chapters for file in chapter.included]
    return dict.fromkeys([BOOK_FILE, EDITIONS_FILE, *chapters, *included])


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def with_floors(found: Check, floors: Mapping[str, int]) -> Check:
    """The same check, with a finding for each count that is below its floor."""
    below = [
        Finding(
            __name__,
            1,
            1,
            f"{found.name} saw only {found.seen.get(what, 0)} {what}",
            hint=f"expected {least}",
        )
        for what, least in floors.items()
        if found.seen.get(what, 0) < least
    ]
    return Check(found.name, found.seen, [*found.findings, *below])
