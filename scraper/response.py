"""Response: what one request brought, as plain values that can be stored, sent to another process and replayed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, its content coding already undone.

    Header names are lower-case and keep their order; a name may occur more than once.
    """

    url: str
    """The address that was asked for, absolute."""
    final_url: str
    """The address that answered, after redirects; equal to ``url`` without any."""
    status: int
    """The HTTP status of the last answer, 100–599. 304 means: unchanged since the validators that were sent."""
    headers: tuple[tuple[str, str], ...]
    """(lower-case name, value) pairs of the last answer."""
    body: bytes
    """The body after Content-Encoding, before any character decoding. Empty for 304."""
    fetched_at: datetime
    """When the last answer's head arrived, aware, UTC."""
    elapsed_s: float = 0.0
    """Seconds from the first request to the last byte, redirects included."""
    redirects: tuple[tuple[int, str], ...] = field(default=())
    """(status, address that answered with it) for every hop before the last, in order."""

    def header(self, name: str) -> str | None:
        """Return the first header of that name (any case), or None.

        >>> from datetime import UTC
        >>> when = datetime(2024, 1, 1, tzinfo=UTC)
        >>> r = Response("http://a.example/", "http://a.example/", 200, (("etag", '"1"'),), b"", when)
        >>> r.header("ETag"), r.header("Link")
        ('"1"', None)
        """
        name = name.lower()
        return next((value for key, value in self.headers if key == name), None)

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent, parameters included; None when absent."""
        return self.header("content-type")

    @property
    def media_type(self) -> str:
        """The media type alone, lower-case, ``""`` when the header is absent."""
        return (self.content_type or "").split(";", 1)[0].strip().lower()
