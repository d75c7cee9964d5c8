"""A page read with its site's profile: what a person's selectors find wins over what was found without them.

A selector that finds nothing changes nothing: the site's layout may have moved on, and a profile must not make a
record worse than none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scraper.article import Article, Author
from scraper.extract import extract
from scraper.profile import Profile
from scraper.selecting import Match, matches
from scraper.standards import date
from scraper.standards import url as urls

_BODY = ("text", "markdown", "html", "images", "word_count")


def profiled(article: Article, html: str, profile: Profile) -> Article:
    """Return *article*, read from *html*, with the fields that the selectors of *profile* find.

    >>> page = "<h1>Site</h1><h2 class=t>On tides</h2><p>The sea comes in twice a day, and nobody asked.</p>"
    >>> profiled(extract(page), page, Profile(selectors=(("title", "h2.t"),))).title
    'On tides'
    """
    values: dict[str, Any] = {}
    for name, selector in profile.selectors:
        found = matches(html, selector)
        if name == "body":
            values.update(_body(found, article))
        elif found and (value := _value(name, found, article)):
            values[name] = value
    return replace(article, **values)


def _body(found: tuple[Match, ...], article: Article) -> dict[str, Any]:
    if not any(match.text for match in found):
        return {}
    inside = "".join(match.html for match in found)
    read = extract(f"<html><body><article>{inside}</article></body></html>", url=article.url)
    return {name: getattr(read, name) for name in _BODY} if read.text else {}


def _value(name: str, found: tuple[Match, ...], article: Article) -> Any:
    if name in ("published", "modified"):
        return next(filter(None, (_date(match, article.language) for match in found)), None)
    if name == "authors":
        return tuple(Author(match.text, _absolute(article, match.href)) for match in found if match.text)
    if name == "tags":
        return tuple(dict.fromkeys(match.text for match in found if match.text))
    return found[0].text


def _date(match: Match, language: str | None) -> str | None:
    machine = date.machine(match.machine) if match.machine else None
    return machine or date.parse(match.text, language)


def _absolute(article: Article, href: str | None) -> str | None:
    return urls.join(article.url, href) if article.url and href else None
