"""The reading room: an archive in a browser, for people and, as JSON, for programs. Read only. Extra ``web``.

    request → guard (name, reader, headers) → app (which page) → pages/ (what is on it, JSON-ready) → JSON
                                                                                                   → templates/ → HTML

- ``settings.py``: what it is told; ``page.py``, ``params.py``: what a page is, and what it may be asked with.
- ``pages/``: family, one page per file, listed in ``pages/__init__.py``.
- ``prose.py``: an article's HTML as it is shown; ``rendering.py``, ``charts.py``: what the templates write with.
- ``feeds.py``: a search as a feed; ``openapi.py``: the description for programs; ``files.py``: an article to take away.
- ``guard.py``, ``app.py``, ``server.py``: around it all.
"""

from __future__ import annotations

from pipelines.web.app import application
from pipelines.web.settings import Account, Settings

__all__ = ["Account", "Settings", "application"]
