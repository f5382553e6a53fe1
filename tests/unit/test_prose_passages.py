"""What a reader sees of a source file, and what an editor waives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.prose.numerals import numerals, typed_numerals
from pivot.prose.passages import Finding, lines
from tests.conftest import ROOT

HIDDEN = (
    "{{< var claim.top5-share >}}", "{{< generated table-top10 >}}", "`7-day`", "`` 7 `8` ``", "$2^{32}$",
    "$$T = 256^{e-3}$$", "<!-- 14 snapshots -->", "@riot2026q1", "[@hut8dcpulse]", "@tbl-top10", "[^7]",
    "https://example.org/2026/05", "<https://example.org/8>", "[text](/chapters/q1.html#sec-2)",
    "[text]{#sec-9 .level-3}", '<span id="x3" class="y4">text</span>', "[-@luxor2026january]",
)  # fmt: skip
SEEN = (
    "# The 7 numbers {#sec-x}",
    "![A chart of 7 lines.](/figures/x.svg){#fig-x fig-alt='Lines.'}",
    '![A chart.](/figures/x.svg){#fig-x fig-alt="There are 7 lines."}',
    '::: {.callout-note title="Rule 7"}',
    "| pools | 7 |",
    "| pools|7|",
    "[rule 7](https://example.org)",
    '[rule](https://example.org "rule 7")',
    "[^note]: It took 7 weeks.",
    "- 7 of them",
    "7. A list that is numbered by hand",
    "It costs $7 and $9 a day.",
    "It costs \\$7 a day.",
    "It went from $ 7 to x$ a day.",
    "**7**%",
    "{7}",
    "½ of it",
    "7{{< var claim.x >}}",
    "{{{< var 7 >}}}",
)


MODULE = '''"""Counts 7 things."""

SIZE = 7
"""A constant, 7."""

# numeral: "trillion" is the unit of the axis
UNIT = "difficulty, trillion"


def title(row: dict[str, float]) -> str:
    """The title, since 2009."""
    return f"\u20bf {row['7']:.{SIZE}f} of \\N{DIGIT SEVEN} " "ten \\n" f"since 2009, {SIZE} times"
'''


def seen(file: str, text: str) -> list[str]:
    return [found for line in lines(file, text) for _, found in numerals(line.visible)]


def check(text: str, file: str = "a.qmd") -> list[Finding]:
    return typed_numerals(list(lines(file, text)), {})[1]


@pytest.mark.parametrize("text", HIDDEN)
def test_markup_is_not_seen(text: str) -> None:
    assert seen("a.qmd", f"Some words, {text}, and more.") == []


@pytest.mark.parametrize("text", SEEN)
def test_what_readers_meet_is_seen(text: str) -> None:
    assert seen("a.qmd", text)


@given(st.lists(st.sampled_from(HIDDEN), max_size=5), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_only_what_stands_between_the_markup_is_found_and_at_its_place(
    hidden: list[str], typed: list[int]
) -> None:
    pieces = [f"about {number} and {text}" for number, text in zip(typed, [*hidden, *[""] * 6], strict=False)]
    source = "A line " + ", ".join([*pieces, *hidden[len(typed) :]]) + " ends here."
    found = [
        (line.source[column : column + len(text)], int(text))
        for line in lines("a.qmd", source)
        for column, text in numerals(line.visible)
    ]
    assert found == [(str(number), number) for number in typed]


@given(st.text(st.sampled_from("a1 {}<>`$@[]()\"'#:|*\\\n-=."), max_size=80))
def test_visible_text_keeps_the_places_of_any_source(source: str) -> None:
    for line in lines("a.qmd", source):
        assert len(line.visible) == len(line.source)
        assert all(
            shown in (" ", written, "\N{OBJECT REPLACEMENT CHARACTER}")
            for shown, written in zip(line.visible, line.source, strict=True)
        )


def test_code_blocks_and_comments_over_several_lines_are_not_seen() -> None:
    text = "Words.\n\n```bash\nhead -7 file\n```\n\n<!-- 7\n8 -->\n\n~~~\n9\n~~~\nMore, 10 words.\n"
    assert [(line.number, line.source) for line in lines("a.qmd", text)] == [
        (1, "Words."),
        (13, "More, 10 words."),
    ]
    assert seen("a.qmd", text) == ["10"]
    assert seen("a.qmd", "```bash\nnever closed, so no code to pandoc: 7\n") == ["7"]


def test_values_of_settings_are_seen_and_what_they_set_is_not() -> None:
    front = (
        '---\ntitle: "The 7 numbers"\ntoc-depth: 3\ndescription: |\n  Made\n  in 8 days.\n---\n\nIt has 9.\n'
    )
    assert seen("a.qmd", front) == ["7", "8", "9"]
    assert [line.number for line in lines("a.qmd", front)] == [2, 4, 5, 6, 9]
    book = "book:\n  title: Rank 2\n  chapters:\n    - q1.qmd\n  part-7: x\nformat:\n  papersize: a4\n"
    assert seen("_quarto.yml", book) == ["2"]
    assert seen("_quarto.yml", "chapters:\n  - part: Act 7\n    chapters: [a8.qmd]\n") == ["7"]
    editions = '# 7 editions\n[[edition]]\nid = "2026-05-08"\nas_of = 2026-05-08\npublished = 2026-11-22\n'
    editions += 'title = "5th"\nnote = "7"\n'
    assert seen("editions.toml", editions) == ["5th", "7"]


def test_a_finding_says_where_what_and_what_to_do() -> None:
    text = "One {{< var part.x.y >}}. The 33 pools.\n"
    first, second = check("\n" + text)
    assert (first.line, first.column, first.what) == (2, 1, 'numeral "One" is typed')
    assert (second.line, second.column, second.sentence) == (2, 31, "The 33 pools.")
    assert first.sentence == "One {part.x.y}."
    assert "{{< var" in second.hint
    assert '<!-- numeral: "33"' in second.hint
    assert str(second).startswith('a.qmd:2:31: numeral "33" is typed\n')


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ('Class N+1 and class 2N. <!-- numeral: "N+1", "2N" are names of classes -->', "a.qmd"),
        ('Class N+1. <!-- numeral: "N+1" is a class --> <!-- holds: x -->', "a.qmd"),
        ('<!-- numeral: "7" the name of a chart -->\n![Chart 7.](/figures/x.svg){#fig-x}', "a.qmd"),
        ('<!-- numeral: "7" the name of a chart -->\n\n# Chart 7', "a.qmd"),
        ('title: Article 7 # numeral: "7" is the name of the article', "_quarto.yml"),
        ('title = "Article 7" # numeral: "7" is the name of the article', "editions.toml"),
    ],
)
def test_a_waiver_with_a_reason_lets_pass_what_it_quotes(text: str, file: str) -> None:
    assert check(text, file) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('Class N+1. <!-- numeral: "N+1" -->', 'the waiver of "N+1" gives no reason'),
        ('Class N+1. <!-- numeral: "N+1" ok -->', 'the waiver of "N+1" gives no reason'),
        ("Class N. <!-- numeral: N+1 is the name of a class -->", "a waiver quotes nothing"),
        ('Class N. <!-- numeral: "N+1" is the name of a class -->', '"N+1" is not there to be waived'),
        ('N+1. <!-- numeral: "N+1", "2N" are names of classes -->', '"N+1", "2N" is not there to be waived'),
        ('N+1, N+1. <!-- numeral: "N+1" is the name of a class -->', 'numeral "N+1" is typed'),
        ('<!-- numeral: "7" is a name -->\nNo.\n\nAct 7.', '"7" is not there to be waived'),
        ('It is 7. <!-- comparison: "7" is the name of a class -->', 'numeral "7" is typed'),
        ('It is 7. `<!-- numeral: "7" is how one writes it -->`', 'numeral "7" is typed'),
    ],
)
def test_a_waiver_that_waives_nothing_or_gives_no_reason_is_found(text: str, what: str) -> None:
    assert what in [found.what for found in check(text)]


def test_the_real_chapters_keep_their_places() -> None:
    count = 0
    for path in [ROOT / "index.qmd", *sorted((ROOT / "chapters").glob("*.qmd"))]:
        rows = path.read_text("utf-8").split("\n")
        for line in lines(path.name, path.read_text("utf-8")):
            assert line.source == rows[line.number - 1]
            count += 1
    assert count > 400


def test_of_a_module_its_literals_are_seen_without_values_escapes_and_docstrings() -> None:
    assert seen("a.py", MODULE) == ["trillion", "2009", "ten"]
    found = check(MODULE, "a.py")
    assert [finding.what for finding in found] == ['numeral "ten" is typed', 'numeral "2009" is typed']
    row = MODULE.split("\n")[found[0].line - 1]
    assert [row[finding.column - 1 :][:3] for finding in found] == ["ten", "200"]
