"""What the reader of prose finds in a file, what a reader sees of it, and what an editor waives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.prose.book import Book
from pivot.prose.findings import Finding
from pivot.prose.numerals import numerals, typed_numerals
from pivot.prose.scan import BROKEN as BROKEN_KIND
from pivot.prose.scan import lines
from tests.conftest import ROOT

HIDDEN = (
    "{{< var claim.top5-share >}}", "{{< generated table-top10 >}}", "`7-day`", "`` 7 `8` ``", "$2^{k}$",
    "$$T = b^{e-3}$$", "<!-- 14 snapshots -->", "@riot2026q1", "[@hut8dcpulse]", "@tbl-top10", "[^7]",
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
    assert [(line.number, line.source) for line in lines("a.qmd", text) if line.visible.strip()] == [
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
    assert [line.number for line in lines("a.qmd", front) if line.visible.strip()] == [2, 4, 5, 6, 9]
    assert [line.source for line in lines("a.qmd", front)] == front.split("\n")
    book = "book:\n  title: Rank 2\n  chapters:\n    - q1.qmd\n  part-7: x\nformat:\n  papersize: a4\n"
    assert seen("_quarto.yml", book) == ["2"]
    assert seen("_quarto.yml", "chapters:\n  - part: Act 7\n    chapters: [a8.qmd]\n") == ["7"]
    editions = '# 7 editions\n[[edition]]\nid = "2026-05-08"\nas_of = 2026-05-08\npublished = 2026-11-22\n'
    editions += 'title = "5th"\nclaims = [\n    "top-10",\n]\nwas = {2026-05-08 = "$6"}\nnote = "7"\n'
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


BROKEN = {
    "It fell by {{< var claim.x. More": "{{< var claim.x. More",
    "It fell by {{ var claim.x }}.": "{{ var claim.x }}",
    "It fell by {{< var claim.x >}.": "{{< var claim.x >}",
    "It fell by {< var claim.x >}}.": "{< var claim.x >}}",
    "It fell by {{var claim.x>}}.": "{{var claim.x>}}",
    "It fell by var claim.x >}}.": ">}}",
    "{{< var claim.x > and {{< var claim.y >}}": "{{< var claim.x > and",
    "It fell by {{<var>claim.x>}}": "{{<var>claim.x>}}",
    "See {{<include../../x>}}": "{{<include../../x>}}",
    "`level = {{< var claim.x`": "{{< var claim.x`",
    '![A](a.svg){fig-alt="By {{ var claim.x }}."}': "{{ var claim.x }}",
    '---\ntitle: "By {{ var claim.x }}"\n---\n': "{{ var claim.x }}",
    "It fell by {{< var\n  claim.x >}}.": "{{< var",
}
WHOLE = (
    "By {{< var claim.x >}}{{< var claim.y >}} and {{<var claim.z>}}.",
    "It is written {{{< var x >}}}, in code `{{{< var x >}}}` and `{{ x }}`.",
    '```python\nf"{{x}}"\n```',
    "$$\\frac{a}{b_{c}}$$ and $x_{y_{z}}$ and ${{< var claim.x >}} > 1$",
    "<!-- {{< var x. -->",
    '[x]{.y} ![A](a.svg){#fig-a fig-alt="By {{< var claim.x >}}"}',
    "A \\{\\{ x \\}\\} of data",
)


@pytest.mark.parametrize("text", BROKEN)
def test_what_looks_like_a_shortcode_and_is_none_is_found(text: str) -> None:
    found = [
        line.source[token.start :]
        for line in lines("a.qmd", text)
        for token in line.tokens
        if token.kind == BROKEN_KIND
    ]
    assert found[0].startswith(BROKEN[text])
    assert len(found) == 1 + ("\n  " in text)  # what opens and what closes, on a line of its own each


@pytest.mark.parametrize("text", WHOLE)
def test_a_shortcode_that_is_whole_or_only_shown_is_not(text: str) -> None:
    kinds = [token.kind for line in lines("a.qmd", text) for token in line.tokens]
    assert BROKEN_KIND not in kinds


def test_what_stands_on_a_line() -> None:
    text = (
        '# The *cut* of `x` {#sec-x .unnumbered}\n![A (b).](/f/cut.svg){fig-alt="A \\"b\\" #1" #fig-cut}\n'
        "As @fig-cut and [@one; -@two] show, see [it](<b.qmd#sec-y>). <!-- holds: a, b -->\n"
        "{{< include _c.md >}}\n```{#lst-x .bash lst-cap='no'}\n# not {#sec-z} @no\n```\n"
    )
    head, figure, words, include, fence, code, close, _ = lines("a.qmd", text)
    assert head.heading
    assert (head.heading.level, head.heading.title) == (1, "The *cut* of `x`")
    assert (head.heading.id, head.heading.numbered) == ("sec-x", False)
    assert figure.figure
    assert (figure.figure.caption, figure.figure.name, figure.figure.id) == ("A (b).", "cut", "fig-cut")
    assert figure.figure.alt == 'A \\"b\\" #1'
    assert [id_ for line in (head, figure, fence, code) for _, id_ in line.ids] == [
        "sec-x",
        "fig-cut",
        "lst-x",
    ]
    assert [words.source[column:].startswith(f"@{key}") for column, key in words.references] == [True] * 3
    assert [target for _, target in words.links] == ["b.qmd#sec-y"]
    assert words.guards == ("a", "b")
    assert include.links == [(0, "_c.md")]
    assert [line.is_fence for line in (fence, code, close)] == [True, False, True]
    assert (code.heading, code.references) == (None, [])


def test_a_chapter_is_read_once_for_all_who_ask() -> None:
    chapters = Book.load(ROOT).chapters
    assert len(chapters) > 10
    for chapter in chapters:
        checked = lines(chapter.source, (ROOT / chapter.source).read_text("utf-8"))
        assert checked[-1] is chapter.body.lines[-1]
