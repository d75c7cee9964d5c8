"""The bundled blog, *Loose Spoke*: a small site to crawl without the internet, as awkward as the ones people keep.

    data/demo/ → Blog (``blog``) → the documents of a website (``theme``) → a server on loopback (``server``)

The posts are kept as text and the pages are made when they are served: the text is what a careful person would file, so
the tests know the right answer to every page without having asked the program for it.
"""

from __future__ import annotations

from pipelines.demo.server import DemoSite, serve

__all__ = ["DemoSite", "serve"]
