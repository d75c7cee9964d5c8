"""The application: which address is which page, and what an error looks like.

Every page is read in a thread of its own with the archive opened for it: opening takes a millisecond, a reader of a
write-ahead log hinders nobody, and an archive that is replaced or still being crawled is always seen as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipelines.archive import Archive
from pipelines.archive.reading import StoredArticle
from pipelines.web import feeds, files
from pipelines.web.guard import App, Guard
from pipelines.web.openapi import description
from pipelines.web.page import Asked, Content, Page
from pipelines.web.pages import PAGES
from pipelines.web.pages.article import ID
from pipelines.web.pages.search import FILTERS, QUERY_PARAMS
from pipelines.web.params import BadRequest, Param, read_all
from pipelines.web.prose import prose
from pipelines.web.rendering import STATIC, link, render
from pipelines.web.settings import Settings
from scraper.errors import ArchiveError, BackfileError, InvalidURL, NotFound

Handler = Callable[[Request], Response]
JSON_ENDING = ".json"
HTML = "text/html; charset=utf-8"
FORM = Param("form", "The form of the file.", choices=tuple(files.FORMS), in_path=True)


def application(settings: Settings) -> App:
    """Return the whole reading room of the archive that *settings* name, as an ASGI application."""
    room = _Room(settings)
    routes: list[Route | Mount] = [Route("/", room.page(PAGES[0]))]
    for page in PAGES:
        routes.append(Route(page.path + JSON_ENDING, room.json(page)))
        routes.append(Route(page.path, room.page(page)))
    routes += [
        Route("/articles/{id}/export.{form}", room.export),
        Route("/articles/{id}/raw/frame", room.raw(files.frame)),
        Route("/articles/{id}/raw/source", room.raw(files.source)),
        Route("/feed.atom", room.feed(feeds.atom, feeds.ATOM_TYPE)),
        Route("/feed.json", room.feed(feeds.json_feed, feeds.JSON_TYPE)),
        Route("/api", _api),
        Route("/api.json", _api_json),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Guard(Starlette(routes=routes, exception_handlers=_HANDLERS), settings)


class _Room:
    """The handlers that read the archive. Plain functions, which Starlette runs in threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def _open(self) -> Archive:
        return Archive(self.settings.db, readonly=True, create=False)

    def _content(self, page: Page, request: Request) -> tuple[Content, dict[str, Any]]:
        values = read_all(page.params, request.query_params, request.path_params)
        with self._open() as archive:
            return page.load(Asked(archive, values, self.settings.now())), values

    def json(self, page: Page) -> Handler:
        """Return the handler of a page for programs."""

        def handler(request: Request) -> Response:
            return JSONResponse(self._content(page, request)[0])

        return handler

    def page(self, page: Page) -> Handler:
        """Return the handler of a page for people."""

        def handler(request: Request) -> Response:
            content, values = self._content(page, request)
            asked = _beyond_default(page.params, values)
            path = page.path if request.url.path == "/" else request.url.path
            more = {"prose": _prose(content)} if page.name == "article" else {}
            text = render(
                f"{page.name}.html",
                name=page.name,
                asked=asked,
                as_json=link(path + JSON_ENDING, asked),
                c=content,
                **more,
            )
            return Response(text, media_type=HTML)

        return handler

    def export(self, request: Request) -> Response:
        """Answer with an article as a file."""
        values = read_all((ID, FORM), request.query_params, request.path_params)
        with self._open() as archive:
            return files.download(archive.get(values["id"]), values["form"])

    def raw(self, make: Callable[[Archive, StoredArticle], Response]) -> Handler:
        """Return the handler that shows an article's raw page as *make* makes it."""

        def handler(request: Request) -> Response:
            values = read_all((ID,), request.query_params, request.path_params)
            with self._open() as archive:
                return make(archive, archive.get(values["id"]))

        return handler

    def feed(self, make: Callable[[feeds.Feed, list[StoredArticle]], str], media_type: str) -> Handler:
        """Return the handler that answers with a search as a feed, the newest articles first."""

        def handler(request: Request) -> Response:
            values = read_all(QUERY_PARAMS, request.query_params, request.path_params)
            filters: dict[str, Any] = {name: values[name] or None for name in FILTERS}
            asked = _beyond_default(QUERY_PARAMS, values)
            base = str(request.base_url).rstrip("/")
            words = ", ".join(str(value) for value in asked.values()) or "everything"
            about = feeds.Feed(
                f"backfile: {words}", base + link("/search", asked), base + link(request.url.path, asked), base
            )
            with self._open() as archive:
                hits = archive.search(values["q"], sort="newest", limit=feeds.ENTRIES, **filters)
                return Response(make(about, [archive.get(hit.id) for hit in hits]), media_type=media_type)

        return handler


def _prose(content: Content) -> Any:
    """Return an article's body for the reader, its links led inside where they can be."""
    inside = content["links"]
    return prose(content["article"]["html"], lambda url: f"/articles/{inside[url]}" if url in inside else None)


def _beyond_default(params: tuple[Param, ...], values: dict[str, Any]) -> dict[str, Any]:
    """Return what of a query is to be said in a link: nothing that would be so anyway."""
    return {
        param.name: values[param.name]
        for param in params
        if not param.in_path and values[param.name] not in (param.default, "", None)
    }


def _api(_: Request) -> Response:
    """Answer with the description for programs, as a page."""
    return Response(render("api.html", name="api", asked={}, as_json="/api.json", c=description()), media_type=HTML)


def _api_json(_: Request) -> Response:
    """Answer with the OpenAPI document."""
    return JSONResponse(description())


def _error(request: Request, status: int, words: str, hint: str | None = None) -> Response:
    """Return an error as a page, or as JSON where JSON was asked for."""
    if request.url.path.endswith(JSON_ENDING) or "/export." in request.url.path or request.url.path == "/feed.atom":
        return JSONResponse({"error": words, "hint": hint}, status)
    content = {"status": status, "error": words, "hint": hint}
    return Response(render("error.html", name="error", asked={}, as_json=None, c=content), status, media_type=HTML)


def _told(status: int) -> Callable[[Request, Exception], Response]:
    """Return the handler of an error that says itself what is wrong."""

    def handler(request: Request, error: Exception) -> Response:
        return _error(request, status, str(error), getattr(error, "hint", None))

    return handler


def _refused(request: Request, error: Exception) -> Response:
    """Answer to what Starlette refuses by itself: an address that leads nowhere, mostly."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "there is no such page", 405: "this archive is for reading"}.get(status, "this cannot be answered")
    return _error(request, status, words)


def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001  (the trace is the server's to log)
    """Answer to a fault of this program, without its insides."""
    return _error(request, 500, "this page could not be made: a fault of the program", "its log says more")


_HANDLERS: dict[Any, Any] = {
    BadRequest: _told(400),
    InvalidURL: _told(400),
    NotFound: _told(404),
    ArchiveError: _told(503),
    BackfileError: _told(500),
    HTTPException: _refused,
    Exception: _failed,
}
"""What was raised → what is answered; Starlette looks for the nearest class."""
