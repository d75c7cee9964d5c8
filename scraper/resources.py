"""Where the files under ``data/`` are, in a checkout and in an installed wheel alike.

The wheel carries the folder as ``scraper/_data`` because a top-level package called ``data`` would claim a name that is
not ours in everybody's site-packages.
"""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parent / "_data"
_CHECKOUT = Path(__file__).parent.parent / "data"


def data_path(*parts: str) -> Path:
    """Return the path of a file or folder under ``data/``, such as ``data_path("lists", "months.json")``.

    Raises FileNotFoundError when it is not there, which means a broken installation.
    """
    path = (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT).joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(
            f"expected {'/'.join(parts)} among backfile's own data files at {path}; reinstall backfile"
        )
    return path
