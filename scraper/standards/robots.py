"""robots.txt: which addresses a crawler may ask for (RFC 9309), by Protego within groups that are drawn here.

Protego reads the rules real files hold (misspelt directives, wildcards, percent-encoding) and decides as Google's
reference matcher does. Which rules are whose is settled before it, for two reasons. The RFC is stricter: a User-agent
line names one product token, compared as a whole (§2.2.1), so ``Slurp/3.0 (mail)`` is ``Slurp`` and ``Go!Zilla`` is not
the beginning of ``Googlebot``; and lines other than User-agent, Allow and Disallow part no group (§2.2.4). And Protego
keeps every rule once for every agent of its group, which a hostile file of half a megabyte turns into 10⁸ rules; here a
group's lines are kept once and read for the token that asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from protego import Protego
from protego._utils import _quote_path, _quote_pattern

from scraper.text import scalar

MAX_BYTES = 512 * 1024
"""Bytes looked at; the rest of a longer file is ignored (RFC 9309 §2.5 asks for at least 500 kibibytes)."""
MAX_LINE = 4_096
"""Characters of a line read: what Google reads of one is half of it."""
LONGEST_DELAY_S = 1e9
"""What a longer delay is read as, in seconds: thirty years."""
EVERYBODY = "*"

_STARS = re.compile(r"\*{2,}")
_LINE_END = re.compile(r"\r\n?|\n")
# The directives in the spellings Protego takes for them; "User-agent foo" without a colon is met in real files.
_USER_AGENT = re.compile(r"\s*user[\s-]?agent(?:\s*:\s*|\s+)(.*)", re.I | re.S)
_RULE = re.compile(r"\s*(?:allow|dis+al+[ao]w|diasllow)\s*[:\s]", re.I)
_DIRECTIVE_END = re.compile(r"(?<=\w)\s*:|(?<=\w)\s+(?=[^\s:])")
_SITEMAP = re.compile(r"\s*site-?maps?\s*[:\s]", re.I)
_PRODUCT_TOKEN = re.compile(r"[\w-]+")
_PRODUCT = re.compile(r"([\w-]+)/")
_BEFORE_PATH = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.I)
_ROBOTS_FILE = re.compile(r"/robots\.txt(?:[?#].*)?", re.S)


@dataclass(slots=True)
class _Group:
    """Lines that hold for some agents."""

    agents: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Robots:
    """The rules of one robots.txt."""

    sitemaps: tuple[str, ...]
    """Values of its Sitemap lines as written, in order, repetitions left out; they need not be absolute."""
    _rules: tuple[_Group, ...] = field(repr=False)
    _paces: tuple[_Group, ...] = field(repr=False)
    _read: dict[tuple[str, str], Protego] = field(default_factory=dict, repr=False, compare=False)
    text: str = field(default="", repr=False, compare=False)
    """The file itself, MAX_BYTES of it at most."""

    def allowed(self, url: str, token: str) -> bool:
        """Say whether the crawler with product token *token* may ask for *url*, an absolute address or a path.

        The longest matching rule decides and Allow wins a tie (RFC 9309 §2.2.2). The file itself is always allowed.
        """
        return bool(self._read_for("rules", token).can_fetch(_target(url), EVERYBODY))

    def crawl_delay_s(self, token: str) -> float | None:
        """Return the seconds between requests asked of *token*, None when nothing is asked.

        A Request-rate counts as well; the slower of both is returned. Neither is part of RFC 9309.
        """
        pace = self._read_for("paces", token)
        delay, rate = pace.crawl_delay(EVERYBODY), pace.request_rate(EVERYBODY)
        asked = [float(delay)] if delay is not None else []
        if rate is not None:
            asked.append(min(rate.seconds, LONGEST_DELAY_S) / min(rate.requests, LONGEST_DELAY_S))
        return min(max(asked), LONGEST_DELAY_S) if asked else None

    def why(self, url: str, token: str) -> str | None:
        r"""Return the line that decides about *url*, as written but for white space; None when no rule matches.

        >>> parse("User-agent: *\nDisallow: /a\nAllow: /a/b").why("https://blog.example/a/b/c", "backfile")
        'Allow: /a/b'
        """
        target = _target(url)
        # Protego does not tell which rule it was; its list is sorted, so the first that matches decides.
        group = self._read_for("rules", token)._get_matching_rule_set(EVERYBODY)
        if group is None or _ROBOTS_FILE.fullmatch(target):
            return None
        path = _quote_path(target)
        rule = next((rule for rule in group._rules if rule.value.match(path)), None)
        return self._line_of(token, rule.field, rule.value._pattern) if rule else None

    def _line_of(self, token: str, directive: str, pattern: str) -> str:
        for line in _lines_for(self._rules, _products(token)):
            name, value = _parted(line)
            if name.startswith(directive[:1]) and _quote_pattern(value) == pattern:
                return " ".join(line.split())
        return f"{directive.capitalize()}: {pattern}"  # one that Protego derived: "/index.html" allows "/" too

    def _read_for(self, kind: str, token: str) -> Protego:
        """Return the lines of one kind that hold for *token*, as a file that speaks to everybody."""
        known = self._read.get((kind, token))
        if known is None:
            groups = self._rules if kind == "rules" else self._paces
            lines = _lines_for(groups, _products(token))
            known = self._read[kind, token] = Protego.parse("\n".join(("User-agent: *", *lines)))
        return known


def parse(body: bytes | str) -> Robots:
    r"""Return the rules a robots.txt holds. Never raises on account of its content.

    Bytes are UTF-8 with or without byte order mark; octets that are not become U+FFFD (RFC 9309 §2.3.1 asks to go on).

    >>> parse(b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n").allowed("https://blog.example/private/a", "backfile")
    False
    """
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace") if isinstance(body, bytes) else scalar(body[:MAX_BYTES])
    lines = [
        _STARS.sub(EVERYBODY, line.partition("#")[0])[:MAX_LINE]  # a cut must not leave stars alone: "/***" is all
        for line in _LINE_END.split(text.removeprefix("\ufeff"))
    ]
    lines = [line for line in lines if line and not line.isspace()]
    sitemaps = Protego.parse("\n".join(line for line in lines if _SITEMAP.match(line))).sitemaps
    rules = _grouped(line for line in lines if _USER_AGENT.match(line) or _RULE.match(line))
    paces = _grouped(line for line in lines if not _SITEMAP.match(line))
    return Robots(tuple(dict.fromkeys(sitemaps)), rules, paces, text=text)


def _grouped(lines: Iterable[str]) -> tuple[_Group, ...]:
    """Return the groups of *lines*: agents that follow one another share the lines below (RFC 9309 §2.2.1)."""
    groups = [_Group()]  # lines before the first User-agent hold for nobody
    for line in lines:
        named = _USER_AGENT.match(line)
        if named is None:
            groups[-1].lines.append(line)
            continue
        if groups[-1].lines or len(groups) == 1:
            groups.append(_Group())
        if token := _product_token(named.group(1)):
            groups[-1].agents.add(token)
    return tuple(group for group in groups if group.agents)


def _product_token(value: str) -> str:
    """Return the token a User-agent line names, casefolded; ``*`` for everybody, ``""`` for nothing.

    Letters of any script and digits are taken beyond the RFC's ``a-zA-Z_-``: ``360Spider`` exists.
    """
    value = value.strip()
    if value.split()[:1] == [EVERYBODY]:
        return EVERYBODY
    token = _PRODUCT_TOKEN.match(value.lstrip(EVERYBODY))
    return token.group().casefold() if token else ""


def _parted(line: str) -> tuple[str, str]:
    """Return directive (lower-case) and value of a rule's line."""
    found = _DIRECTIVE_END.search(line)
    return (line[: found.start()].strip().lower(), line[found.end() :].strip()) if found else ("", "")


def _products(agent: str) -> frozenset[str]:
    """Return the product tokens of *agent*, which is one, or a whole User-Agent header."""
    return frozenset(_PRODUCT.findall(agent.casefold())) if "/" in agent else frozenset((agent.strip().casefold(),))


def _lines_for(groups: tuple[_Group, ...], products: frozenset[str]) -> list[str]:
    """Return the lines of all groups that name one of *products*, else of those for everybody (RFC 9309 §2.2.1)."""
    own = [group for group in groups if not group.agents.isdisjoint(products)]
    chosen = own or [group for group in groups if EVERYBODY in group.agents]
    return list(dict.fromkeys(line for group in chosen for line in group.lines))


def _target(url: str) -> str:
    """Return *url* with a host that any parser takes: rules look at path and query alone."""
    rest = scalar(url)
    before = _BEFORE_PATH.match(rest)
    rest = rest[before.end() :] if before else rest
    return rest if rest.startswith("/") and not rest.startswith("//") else f"http://h/{rest.removeprefix('/')}"


ALLOW_ALL = parse("")
"""No rules: RFC 9309 §2.3.1.3, the file is unavailable."""
DISALLOW_ALL = parse("User-agent: *\nDisallow: /")
"""Nothing may be asked for: RFC 9309 §2.3.1.4, the file is unreachable."""
