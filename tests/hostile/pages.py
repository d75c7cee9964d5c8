"""The page a fault sits in: a post like any other, so that what a crawl makes of it can be told."""

from __future__ import annotations

from tests.server import Reply

SENTENCE = "the lamp of the lighthouse turned through fog and rain while the keeper wrote down every passing ship"
TEXT = "".join(f"<p>On day {day} {SENTENCE}, and day {day} ended with tea.</p>" for day in range(1, 9))
TRUTH = "the keeper wrote down every passing ship"
"""Words that are in every such post."""


def post(inner: str = "", head: str = "", *, title: str = "The lighthouse ledger", text: str = TEXT) -> str:
    """Return a post's page: *head* goes into its head, *inner* between its paragraphs."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="article">{head}</head><body><header><a href="/">Harbour notes</a></header>'
        f'<main><article class="post"><h1>{title}</h1><p class="byline">By Ida Holm, '
        '<time datetime="2019-04-30">April 30, 2019</time></p>'
        f'<div class="entry-content">{text}{inner}{text.replace("day", "night")}</div></article></main></body></html>'
    )


def posted(inner: str = "", head: str = "", **how: str) -> Reply:
    """Return the answer that holds ``post``."""
    return Reply(post(inner, head, **how).encode("utf-8", "surrogatepass"))


def xml(text: str | bytes) -> Reply:
    """Return an XML answer."""
    return Reply(text, content_type="application/xml")


def moved(target: str, status: int = 301) -> Reply:
    """Return a redirect."""
    return Reply(status=status, headers={"Location": target})
