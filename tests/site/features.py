"""What a prose report uses of Quarto, a small document each: what a reader then meets, or how it is refused.

The table is data: tests hold the embedded renderer to it, and a table of features by driver is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing an author writes.

    Args:
        name: of the feature, for a table of them.
        text: of a chapter, after its heading on line 1 and a blank line.
        page: patterns that the page holds, white space being any.
        pdf: texts that the PDF holds, white space being one space.
        absent: texts that neither holds.
        refused: words of the one problem, where the embedded renderer refuses it.
        line: the line of the chapter that the problem names.
        front: front matter of the chapter.
    """

    name: str
    text: str
    page: tuple[str, ...] = ()
    pdf: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    refused: str = ""
    line: int = 3
    front: str = ""


def _hidden(name: str, text: str, **more: str | tuple[str, ...]) -> Feature:
    return Feature(name, text, absent=("SECRET",), **more)  # type: ignore[arg-type]


_NOT_THERE = r"(?s)\A(?!.*SECRET)"
_TABLE = "| A | B |\n|---|--:|\n| a | 1 |\n"

HIDDEN = (
    _hidden("hidden block", "::: {.content-hidden}\nSECRET\n:::\n\nSeen.", page=("Seen",), pdf=("Seen",)),
    _hidden("hidden span", "Seen.[ SECRET]{.content-hidden}", page=("Seen",), pdf=("Seen",)),
    _hidden("hidden code", "```{.text .content-hidden}\nSECRET\n```\n\nSeen.", page=("Seen",)),
    Feature(
        "span hidden on pages",
        "[SECRET]{.content-hidden when-format='html'} seen.",
        page=(_NOT_THERE,),
        pdf=("SECRET seen",),
    ),
    Feature(
        "code hidden on pages",
        "```{.text .content-hidden when-format='html'}\nSECRET\n```\n\nSeen.",
        page=(_NOT_THERE,),
        pdf=("SECRET",),
    ),
    _hidden("hidden class", "[SECRET]{.hidden}\n\nSeen.", page=("Seen",)),
    _hidden("hidden figure", "::: {#fig-x .content-hidden}\n![a](pic.svg)\n\nSECRET\n:::\n\nSeen."),
    _hidden("hidden in both formats", "::: {.content-hidden unless-format='docx'}\nSECRET\n:::\n\nSeen."),
    _hidden("by profile", "[SECRET]{.content-visible when-profile='draft'}Seen."),
    _hidden("unless profile", "[SECRET]{.content-hidden unless-profile='draft'}Seen."),
    _hidden("by metadata", "[SECRET]{.content-visible when-meta='draft'}Seen.", front="draft: false"),
    _hidden("nested", "::: {.content-visible}\n::: {.content-hidden}\nSECRET\n:::\nSeen.\n:::"),
    Feature(
        "shown by metadata",
        "[Draft]{.content-visible when-meta='draft'} seen.",
        ("Draft seen",),
        ("Draft seen",),
        front="draft: true",
    ),
    Feature("shown by profile", "[Draft]{.content-hidden when-profile='x'} seen.", ("Draft seen",)),
    Feature(
        "hidden on a heading", "## Draft {.content-hidden}", refused="no class content-hidden of a heading"
    ),
    Feature(
        "hidden on a picture",
        "![a](pic.svg){.content-hidden}",
        refused="no class content-hidden of a picture",
    ),
    Feature(
        "hidden on code in a line", "Is `x`{.content-hidden}.", refused="no class content-hidden of a code"
    ),
    Feature("an unknown format", "[x]{.content-visible when-format='htlm'}", refused="no format htlm"),
    Feature(
        "a heading for one format",
        "::: {.content-visible when-format='html'}\n## Here\n:::",
        refused="would be numbered in the page alone",
        line=4,
    ),
)

HTML = (
    Feature("superscript in HTML", "It is 2<sup>32</sup>.", ("2<sup>32</sup>",), ("232",)),
    Feature("HTML in a cell", "| A |\n|---|\n| a<br>2<sup>5</sup> |", ("2<sup>5</sup>",), ("A a 25",)),
    Feature("HTML in a heading", "## The 2<sup>nd</sup>", ("2<sup>nd</sup></h2>",), ("1.1 The 2nd",)),
    Feature("subscript in HTML", "CO<sub>2</sub>.", ("CO<sub>2</sub>",), ("CO2",)),
    Feature("struck in HTML", "<s>9.9%</s> <del>8%</del>", ("<del>9.9%</del> <del>8%</del>",), ("9.9% 8%",)),
    Feature("break in HTML", "one<br>two", ("one<br />",), ("one two",)),
    Feature("bold and italic in HTML", "<b>a</b> <em>b</em>", ("<strong>a</strong> <em>b</em>",), ("a b",)),
    Feature("key in HTML", "Press <kbd>Esc</kbd>.", ("<kbd>Esc</kbd>",), ("Press Esc",)),
    Feature(
        "table in HTML",
        "<table><tr><th>Site</th><th>Power</th></tr>\n<tr><td>North</td><td>17</td></tr></table>",
        (">Site</th>", "<td>17</td>"),
        ("Site Power North 17",),
    ),
    Feature(
        "raw HTML", "<video src='x.mp4'></video>", refused="raw HTML <video> would be missing in the PDF"
    ),
    Feature("raw HTML in a line", "A <big>word</big>.", refused="raw HTML <big> would be missing"),
    Feature("an open tag", "A <sup>word.", refused="raw HTML <sup> would be missing"),
    Feature(
        "raw HTML for the page",
        "::: {.content-visible when-format='html'}\n```{=html}\n<i>Web</i>\n```\n:::\n\nBoth.",
        ("<i>Web</i>",),
        ("Both",),
    ),
    Feature(
        "raw for each",
        "It is `web`{=html}`paper`{=typst}.",
        refused="raw typst is a program",
    ),
    Feature("raw TeX", "One.\n\n\\newpage\n\nTwo.", refused="raw tex is in neither", line=5),
)

EXHIBITS = (
    Feature(
        "caption of a picture in an attribute",
        '![](pic.svg){#fig-a fig-cap="By *day*, 7%" fig-alt="A line."}\n\nSee @fig-a.',
        ("Figure 1.1: </span>By <em>day</em>, 7%",),
        ("Figure 1.1: By day, 7%", "See Figure 1.1"),
    ),
    Feature(
        "caption of a block in an attribute",
        f'::: {{#tbl-a tbl-cap="Sites, 7"}}\n\n{_TABLE}:::\n\nSee @tbl-a.',
        ("Table 1.1: </span>Sites, 7",),
        ("Table 1.1: Sites, 7",),
    ),
    Feature(
        "caption of a table in a labelled block",
        f"::: {{#tbl-a}}\n\n{_TABLE}\n: Sites, 7\n\n:::",
        ("Table 1.1: </span>Sites, 7",),
        ("Table 1.1: Sites, 7",),
    ),
    Feature(
        "caption of a linked picture",
        "[![Cap](pic.svg){#fig-a}](https://example.org/)\n\nSee @fig-a.",
        ('<a href="https://example.org/"><img', "Figure 1.1: </span>Cap"),
        ("Figure 1.1: Cap",),
    ),
    Feature(
        "parts of a panel",
        f"::: {{#tbl-p layout-ncol=2}}\n\n{_TABLE}\n: First {{#tbl-one}}\n\n"
        f"{_TABLE}\n: Second {{#tbl-two}}\n\nBoth\n:::"
        f"\n\n{_TABLE}\n: Next {{#tbl-next}}\n\nSee @tbl-two, @tbl-p and @tbl-next.",
        ('class="panel panel-2"', r"\(b\) </span>Second", "Table 1.2: </span>Next"),
        ("(a) First", "See Table 1.1 (b), Table 1.1 and Table 1.2."),
    ),
    Feature(
        "pictures of a panel",
        "::: {#fig-p layout-ncol=2}\n![One](pic.svg){#fig-one}\n![Two](pic.svg){#fig-two}\n\n"
        "Both\n:::\n\nSee @fig-two.",
        (r"\(a\) </span>One", "Figure 1.1: </span>Both"),
        ("(b) Two", "See Figure 1.1 (b)"),
    ),
    Feature(
        "columns",
        "::: {.columns}\n::: {.column}\nLeft 1\n:::\n::: {.column}\nRight 2\n:::\n:::",
        ('class="panel panel-2"',),
        ("Left 1 Right 2",),
    ),
    Feature(
        "columns of different widths",
        "::: {.columns}\n::: {.column width='30%'}\nL\n:::\n::: {.column width='70%'}\nR\n:::\n:::",
        refused="columns of different widths are not set",
    ),
    Feature(
        "grid table",
        "+---+----+\n| A | B  |\n+===+====+\n| a | 17 |\n+---+----+\n\nAfter.",
        ("<td>17</td>",),
        ("a 17",),
    ),
    Feature("width of a picture", "![A bar](pic.svg){width=50%}", ('width="50%"',), ("A bar",)),
    Feature("width of a third", "![A bar](pic.svg){width=33.3%}", ('width="33.3%"',), ("A bar",)),
    Feature("width in pixels", "![A bar](pic.svg){width=20px}", ("pic.svg",), ("A bar",)),
    Feature(
        "width in letters", "![A bar](pic.svg){width=3em}", refused="a picture is sized by its width alone"
    ),
    Feature(
        "list table",
        "::: {.list-table #tbl-l}\nSites 7\n\n- - Site\n  - Power\n\n- - North\n  - 17\n:::\n\nSee @tbl-l.",
        ("Table 1.1: </span>Sites 7", ">Site</th>", ">17</td>"),
        ("Table 1.1: Sites 7 Site Power North 17",),
    ),
    Feature(
        "uneven list table",
        "::: {.list-table}\n- - a\n  - b\n- - c\n:::",
        refused="a list table is a list of",
    ),
    Feature(
        "markup in a title of a callout",
        '::: {.callout-note title="10<sup>3</sup> *now*"}\nBody.\n:::',
        ("10<sup>3</sup> <em>now</em>",),
        ("Note 103 now Body.",),
    ),
    Feature(
        "callout in a list",
        "1. One\n\n   ::: {.callout-note}\n   In it 7.\n   :::",
        ('<li><p>One</p> <div class="callout callout-note">',),
        ("1. One Note In it 7.",),
    ),
    Feature(
        "caption in a callout",
        f"::: {{.callout-note}}\n\n{_TABLE}\n: In it {{#tbl-in}}\n\n:::\n\nSee @tbl-in.",
        ("Table 1.1: </span>In it",),
        ("Table 1.1: In it", "See Table 1.1"),
    ),
    Feature(
        "caption in a list",
        "- One\n\n  ![In it](pic.svg){#fig-in fig-alt='b'}\n\nSee @fig-in.",
        ("Figure 1.1: </span>In it",),
        ("Figure 1.1: In it",),
    ),
    Feature(
        "markup in a caption",
        "![At 10<sup>6</sup> $x^2$ `c` ~~1~~^[Note 5.]](pic.svg){#fig-in fig-alt='b'}\n\nSee @fig-in.",
        ("At 10<sup>6</sup>", "<del>1</del>"),
        ("Figure 1.1: At 106", "aNote 5."),
    ),
    Feature(
        "formula in a quotation",
        "> $$a=b$$ {#eq-q}\n\nSee @eq-q.",
        ("equation-number",),
        ("See Equation 1.1",),
    ),
    Feature(
        "formula in a cell and a heading", "## For $x^2$\n\n| A |\n|---|\n| $y^2$ |", ("<math",), ("1.1 For",)
    ),
    Feature("TeX in the contents", "## For $\\alpha$", refused="the contents can not show this formula"),
    Feature(
        "formulas in columns",
        "$$\\begin{aligned}a&=b\\\\c&=d\\end{aligned}$$",
        ('<mtd columnalign="right" class="right">', '<mtd columnalign="left" class="left">'),
    ),
    Feature(
        "widths of the tables of a block",
        f'::: {{tbl-colwidths="[75,25]"}}\n{_TABLE}\n:::',
        ('<col width="75%"',),
        ("A B a 1",),
    ),
    Feature(
        "a cell over two columns",
        "+---+---+\n| A | B |\n+===+===+\n| both  |\n+---+---+\n| c | 7 |\n+---+---+\n",
        ('<td colspan="2">both</td>',),
        ("A B both c 7",),
    ),
    Feature("a note in a heading", "## Power^[Note 5.]", refused="a note in a heading"),
    Feature("a note to a heading", "## Power[^a]\n\n[^a]: Note 5.", refused="a note in a heading"),
    Feature("a link without words", "See [](https://example.org/).", refused="a link without words"),
    Feature("a picture in a line", "Text ![bar](pic.svg) on.", ("Text <img",), ("Text on.",)),
    Feature("a note over two paragraphs", "A.^[One\n\nTwo]", refused="^["),
)

BLOCKS = (
    Feature(
        "tabs",
        "## Before\n\n::: {.panel-tabset}\n## One\n\nFirst 1.\n\n## Two\n\nSecond 2.\n:::\n\n## After",
        ("<strong>One</strong>", 'class="secno">1.2</span> After'),
        ("One First 1. Two Second 2.", "1.2 After"),
    ),
    Feature(
        "theorem",
        "::: {#thm-line}\n## Line\n\nIt is 7.\n:::\n\nBy @thm-line.",
        (r"<strong>Theorem 1.1 \(Line\)</strong> It is 7",),
        ("Theorem 1.1 (Line) It is 7.", "By Theorem 1.1."),
    ),
    Feature(
        "definition by name",
        '::: {#def-x name="Lake"}\nWater.\n:::',
        (r"Definition 1.1 \(Lake\)",),
        ("Definition 1.1",),
    ),
    Feature("proof", "::: {.proof}\nSo it is.\n:::", ("<em>Proof.</em> So it is",), ("Proof. So it is",)),
    Feature("remark", "::: {.remark}\nSo it is.\n:::", ("<em>Remark.</em>",), ("Remark. So it is",)),
    Feature("aside in a line", "Text.[Beside 7]{.aside} More.", ("footnote",), ("Beside 7",)),
    Feature("margin", "::: {.column-margin}\nBeside 7.\n:::", ('class="aside"',), ("Beside 7.",)),
    Feature(
        "file name of code",
        '```{.python filename="run.py"}\nx = 1\n```',
        ("<code>run.py</code>",),
        ("run.py x = 1",),
    ),
    Feature(
        "cell of code", "Text.\n\n```{python}\nx = 1\n```", refused="a code cell of python is not run", line=5
    ),
    Feature(
        "caption of code without a label",
        '```{.python lst-cap="Twice 7"}\nx = 1\n```',
        ("Twice 7</p> </figcaption>",),
        ("Twice 7 x = 1",),
    ),
    Feature("code without an end", "Text.\n\n```python\nx = 1", refused="``` would be read", line=5),
    Feature(
        "settings in the middle", "Text.\n\n---\nfoo: bar\n---\n", refused="settings within a chapter", line=6
    ),
    Feature("a turned number", "It is \u202e7.9.", refused="U+202E RIGHT-TO-LEFT OVERRIDE"),
    Feature("class in HTML", "<div class='x'>\n\nBody\n\n</div>", refused="no class x of a block"),
    Feature("code to run in a line", "It is `{python} 1 + 1`.", refused="code of python in a line"),
    Feature("diagram", "```{mermaid}\na --> b\n```", refused="a code cell of mermaid is not run"),
    Feature("code of a language", "```python\nx = 1\n```", ("sourceCode",), ("x = 1",)),
    Feature(
        "annotated code", "```python\nx = 1  # <1>\n```\n\n1. One", refused="annotations of code", line=4
    ),
    Feature("keys", "Press [Esc]{.kbd}.", ("<kbd>Esc</kbd>",), ("Press Esc.",)),
    Feature("marked", "A [word]{.mark}.", ("<mark>word</mark>",), ("A word.",)),
    Feature("small capitals and underline", "[a]{.smallcaps} [b]{.underline}", ("<u>b</u>",), ("a b",)),
    Feature("task list", "- [x] Done 1\n- [ ] Open 2", ("Done 1",), ("Done 1",)),
    Feature("line block", "| One\n| Two", ("One",), ("One Two",)),
    Feature("definition list", "Term\n:   Words.", ("<dt>Term</dt>",), ("Term Words.",)),
    Feature("struck", "~~9.9%~~", ("<del>9.9%</del>",), ("9.9%",)),
    Feature("formula", "It is $x^2$.", ("<math",), ("It is",)),
    Feature("formula that can not be set", "It is $\\foo{x}$.", refused="this formula can not be set"),
    Feature("words between dollars", "From $1 and 2$ a day.", refused="words between two dollar signs"),
    Feature("prices", "From \\$1 to \\$2 a day.", (r"From \$1 to \$2",), ("From $1 to $2",)),
    Feature("unknown block", "::: {.landscape}\nx\n:::", refused="no class landscape of a block"),
    Feature("unknown bare block", "::: incremental\n- x\n:::", refused="no class incremental of a block"),
    Feature("unknown attribute", "[x]{style='color:red'}", refused="no attribute style of a span"),
    Feature("a wide block", "::: {.column-page}\nx\n:::", refused="no class column-page of a block"),
    Feature("kind of callout", "::: {.callout-danger}\nx\n:::", refused="no class callout-danger of a block"),
    Feature(
        "value of an attribute", "::: {.callout-tip collapse=yes}\nx\n:::", refused="collapse can not be yes"
    ),
    Feature(
        "second heading of the first level", "# Again", refused="a chapter has one heading of the first level"
    ),
    Feature("broken block", "::: {#box key= value}\nx\n:::", refused=":::"),
    Feature("label with words", '$$a=b$$ {#eq-x alt="a equals b"}', refused="{#e"),
    Feature("open block", "::: {.callout-note}\nx", refused="pandoc: Div at line 3"),
    Feature("markup left over", "See [this] (x.html) and ](y).", refused="]("),
)

FRONT = (
    Feature(
        "front matter",
        "Text.",
        ('class="front-subtitle"', "Below 7", "Ann, Bob", "10.1000/1"),
        ("Below 7 Ann, Bob 2026-05-08 10.1000/1 In short 8.",),
        front="subtitle: Below 7\nauthor: [Ann, {name: Bob}]\ndate: 2026-05-08\n"
        "doi: 10.1000/1\nabstract: In short 8.",
    ),
    Feature(
        "unnumbered without a title",
        "## In",
        ('<h1 id="doc">Doc</h1>',),
        ("In",),
        front="number-sections: false",
    ),
    Feature(
        "unknown key",
        "Text.",
        refused="ignores execute in front matter",
        line=2,
        front="execute: {echo: false}",
    ),
    Feature(
        "more of an author",
        "Text.",
        refused="the name alone is shown, no affiliation",
        line=2,
        front="author: [{name: Ann, affiliation: Uni}]",
    ),
    Feature("a date by the clock", "Text.", refused="reads no clock", line=2, front="date: today"),
    Feature(
        "value of number-sections",
        "Text.",
        refused="must be true or false",
        line=2,
        front="number-sections: no",
    ),
    Feature(
        "shortcode in a subtitle",
        "Text.",
        refused="subtitle in front matter must be plain",
        line=2,
        front="subtitle: '{{< var x >}}'",
    ),
)

FEATURES = (*HIDDEN, *HTML, *EXHIBITS, *BLOCKS, *FRONT)
