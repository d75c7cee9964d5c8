"""JSON-LD: the scripts of a page as one flat list of nodes, whatever state they were published in.

Pages hold one script or ten, a graph or a single object, references by ``@id``, HTML comments around the JSON, trailing
commas, raw line breaks inside strings, two objects side by side, lone surrogates and numbers of any length. All of that
is read; what is broken beyond a mend that cannot change the meaning is left out. Considered instead: a full JSON-LD
processor, which asks the network for contexts and knows nothing of broken scripts.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from scraper.text import storable

Node = dict[str, Any]

MAX_SCRIPT_CHARS = 2_000_000
"""Longer scripts are data of an application, not facts about a page."""
MAX_NODES = 400
"""Nodes returned; a list of products may hold thousands, and no field asks beyond the first dozen."""
MAX_DIGITS = 18
"""Longer whole numbers stay text: no field wants one, and turning 100,000 digits into an integer is quadratic."""
MAX_LEVELS = 6
"""Levels of lists and graphs looked into for nodes."""

ARTICLE_TYPES = frozenset(
    "article blogposting newsarticle posting socialmediaposting techarticle report recipe review scholarlyarticle "
    "reportagenewsarticle analysisnewsarticle opinionnewsarticle howto liveblogposting advertisercontentarticle "
    "medicalscholarlyarticle backgroundnewsarticle reviewnewsarticle askpublicnewsarticle satiricalarticle".split()
)
"""Types whose headline, author and dates are those of a post (schema.org's CreativeWork branch)."""
PAGE_TYPES = frozenset(("webpage", "itempage", "faqpage", "aboutpage", "profilepage", "medicalwebpage", "contactpage"))
"""Types that describe the page as a page; their dates are the post's too, their author is often the site."""

_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage", "@included")
"""Properties whose values are nodes about the same page."""
_WRAPPING = re.compile(r"\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)\s*")
_BETWEEN = re.compile(r"[\s;,]*")
# A string as a whole (so that nothing inside is touched), or a comma before a closing bracket. Possessive, and an
# unclosed string reaches to the end, so that a megabyte of quotes costs one pass.
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|,(?=\s*+[}\]])', re.DOTALL)
_UNSTORABLE = re.compile(r"\\u(?:00[01789]|d[89a-f])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", re.I)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits


_DECODER = json.JSONDecoder(strict=False, parse_int=_whole)


def graph(scripts: Iterable[str]) -> tuple[Node, ...]:
    """Return the JSON-LD nodes of a page in document order, references resolved. Never raises.

    Members of lists, of ``@graph`` and of ``mainEntity`` / ``mainEntityOfPage`` become nodes of their own. A property
    that is a reference (``{"@id": …}``) to another node of the page, or a list of such, holds that node instead, one
    level deep, so that no value contains itself. Strings hold no control characters and no lone surrogates. At most
    MAX_NODES nodes.

    >>> script = '{"@graph": [{"@id": "#a", "name": "Ann"}, {"@type": "Article", "author": {"@id": "#a"}}]}'
    >>> graph([script])[-1]["author"]["name"]
    'Ann'
    """
    nodes: list[Node] = []
    for script in scripts:
        for value in read(script):
            nodes.extend(_nodes(value, MAX_NODES - len(nodes)))
    by_id: dict[str, Node] = {}
    for node in nodes:
        identity = node.get("@id")
        if isinstance(identity, str) and (len(node) > len(by_id.get(identity, ()))):
            by_id[identity] = node
    # A lone reference left over from a container says nothing that its target does not say.
    said = [node for node in nodes if node.keys() - {"@id"}]
    return tuple(_resolved(node, by_id) for node in said) if by_id else tuple(said)


def read(script: str) -> list[Any]:
    """Return the JSON values of one script, several when they stand side by side; empty when it cannot be mended.

    >>> read('<!-- {"a": 1,} -->')
    [{'a': 1}]
    """
    if len(script) > MAX_SCRIPT_CHARS:
        return []
    opening = _WRAPPING.match(script)
    text = script[opening.end() :] if opening else script
    values, complete = _values(text)
    if not complete:
        mended, mended_complete = _values(_STRING_OR_COMMA.sub(_without_comma, text))
        if not mended and ("&quot;" in text or text.lstrip().startswith("&#")):
            mended, mended_complete = _values(html.unescape(text))
        if mended_complete or len(mended) > len(values):
            values = mended
    return [_storable(value) for value in values] if _UNSTORABLE.search(text) else values


def _without_comma(found: re.Match[str]) -> str:
    return "" if found.group() == "," else found.group()


def _values(text: str) -> tuple[list[Any], bool]:
    """Return the values that stand one after the other in *text*, and whether none of them was broken."""
    values: list[Any] = []
    position = 0
    while True:
        between = _BETWEEN.match(text, position)
        position = between.end() if between else position
        if position >= len(text) or text[position] not in "{[":
            # What follows the last value (a comment's end, a bracket too many) changes nothing about the values read.
            return values, bool(values)
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return values, False
        values.append(value)
        if len(values) >= MAX_NODES:
            return values, True


def _storable(value: Any, levels: int = 40) -> Any:
    """Return a value with every string made storable; what is nested deeper than *levels* is left out."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, list | dict):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [_storable(item, levels - 1) for item in value]
    return {storable(key): _storable(item, levels - 1) for key, item in value.items()}


def _nodes(value: Any, room: int, levels: int = MAX_LEVELS) -> Iterator[Node]:
    """Yield the nodes of a value in document order, at most *room*."""
    stack = [(value, levels)]
    while stack and room > 0:
        item, left = stack.pop()
        if isinstance(item, list):
            if left:
                stack.extend((member, left - 1) for member in reversed(item[:MAX_NODES]))
        elif isinstance(item, dict):
            if item.keys() - {"@context", "@graph"}:
                room -= 1
                yield item
            if left:
                inner = [item[name] for name in _CONTAINERS if isinstance(item.get(name), list | dict)]
                stack.extend((member, left - 1) for member in reversed(inner))


def _resolved(node: Node, by_id: dict[str, Node]) -> Node:
    """Return *node* with its references replaced by what they refer to; *node* itself when it has none."""
    changed: Node = {}
    for name, value in node.items():
        if isinstance(value, dict):
            target = _target(value, by_id)
            if target is not value:
                changed[name] = target
        elif isinstance(value, list) and any(isinstance(item, dict) and "@id" in item for item in value[:MAX_NODES]):
            changed[name] = [_target(item, by_id) if isinstance(item, dict) else item for item in value[:MAX_NODES]]
    return {**node, **changed} if changed else node


def _target(value: Node, by_id: dict[str, Node]) -> Node:
    identity = value.get("@id")
    if not isinstance(identity, str) or value.keys() - {"@id", "@type"}:
        return value
    return by_id.get(identity, value)


def types_of(node: Node) -> frozenset[str]:
    """Return the node's types in lower case without vocabulary prefix; empty when it names none.

    >>> sorted(types_of({"@type": ["schema:BlogPosting", "http://schema.org/Article"]}))
    ['article', 'blogposting']
    """
    said = node.get("@type")
    if isinstance(said, str):
        return frozenset((_local(said),))
    if isinstance(said, list):
        return frozenset(_local(item) for item in said if isinstance(item, str))
    return frozenset()


@lru_cache(maxsize=2_048)
def _local(name: str) -> str:
    return _PREFIX.split(name.strip())[-1].lower()


_PREFIX = re.compile(r"[/#:]")
