"""Which part of a page is the body, and what is left out of it, each with its reason."""

from __future__ import annotations

from scraper import extract
from scraper.article import Article

SENTENCE = "The {0} hen walks slowly over the yard and looks for grains that somebody left there in the morning."
PROSE = [SENTENCE.format(word) for word in "first second third fourth fifth sixth".split()]
HEAD = "<title>Hens in the yard</title><h1>Hens in the yard</h1>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def article(html: str) -> Article:
    return extract(html, url="https://blog.example/hens")


def lines(page: Article) -> list[str]:
    return [line for line in page.text.split("\n") if line]


def reason(page: Article, text: str) -> str:
    return next(dropped.reason for dropped in page.dropped if text in dropped.text)


def test_the_body_is_found_without_any_name() -> None:
    page = article(f"{HEAD}<div><div><a href=/a>One</a> <a href=/b>Two</a></div><div>{paragraphs(*PROSE)}</div></div>")
    assert lines(page) == PROSE


def test_bare_text_and_line_breaks_are_a_body_too() -> None:
    page = article(f"{HEAD}<div>{'<br><br>'.join(PROSE)}</div>")
    assert lines(page) == PROSE


def test_a_body_split_into_sections_is_kept_whole() -> None:
    sections = "".join(f"<section><h2>Part {text[4:9]}</h2><p>{text}</p></section>" for text in PROSE)
    page = article(f"{HEAD}<main>{sections}</main>")
    assert [line for line in lines(page) if not line.startswith("Part")] == PROSE


def test_a_thread_longer_than_the_article_is_left_out() -> None:
    thread = paragraphs(*(f"I have {number} hens myself and they do just the same thing." for number in range(30)))
    page = article(f'{HEAD}<article>{paragraphs(*PROSE)}</article><div id="comments">{thread}</div>')
    assert lines(page) == PROSE
    assert reason(page, "I have 7 hens") == "readers' comments"


def test_an_article_inside_a_wrapper_called_comments_is_kept() -> None:
    page = article(f'{HEAD}<div class="comments-enabled-page comments">{paragraphs(*PROSE)}</div>')
    assert lines(page) == PROSE


def test_what_stands_above_the_headline_is_left_out() -> None:
    ticker = paragraphs("Ten new ducks arrived at the pond this morning, and everybody came to see them swim.")
    page = article(f"<title>Hens in the yard</title><main>{ticker}<h1>Hens in the yard</h1>{paragraphs(*PROSE)}</main>")
    assert lines(page) == PROSE
    assert reason(page, "Ten new ducks") == "above the headline"


def test_a_heading_in_the_middle_is_no_headline() -> None:
    page = article(f"<title>Another thing</title><main>{paragraphs(*PROSE[:3])}<h2>Hens</h2>{paragraphs(*PROSE[3:])}")
    assert [line for line in lines(page) if line != "Hens"] == PROSE


def test_the_headline_is_no_part_of_the_body() -> None:
    page = article(f"<title>Hens in the yard</title><main><h1>Hens in the yard</h1>{paragraphs(*PROSE)}</main>")
    assert "Hens in the yard" not in page.text


def test_the_same_text_again_in_one_element_is_a_copy() -> None:
    again = f"<div class=mobile>{' '.join(PROSE)}</div>"
    page = article(f"{HEAD}<main>{paragraphs(*PROSE)}{again}</main>")
    assert lines(page) == PROSE
    assert reason(page, PROSE[0] + " " + PROSE[1]) == "a copy of text above"


def test_variants_of_one_paragraph_are_no_copies() -> None:
    terms = " ".join(PROSE[:4])
    body = f"<p>Norway</p><p>{terms} NOK</p><p>Sweden</p><p>{terms} SEK</p>"
    assert article(f"{HEAD}<main>{body}</main>").text.count("NOK") == 1
    assert article(f"{HEAD}<main>{body}</main>").text.count("SEK") == 1


def test_accordions_keep_their_hidden_answers() -> None:
    answers = "".join(
        f'<div class="accordion-item"><h3>Question {n}</h3><div hidden><p>{t} {t}</p></div></div>'
        for n, t in enumerate(PROSE)
    )
    page = article(f"{HEAD}<main>{paragraphs(*PROSE)}{answers}</main>")
    assert page.text.count(PROSE[2]) == 3


def test_whole_lists_are_kept() -> None:
    items = "".join(f"<li><a href=/tool/{n}>Tool {n}</a></li>" for n in range(12))
    page = article(f"{HEAD}<main>{paragraphs(*PROSE[:3])}<ul>{items}</ul>{paragraphs(*PROSE[3:])}</main>")
    assert [line for line in lines(page) if line.startswith("Tool")] == [f"Tool {n}" for n in range(12)]


def test_unspaced_scripts_count_as_text() -> None:
    text = "雌鳥は朝のうちに誰かが残していった穀物を探しながら、ゆっくりと庭を歩いている。"
    page = article(f"<title>雌鳥</title><h1>雌鳥</h1><div><a href=/a>一</a></div><div>{paragraphs(*[text] * 3)}</div>")
    assert page.text.count(text) == 3


def test_right_to_left_and_cyrillic_are_text_like_any_other() -> None:
    for text in (
        "تمشي الدجاجة ببطء في الفناء وتبحث عن الحبوب التي تركها أحدهم هناك في الصباح الباكر.",
        "Курица медленно ходит по двору и ищет зёрна, которые кто-то оставил там рано утром.",
    ):
        menu = "<ul><li><a href=/a>А</a></li><li><a href=/b>Б</a></li></ul>"
        page = article(f"<title>X</title>{menu}<div>{paragraphs(text, text + text)}</div>")
        assert lines(page) == [text, text + text]


def test_every_block_has_an_answer() -> None:
    page = article(f"{HEAD}<nav><a href=/>Home</a></nav><main>{paragraphs(*PROSE)}</main><footer>© Hens</footer>")
    kept = set(lines(page))
    assert {dropped.text for dropped in page.dropped} == {"Hens in the yard", "Home", "© Hens"}
    assert not kept & {dropped.text for dropped in page.dropped}
    assert all(dropped.step and dropped.reason and dropped.evidence for dropped in page.dropped)


def test_a_page_without_text_is_an_empty_article() -> None:
    for html in ("", "<html></html>", "<body><img src=/a.png></body>", "<!-- x -->", "\x00"):
        assert extract(html).text in ("", html.strip("\x00"))


def test_a_body_set_in_cards_is_kept() -> None:
    cards = "".join(f'<div class="card"><p>{text}</p></div>' for text in PROSE)
    assert lines(article(f"{HEAD}<div>{cards}</div>")) == PROSE


def test_cards_below_an_article_are_left_out() -> None:
    cards = "".join(f'<div class="card"><h3><a href=/{n}>Duck {n}</a></h3><p>{PROSE[n]}</p></div>' for n in range(3))
    other = "Ducks swim over the pond in the evening, and look for water plants that grow there on the ground."
    assert lines(article(f"{HEAD}<main><p>{other}</p><p>{other[:60]}.</p><p>{other} {other}</p>{cards}</main>")) == [
        other,
        f"{other[:60]}.",
        f"{other} {other}",
    ]


def test_the_source_of_a_page_beside_it_is_a_copy() -> None:
    prose = [f"{text} {SENTENCE.format(number)}" for number, text in enumerate(PROSE * 2)]
    source = "\n\n".join(f"## Part\n\n{text.replace('hen', '**hen**')}" for text in prose)
    page = article(f"{HEAD}<main>{paragraphs(*prose)}<pre>{source}</pre></main>")
    assert lines(page) == prose


def test_a_row_of_other_posts_is_known_by_its_heading() -> None:
    posts = "".join(f"<article><p>{text} {text}</p></article>" for text in PROSE)
    body = [f"{SENTENCE.format(word)} It rains." for word in ("brown", "white", "black", "grey")]
    page = article(f"{HEAD}<div>{paragraphs(*body)}</div><section><h3>You may also like</h3>{posts}</section>")
    assert lines(page) == body
    assert reason(page, PROSE[3]) == "other posts"


def test_the_parts_of_a_split_body_are_joined() -> None:
    def part(texts: list[str]) -> str:
        return f'<div class="story-part">{paragraphs(*texts)}</div>'

    advert = '<div class="slot"><a href=/buy>Buy a coop</a></div>'
    page = article(f"{HEAD}<main>{part(PROSE[:4])}{advert}{part(PROSE[4:])}</main>")
    assert [line for line in lines(page) if "hen" in line] == PROSE


def test_no_field_takes_most_of_the_body_away() -> None:
    bio = (
        "Ada Lane is a writer from Leeds who keeps hens. She has written about poultry for the local paper since 2004."
    )
    page = article(f'{HEAD}<p class="byline">By Ada Lane</p><article><p>{bio}</p><p>She is well.</p></article>')
    assert bio in page.text


def test_a_line_of_several_kinds_is_given_one_reason_in_every_run() -> None:
    """Sets of words are read in another order by every process; "Subscribe" and "Email" are calls to share as well."""
    for line in ("Subscribe", "Email"):
        page = article(f"{HEAD}<div>{paragraphs(*PROSE[:3], line, *PROSE[3:])}</div>")
        assert reason(page, line) == "a newsletter box"
