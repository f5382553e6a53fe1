"""Text from outside: what readers can see, what an address may hold, which days a calendar has."""

from __future__ import annotations

import re
import unicodedata

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from pivot.text import _BLOCKS, _INVISIBLE, ADDRESS, is_latin, problem, time_problem

SHOWN = [
    char
    for low, high in _BLOCKS
    for char in map(chr, range(low, high + 1))
    if unicodedata.category(char) not in _INVISIBLE and not problem(char)
]


def test_the_pdf_has_a_picture_of_every_character_that_may_be_shown() -> None:
    """Typst refuses to make an accessible PDF of a text that its fonts can not show."""
    assert len(SHOWN) > 2_000
    lines = "\n".join(f'#"\\u{{{ord(char):x}}}"' for char in SHOWN)
    text = f'#set document(title: "t", date: none)\n#set text(lang: "en")\n= H\n{lines}'
    made = typst.compile(text.encode(), pdf_standards=["ua-1"], ignore_system_fonts=True, timestamp=0)
    assert made.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Núñez & Søn, 7½ % of \N{EURO SIGN}3 – “so” ≥ 2·10³ km²", ""),
        ("МАРА", ""),  # all Cyrillic: a text may be, a name may not
        (
            "M\N{CYRILLIC CAPITAL LETTER A}RA",
            "U+0410 CYRILLIC CAPITAL LETTER A among letters of another script",
        ),
        ("a\N{ZERO WIDTH SPACE}b", "U+200B ZERO WIDTH SPACE, which nobody sees"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "U+202E RIGHT-TO-LEFT OVERRIDE, which nobody sees"),
        ("a\N{SOFT HYPHEN}b", "U+00AD SOFT HYPHEN, which nobody sees"),
        ("\x1b[2J", "U+001B without a name, which nobody sees"),
        ("\x07", "U+0007 without a name, which nobody sees"),
        ("a\x00", "U+0000 without a name, which nobody sees"),
        ("go \N{GRINNING FACE}", "U+1F600 GRINNING FACE, for which the fonts of the PDF have no picture"),
        (
            "\N{HEBREW LETTER ALEF}",
            "U+05D0 HEBREW LETTER ALEF, for which the fonts of the PDF have no picture",
        ),
        ("e\N{COMBINING ACUTE ACCENT}", "accents apart from their letters; write it in Unicode's form NFC"),
        ("a {{< var x >}}", "{{, which a reader would take for markup that was left over"),
        ("[x](javascript:alert(1))", "](, which a reader would take for markup that was left over"),
        ("9" * 400, "a number of more than 40 characters"),
    ],
)
def test_what_a_reader_can_not_see_is_named(text: str, expected: str) -> None:
    assert problem(text) == expected


@given(st.text())
def test_whatever_passes_can_be_shown_on_a_terminal_and_in_the_pdf(text: str) -> None:
    if not problem(text):
        assert all(unicodedata.category(char) not in _INVISIBLE for char in text)
        assert set(text) <= set(SHOWN)


@pytest.mark.parametrize(("name", "latin"), [("Núñez 3", True), ("МАРА", False), ("12", True), ("ΑΒ", False)])
def test_a_name_is_latin(name: str, latin: bool) -> None:  # noqa: FBT001
    assert is_latin(name) is latin


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://127.0.0.1:8080/a_b~c?x=1&y=%E2%82%AC#top",
        "https://en.wikipedia.org/wiki/Nile_(river)",
    ],
)
def test_an_address_of_the_web(address: str) -> None:
    assert re.fullmatch(ADDRESS, address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(2)",
        "https://e.x/{{<include../../../../../../etc/passwd>}}",
        'https://e.x/>)<meta/http-equiv="refresh"/content="0;url=http://127.0.0.1:9/"/>[x](<https://y',
        "https://e.x/>)<img/src=x/onerror=alert(1)>[E](javascript:alert(2))[x](<https://y",
        'https://e.x/>)`#panic("ran")`{=typst}[x](<https://y',
        "https://e.x/a b",
        "https://e.x/%zz",
        "https://münchen.example/",
        "https:///path",
        "ftp://e.x/",
        "https://e.x/\\",
        "https://e.x/a\nb",
    ],
)
def test_what_could_end_a_link_is_no_address(address: str) -> None:
    assert not re.fullmatch(ADDRESS, address)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2026-06-04", ""),
        ("2026-60-04", "2026-60-04"),
        ("2025-02-30", "2025-02-30"),
        ("2026-13", "2026-13"),
        ("2027-28", ""),
        ("Q1 2026; H2 2025", ""),
        ("Q7 2025", "Q7"),
        ("H3 2025", "H3"),
        ("25Q4", ""),
        ("FY2025", ""),
    ],
)
def test_days_and_quarters_are_those_of_a_calendar(text: str, wrong: str) -> None:
    assert time_problem(text) == wrong
