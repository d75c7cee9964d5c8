"""Formulas: what a page draws by MathML, KaTeX, MathJax or a picture, as the TeX it was written in.

Left out, a text about numbers has holes in its sentences ("that is to say, if and are real").
"""

from __future__ import annotations

from collections.abc import Iterable

MAX_CHARS = 4_000
"""Longer ones are data."""
_TEX = "application/x-tex"
_PICTURES = ("latex", "mwe-math", "tex.cgi", "math/render")
_STYLE = r"{\displaystyle"


def of_math(alternative: str | None, annotations: Iterable[tuple[str | None, str]], content: str) -> str | None:
    r"""Return the TeX of a ``math`` element, None for an empty one.

    *alternative* is its ``alttext``, *annotations* are (encoding, text) pairs. Without either, what it draws.

    >>> of_math(None, [("application/x-tex", "a^2")], "a2a^2"), of_math(None, [], "a 2")
    ('$a^2$', '$a 2$')
    """
    tex = next((text for encoding, text in annotations if encoding == _TEX), None)
    return _in_dollars(tex or alternative or content)


def of_picture(alternative: str | None, source: str, names: str) -> str | None:
    r"""Return the TeX of a picture of a formula, None for every other picture.

    >>> of_picture(r"{\displaystyle a^2}", "/media/math/render/svg/1", "mwe-math-fallback-image-inline")
    '$a^2$'
    """
    if not alternative or not any(sign in source or sign in names for sign in _PICTURES):
        return None
    return _in_dollars(alternative)


def _in_dollars(text: str) -> str | None:
    tex = " ".join(text.split()).strip("$ ")
    if tex.startswith(_STYLE) and tex.endswith("}"):
        tex = tex[len(_STYLE) : -1].strip()
    return f"${tex}$" if tex and len(tex) <= MAX_CHARS else None
