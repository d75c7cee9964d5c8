"""Plain-text dumps: walking, scoring, and what must come of the founding document and of damaged copies of it."""

from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import extract, learn
from scraper.dump.body import best_cut
from scraper.dump.context import columns_of
from scraper.dump.lines import lines_of
from scraper.dump.trees import forest, probabilities
from scraper.dump.walk import is_dump, unwrapped, walk_text
from tests.shared import SHARED, needs_shared

FOUNDING = SHARED / "seed" / "000_b26c36d30576ba86.txt"


def bread() -> str:
    from tests.test_cases import CASES

    return (CASES / "dump-of-a-post-with-two-widgets" / "page.txt").read_text(encoding="utf-8")


def wrapped(text: str, width: int = 78) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        lines += textwrap.wrap(line, width, subsequent_indent=indent) or [""]
    return "\n".join(lines)


# ----------------------------------------------------------------------------------------------------------- walking
def test_text_that_speaks_of_markup_is_a_dump() -> None:
    prose = "One line of running text that stands for many others.\n" * 30
    assert is_dump(f"{prose}Write <b> for bold and <em class='x'> for emphasis.\n{prose}")
    assert not is_dump("<p>One paragraph</p>\n" * 30)
    assert not is_dump("Half a page <p>with a paragraph</p>")


def test_the_number_of_a_heading_stays_in_its_text() -> None:
    blocks = walk_text("1. Boil the water\n\nText about boiling.\n\n  1. a pot\n  2. a lid\n").blocks
    assert [(block.marker, block.text) for block in blocks] == [
        ("", "1. Boil the water"),
        ("", "Text about boiling."),
        ("1.", "a pot"),
        ("2.", "a lid"),
    ]


def test_a_wrap_is_undone() -> None:
    text = bread()
    assert [block.text for block in walk_text(wrapped(text)).blocks] == [block.text for block in walk_text(text).blocks]


def test_text_that_is_not_wrapped_stays_as_it_is() -> None:
    lines = ["short", "a line of some length, but shorter than the next one by far", "x" * 30 + " " + "y" * 30, "short"]
    assert unwrapped(lines) == lines


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_and_tabs_change_nothing(ending: str) -> None:
    text = bread()
    blocks = walk_text(text.replace("  ", "\t").replace("\n", ending)).blocks
    assert [(block.marker, block.text) for block in blocks] == [
        (block.marker, block.text) for block in walk_text(text).blocks
    ]


# ----------------------------------------------------------------------------------------------------------- scoring
def walk_one(node: object, grades: list[int]) -> int:
    while not isinstance(node, int):
        column, cut, below, above = node  # type: ignore[misc]
        node = below if grades[column] <= cut else above
    return node


def test_all_lines_at_once_equals_line_by_line() -> None:
    import math

    from scraper.dump.trees import base_of, grades_of

    lines = lines_of(walk_text(bread()).blocks)
    columns = columns_of(lines, None)
    model = forest("dump_lines")
    at_once = probabilities(model, columns, len(lines.blocks))
    graded = {name: grades_of(columns[name], cuts) for name, cuts in model.grades.items()}
    for at in range(len(lines.blocks)):
        grades = []
        for name in model.columns:
            base, distance = base_of(name)
            inside = 0 <= at + distance < len(lines.blocks)
            grades.append(graded[base][at + distance] if inside else 0)
        total = sum(walk_one(tree, grades) for tree in model.trees) * model.unit + model.offset
        assert at_once[at] == pytest.approx(1 / (1 + math.exp(-total)), abs=1e-9)


def test_the_cut_keeps_more_where_all_is_doubtful() -> None:
    sure, _ = best_cut([0.95] * 5 + [0.1] * 5, [10] * 10)
    doubtful, expected = best_cut([0.4, 0.3, 0.3, 0.25], [10] * 4)
    assert sure == 0.5
    assert doubtful == 0.25
    assert expected < 0.6


# ---------------------------------------------------------------------------------------------- damaged copies of one
def sentences(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line.split()) > 12]


@pytest.mark.parametrize(
    "damage",
    [
        wrapped,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("  • ", ""),
        lambda text: "\n".join(line for line in text.splitlines() if line.strip()),
    ],
    ids=["wrapped", "crlf", "no bullets", "no blank lines"],
)
def test_layout_lost_loses_no_paragraph_and_lets_no_widget_in(damage: object) -> None:
    assert callable(damage)
    whole = extract(bread())
    found = extract(damage(bread()))
    assert set(sentences(whole.text)) <= set(sentences(found.text))
    assert found.title == whole.title
    for phrase in ("Is rye really harder", "Steam is what gives", "I'm Marit", "no money from mills", "envelopephone"):
        assert phrase not in found.text


def test_siblings_teach_what_the_site_repeats() -> None:
    promise = "Every loaf on this blog was baked at least three times before anybody wrote a word about it here."
    text = bread().replace("Weigh everything once", f"{promise}\n\nWeigh everything once")
    siblings = [
        (f"Post {name}\n\nThis is what post {name} says about {name}, in one sentence of its own.\n\n{promise}\n", None)
        for name in ("rye", "steam", "stones")
    ]
    assert promise in extract(text).text
    assert promise not in extract(text, template=learn(siblings)).text


# -------------------------------------------------------------------------------------------------------- the founder
@needs_shared
def test_the_founding_document_comes_out_exactly() -> None:
    dump = FOUNDING.read_text(encoding="utf-8")
    record = extract(dump).to_dict()
    assert record["title"] == "Back Pain After Running - Why Would This Happen?"
    assert (record["published"], record["modified"], record["reading_minutes"]) == ("2021-07-26", "2021-07-26", 5)
    assert record["authors"] == [{"name": "Jordan", "url": None}]
    start, end = dump.index("Over the years"), dump.index("affected areas.") + len("affected areas.")
    # The body, line for line: blank lines and bullets are layout, the numbers of the lists stand as they are.
    body = [" ".join(line.replace("•", " ").split()) for line in dump[start:end].splitlines() if line.strip()]
    assert [line for line in record["text"].splitlines() if line] == body
    bio = next(line for line in dump.splitlines() if line.startswith("I'm Jordan"))
    assert record["author_bio"] == bio
    assert record["prev_next"] == []
    assert record["tags"] == []


@needs_shared
def test_the_founding_documents_headings_and_lists_are_seen() -> None:
    markdown = extract(FOUNDING.read_text(encoding="utf-8")).markdown
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == [
        "## How do you differentiate one type of back pain from the other?",
        "## Possible causes of back pain after running",
        "## Things to do to lower back pain",
    ]
    items = [
        line.split(" ", 1)[0] for line in markdown.splitlines() if line[:2] in ("- ", "1.", "2.", "3.", "1)", "2)")
    ]
    assert items == ["-"] * 5 + ["1.", "1)", "2)", "1.", "2.", "3."]


@needs_shared
def test_the_founding_documents_related_posts() -> None:
    related = extract(FOUNDING.read_text(encoding="utf-8")).related
    assert [(post.title, post.published) for post in related] == [
        ("What Is A Half Marathon In Km? Find Out Here!", "2022-09-16"),
        ("How Fast Can A Human Run? Know Here", "2022-09-16"),
        ("How Fast Can A Hippo Run? Read Here", "2022-09-16"),
        (None, None),
        (None, None),
    ]
    assert all(post.excerpt and post.excerpt.endswith("[…]") for post in related)


# --------------------------------------------------------------------------------------------------------- properties
@given(st.text(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_never_raises_on_any_text(text: str) -> None:
    extract(text).to_dict(evidence=True)


PARTS = st.sampled_from(
    """Related Posts|Leave a Reply|Read More|1 2 3 8|July 26, 2021|By Ida Moss|  • |  1. one||\t|…|河馬跑多快呢
    |I'm Ida and I like to write about bread.|A sentence of more than eight words about nothing at all.""".split("|")
)


@given(st.lists(PARTS, max_size=60).map("\n".join), st.none() | st.just("https://blog.example/2021/07/about-bread/"))
@settings(max_examples=60, deadline=None)
def test_never_raises_on_any_order_of_lines(text: str, url: str | None) -> None:
    article = extract(text, url=url)
    lines = {block.text for block in walk_text(text).blocks}
    assert all(line in lines or line[:3] in ("1. ",) for line in article.text.splitlines() if line)


def test_cost_is_linear() -> None:
    def seconds(size: int) -> float:
        text = (bread() + "\n") * (size // len(bread()))
        start = time.process_time()
        extract(text)
        return time.process_time() - start

    seconds(10_000)
    one, four = seconds(250_000), seconds(1_000_000)
    assert four < 8 * one + 0.2


@pytest.mark.parametrize(
    "text",
    [
        "word " * 800_000,
        "x" * 4_000_000,
        "a\n" * 30_000,
        "1. \n" * 30_000,
        "July 26, 2021\n" * 30_000,
        "Related Posts\nSome title of a post\n" * 15_000,
    ],
    ids=["one line", "one word", "short lines", "numbers", "dates", "widgets"],
)
def test_hostile_texts_end_in_time(text: str) -> None:
    start = time.process_time()
    extract(text)
    assert time.process_time() - start < 10


def test_chinese_counts_as_words() -> None:
    body = "\n\n".join(
        f"第{number}段：酵母在溫暖的廚房裡慢慢醒來，麵團在碗中膨脹，聞起來又酸又甜，這就是好麵包的開始，也是最難等待的時刻。"
        for number in range(8)
    )
    text = f"首頁\n關於\n\n酵母與麵包\n\n2024年5月6日\n\n{body}\n\n留言\n\n發佈留言\n"
    article = extract(text)
    assert article.text.count("酵母在溫暖") == 8
    assert article.published == "2024-05-06"
    assert "首頁" not in article.text
