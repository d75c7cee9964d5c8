"""The language of the page: what it declares, else what its text shows.

Themes ship with ``lang="en"`` and blogs in every language leave it there, so a declaration is believed only as far as
the alphabet of the text agrees. Detection is a count of the commonest words in a sample of running text, after the
alphabet has left few languages to choose from. Considered instead: a language model of character runs, a megabyte of
data for a field most pages declare.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache

from scraper.article import Found
from scraper.marks import Marks
from scraper.resources import data_path

SAMPLE_CHARS = 2_000
"""Characters of running text looked at when nothing is declared."""
CHECK_CHARS = 300
"""Characters whose alphabet is compared with the declaration."""
FOREIGN_SHARE = 0.5
"""A text with a larger share of letters of another alphabet than the declared language's is not in that language."""
FEWEST_HITS = 4
"""Common words a sample must hold before a language is named."""
SHORTEST_RUN = 40
"""Characters of a run that counts as running text."""

_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?:[-_.@].*)?\Z")
_NAMES = {
    "english": "en", "deutsch": "de", "german": "de", "french": "fr", "français": "fr", "spanish": "es",
    "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "português": "pt", "dutch": "nl",
    "nederlands": "nl", "polish": "pl", "polski": "pl", "russian": "ru", "japanese": "ja", "chinese": "zh",
    "korean": "ko", "turkish": "tr", "arabic": "ar", "persian": "fa",
}  # fmt: skip
_NOT_LANGUAGES = frozenset(("und", "mul", "zxx", "mis", "def", "all", "html", "lan"))
_RENAMED = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jp": "ja",
    "cz": "cs",
    "gr": "el",
    "dk": "da",
    "ua": "uk",
    "kr": "ko",
    "cn": "zh",
}
# Alphabet → (its letters, the languages of the list that are written in it; one language: the alphabet says it all).
_SCRIPTS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("kana", re.compile(r"[\u3040-\u30ff]"), ("ja",)),
    ("hangul", re.compile(r"[\uac00-\ud7af]"), ("ko",)),
    ("han", re.compile(r"[\u3400-\u9fff]"), ("zh",)),
    ("cyrillic", re.compile(r"[\u0400-\u04ff]"), ("ru", "uk", "bg", "sr", "be", "mk", "kk", "ky", "mn", "tg")),
    ("arabic", re.compile(r"[\u0600-\u06ff]"), ("ar", "fa", "ur", "ps", "ku", "ckb", "ug", "sd")),
    ("greek", re.compile(r"[\u0370-\u03ff]"), ("el",)),
    ("hebrew", re.compile(r"[\u0590-\u05ff]"), ("he", "yi")),
    ("devanagari", re.compile(r"[\u0900-\u097f]"), ("hi", "mr", "ne")),
    ("bengali", re.compile(r"[\u0980-\u09ff]"), ("bn",)),
    ("gurmukhi", re.compile(r"[\u0a00-\u0a7f]"), ("pa",)),
    ("gujarati", re.compile(r"[\u0a80-\u0aff]"), ("gu",)),
    ("tamil", re.compile(r"[\u0b80-\u0bff]"), ("ta",)),
    ("telugu", re.compile(r"[\u0c00-\u0c7f]"), ("te",)),
    ("kannada", re.compile(r"[\u0c80-\u0cff]"), ("kn",)),
    ("malayalam", re.compile(r"[\u0d00-\u0d7f]"), ("ml",)),
    ("sinhala", re.compile(r"[\u0d80-\u0dff]"), ("si",)),
    ("thai", re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
    ("lao", re.compile(r"[\u0e80-\u0eff]"), ("lo",)),
    ("burmese", re.compile(r"[\u1000-\u109f]"), ("my",)),
    ("georgian", re.compile(r"[\u10a0-\u10ff]"), ("ka",)),
    ("ethiopic", re.compile(r"[\u1200-\u137f]"), ("am",)),
    ("khmer", re.compile(r"[\u1780-\u17ff]"), ("km",)),
    ("armenian", re.compile(r"[\u0530-\u058f]"), ("hy",)),
)
_SCRIPT_OF = {language: name for name, _, languages in _SCRIPTS for language in languages} | {"ja": "han"}
_ASCII = re.compile(r"[\x00-\x7f]+")
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)?")


def find(marks: Marks) -> tuple[Found[str], ...]:
    """Return the page's language as a BCP 47 tag; empty when it is neither declared nor plain from the text."""
    declared = [found for found in _declared(marks) if found.value]
    if declared:
        sample = _sample(marks, CHECK_CHARS)
        script = script_of(sample)
        if (
            script == _SCRIPT_OF.get(declared[0].value.partition("-")[0], "latin")
            or not script
            or _is_east_asian(script, declared[0].value)
        ):
            return tuple(declared[:3])
    detected = detect(_sample(marks, SAMPLE_CHARS))
    if not detected:
        return tuple(declared[:3])
    return (Found(detected, "text", 0.9), *declared[:2])


def _is_east_asian(script: str, language: str) -> bool:
    return script in ("han", "kana") and language.partition("-")[0] in ("ja", "zh", "yue", "ko")


def _declared(marks: Marks) -> list[Found[str]]:
    page = marks.page
    out = []
    sources: tuple[tuple[str, str | None, float], ...] = (
        ("html:lang", page.lang, 0.97),
        ("meta:content-language", page.meta("content-language", "language", "dc.language", "dcterms.language"), 0.93),
        ("meta:og:locale", page.meta("og:locale"), 0.9),
        (
            "json-ld:inLanguage",
            next((said for node in page.json_ld[:20] if isinstance(said := node.get("inLanguage"), str)), None),
            0.93,
        ),
    )
    for source, said, confidence in sources:
        tag = tag_of(said) if said else None
        if tag and said:
            out.append(Found(tag, source, confidence, said[:40]))
    return out


@lru_cache(maxsize=512)
def tag_of(said: str) -> str | None:
    """Return a declared language as a BCP 47 tag in the usual case; None when it is no language.

    >>> tag_of("EN_us"), tag_of("zh-hans-cn"), tag_of("Deutsch"), tag_of("x-default"), tag_of("{{ lang }}")
    ('en-US', 'zh-Hans-CN', 'de', None, None)
    """
    said = said.split(",")[0].strip()
    if said.lower() in _NAMES:
        return _NAMES[said.lower()]
    found = _TAG.match(said)
    if not found:
        return None
    language, script, region = found.groups()
    language = _RENAMED.get(language.lower(), language.lower())
    if language in _NOT_LANGUAGES:
        return None
    return "-".join([language, *([script.title()] if script else []), *([region.upper()] if region else [])])


def _sample(marks: Marks, chars: int) -> str:
    """Return the beginnings of the longest-looking runs, from the headline on, up to *chars* characters."""
    taken: list[str] = []
    size = 0
    blocks = marks.page.blocks
    for start in (max(marks.headline, 0), 0):
        for block in blocks[start:]:
            if len(block.text) >= SHORTEST_RUN and block.linked * 2 < block.words:
                taken.append(block.text[:chars])
                size += len(block.text)
                if size >= chars:
                    return " ".join(taken)[:chars]
        if size:
            break
    return " ".join(taken)[:chars] or (marks.page.title or "")[:chars]


def script_of(text: str) -> str:
    """Return the alphabet most letters of *text* are of: ``latin``, ``cyrillic``, …; ``""`` when no letters are there.

    >>> script_of("Что нового?"), script_of("What's new?"), script_of("123")
    ('cyrillic', 'latin', '')
    """
    if text.isascii():
        return "latin" if _LETTERS.search(text) else ""
    letters = len(_LETTERS.findall(text))
    if not letters:
        return ""
    latin = letters
    foreign = _ASCII.sub("", text)  # what is searched twenty times; often no more than a few quotation marks
    for name, pattern, _ in _SCRIPTS:
        count = len(pattern.findall(foreign))
        if count > FOREIGN_SHARE * letters or (name == "kana" and count > 0.1 * letters):
            return name
        latin -= count
    return "latin" if latin > FOREIGN_SHARE * letters else ""


def detect(text: str) -> str | None:
    """Return the language of a text of some sentences, a primary subtag; None when it is not plain.

    >>> detect("Der Hund ist nicht im Garten und die Katze ist auch nicht da"), detect("Lorem ipsum dolor")
    ('de', None)
    """
    script = script_of(text)
    languages = next((languages for name, _, languages in _SCRIPTS if name == script), None)
    if languages is not None and len(languages) == 1:
        return languages[0]
    hits: dict[str, float] = {}
    for word in _WORDS.findall(text.lower()):
        for language in _speakers().get(word, ()):
            if (languages is None and language not in _SCRIPT_OF) or (languages and language in languages):
                hits[language] = hits.get(language, 0) + 1
    if not hits:
        return languages[0] if languages else None
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] >= FEWEST_HITS else None


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    """Return common word → the languages it is common in."""
    with data_path("lists", "languages.toml").open("rb") as file:
        table = tomllib.load(file)["words"]
    speakers: dict[str, tuple[str, ...]] = {}
    for language, words in table.items():
        for word in set(words.split()):
            speakers[word] = (*speakers.get(word, ()), language)
    return speakers
