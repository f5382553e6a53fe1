"""What a reader sees, and what nobody sees: each kind of edit on its own, and random ones of every kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pivot.revisions import pages, text
from pivot.revisions.report import Report, difference
from pivot.revisions.sides import Side
from tests.conftest import ROOT
from tests.unit.revisions import copy, evaluated, linked, side

OVERVIEW, LIMITS = "chapters/overview.qmd", "chapters/limits.qmd"
Edit = Callable[[str], str]


@cache
def base() -> Side:
    """The repository before each edit, evaluated once; nobody may change it."""
    return evaluated(copy(Path(mkdtemp(prefix="pivot-prose-"))))


def edited(changes: dict[str, Edit]) -> Report:
    """The difference that edits of files make which are no data and no code."""
    with TemporaryDirectory() as folder:
        root = linked(base().root, Path(folder))
        for name, change in changes.items():
            before = (root / name).read_text("utf-8")
            (root / name).write_text(change(before), "utf-8")
            assert (root / name).read_text("utf-8") != before
        return difference(base(), side(root))


def put(old: str, new: str) -> Edit:
    def change(whole: str) -> str:
        assert whole.count(old) >= 1, old
        return whole.replace(old, new, 1)

    return change


def exchanged(first: str, second: str) -> Edit:
    return lambda whole: put("\0", second)(put(second, first)(put(first, "\0")(whole)))


LINES = (ROOT / OVERVIEW).read_text("utf-8").splitlines()
FIRST = next(line for line in LINES if line.startswith("The cut in difficulty can"))
SECOND = LINES[LINES.index(FIRST) + 1]
BIB = (ROOT / "references.bib").read_text("utf-8")

# The files, and what the report must then have said of one sentence: its file, before and after.
SEEN: dict[str, tuple[dict[str, Edit], str, str]] = {
    "sentences exchanged": ({OVERVIEW: exchanged(FIRST, SECOND)}, OVERVIEW, "stood in"),
    "a sentence moved to another chapter": (
        {OVERVIEW: put(SECOND + "\n", ""), LIMITS: lambda whole: f"{whole}\n{SECOND}\n"},
        LIMITS,
        f"stood in {OVERVIEW}",
    ),
    "another source cited": ({OVERVIEW: put("[@electrum]", "[@bitcoinj]")}, OVERVIEW, "@bitcoinj"),
    "an entry of the bibliography": (
        {"references.bib": put("year = {2008}", "year = {2009}")},
        "references.bib",
        "2009",
    ),
    "another chart under a caption": (
        {OVERVIEW: put("(/figures/difficulty.svg)", "(/figures/retargets.svg)")},
        OVERVIEW,
        "retargets",
    ),
    "the title of the book": ({"_quarto.yml": put("the numbers", "numbers")}, "_quarto.yml", "numbers"),
    "the title of a chapter": ({OVERVIEW: put("# The overview", "# An overview")}, OVERVIEW, "An"),
    "front matter of a chapter": (
        {LIMITS: lambda whole: f"---\ndescription: What is not known\n---\n{whole}"},
        LIMITS,
        "What is not known",
    ),
    "the title of an edition": (
        {"editions.toml": put("As the article read", "As it read")},
        "editions.toml",
        "As it read",
    ),
    "the date of an edition": (
        {"editions.toml": put("published = 2026-11-22", "published = 2026-11-23")},
        "editions.toml",
        "2026-11-23",
    ),
    "a guard taken away": (
        {OVERVIEW: put(" <!-- holds: difficulty-drop -->", "")},
        OVERVIEW,
        "holds: difficulty-drop",
    ),
    "a link that leads elsewhere": (
        {LIMITS: lambda whole: re.sub(r"\n(\w+) ", r"\n[\1](https://example.org/) ", whole, count=1)},
        LIMITS,
        "example.org",
    ),
    "the stress on a word": ({OVERVIEW: put("a last digit", "a last *digit*")}, OVERVIEW, "digit"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SEEN)
def test_what_a_reader_sees_is_told_with_its_place(kind: str) -> None:
    changes, file, words = SEEN[kind]
    report = edited(changes)
    assert report.exit_code == 1
    assert report.numbers == ()
    told = [one for one in report.prose if one.file == file]
    assert told
    assert any(words in f"{text.place(one)} {one.before} {one.after}" for one in told)
    assert {one.kind for one in told} == {"editorial"}
    assert f"`{file}:" in pages.markdown(report)
    assert file in pages.page(report)


def test_a_waiver_taken_away_is_told() -> None:
    waiver = ' <!-- comparison: "depth" is a name here -->'
    with_waiver = put(SECOND, SECOND + waiver)
    with TemporaryDirectory() as folder:
        root = linked(base().root, Path(folder))
        chapter = root / OVERVIEW
        chapter.write_text(with_waiver(chapter.read_text("utf-8")), "utf-8")
        report = difference(replace(base(), state=None, root=root), replace(base(), state=None))
    assert report.exit_code == 1
    (told,) = report.prose
    assert (told.file, '<!-- comparison: "depth"' in told.before, "<!--" in told.after) == (
        OVERVIEW,
        True,
        False,
    )


LOOKS: dict[str, tuple[dict[str, Edit], int]] = {
    "a setting of the pages": ({"_quarto.yml": put("pivot-html: default", "pivot-html: {toc-depth: 2}")}, 17),
    "a filter of Quarto's pages": ({"_extensions/pivot/pivot.lua": lambda whole: f"{whole}\n-- more\n"}, 17),
    "a new paragraph": ({OVERVIEW: put(f"{FIRST}\n", f"{FIRST}\n\n")}, 1),
}


@pytest.mark.parametrize("kind", LOOKS)
def test_pages_that_only_look_different_are_counted(kind: str) -> None:
    changes, count = LOOKS[kind]
    report = edited(changes)
    assert (report.exit_code, report.prose, report.pages) == (1, (), count)
    assert report.verdict_line() == f"{count} {'page looks' if count == 1 else 'pages look'} different"
    assert next(iter(changes)) in pages.markdown(report)
    assert next(iter(changes)) in pages.page(report)


UNSEEN: dict[str, dict[str, Edit]] = {
    "two blanks in a sentence": {OVERVIEW: put(" can be made", "  can be made")},
    "a comment for editors": {OVERVIEW: lambda whole: f"{whole}<!-- for us -->\n"},
    "more empty lines": {OVERVIEW: put("\n\n", "\n\n\n\n")},
    "a comment in the list of editions": {"editions.toml": lambda whole: f"{whole}\n# nothing\n"},
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_is_no_difference(kind: str) -> None:
    report = edited(UNSEEN[kind])
    assert (report.exit_code, report.verdict_line()) == (0, "Nothing that a reader sees moved")


def plain(path: Path) -> list[str]:
    """Lines of a chapter that are sentences without any markup but values."""
    return [
        line
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"[A-Z][a-z]", line) and len(line) > 40 and not re.search(r"[\[*`@$\\|]|<!--|  ", line)
    ]


PLAIN = {
    f"chapters/{path.name}": lines
    for path in sorted((ROOT / "chapters").glob("*.qmd"))
    if len(lines := plain(path)) > 5
}
ADDED = "Indeed this was added."
KINDS = ("word", "exchange", "move", "drop", "add", "cite", "blank", "comment")
Made = tuple[str, dict[str, Edit], str, str]


@st.composite
def edits(draw: st.DrawFn) -> Made:
    """A kind of edit, the files that it changes, and a sentence as it was and as it is."""
    name = draw(st.sampled_from(sorted(PLAIN)))
    line, other = draw(st.lists(st.sampled_from(PLAIN[name]), min_size=2, max_size=2, unique=True))
    kind = draw(st.sampled_from(KINDS))
    new = {
        "word": line.replace(" ", " indeed ", 1),
        "drop": "",
        "add": f"{line}\n{ADDED}",
        "cite": f"{line} [@nakamoto2008]",
        "blank": line.replace(" ", "   ", 1),
        "comment": f"{line} <!-- said so -->",
    }
    if kind in new:
        return kind, {name: put(line, new[kind])}, line, new[kind]
    if kind == "exchange":
        return kind, {name: exchanged(line, other)}, line, other
    target = draw(st.sampled_from([one for one in sorted(PLAIN) if one != name]))
    after = draw(st.sampled_from(PLAIN[target]))
    return kind, {name: put(f"{line}\n", ""), target: put(after, f"{after}\n{line}")}, line, line


BOOK = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (ROOT / "index.qmd", *sorted((ROOT / "chapters").glob("*.qmd")))
}


def places(pattern: str, files: dict[str, str]) -> list[tuple[str, str]]:
    """Each text that a pattern finds, with its file, where the file has it once."""
    return [
        (name, found[0])
        for name, whole in files.items()
        for found in re.finditer(pattern, whole, re.MULTILINE)
        if whole.count(found[0]) == 1
    ]


NAMED = {
    name: (ROOT / name).read_text("utf-8") for name in ("references.bib", "editions.toml", "_quarto.yml")
}
# What is changed, where it may be, and what then stands there.
BESIDE: dict[str, tuple[list[tuple[str, str]], Edit]] = {
    "guard": (
        places(r"^.*[.:|] <!-- holds: [\w, -]+ -->$", BOOK),
        lambda old: old.partition(" <!-- holds")[0],
    ),
    "waiver": (
        places(r"^[A-Z].* <!-- (?:numeral|comparison): .* -->$", BOOK),
        lambda old: old.partition(" <!-- ")[0],
    ),
    "heading": (places(r"^##* [\w ,]+(?= \{#)", BOOK), lambda old: f"{old} indeed"),
    "entry": (places(r"(?<=title = \{)[\w -]{9,}", NAMED), lambda old: f"{old} indeed"),
    "edition": (places(r'(?<=^title = ")[\w ]+|(?<=^note = ")[\w ]+', NAMED), lambda old: f"{old} indeed"),
    "book": (
        places(r'(?<=title: ")[\w ]+|(?<=author: ")[\w ]+|(?<=description: ")[\w ]+', NAMED),
        lambda old: f"{old} indeed",
    ),
    "chart": (
        places(r"(?<=\()/figures/[\w-]+\.svg", BOOK),
        lambda old: "/figures/revenue.svg" if "budget" in old else "/figures/budget.svg",
    ),
    "stress": (places(r"(?<=^The )\w{4,}(?= )", BOOK), lambda old: f"*{old}*"),
    "link": (places(r"(?<=^The )\w{4,}(?= )", BOOK), lambda old: f"[{old}](https://example.org/)"),
}
"""What a reader sees that is no words of a sentence."""


@st.composite
def others(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A kind of change, its file, and what stands there before and after."""
    kind = draw(st.sampled_from(sorted(BESIDE)))
    name, old = draw(st.sampled_from(BESIDE[kind][0]))
    return kind, name, old, BESIDE[kind][1](old)


def is_told(change: tuple[str, str, str, str]) -> None:
    """Such a change is told at its place, and as nothing else."""
    kind, name, old, new = change
    report = edited({name: put(old, new)})
    assert (report.exit_code, report.numbers, report.charts, report.tables, report.wrong) == (
        1,
        (),
        (),
        (),
        (),
    )
    assert report.prose
    assert {(one.file, one.kind) for one in report.prose} == {(name, "editorial")}
    line = BOOK.get(name, "").partition(old)[0].count("\n") + 1
    assert name not in BOOK or line in {one.line for one in report.prose}
    told = " ".join(f"{text.place(one)} {one.before} {one.after}" for one in report.prose)
    words = {"guard": "holds:", "waiver": "<!--", "chart": new[9:-4]}.get(kind, new.lstrip("# "))
    assert " ".join(words.split()) in " ".join(told.split())  # two blanks are one


def test_there_are_places_of_each_kind() -> None:
    assert {kind: len(found) for kind, (found, _) in BESIDE.items() if len(found) < 3} == {}


def filled(line: str) -> str:
    """A plain sentence as a reader has it."""
    assert base().state
    return re.sub(r"\{\{<\s*var\s+(\S+)\s*>\}\}", lambda name: base().state.texts[name[1]], line)  # type: ignore[union-attr]


def agrees(edit: Made) -> None:
    """The report of an edit against what was done."""
    kind, changes, before, after = edit
    report = edited(changes)
    assert (report.numbers, report.charts, report.tables, report.wrong) == ((), (), (), ())
    told = [(one.before, one.after, one.origin.rpartition(":")[0]) for one in report.prose]
    name, target = next(iter(changes)), [*changes][-1]
    if kind in ("blank", "comment"):
        assert (report.exit_code, told, report.looks) == (0, [], ())
        return
    assert report.exit_code == 1
    assert {one.file for one in report.prose} == {target}
    if kind == "cite":
        assert told == [(filled(before), filled(after), "")]
    elif kind == "exchange":
        assert told
        assert all(was == now and origin == name for was, now, origin in told)
    else:
        expected = {
            "word": (filled(before), filled(after), ""),
            "drop": (filled(before), "", ""),
            "add": ("", ADDED, ""),
            "move": (filled(before), filled(before), name),
        }
        assert told == [expected[kind]]


def test_sentences_of_one_claim_that_change_places_have_moved() -> None:
    one, other = (
        next(line for line in PLAIN[OVERVIEW] if line.startswith(start))
        for start in (
            "The article says {{< var cited.hashrate-q1",
            "The regenerated value is therefore a range",
        )
    )
    agrees(("exchange", {OVERVIEW: exchanged(one, other)}, one, other))


PROSE: dict[str, Any] = {"deadline": None, "derandomize": True, "phases": [Phase.generate]}


@settings(max_examples=10, **PROSE)
@given(others())
def test_random_changes_beside_the_words_are_told(change: tuple[str, str, str, str]) -> None:
    is_told(change)


@settings(max_examples=15, **PROSE)
@given(edits())
def test_random_edits_are_told_as_what_they_are(edit: Made) -> None:
    agrees(edit)


@pytest.mark.many
@settings(max_examples=1_000, **PROSE)
@given(edits() | others())
def test_a_thousand_random_edits(edit: Any) -> None:  # noqa: ANN401 -- of either kind
    """A case takes 0.3 s of one core."""
    (agrees if isinstance(edit[1], dict) else is_told)(edit)
