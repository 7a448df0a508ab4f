"""The ledger's points lead to sections that exist, and each chapter closes with its own."""

import re
from html import unescape
from urllib.parse import unquote

import pytest

from lmlab.course.build import CHAPTERS
from lmlab.course.ledger import all_points, ledger

PLACES = sorted({place for point in all_points() for place in point.shown}, key=str)
CLOSED = sorted({place.chapter for place in PLACES})


def source(chapter):
    return (CHAPTERS / "source" / f"{chapter}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_point_leads_to_a_section_that_exists(place):
    assert re.search(rf"^# #+ {re.escape(place.heading)}$", source(place.chapter), re.MULTILINE)


@pytest.mark.parametrize("chapter", CLOSED)
def test_chapter_closes_with_its_points(chapter):
    text = source(chapter)
    closing = text.index("# ## What the document says, what we found")
    assert closing < text.index(f'ledger("{chapter}")') < text.index("# ## Further reading")


def test_points_follow_the_documents_order():
    sections = [tuple(map(int, point.section.split("."))) for point in all_points()]
    assert sections == sorted(sections)
    assert [point.number for point in all_points()] == list(range(1, len(sections) + 1))


def test_a_chapter_shows_its_own_points_and_links_within_them():
    one = ledger(CLOSED[0])
    assert 0 < len(one.points) < len(ledger().points)
    links = re.findall(r"href='([^']+)'", one._repr_html_())
    assert links and all(unquote(unescape(link)).startswith(CLOSED[0]) for link in links)
    for point in one.points:
        assert point.claim in repr(one) and point.found in repr(one)


def test_unknown_chapter_is_told_those_that_there_are():
    with pytest.raises(ValueError, match=f"'09_nothing'; there are some in {CLOSED[0]}"):
        ledger("09_nothing")
