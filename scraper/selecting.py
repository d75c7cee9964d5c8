"""What CSS selectors find in a page, for the selectors that a person has written into a site's profile.

A window onto the parser beside ``page`` and ``walk``: those walk every page once and know no selectors; this parses a
page a second time, and only for the few sites that have a profile.
"""

from __future__ import annotations

from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from scraper.page import limit_depth
from scraper.text import squeeze

_MACHINE_ATTRIBUTES = ("datetime", "content")
"""Attributes that say for machines what the element says for people."""


class Match(NamedTuple):
    """One element that a selector found."""

    text: str
    """Its words, white space squeezed; of a ``<meta>`` what it says."""
    machine: str | None
    """What its ``datetime`` or ``content`` says; None without one."""
    href: str | None
    """Where it leads, as written; None when it is no link."""
    html: str
    """The element itself."""


def is_selector(text: str) -> bool:
    """Say whether *text* is a CSS selector.

    >>> is_selector("div.entry > p"), is_selector("div >")
    (True, False)
    """
    try:
        LexborHTMLParser("").css(text)
    except SelectolaxError:
        return False
    return True


def matches(html: str, selector: str) -> tuple[Match, ...]:
    """Return the elements of *html* that *selector* finds, in page order. Raises ValueError for no selector.

    >>> [match.text for match in matches("<p class=a>one<p>two<p class=a>three", "p.a")]
    ['one', 'three']
    """
    return tuple(_match(node) for node in _found(LexborHTMLParser(limit_depth(html)), selector))


def _match(node: object) -> Match:
    attributes = node.attributes  # type: ignore[attr-defined]
    machine = next((attributes[name] for name in _MACHINE_ATTRIBUTES if attributes.get(name)), None)
    text = squeeze(node.text(separator=" ")) or machine or ""  # type: ignore[attr-defined]
    return Match(text, machine, attributes.get("href"), node.html or "")  # type: ignore[attr-defined]


def without(html: str, selectors: tuple[str, ...]) -> str:
    """Return *html* without the elements that *selectors* find.

    >>> without("<body><p>a</p><aside>b</aside></body>", ("aside",))
    '<html><head></head><body><p>a</p></body></html>'
    """
    tree = LexborHTMLParser(limit_depth(html))
    for selector in selectors:
        for node in _found(tree, selector):
            node.decompose()  # type: ignore[attr-defined]
    return tree.html or ""


def _found(tree: LexborHTMLParser, selector: str) -> list[object]:
    try:
        return list(tree.css(selector))
    except SelectolaxError as error:
        raise ValueError(f"{selector!r} is no CSS selector") from error
