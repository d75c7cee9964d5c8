"""What one walk over a page brings: runs of text, frames, anchors, marked elements, head facts."""

from __future__ import annotations

import pytest

from scraper.blocks import Walked
from scraper.page import parse_text
from scraper.walk import MENU_LINKS


def walked(html: str) -> Walked:
    return parse_text(html, address="https://blog.example/post").walked


def texts(html: str) -> list[str]:
    return [block.text for block in walked(html).blocks]


def test_a_run_ends_where_a_block_level_element_begins_or_ends() -> None:
    assert texts("<div>One <b>run</b><p>two</p>three</div>") == ["One run", "two", "three"]


def test_inline_elements_join_as_written() -> None:
    assert texts("<p>pre<i>fix</i> and <span>suf</span>fix</p>") == ["prefix and suffix"]


def test_two_line_breaks_end_a_run_and_one_does_not() -> None:
    assert texts("<div>one<br>still one<br> <br>two</div>") == ["one still one", "two"]


def test_a_custom_element_in_a_sentence_is_part_of_it() -> None:
    assert texts("<p>Seen in a <x-source>large study</x-source> of hens.</p>") == ["Seen in a large study of hens."]


def test_a_custom_element_that_lays_out_a_page_is_a_frame() -> None:
    assert texts("<x-app>one<x-pane><p>two</p></x-pane></x-app>") == ["one", "two"]


@pytest.mark.parametrize("tag", ["script", "style", "svg", "iframe", "textarea", "select"])
def test_what_is_no_text_of_the_page_is_skipped(tag: str) -> None:
    assert texts(f"<p>seen</p><{tag}>unseen</{tag}>") == ["seen"]


def test_inline_text_that_is_not_shown_is_skipped() -> None:
    html = '<p>seen<span hidden>a</span><span style="display: none">b</span><span class="sr-only">c</span></p>'
    assert texts(html) == ["seen"]


def test_words_in_links_are_counted_and_anchors_know_their_block() -> None:
    page = walked('<p>first</p><p>Read <a href="/a" rel="NoFollow">this one</a> now.</p>')
    assert [(block.words, block.linked) for block in page.blocks] == [(1, 0), (4, 2)]
    anchor = page.anchors[0]
    assert (anchor.href, anchor.rel, anchor.block) == ("/a", "nofollow", 1)
    assert page.text_of(anchor.first, anchor.last) == "this one"


def test_a_character_of_an_unspaced_script_is_half_a_word() -> None:
    assert walked("<p>河馬跑多快呢河馬跑多快呢</p>").blocks[0].words == 6


def test_frames_are_contiguous_ranges() -> None:
    page = walked("<main><ul><li>a</li><li>b</li></ul><p>c</p></main>")
    frames = {frame.tag: frame for frame in page.frames}
    assert (frames["main"].first, frames["main"].last) == (0, 3)
    assert (frames["ul"].first, frames["ul"].last) == (0, 2)
    assert frames["ul"].end == frames["p"].index


def test_frames_that_hold_nothing_are_forgotten() -> None:
    assert [frame.tag for frame in walked("<div><div></div><section><div></div></section></div><p>a</p>").frames] == [
        "html",
        "body",
        "p",
    ]


def test_an_image_keeps_its_frame() -> None:
    page = walked('<figure><img src="data:image/gif;base64,R0" data-src="/a.jpg" alt="A"></figure>')
    assert [(image.src, image.alt) for image in page.images] == [("/a.jpg", "A")]
    assert page.frames[page.images[0].frame].tag == "figure"


def test_marked_elements_say_what_they_are() -> None:
    page = walked(
        '<p><time class="updated" datetime="2021-07-26">26 July</time> <span property="author">Ada</span></p>'
    )
    time, author = page.marks
    assert (time.tag, time.datetime, time.names) == ("time", "2021-07-26", "updated")
    assert (author.itemprop, page.text_of(author.first, author.last)) == ("author", "Ada")


def test_facts_of_the_head() -> None:
    page = walked(
        '<html lang="pt-BR"><head><title>A\n title</title><base href="/b/"><meta property="og:title" content="T">'
        '<link rel="Canonical" href="/c"><script type="application/ld+json">{"a": 1}</script></head><body>x</body>'
    )
    assert (page.title, page.lang, page.base) == ("A title", "pt-BR", "/b/")
    assert page.metas == [("og:title", "T")]
    assert [(link.rel, link.href) for link in page.head_links] == [("canonical", "/c")]
    assert page.scripts == ['{"a": 1}']


def test_a_large_menu_is_one_block_of_links() -> None:
    links = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(MENU_LINKS))
    page = walked(f"<nav><ul>{links}</ul></nav><p>text</p>")
    assert [block.text[:9] for block in page.blocks] == ["Section 0", "text"]
    assert page.blocks[0].linked == page.blocks[0].words
    assert not page.anchors


def test_a_nav_that_nobody_closed_is_read_as_a_page() -> None:
    links = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(MENU_LINKS))
    assert "The article's first paragraph." in texts(
        f"<nav><ul>{links}</ul><h1>T</h1><p>The article's first paragraph."
    )


def test_the_links_to_the_neighbours_stay_single_links() -> None:
    links = "".join(f'<a href="/{number}">Post {number}</a> ' for number in range(MENU_LINKS))
    assert len(walked(f'<nav class="post-navigation">{links}</nav>').anchors) == MENU_LINKS


def test_streamed_segments_are_read_at_their_templates() -> None:
    html = (
        '<main><p>one</p><template id="P:1"></template><p>three</p></main>'
        '<div hidden id="S:1"><p>two</p></div><div hidden id="S:2"><p>four</p></div>'
    )
    page = walked(html)
    assert [block.text for block in page.blocks] == ["one", "two", "three", "four"]
    assert page.frames[page.frames[page.blocks[1].frame].parent].tag == "main"


def test_noscript_is_read_only_where_nothing_else_is() -> None:
    assert texts("<body><noscript><p>a</p><p>b</p></noscript><div id=app></div>") == ["a", "b"]
    many = "".join(f"<p>{number}</p>" for number in range(9))
    assert "a" not in texts(f"<body><noscript><p>a</p></noscript>{many}")


def test_the_language_of_code() -> None:
    page = walked('<pre><code class="hljs language-python">x = 1</code></pre><pre class="lang-c">int x;</pre>')
    assert [frame.start for frame in page.frames if frame.tag == "pre"] == ["python", "c"]
