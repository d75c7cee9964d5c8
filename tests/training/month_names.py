"""Write ``data/lists/month_names.json`` from the Unicode CLDR, as the babel package carries it.

Run at development time only: ``python -m tests.training.month_names data/lists/month_names.json`` with babel installed.

A name is kept as it is compared: compatibility forms, case and the dots around it do not count. The wide and
abbreviated names of a month are kept, in the form they have inside a date (the genitive of Slavic languages) and alone.
A name that means different months in different languages goes to ``ambiguous``, with the month each language means.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import babel
from babel import Locale

LANGUAGES = (
    "en de fr es it pt nl pl ru uk be cs sk sl hr sr bs mk bg ro hu el tr sv da nb nn fi et lv lt is ga cy ca gl eu "
    "sq mt id ms fil vi th ka hy az kk uz ar fa he hi bn ur ta te mr gu pa ne si sw af lb ia eo km lo my am fo br gd"
).split()
SHORTEST = 2
SHORTEST_LATIN = 3
"""Letters; shorter forms (J, F, M, du) mean nothing, or a word of another language."""
PARTICLES = frozenset(("de", "an", "am", "dhen"))
"""First words of forms whose second word is listed as well, or is enough."""

# The solar months of Iran, in order, and their spellings without diacritics.
PERSIAN = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split()
# Short Latin names that are words of their own: without a day beside them they mean no month.
WORDS = "ago avg des dez dic gen lip mag mai maj mar mars mei out set sie".split()

# What bloggers and blog programs write and CLDR does not list, by language; each is a common short form or spelling.
ADDED = {
    "en": {"sept": 9, "febr": 2},
    "de": {"jän": 1, "jänner": 1, "feber": 2, "mrz": 3, "maerz": 3, "okt": 10, "dez": 12},
    "fr": {"janv": 1, "fev": 2, "fevr": 2, "fevrier": 2, "avr": 4, "juil": 7, "aout": 8, "decembre": 12},
    "es": {"setiembre": 9, "sep": 9, "dic": 12, "ene": 1, "ago": 8},
    "pt": {"marco": 3, "fev": 2, "abr": 4, "mai": 5, "set": 9, "out": 10, "dez": 12},
    "it": {"gen": 1, "mag": 5, "giu": 6, "lug": 7, "ott": 10},
    "nl": {"mrt": 3, "maa": 3, "mei": 5, "okt": 10},
    "pl": {"sty": 1, "lut": 2, "kwi": 4, "maj": 5, "cze": 6, "sie": 8, "wrz": 9, "paź": 10, "gru": 12},
    "hr": {"studenog": 11},
    "sv": {"mars": 3, "maj": 5, "okt": 10},
    "hu": {"márc": 3, "ápr": 4, "máj": 5, "jún": 6, "júl": 7, "szept": 9},
    "bn": {"জানুয়ারী": 1, "ফেব্রুয়ারী": 2},
    "fa": {"ژانویهٔ": 1, "ژانویه": 1, "فوریه": 2, "مارس": 3, "آوریل": 4, "مه": 5, "ژوئن": 6, "ژوئیه": 7, "اوت": 8},
    "ar": {"يناير": 1, "فبراير": 2, "مارس": 3, "أبريل": 4, "ابريل": 4, "مايو": 5, "يونيو": 6, "يوليو": 7,
           "أغسطس": 8, "اغسطس": 8, "سبتمبر": 9, "أكتوبر": 10, "اكتوبر": 10, "نوفمبر": 11, "ديسمبر": 12,
           "كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8,
           "أيلول": 9, "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12},
    "bg": {"ян": 1},
    "vi": {"tháng một": 1, "tháng hai": 2, "tháng ba": 3, "tháng tư": 4, "tháng năm": 5, "tháng sáu": 6,
           "tháng bảy": 7, "tháng tám": 8, "tháng chín": 9, "tháng mười": 10, "tháng mười một": 11,
           "tháng mười hai": 12},
    "tl": {"enero": 1, "pebrero": 2, "marso": 3, "abril": 4, "mayo": 5, "hunyo": 6, "hulyo": 7, "agosto": 8,
           "setyembre": 9, "oktubre": 10, "nobyembre": 11, "disyembre": 12},
}  # fmt: skip


def compared(name: str) -> str:
    """Return a month's name as it is looked up."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).strip(". ")


def is_name(key: str) -> bool:
    """Tell whether a compared name can stand for a month in running text."""
    if any(character.isdigit() for character in key) or key.split()[0] in PARTICLES:
        return False
    return len(key) >= (SHORTEST_LATIN if key.isascii() else SHORTEST)


def collect() -> dict[str, dict[str, int]]:
    """Return name → language → month."""
    table: dict[str, dict[str, int]] = defaultdict(dict)
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in months[context][width].items():
                    key = compared(name)
                    if is_name(key):
                        table[key].setdefault(language, month)
    for language, names in ADDED.items():
        for name, month in names.items():
            table[compared(name)].setdefault(language, month)
    return table


def main(target: Path) -> None:
    """Write the table to *target*."""
    table = collect()
    names = {name: next(iter(by.values())) for name, by in table.items() if len(set(by.values())) == 1}
    ambiguous = {name: dict(sorted(by.items())) for name, by in table.items() if len(set(by.values())) > 1}
    months: dict[str, list[str]] = {
        str(month): sorted(name for name, said in names.items() if said == month) for month in range(1, 13)
    }
    written = {
        "source": f"Unicode CLDR by way of babel {babel.__version__} (Unicode licence v3), and the short forms "
        "listed in tests/training/month_names.py, which writes this file",
        "languages": LANGUAGES,
        "months": months,
        "ambiguous": dict(sorted(ambiguous.items())),
        "persian": PERSIAN,
        "words": WORDS,
    }
    target.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
