"""Every error this program raises on purpose, as one tree a caller can catch as widely as needed.

    BackfileError
    ├── InvalidURL                 not an absolute http(s) address; fix the address
    ├── FetchError                 one request gave no usable answer
    │   ├── Refused                we must not ask: skip this address
    │   │   ├── RobotsDisallowed   robots.txt forbids it (RFC 9309)
    │   │   └── BlockedAddress     a private or loopback address the user did not type
    │   ├── TransientError         the same request may succeed later: retry, then give up for this run
    │   │   ├── ConnectFailed      no connection: name not found, refused, unreachable, TLS
    │   │   ├── TimedOut           a deadline passed
    │   │   ├── Truncated          the body ended before its announced length
    │   │   ├── ServerBusy         429 or 503, perhaps with Retry-After
    │   │   └── ServerFailed       another 5xx answer
    │   └── Unusable               the answer came and asking again will not mend it: skip this address
    │       ├── TooLarge           more bytes than the limit for this kind of document
    │       ├── TooManyRedirects   more hops than allowed, or a circle
    │       └── BadContent         undecodable compression or a broken protocol
    ├── ArchiveError               the database
    │   ├── NotAnArchive           the file is something else
    │   ├── ArchiveLocked          another process is writing
    │   ├── ArchiveTooNew          made by a later version of this program
    │   └── ArchiveDamaged         SQLite reports corruption
    ├── ExportError                the output could not be written
    └── NotFound                   nothing in the archive answers to that address or number

The branches under FetchError follow what the caller does next: skip, retry, or skip for good. Each error is one
sentence that says what was expected, what came and what to do; its facts are attributes too.
"""

from __future__ import annotations


class BackfileError(Exception):
    """The root: catching it catches everything this program raises on purpose.

    ``hint`` is one more sentence telling the user what to try, or None.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InvalidURL(BackfileError, ValueError):
    """The text is not an absolute http or https URL. ``url`` holds it as given."""

    def __init__(self, url: str, message: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(message or f"not an absolute http or https URL: {url!r}", hint=hint)
        self.url = url


class FetchError(BackfileError):
    """One request gave no usable answer. ``url`` was asked; ``status`` is the HTTP status, None without an answer."""

    def __init__(self, url: str, message: str, *, status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.url = url
        self.status = status


class Refused(FetchError):
    """The request must not be made at all."""


class RobotsDisallowed(Refused):
    """robots.txt forbids the address for our product token (RFC 9309 §2.2.2), or could not be had (§2.3.1.4)."""


class BlockedAddress(Refused):
    """The name leads to a private, loopback or otherwise non-public address that the user did not type."""


class TransientError(FetchError):
    """The same request may succeed later. ``retry_after_s`` is what the server asked for in seconds, or None."""

    def __init__(
        self,
        url: str,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(url, message, status=status, hint=hint)
        self.retry_after_s = retry_after_s


class ConnectFailed(TransientError):
    """No connection could be made: unknown name, refused, unreachable, or a failed TLS handshake."""


class TimedOut(TransientError):
    """A connect, head, read or total deadline passed."""


class Truncated(TransientError):
    """The connection ended before the announced length of the body."""


class ServerBusy(TransientError):
    """The server answered 429 or 503; ``retry_after_s`` holds its Retry-After, if it sent one."""


class ServerFailed(TransientError):
    """The server answered with a 5xx status other than 503."""


class Unusable(FetchError):
    """An answer came, and asking again will not mend it."""


class TooLarge(Unusable):
    """The compressed or decoded body is longer than the limit. ``limit_bytes`` is that limit."""

    def __init__(self, url: str, message: str, *, limit_bytes: int, status: int | None = None) -> None:
        super().__init__(url, message, status=status)
        self.limit_bytes = limit_bytes


class TooManyRedirects(Unusable):
    """More redirects than the limit, or a circle of them."""


class BadContent(Unusable):
    """The body's compression cannot be undone, or the server broke the protocol."""


class ArchiveError(BackfileError):
    """Something about the archive's database. ``path`` is the file."""

    def __init__(self, path: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class NotAnArchive(ArchiveError):
    """The file exists and is not an archive of this program."""


class ArchiveLocked(ArchiveError):
    """Another process is writing to the archive."""


class ArchiveTooNew(ArchiveError):
    """The archive was made by a later version of this program."""


class ArchiveDamaged(ArchiveError):
    """SQLite reports corruption."""


class ExportError(BackfileError):
    """The dataset could not be written."""


class NotFound(BackfileError):
    """Nothing in the archive answers to that address or number."""
