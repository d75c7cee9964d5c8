"""robots.txt: which addresses a crawler may ask for (RFC 9309), by Protego.

Protego reads what real files hold (misspelt directives, Crawl-delay, wildcards) and agrees with Google's reference
matcher on all but a few of the real files it was compared with. Around it stand the RFC's rules for bytes (§2.3.1:
UTF-8, invalid octets are no reason to give up; §2.5: a parser may stop after 500 KiB) and the answer to "which rule was
it?".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from protego import Protego
from protego._utils import _quote_path

MAX_BYTES = 512 * 1024
"""Bytes looked at; the rest of a longer file is ignored (RFC 9309 §2.5 asks for at least 500 kibibytes)."""


@dataclass(frozen=True)
class Robots:
    """The rules of one robots.txt."""

    sitemaps: tuple[str, ...]
    """Values of its Sitemap lines as written, in order, repetitions left out; they need not be absolute."""
    _rules: Protego = field(repr=False, compare=False)

    def allowed(self, url: str, token: str) -> bool:
        """Say whether the crawler with product token *token* may ask for *url*, an absolute address."""
        return bool(self._rules.can_fetch(url, token))

    def crawl_delay_s(self, token: str) -> float | None:
        """Return the seconds between requests asked of *token*, None when nothing is asked."""
        delay = self._rules.crawl_delay(token)
        return float(delay) if delay is not None and 0 <= delay < float("inf") else None

    def why(self, url: str, token: str) -> str | None:
        """Return the rule that decides about *url*, such as ``Disallow: /private``; None when no rule matches."""
        rules = self._rules._get_matching_rule_set(token)  # (Protego does not tell; held by a test)
        if rules is None:
            return None
        path = _quote_path(url)
        for rule in rules._rules:  # sorted: the first that matches decides
            if rule.value.match(path):
                return f"{rule.field.capitalize()}: {rule.value._pattern}"
        return None


def parse(body: bytes | str) -> Robots:
    r"""Return the rules a robots.txt holds. Never raises on account of its content.

    >>> parse("User-agent: *\nDisallow: /private\n").allowed("https://blog.example/private/a", "backfile")
    False
    """
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace") if isinstance(body, bytes) else body[:MAX_BYTES]
    rules = Protego.parse(text.removeprefix("\ufeff"))
    return Robots(tuple(dict.fromkeys(rules.sitemaps)), rules)


ALLOW_ALL = parse("")
"""No rules: RFC 9309 §2.3.1.3, the file is unavailable."""
DISALLOW_ALL = parse("User-agent: *\nDisallow: /")
"""Nothing may be asked for: RFC 9309 §2.3.1.4, the file is unreachable."""
