"""Reading time, language, canonical address and excerpt."""

from __future__ import annotations

import pytest

from scraper import extract
from scraper.article import Article
from scraper.fields.canonical_url import is_plausible
from scraper.fields.language import detect, script_of, tag_of

PROSE = "<p>" + "The dough must rest before it is worked again, said the miller, and nobody argued. " * 6 + "</p>"


def page(body: str = "", head: str = "", *, attributes: str = "", url: str = "https://blog.example/rye") -> Article:
    top = f"<html {attributes}><head><title>Rye without haste</title>{head}</head>"
    return extract(f"{top}<body><h1>Rye without haste</h1>{body}</body></html>", url=url)


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("5 min read", 5),
        ("March 4, 2019 • 12 minute read", 12),
        ("Reading time: 7 mins", 7),
        ("Lesezeit: 3 Minuten", 3),
        ("4 min de lecture", 4),
        ("Temps de lecture : 6 minutes", 6),
        ("Tiempo de lectura: 8 min", 8),
        ("Время чтения: 9 минут", 9),
        ("阅读时间：5 分钟", 5),
        ("1 hr 5 min read", 65),
        ("< 1 min read", 1),
        ("2–4 min read", 4),
        ("5 minutes", 5),
    ],
)
def test_reading_time_as_pages_show_it(line: str, minutes: int) -> None:
    assert page(f"<div>{line}</div>{PROSE}").reading_minutes == minutes


@pytest.mark.parametrize(
    "body",
    [
        "<p>Knead for 5 minutes, then wait.</p>",
        "<div>90 seconds</div>",
        PROSE * 12 + "<div>5 minutes</div>",
        PROSE + '<section class="related-posts"><div>3 min read</div></section>',
    ],
)
def test_other_minutes_are_no_reading_time(body: str) -> None:
    head = '<meta name="twitter:label2" content="Reading time"><meta name="twitter:data2" content="5 minutes">'
    assert page(body, head).reading_minutes is None


@pytest.mark.parametrize(
    ("attributes", "head", "language"),
    [
        ('lang="en_us"', "", "en-US"),
        ('lang="PT-br"', "", "pt-BR"),
        ("", '<meta http-equiv="content-language" name="language" content="de">', "de"),
        ("", '<meta property="og:locale" content="sv_SE">', "sv-SE"),
        ('lang="x-default"', "", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_declared_or_detected(attributes: str, head: str, language: str) -> None:
    assert page(PROSE, head, attributes=attributes).language == language


def test_a_declared_language_of_another_alphabet_is_not_believed() -> None:
    text = (
        "<p>"
        + "Тесто должно отдохнуть, сказал мельник, и никто не стал с ним спорить, потому что это так. " * 4
        + "</p>"
    )
    assert page(text, attributes='lang="en"').language == "ru"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Brot ist nicht fertig, und die Kinder sind mit dem Teig noch im Haus", "de"),
        ("El pan no está listo, y los niños con la masa que les dieron en la casa", "es"),
        ("Хлеб ещё не готов, и дети с тестом, которое им дали, всё ещё в доме, как и мы", "ru"),
        ("Хліб ще не готовий, і діти з тістом, яке їм дали, та ми всі ще в хаті", "uk"),
        ("パンはまだできていません", "ja"),
        ("面包还没有好", "zh"),
        ("빵이 아직 안 됐어요", "ko"),
        ("Το ψωμί δεν είναι έτοιμο", "el"),
        ("نان هنوز آماده نیست و بچه ها با خمیر در خانه هستند که از ما است", "fa"),
        ("Xyzzy plugh", None),
    ],
)
def test_detection(text: str, language: str | None) -> None:
    assert detect(text) == language


def test_language_helpers() -> None:
    assert tag_of("zh-hant-tw") == "zh-Hant-TW"
    assert tag_of("English") == "en"
    assert tag_of("{{ lang }}") is None
    assert script_of("12 + 30") == ""


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://blog.example/rye/", "https://blog.example/rye/"),
        ("/rye/", "https://blog.example/rye/"),
        ("https://www.blog.example/rye", "https://www.blog.example/rye"),
        ("https://elsewhere.example/bread/rye", "https://elsewhere.example/bread/rye"),
        ("https://blog.example/", None),
        ("http://localhost:4000/rye/", None),
        ("http://192.168.0.7/rye/", None),
        ("https://elsewhere.example/spelt", None),
        ("javascript:void(0)", None),
        ("", None),
    ],
)
def test_only_a_plausible_canonical_address_is_believed(href: str, canonical: str | None) -> None:
    assert page(PROSE, f'<link rel="canonical" href="{href}">').canonical_url == canonical


def test_plausibility_without_an_address_of_the_page() -> None:
    assert is_plausible("https://a.example/rye", None)
    assert not is_plausible("https://[broken", "https://a.example/")


def test_the_excerpt_is_the_page_s_own_summary_else_the_body_s_start() -> None:
    summary = "Why a slow dough makes the better loaf, and what to do meanwhile."
    assert page(PROSE, f'<meta name="description" content="{summary}">').excerpt == summary
    start = page(PROSE, '<meta name="description" content="Rye without haste">').excerpt or ""
    assert start.startswith("The dough must rest")
    assert len(start) <= 320
    assert start.endswith("…")
