"""The frame of a page in a long book: it must not grow with the number of chapters."""

from __future__ import annotations

import re

from pivot.publish.frame import BookPage, RenderedBook, chapter, own_site


def book(chapters: int) -> RenderedBook:
    names = ["index.html", *(f"chapters/{place:04}.html" for place in range(1, chapters))]
    pages = tuple(BookPage(name, f"Of {name}", "", "", False, "", (), f"<p>{name}</p>") for name in names)  # noqa: FBT003
    return RenderedBook("A book", "en", (), "report.pdf", "", (), "", "", {}, {}, pages)


def linked(whole: RenderedBook, place: int) -> list[str]:
    """The pages that the side bar of one leads to, in its order."""
    page = whole.pages[place]
    text = chapter(whole, page, own_site(whole, page))
    side = text.split('<nav class="side"')[1].split("</nav>")[0]
    return [href.removeprefix("../") for href in re.findall(r'href="([^"]+)"', side)]


def test_a_book_of_some_chapters_is_listed_whole_on_every_page() -> None:
    whole = book(60)
    assert all(linked(whole, place) == [page.href for page in whole.pages] for place in (0, 1, 30, 59))


def test_a_long_book_is_listed_whole_on_its_first_page_and_elsewhere_around_the_reader() -> None:
    whole = book(1000)
    names = [page.href for page in whole.pages]
    assert linked(whole, 0) == names
    for place in (1, 500, 999):
        listed = linked(whole, place)
        assert listed[0] == listed[-1] == "index.html", "the way to all of them"
        assert {names[place - 1], names[place], *names[place + 1 : place + 2]} <= {*listed}
        assert len(listed) <= 61


def test_a_page_weighs_the_same_in_a_book_of_any_length() -> None:
    weights = [
        len(chapter(whole, page, own_site(whole, page)))
        for whole in map(book, (200, 2000))
        for page in whole.pages[100:101]
    ]
    assert max(weights) - min(weights) < 10


def test_the_pages_before_and_after_are_those_of_the_reading_order() -> None:
    whole = book(3)
    around = [(own_site(whole, page).previous, own_site(whole, page).next) for page in whole.pages]
    titles = [tuple(turn and turn.title for turn in pair) for pair in around]
    first, second, third = (page.title for page in whole.pages)
    assert titles == [(None, second), (first, third), (second, None)]
