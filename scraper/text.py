"""Facts about strings that every other module needs: white space, words, comparison. No markup, no network."""

from __future__ import annotations

import html
import re
import unicodedata

_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")
_WORD = re.compile(r"\w+")
# Scripts written without spaces between words: one character is counted as half a word, which keeps thresholds that
# were found on spaced scripts usable (tests/cases/cjk-body).
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UNSPACED_WORDS_PER_CHARACTER = 0.5
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def squeeze(text: str) -> str:
    r"""Return *text* with every run of white space (no-break and zero-width too) as one space, ends trimmed.

    >>> squeeze(" Last\u00a0Updated \n on ")
    'Last Updated on'
    """
    return _SPACE.sub(" ", text).strip()


def storable(text: str) -> str:
    r"""Return *text* without control characters and lone surrogates, so that it is valid UTF-8 and safe on a terminal.

    Tab, newline and carriage return stay.

    >>> storable("a\x1b[31mb\ud800\n")
    'a[31mb\n'
    """
    return _CONTROL.sub("", text)


def scalar(text: str) -> str:
    r"""Return *text* with every lone surrogate as U+FFFD, so that it can be encoded (Web IDL calls this a USVString).

    >>> scalar("a\ud800") == "a\ufffd"
    True
    """
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def count_words(text: str) -> int:
    """Return how many words *text* holds; a character of an unspaced script counts as half a word.

    >>> count_words("How fast can a hippo run?"), count_words("河馬跑多快呢")
    (6, 3)
    """
    if text.isascii():
        return len(_WORD.findall(text))
    unspaced = len(_UNSPACED.findall(text))
    if not unspaced:
        return len(_WORD.findall(text))
    rest = len(_WORD.findall(_UNSPACED.sub(" ", text)))
    return rest + int(unspaced * _UNSPACED_WORDS_PER_CHARACTER)


def fold(text: str) -> str:
    """Return the words of *text* for comparison: compatibility forms, case, punctuation and white space do not count.

    >>> fold("Back Pain — After “Running”") == fold("back pain after running!")
    True
    """
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


_TAGS = re.compile(r"<(script|style)\b[^<>]{0,200}>.{0,2000}?</\1\s{0,5}>|</?[a-zA-Z!][^<>]{0,300}>", re.S | re.I)
_MOST_PLAIN_CHARS = 4_000  # no title, name or description is longer; what follows is left out


def plain(value: object) -> str:
    """Return a string of the head or of structured data as text: markup and entities gone, white space squeezed.

    ``""`` for anything that is no string. Entities are decoded twice, because many programs encode twice.

    >>> plain("Tides &amp;amp; <em>moons</em>"), plain(["a"])
    ('Tides & moons', '')
    """
    if not isinstance(value, str):
        return ""
    value = value[:_MOST_PLAIN_CHARS]
    if "&" in value:
        value = html.unescape(html.unescape(value))
    if "<" in value:
        value = _TAGS.sub(" ", value)
    return storable(" ".join(value.split()))
