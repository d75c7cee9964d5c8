"""What counts as a word when articles are searched: folding, and pairs of characters for scripts without spaces.

SQLite's ``unicode61`` tokenizer ends a word at a space or a sign, so a whole Chinese sentence becomes one word that
nobody looks for. Text in such scripts is therefore indexed once more as its pairs of neighbouring characters, in the
column ``grams``: ``半程馬拉松`` gives ``半程 程馬 馬拉 拉松 松``, and any piece of it is found as a
phrase of pairs. Korean puts spaces between words but hangs particles on them, so it is treated the same. FTS5's
trigram tokenizer would find pieces too, but nothing shorter than three characters, at three times the size for every
language.
"""

from __future__ import annotations

import re
import unicodedata

_UNSPACED_RANGES = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u1100-\u11ff\uac00-\ud7af"  # Hangul
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # iteration marks, kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # ideographs
)
UNSPACED_RUN = re.compile(f"[{_UNSPACED_RANGES}]+")
"""A stretch of characters of scripts in which a word cannot be told by spaces."""
_COMBINING = re.compile("[\u0300-\u036f]")


def grams(*texts: str | None) -> str | None:
    """Return the pairs of neighbouring characters of all unspaced runs in *texts*, separated by spaces; None without
    any.

    The last character of a run stands alone as well, so that every single character begins some gram.

    >>> grams("5k と 半程馬", None), grams("half marathon")
    ('と 半程 程馬 馬', None)
    """
    found: list[str] = []
    for text in texts:
        if text and not text.isascii():
            for run in UNSPACED_RUN.findall(composed(text)):
                found.extend(run[i : i + 2] for i in range(len(run)))
    return " ".join(found) or None


def composed(text: str) -> str:
    """Return *text* in Unicode's compatibility composition, which makes half-width kana and full-width letters
    ordinary."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """Return *text* without case and accents, for comparing names and words the way the index does.

    >>> folded("Zoë ŁUCZAK")
    'zoe łuczak'
    """
    if text.isascii():
        return text.lower()
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text).casefold())
